"""`floorwalker report`: what each slot, block, promotion and segment earned, against those who saw nothing of it."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from floorwalker.cli.reports.earned_page import earned_page
from floorwalker.cli.reports.earned_report import report
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing
from floorwalker.errors import ConfigurationError
from floorwalker.learn.earned import Days, earned
from floorwalker.learn.verdict import Terms, Verdict, judge
from floorwalker.rulefile.problems import did_you_mean

_DAYS = 28
_MOST_DAYS = 800
_DESCRIPTION = """\
Compares those who were shown something with those in the control groups: the whole site, each promotion, each slot with
its blocks, and, where a relay runs, each segment. Every visitor counts once, on the day on which they first met the
place, with what they did of each goal within its window.

The intervals may be looked at every day. An alarm says where a control group is not as large as the rules say.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser(
        "report",
        help="what each slot earned, with intervals",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--store", default=DEFAULT_STORE, help="where the counters are (default: %(default)s)")
    add_rules(p)
    p.add_argument("--from", dest="first", metavar="DAY", help="the first day (default: 28 days before the last)")
    p.add_argument("--until", dest="last", metavar="DAY", help="the last day (default: today)")
    p.add_argument("--slot", metavar="NAME", help="this slot alone")
    p.add_argument("--effect", type=_share, default=0.1, metavar="SHARE", help="the lift worth finding (default: 10%%)")
    p.add_argument("--html", metavar="FILE", help="write a page with plots that needs nothing else")
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the counters, judge, print."""
    ruleset = open_rules(args).ruleset
    currency = ruleset.site.currency
    days = _days(args.first, args.last, today=datetime.fromtimestamp(time.time(), UTC).date())
    counted, splits = asyncio.run(_counters(args.store, days))
    verdicts = judge(earned(counted, splits, currency=currency), ruleset, Terms(effect=args.effect))
    if args.slot is not None:
        if args.slot not in ruleset.slots:
            hint = did_you_mean(args.slot, ruleset.slots, instead="the rules have none")
            raise ConfigurationError(f"there is no slot {args.slot}; {hint}")
        verdicts = [one for one in verdicts if one.name.partition(",")[0] == args.slot]
    if args.html is not None:
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        _write(Path(args.html), earned_page(verdicts, days=days, currency=currency, made=made))
    if args.json:
        print(json.dumps(as_json(verdicts, days, currency), ensure_ascii=False, indent=2))
    elif args.html is None:
        print("\n".join(report(verdicts, Paper(sys.stdout), days=days, currency=currency)))
    else:
        print(f"Written to {args.html}. Open it in a browser.")
    return 0


async def _counters(address: str, days: Sequence[str]) -> tuple[Days, Days]:
    store = open_existing(address)
    try:
        return await store.stats(days[0], days[-1]), await store.splits(days[0], days[-1])
    finally:
        await store.close()


def as_json(verdicts: Sequence[Verdict], days: Sequence[str], currency: str) -> dict[str, Any]:
    """The published shape: shares and lifts as numbers, 0.1 is ten per cent; what is too early to say is null."""
    return {
        "from": days[0],
        "until": days[-1],
        "currency": currency,
        "comparisons": [to_builtins(verdict) for verdict in verdicts],
    }


def _days(first: str | None, last: str | None, *, today: date) -> list[str]:
    end = _day(last) if last else today
    begin = _day(first) if first else end - timedelta(days=_DAYS - 1)
    if begin > end:
        raise ConfigurationError(f"--from {begin} is after --until {end}")
    if (end - begin).days >= _MOST_DAYS:
        raise ConfigurationError(f"counters are kept for {_MOST_DAYS} days; ask for fewer")
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{text} is no day; write 2026-11-21") from error


def _share(text: str) -> float:
    try:
        value = float(text.strip().removesuffix("%").strip()) / (100 if "%" in text else 1)
    except ValueError:
        value = 0.0
    if not 0 < value <= 10:
        raise argparse.ArgumentTypeError(f"{text} is no share; write 10%% or 0.1")
    return value


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from error
