"""`floorwalker export`: events and profiles as files, for a warehouse."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from floorwalker.cli.reports.export_report import events_report, profiles_report
from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.rule_options import add_rules, open_rules
from floorwalker.cli.walks.shelf import DEFAULT_STORE, PATIENT, open_existing
from floorwalker.cli.walks.store_walk import stored_priors
from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.memory.profile import Profile
from floorwalker.core.trying.standing import standing_moment, without_request
from floorwalker.errors import ConfigurationError
from floorwalker.export.events import EventExport, Exported
from floorwalker.export.files import Form, check
from floorwalker.export.folder import EventFolder
from floorwalker.export.profiles import ProfileExport, Taken

_EVENTS = """\
Writes what the streams hold into FOLDER/events, by the day (UTC) on which it was stored. Run it again, every hour or
every night: each event is written once, also where a run is killed in the midst. Streams hold what was stored in the
last 90 days, a million events at most.

Events come under a pseudonym, without names, addresses and traits. What has left cannot be erased from here:
docs/warehouse.md says how an erasure reaches it.
"""
_PROFILES = """\
Writes every visitor as they stand now into FOLDER/profiles/taken=TIME: pseudonym, visits, segments, arrivals, orders
and what they were shown in comparisons. No id, name or note is among it, and traits only where --trait names them.
Whoever does not allow that they are counted (analytics) is left out. Earlier times are removed, since they hold people
who have been erased since; --keep N keeps some.
"""


def add(subparsers: Any) -> None:
    """Add the command."""
    p = subparsers.add_parser("export", help="events and profiles as Parquet or JSON lines, for a warehouse")
    what = p.add_subparsers(dest="what", metavar="WHAT", required=True)
    events = _what(what, "events", "what happened, each event once", _EVENTS)
    events.add_argument("--since", metavar="DAY", help="nothing that was stored before this day (UTC)")
    events.set_defaults(run=run_events)
    profiles = _what(what, "profiles", "every visitor as they stand now", _PROFILES)
    add_rules(profiles)
    profiles.add_argument("--trait", action="append", default=[], metavar="NAME", help="a trait that may leave")
    profiles.add_argument("--keep", type=_times, default=1, metavar="N", help="how many times are kept (default: 1)")
    profiles.set_defaults(run=run_profiles)


def _what(what: Any, name: str, told: str, description: str) -> argparse.ArgumentParser:
    p: argparse.ArgumentParser = what.add_parser(
        name, help=told, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    form = p.add_mutually_exclusive_group(required=True)
    form.add_argument("--parquet", metavar="FOLDER", type=Path, help="write Parquet; needs floorwalker[parquet]")
    form.add_argument("--ndjson", metavar="FOLDER", type=Path, help="write JSON, a row a line")
    p.add_argument("--store", default=DEFAULT_STORE, help="what to export (default: %(default)s)")
    p.add_argument("--json", action="store_true", help="print what was done as JSON")
    return p


def run_events(args: argparse.Namespace) -> int:
    """Write what is new, say how much that was."""
    form, folder = _place(args, "events")
    exported = asyncio.run(_events(args.store, EventFolder(folder, form), since=_moment(args.since)))
    if args.json:
        print(json.dumps(to_builtins(exported)))
    else:
        print("\n".join(events_report(exported, folder)))
    return 0


def run_profiles(args: argparse.Namespace) -> int:
    """Write everybody, say how many that were."""
    form, folder = _place(args, "profiles")
    inside = _segments(args)
    export = ProfileExport(
        folder, form, now=datetime.now(UTC), inside=inside, traits=frozenset(args.trait), kept=args.keep
    )
    taken = asyncio.run(_profiles(args.store, export))
    if args.json:
        print(json.dumps(to_builtins(taken)))
    else:
        print("\n".join(profiles_report(taken, folder)))
    return 0


def _place(args: argparse.Namespace, kind: str) -> tuple[Form, Path]:
    form = Form.PARQUET if args.parquet is not None else Form.NDJSON
    check(form)
    return form, (args.parquet or args.ndjson) / kind


async def _events(address: str, folder: EventFolder, *, since: datetime | None) -> Exported:
    store = open_existing(address, settings=PATIENT)
    try:
        now = datetime.fromtimestamp(time.time(), UTC)
        return await EventExport(await store.onward(), folder, now=now, told=_progress("events")).run(since)
    finally:
        await store.close()


async def _profiles(address: str, export: ProfileExport) -> Taken:
    store = open_existing(address, settings=PATIENT)
    try:
        await store.ping()
        return await export.run(store.profiles())
    finally:
        await store.close()


def _segments(args: argparse.Namespace) -> Callable[[Profile], Collection[str]]:
    """The segments of somebody who asks for nothing now; what only a request can answer is unknown."""
    now, rulebook = time.time(), open_rules(args)
    rulebook = rulebook.with_priors(asyncio.run(stored_priors(args.store, rulebook, now=now)))
    corridor = rulebook.deciding_by(without_request(rulebook.ruleset)).corridor
    return lambda profile: segments_at(standing_moment(corridor, profile, now))


def _progress(what: str) -> Callable[[int], None]:
    paper = Paper(sys.stderr)

    def told(rows: int) -> None:
        if paper.is_terminal:
            print(f"\r{rows:,} {what}", end="", file=sys.stderr, flush=True)

    return told


def _moment(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError as error:
        raise ConfigurationError(f"{day} is no day; write 2026-11-21") from error


def _times(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("it is a number from 1 to 1000")
    return int(text)
