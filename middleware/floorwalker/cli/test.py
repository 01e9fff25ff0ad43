"""`floorwalker test`: what editors expect of their personas, tried out like unit tests."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.verdicts import Verdict, judge
from floorwalker.cli import main
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.verdict_report import as_json, as_junit, report
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.core.personas import Expectation
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.rulefile.problems import did_you_mean

_HOW_TO = """\
There are no tests in {folder}. Make somebody up and say what you expect, in any of its files:

personas:
  cheap-tripod: {{url: /, referrer: "https://www.google.com/search?q=cheap+tripod"}}
tests:
  - {{persona: cheap-tripod, in: [{segment}], slots: {{{slot}: {block}}}}}

`floorwalker explain --persona cheap-tripod` tells what they get by now."""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "test",
        help="what you expect of your personas, tried out",
        description="Tries every one of `tests:`. Exit status 1 where one fails, or where the rules have errors.",
    )
    add_rules(p, positional=True)
    p.add_argument("--persona", action="append", metavar="NAME", help="only the tests of this persona; repeatable")
    p.add_argument("--format", choices=("text", "json", "junit"), default="text", help="how to print (default: text)")
    p.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Try every expectation and print what came of it; 1 where one fails."""
    paper = Paper(sys.stdout)
    try:
        rulebook = open_rules(args)
    except RuleErrors:
        return _checked(args)
    expected = _expected(rulebook, args.persona)
    if not expected and args.format == "text":
        print(_how_to(rulebook, args))
        return 0
    now = time.time()
    began = time.perf_counter()
    verdicts = [judge(rulebook, one, now=now) for one in expected]
    took_s = time.perf_counter() - began
    print(_written(verdicts, rulebook, args, paper, took_s=took_s))
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _checked(args: argparse.Namespace) -> int:
    """The problems because of which nothing is tried, as `check` prints them."""
    templates = ["--templates", args.templates] if args.templates else []
    return main(["check", args.rules, *templates, *(["--json"] if args.format == "json" else [])])


def _expected(rulebook: Rulebook, personas: Sequence[str] | None) -> list[Expectation]:
    """The tests of these personas, or all; of a persona that nobody made up there can be none."""
    ruleset = rulebook.ruleset
    for name in personas or ():
        if name not in ruleset.personas:
            hint = did_you_mean(name, ruleset.personas, instead="personas: makes somebody up")
            raise ConfigurationError(f"there is no persona {name}; {hint}")
    return [one for one in ruleset.tests if not personas or one.persona in personas]


def _written(
    verdicts: Sequence[Verdict], rulebook: Rulebook, args: argparse.Namespace, paper: Paper, *, took_s: float
) -> str:
    match args.format:
        case "json":
            return json.dumps(as_json(verdicts, rulebook.ruleset), ensure_ascii=False, indent=2, default=str)
        case "junit":
            return as_junit(verdicts, took_s=took_s)
        case _:
            return "\n".join(report(verdicts, rulebook.ruleset, paper, took_s=took_s))


def _how_to(rulebook: Rulebook, args: argparse.Namespace) -> str:
    """How a test is written, with names of this folder."""
    ruleset = rulebook.ruleset
    if ruleset.tests:
        return f"No test is about {' or '.join(args.persona)}; {len(ruleset.tests)} are about others."
    slot = next((one for one in ruleset.slots.values()), None)
    block = next((entry.content.name for entry in slot.show if entry.content), "default") if slot else "default"
    return _HOW_TO.format(
        folder=args.rules,
        segment=next(iter(ruleset.segments), "bargain-hunter"),
        slot=slot.name if slot else "hero",
        block=block,
    )
