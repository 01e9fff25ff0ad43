"""`floorwalker visitor show`, `export` and `erase`: all that is known of one person, shown, given or taken away."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.reports.visitor_report import VisitorReport
from floorwalker.cli.walks.visitor_walk import (
    Counter,
    NobodyThere,
    add_place,
    add_who,
    counter_of,
    everything_of,
    joined_by,
    one_person,
)
from floorwalker.core.memory.persons import MARKED
from floorwalker.core.phrases import called
from floorwalker.core.portrait import portrait
from floorwalker.errors import ConfigurationError
from floorwalker.store import Loaded

_ERASE = """\
Erases one person: the record, what they are found by, their entries in the streams, and all visitors who joined them.
It cannot be undone. Counters are sums of everybody and stay.
"""


def add(what: Any) -> None:
    """Add the commands."""
    show = what.add_parser("show", help="one person, as you would want to know them before you speak")
    export = what.add_parser("export", help="everything that is there about one person, as JSON")
    erase = what.add_parser("erase", help="erase one person", description=_ERASE)
    for p, run in ((show, _show), (export, _export), (erase, _erase)):
        add_who(p)
        add_place(p)
        p.set_defaults(run=_running(run))
    show.add_argument("--json", action="store_true", help="print it as JSON")
    export.add_argument("--to", metavar="FILE", help="write it into this file (default: standard output)")
    export.add_argument("--json", action="store_true", help="what it is in any case")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--json", action="store_true", help="say what went as JSON")


def _running(
    one: Callable[[argparse.Namespace, Counter, Loaded], Awaitable[int]],
) -> Callable[[argparse.Namespace], int]:
    """The command on somebody who is there; 1 where nobody is."""

    async def at_the_counter(args: argparse.Namespace) -> int:
        async with counter_of(args) as counter:
            return await one(args, counter, await one_person(counter.store, args))

    def run(args: argparse.Namespace) -> int:
        try:
            return asyncio.run(at_the_counter(args))
        except NobodyThere as nobody:
            print(nobody, file=sys.stderr)
            return 1

    return run


async def _show(args: argparse.Namespace, counter: Counter, loaded: Loaded) -> int:
    drawn = _drawn(counter, loaded)
    if args.json:
        print(json.dumps(drawn, ensure_ascii=False, indent=2))
        return 0
    zone = ZoneInfo(counter.corridor.ruleset.site.timezone)
    print("\n".join(VisitorReport(Paper(sys.stdout), at=counter.now, zone=zone).lines(drawn)))
    return 0


async def _export(args: argparse.Namespace, counter: Counter, loaded: Loaded) -> int:
    everything = await everything_of(counter, loaded, _drawn(counter, loaded))
    written = json.dumps(everything, ensure_ascii=False, indent=2) + "\n"
    if args.to is None or args.to == "-":
        sys.stdout.write(written)
        return 0
    _write(Path(args.to), written)
    print(f"Everything about the visitor {loaded.visitor} is in {args.to}.")
    return 0


def _write(path: Path, written: str) -> None:
    """It is about a person: for whoever asked alone."""
    try:
        path.touch(mode=0o600)
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from error


async def _erase(args: argparse.Namespace, counter: Counter, loaded: Loaded) -> int:
    drawn, joined = _drawn(counter, loaded), joined_by(loaded)
    name = printable(called(drawn)) or f"the visitor {loaded.visitor}"
    if not args.yes and not _is_sure(f"Erase {name}, {counted(drawn['visits'], 'visit')}? It cannot be undone. [y/N] "):
        print("Nobody was erased.")
        return 1
    found_by = sum(trait in drawn["traits"] for trait in MARKED)
    entries = await counter.store.erase(loaded.visitor)
    told = {"visitor": loaded.visitor, "record": True, "index": found_by, "stream": entries, "pointers": len(joined)}
    if args.json:
        print(json.dumps(told))
        return 0
    went = [
        "the record",
        counted(found_by, "trait") + " they were found by",
        f"{entries:,} stream {'entry' if entries == 1 else 'entries'}",
        counted(len(joined), "visitor") + " who had joined them",
    ]
    print(f"Erased {name}: {', '.join(went)}.")
    print("Whoever comes with their cookie is somebody new.")
    return 0


def _is_sure(question: str) -> bool:
    """Asked on a terminal; elsewhere --yes says so."""
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody can be asked here whether you are sure: say --yes")
    return input(question).strip().lower() in ("y", "yes")


def _drawn(counter: Counter, loaded: Loaded) -> dict[str, Any]:
    assert loaded.profile is not None  # somebody is there
    return portrait(counter.corridor, loaded.profile, at=counter.now, visitor=loaded.visitor)
