"""`floorwalker check`: every problem of the rule files, with the line it stands in and what to write instead."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from floorwalker.asgi.rule_checks import content_checks
from floorwalker.cli.paper import Paper, counted, printable
from floorwalker.core.ruleset import Ruleset
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import Problem, Severity, read, read_files

_WIDTH = 110  # characters of a source line around the caret


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
    p.add_argument("--json", action="store_true", help="print errors and warnings as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the folder and print what was found; 1 where there are errors."""
    templates = _templates(args)
    # A site without a folder of templates refuses rules that name one; so does this.
    files = read_files(args.rules, templates)
    checks = content_checks(BlockRenderer(template_sources(files.templates or {})), now=time.time())
    ruleset, problems = read(files.rules, files.templates, checks=checks)
    if ruleset is not None and not ruleset.segments and not ruleset.slots and not problems:
        _warn_of_nothing(args.rules)
    if args.json:
        print(json.dumps(_as_json(problems), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_report(ruleset, problems, args.rules, Paper(sys.stdout))))
    return 1 if ruleset is None else 0


def _templates(args: argparse.Namespace) -> Path | None:
    if args.templates is not None:
        return Path(args.templates)
    beside = Path(args.rules).parent / "templates"
    return beside if beside.is_dir() else None


def _warn_of_nothing(folder: str) -> None:
    """A folder without rules is fine for the site, and most often the wrong folder."""
    print(f"floorwalker check: {folder} holds no rules; they are in files that end in .yaml", file=sys.stderr)


def _as_json(problems: list[Problem]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"errors": [], "warnings": []}
    for problem in problems:
        found["errors" if problem.severity is Severity.ERROR else "warnings"].append(
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            }
        )
    return found


def _report(ruleset: Ruleset | None, problems: list[Problem], folder: str, paper: Paper) -> list[str]:
    lines: list[str] = []
    for problem in problems:
        lines += [*_shown(problem, paper), ""]
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    if ruleset is not None:
        lines.append(_holds(ruleset, warnings, paper))
        return lines
    beside = f" and {counted(warnings, 'warning')}" if warnings else ""
    again = f"floorwalker check {folder}"
    lines.append(f"{paper.strong(counted(errors, 'error') + beside + '.')} Mend them, then run `{again}` again.")
    return lines


def _shown(problem: Problem, paper: Paper) -> list[str]:
    """The problem as one line, its source line with a caret, and the remedy."""
    place = f"{problem.file}:{problem.line}:{problem.column}:"
    kind = paper.accent("error") if problem.severity is Severity.ERROR else paper.quiet("warning")
    message = printable(problem.message, longest=400)
    hint = f"; {printable(problem.hint, longest=400)}" if problem.hint else ""
    lines = [f"{paper.strong(place)} {message}{hint}"]
    if problem.source.strip():
        source, caret = _window(problem.source, problem.column)
        number = f"{problem.line:>5}"
        lines += [
            paper.quiet(f"{number} │ ") + source,
            paper.quiet(f"{'':>5} │ ") + paper.accent(f"{'':>{caret}}^ ") + kind,
        ]
    return lines


def _window(source: str, column: int) -> tuple[str, int]:
    """The part of the line around the column, and how far in the caret stands."""
    begin = max(0, min(column - 1, len(source)) - _WIDTH + 30) if len(source) > _WIDTH else 0
    return printable(source[begin : begin + _WIDTH], longest=_WIDTH), column - 1 - begin


def _holds(ruleset: Ruleset, warnings: int, paper: Paper) -> str:
    counts = [
        counted(len(found), noun)
        for found, noun in ((ruleset.segments, "segment"), (ruleset.blocks, "block"), (ruleset.slots, "slot"))
    ]
    what = f"{', '.join(counts)}; version {ruleset.version}."
    if warnings:
        head = paper.strong(f"No errors, {counted(warnings, 'warning')}.")
        return f"{head} {what} Look at what was warned of; a running site reloads the files by itself."
    return f"{paper.strong('No problems.')} {what} A running site reloads the files by itself."
