"""`floorwalker visitor erase` and `traces`: one person taken away, and what of them is still anywhere."""

import argparse
import asyncio
import json
import re
import sys
from typing import Any, Final

from msgspec import structs
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.cli.reports.traces_report import TracesReport
from floorwalker.cli.walks.visitor_walk import (
    Counter,
    NobodyThere,
    add_place,
    add_who,
    counter_of,
    one_person,
)
from floorwalker.core.memory.persons import MARKED
from floorwalker.core.phrases import called
from floorwalker.core.portrait import portrait
from floorwalker.errors import ConfigurationError, StoreError
from floorwalker.me.export import joined_by
from floorwalker.store import Loaded, Sought, Store, Traces
from floorwalker.store.link.address import EmbeddedAddress, read_address

_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_MOST_ROUNDS: Final = 5
_LOG_S: Final = 600.0
_ERASE: Final = """\
Erases one person: the record, what they are found by, their entries in the streams, what webhooks were to be told, and
all visitors who joined them. It cannot be undone. Counters are sums of everybody and stay.
--verify then looks into every key of the store for whatever tells of them, and lets the bundled server write its file
anew; the exit status is 1 if anything is left. It also takes somebody who was erased before.
"""
_TRACES: Final = """\
Looks into every key of the store for whatever tells of one person: their ids and pseudonyms, and those of who joined
them. Nothing is changed. The exit status is 1 if there is anything but a stone.
"""


def add(what: Any) -> None:
    """Add the commands."""
    raw = argparse.RawDescriptionHelpFormatter
    erase = what.add_parser("erase", help="erase one person", description=_ERASE, formatter_class=raw)
    traces = what.add_parser(
        "traces", help="where anything of one person lies", description=_TRACES, formatter_class=raw
    )
    for p, run in ((erase, _run_erase), (traces, _run_traces)):
        add_who(p)
        add_place(p)
        p.set_defaults(run=run)
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--verify", action="store_true", help="and prove that nothing is left")
    erase.add_argument("--json", action="store_true", help="say what went as JSON")
    traces.add_argument("--json", action="store_true", help="print it as JSON")


def _run_erase(args: argparse.Namespace) -> int:
    try:
        return asyncio.run(_erase(args))
    except NobodyThere as nobody:
        print(nobody, file=sys.stderr)
        return 1


async def _erase(args: argparse.Namespace) -> int:
    async with counter_of(args) as counter:
        try:
            loaded = await one_person(counter.store, args)
        except NobodyThere:
            if not args.verify or args.email is not None:
                raise
            return await _proven(args, counter, Sought((await _id_of(counter.store, args),)), {"record": False})
        drawn = portrait(counter.corridor, _there(loaded), at=counter.now, visitor=loaded.visitor)
        name = printable(called(drawn)) or f"the visitor {loaded.visitor}"
        if not args.yes and not _is_sure(f"Erase {name}, {counted(drawn['visits'], 'visit')}? "):
            print("Nobody was erased.")
            return 1
        sought = await counter.store.sought(loaded.visitor)
        told = await _erased(counter.store, loaded, drawn)
        if not args.json:
            _say_erased(name, told)
        if args.verify:
            return await _proven(args, counter, sought, told)
    if args.json:
        print(json.dumps(told))
    return 0


async def _erased(store: Store, loaded: Loaded, drawn: dict[str, Any]) -> dict[str, Any]:
    """Erase; what went."""
    found_by = sum(trait in drawn["traits"] for trait in MARKED)
    entries = await store.erase(loaded.visitor)
    pointers = len(joined_by(loaded))
    return {"visitor": loaded.visitor, "record": True, "index": found_by, "stream": entries, "pointers": pointers}


def _say_erased(name: str, told: dict[str, Any]) -> None:
    went = [
        "the record",
        counted(told["index"], "trait") + " they were found by",
        f"{told['stream']:,} stream {'entry' if told['stream'] == 1 else 'entries'}",
        counted(told["pointers"], "visitor") + " who had joined them",
    ]
    print(f"Erased {name}: {', '.join(went)}.")
    print("Whoever comes with their cookie is somebody new.")


async def _proven(args: argparse.Namespace, counter: Counter, sought: Sought, told: dict[str, Any]) -> int:
    """Look everywhere; whatever leads to them goes too. 1 where something is left."""
    store, traces = counter.store, Traces()
    for _ in range(_MOST_ROUNDS):
        traces = await _looked(store, sought)
        if not traces.leading:
            break
        more = [visitor for visitor in traces.leading if visitor not in sought.visitors]
        sought = structs.replace(sought, visitors=(*sought.visitors, *more))
        for visitor in traces.leading:
            await store.erase(visitor)
    log = await _log(args, store)
    if args.json:
        print(json.dumps({**told, "visitor": sought.visitors[0], "log": log, **_told(traces)}, ensure_ascii=False))
    else:
        print("\n".join(TracesReport(Paper(sys.stdout)).proof(traces, log=log)))
    return 1 if traces.left or log == "not in time" else 0


async def _log(args: argparse.Namespace, store: Store) -> str:
    """What became of the append-only file: that of the bundled server is ours to write anew."""
    if not isinstance(read_address(args.store), EmbeddedAddress):
        return "not ours"
    try:
        return "written anew" if await store.shed_log(_LOG_S) else "not in time"
    except StoreError as refused:
        raise ConfigurationError(f"the server does not write its file anew: {refused}") from refused


def _run_traces(args: argparse.Namespace) -> int:
    try:
        return asyncio.run(_traces(args))
    except NobodyThere as nobody:
        print(nobody, file=sys.stderr)
        return 1


async def _traces(args: argparse.Namespace) -> int:
    async with counter_of(args) as counter:
        visitor = await _id_of(counter.store, args)
        traces = await _looked(counter.store, await counter.store.sought(visitor))
    if args.json:
        print(json.dumps({"visitor": visitor, **_told(traces)}, ensure_ascii=False))
    else:
        print("\n".join(TracesReport(Paper(sys.stdout)).lines(traces)))
    return 1 if traces.left else 0


async def _id_of(store: Store, args: argparse.Namespace) -> str:
    """Whoever is named, whether anything is known of them or not. Raises NobodyThere."""
    if args.email is not None:
        return (await one_person(store, args)).visitor
    if args.user is not None:
        return await store.person(args.user)
    if not _VISITOR.fullmatch(args.visitor):
        raise ConfigurationError("that is no visitor's id, which has 22 characters; there are --user and --email, too")
    return str(args.visitor)


async def _looked(store: Store, sought: Sought) -> Traces:
    """The walk over all keys, with a word of how far it is."""
    traces, console = Traces(), Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.fields[keys]:>10,} keys"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", keys=0)
        walk = asyncio.create_task(store.traces(sought, traces))
        while not (await asyncio.wait([walk], timeout=0.2))[0]:
            progress.update(task, keys=sum(traces.keys.values()))
    return await walk


def _told(traces: Traces) -> dict[str, Any]:
    return {
        "looked_into": {"keys": traces.keys, "values": traces.values},
        "stones": traces.stones,
        "left": [structs.asdict(one) for one in traces.left],
        "alike": traces.alike,
        "packed_streams": traces.packed,
    }


def _there(loaded: Loaded) -> Any:
    assert loaded.profile is not None  # somebody is there
    return loaded.profile


def _is_sure(question: str) -> bool:
    """Asked on a terminal; elsewhere --yes says so."""
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody can be asked here whether you are sure: say --yes")
    return input(f"{question}It cannot be undone. [y/N] ").strip().lower() in ("y", "yes")
