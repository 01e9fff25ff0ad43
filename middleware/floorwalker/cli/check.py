"""`floorwalker check`: every problem of the rule files, with the line it stands in and what to write instead."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.cli.reports.check_formats import as_annotations, as_json, as_sarif
from floorwalker.cli.reports.check_report import last_line, report
from floorwalker.cli.reports.paper import Paper
from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import Problem, read, read_files
from floorwalker.rulefile.load import in_folder

FORMATS = ("text", "json", "sarif", "github")


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "check",
        help="all problems of the rule files",
        description="Reports every problem of a folder of rule files. Exit status 1 where there are errors.",
    )
    p.add_argument(
        "rules", nargs="?", default="rules", metavar="RULES", help="the folder of rule files (default: rules)"
    )
    p.add_argument(
        "--templates", metavar="DIR", help="the folder of templates (default: templates beside RULES, if it is there)"
    )
    p.add_argument("--format", choices=FORMATS, default="text", help="how to print (default: text)")
    p.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    p.add_argument("--output", metavar="FILE", help="write there, and print the last line only")
    p.add_argument("--strict", action="store_true", help="exit status 1 where there are warnings, too")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the folder and print what was found; 1 where there are errors, or warnings that count."""
    templates = _templates(args)
    # A site without a folder of templates refuses rules that name one; so does this.
    files = read_files(args.rules, templates)
    checks = content_checks(BlockRenderer(template_sources(files.templates or {})), now=time.time())
    ruleset, found = read(files.rules, files.templates, checks=checks)
    problems = [in_folder(problem, files.templates or {}, templates) for problem in found]
    if ruleset is not None and not ruleset.segments and not ruleset.slots and not problems:
        _warn_of_nothing(args.rules)
    paper = Paper(sys.stdout)
    if args.output:
        _write(Path(args.output), _formatted(ruleset, problems, args, Paper(sys.stdout, plain=True)))
        print(last_line(ruleset, problems, args.rules, paper, strict=args.strict))
    else:
        print(_formatted(ruleset, problems, args, paper))
    return 1 if ruleset is None or (args.strict and problems) else 0


def _formatted(ruleset: Ruleset | None, problems: Sequence[Problem], args: argparse.Namespace, paper: Paper) -> str:
    match args.format:
        case "json":
            return as_json(problems)
        case "sarif":
            return as_sarif(problems, root=Path.cwd())
        case "github":
            last = last_line(ruleset, problems, args.rules, paper, strict=args.strict)
            return "\n".join([*as_annotations(problems, root=Path.cwd()), last])
        case _:
            return report(ruleset, problems, args.rules, paper, strict=args.strict)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(f"{text}\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}") from error


def _templates(args: argparse.Namespace) -> Path | None:
    if args.templates is not None:
        return Path(args.templates)
    beside = Path(args.rules).parent / "templates"
    return beside if beside.is_dir() else None


def _warn_of_nothing(folder: str) -> None:
    """A folder without rules is fine for the site, and most often the wrong folder."""
    print(f"floorwalker check: {folder} holds no rules; they are in files that end in .yaml", file=sys.stderr)
