"""`floorwalker explain`: for somebody made up, a visitor of the store or a line of a log, every segment and slot with
its why."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from floorwalker.cli.reports.explain_report import report
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.request import add_request
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.cli.walks.subjects import Subject, add_subjects, subject_of
from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.problems import did_you_mean


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "explain",
        help="why somebody is in a segment, and why a slot shows what it shows",
        description="Decides for one request (--url …), a persona of the rules (--persona NAME), a visitor of the "
        "store (--visitor ID) or a line of an access log (--line, --log), and says why.",
    )
    add_request(p)
    add_subjects(p)
    p.add_argument("--segment", action="append", metavar="NAME", help="only this segment; repeatable")
    p.add_argument("--slot", action="append", metavar="NAME", help="only this slot; repeatable")
    add_rules(p)
    p.add_argument("--json", action="store_true", help="print the trees as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain, and print it."""
    rulebook = open_rules(args)
    ruleset = rulebook.ruleset
    _known("segment", args.segment, ruleset.segments)
    _known("slot", args.slot, ruleset.slots)
    subject = subject_of(args, rulebook)
    explained = subject.walk.explain()
    if args.json:
        print(json.dumps(_as_json(subject, explained, args), ensure_ascii=False, indent=2, default=str))
        return 0
    lines = report(
        subject,
        explained,
        Paper(sys.stdout),
        site_timezone=ruleset.site.timezone,
        segments=args.segment,
        slots=args.slot,
    )
    print("\n".join(lines))
    return 0


def _known(kind: str, names: Iterable[str] | None, known: Mapping[str, Any]) -> None:
    for name in names or ():
        if name not in known:
            hint = did_you_mean(name, known, instead=f"the rules define no {kind}")
            raise ConfigurationError(f"there is no {kind} {name}; {hint}")


def _as_json(subject: Subject, explained: Mapping[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """The published shape; where only some were asked for, the others are left out."""
    signals = subject.walk.signals
    parts = {"segments": args.segment, "slots": args.slot}
    whole = not (args.segment or args.slot)
    return {
        "who": {"title": subject.title, "url": signals.url, "at": signals.at, "page_type": signals.page.type or None},
        **{
            part: {name: why for name, why in explained[part].items() if whole or name in (only or ())}
            for part, only in parts.items()
        },
    }
