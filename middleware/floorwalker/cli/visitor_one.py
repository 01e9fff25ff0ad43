"""`floorwalker visitor show` and `export`: all that is known of one person, shown or given."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from floorwalker.cli.reports.paper import Paper
from floorwalker.cli.reports.visitor_report import VisitorReport
from floorwalker.cli.walks.visitor_walk import (
    Counter,
    NobodyThere,
    add_place,
    add_who,
    counter_of,
    one_person,
)
from floorwalker.core.portrait import portrait
from floorwalker.errors import ConfigurationError
from floorwalker.me.export import everything_of
from floorwalker.store import Loaded


def add(what: Any) -> None:
    """Add the commands."""
    show = what.add_parser("show", help="one person, as you would want to know them before you speak")
    export = what.add_parser("export", help="everything that is there about one person, as JSON")
    for p, run in ((show, _show), (export, _export)):
        add_who(p)
        add_place(p)
        p.set_defaults(run=_running(run))
    show.add_argument("--json", action="store_true", help="print it as JSON")
    export.add_argument("--to", metavar="FILE", help="write it into this file (default: standard output)")
    export.add_argument("--json", action="store_true", help="what it is in any case")


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
    everything = await everything_of(counter.store, loaded, _drawn(counter, loaded))
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


def _drawn(counter: Counter, loaded: Loaded) -> dict[str, Any]:
    assert loaded.profile is not None  # somebody is there
    return portrait(counter.corridor, loaded.profile, at=counter.now, visitor=loaded.visitor)
