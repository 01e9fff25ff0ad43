"""`floorwalker visitor find`: who has these traits."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from floorwalker.cli.reports.paper import Paper, counted
from floorwalker.cli.reports.visitor_table import found_table
from floorwalker.cli.walks.visitor_walk import Counter, add_place, counter_of
from floorwalker.core.memory.persons import MARKED, marked_value
from floorwalker.core.memory.profile import Profile
from floorwalker.core.phrases import called
from floorwalker.core.portrait import Portrayer
from floorwalker.errors import ConfigurationError
from floorwalker.store import Loaded, Survey

MOST_SHOWN: Final = 100
MOST_SCANNED: Final = 1_000_000
_DESCRIPTION = f"""\
Finds people by what is known of them. {", ".join(MARKED[:-1])} and {MARKED[-1]} are looked up at once; any other trait
is looked for in every profile, {MOST_SCANNED:,} at most unless --scan says otherwise. Several --trait are all meant.
Upper and lower case, accents, and what parts a phone number do not matter.
"""


def add(what: Any) -> None:
    """Add the command."""
    p = what.add_parser(
        "find", help="who has a trait", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument(
        "--trait", action="append", required=True, metavar="NAME=VALUE", help="such as email=ada@example.org"
    )
    p.add_argument("--most", type=_count, default=MOST_SHOWN, help="how many to show (default: %(default)s)")
    p.add_argument(
        "--scan", type=_count, default=MOST_SCANNED, metavar="N", help="how many profiles to look into, at most"
    )
    add_place(p)
    p.add_argument("--json", action="store_true", help="print it as JSON")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find and print; 1 where nobody is found."""
    return asyncio.run(_find(args, dict(map(_trait, args.trait))))


async def _find(args: argparse.Namespace, traits: Mapping[str, str]) -> int:
    async with counter_of(args) as counter:
        people, survey = [], Survey()
        async for loaded in _having(counter, traits, survey, most=args.scan):
            people.append(loaded)
            if len(people) > args.most:
                break
        rows = _rows(counter, people[: args.most])
        zone = ZoneInfo(counter.corridor.ruleset.site.timezone)
    scanned = None if _marked(traits) else survey.live
    cut = scanned is not None and scanned >= args.scan
    if args.json:
        told = {"visitors": rows, "more": len(people) > args.most, "scanned": scanned, "scanned_all": not cut}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        bound = f"Only {counted(args.scan, 'profile')} were looked into; --scan N looks into more." if cut else ""
        more = len(people) > args.most
        print("\n".join(found_table(rows, Paper(sys.stdout), zone, at=counter.now, more=more, bound=bound)))
    return 0 if rows else 1


def _marked(traits: Mapping[str, str]) -> str:
    """The first of these traits that is in the index; empty where none is."""
    return next((name for name in MARKED if name in traits), "")


async def _having(counter: Counter, traits: Mapping[str, str], survey: Survey, *, most: int) -> AsyncIterator[Loaded]:
    """Everybody who has them all."""
    first = _marked(traits)
    found = _indexed(counter, first, traits[first]) if first else _scanned(counter, survey, most=most)
    async for loaded in found:
        if loaded.profile is not None and _has_all(loaded.profile, traits):
            yield loaded


async def _indexed(counter: Counter, trait: str, value: str) -> AsyncIterator[Loaded]:
    for visitor in await counter.store.find(trait, value):
        yield await counter.store.load(visitor)


async def _scanned(counter: Counter, survey: Survey, *, most: int) -> AsyncIterator[Loaded]:
    with _progress() as progress:
        task = progress.add_task("", read=0)
        async for loaded in counter.store.profiles(survey):
            if survey.live % 500 == 0:
                progress.update(task, read=survey.live)
            yield loaded
            if survey.live >= most:
                return


def _has_all(profile: Profile, traits: Mapping[str, str]) -> bool:
    return all(name in profile.traits and _same(name, profile.traits[name], value) for name, value in traits.items())


def _same(name: str, has: object, asked: str) -> bool:
    written = str(has).lower() if isinstance(has, bool) else str(has)
    return marked_value(name, written) == marked_value(name, asked)


def _rows(counter: Counter, people: Sequence[Loaded]) -> list[dict[str, Any]]:
    portrayer = Portrayer(counter.corridor)
    rows = []
    for loaded in people:
        assert loaded.profile is not None  # that is how they were found
        drawn = portrayer.draw(loaded.profile, at=counter.now, visitor=loaded.visitor)
        told = {name: drawn[name] for name in ("visitor", "user", "last_seen", "segments")}
        rows.append({**told, "name": called(drawn) or None})
    return sorted(rows, key=lambda row: row["last_seen"] or "", reverse=True)


def _trait(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise ConfigurationError(f"--trait {text} is not understood; write a trait and its value, as in city=Berlin")
    return name.strip(), value.strip()


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return number


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.fields[read]:>10,} profiles"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
