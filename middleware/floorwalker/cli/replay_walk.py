"""Walking a log: lines from the file, shares of its visitors on several cores, profiles into a store."""

import asyncio
import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from floorwalker.accesslog import AccessLog, LogLine, Rejected, guess_host, open_log
from floorwalker.accesslog.replay import ALL, Replay, Share, Summary, merged
from floorwalker.asgi.context import block_context
from floorwalker.asgi.rulebook import Rulebook
from floorwalker.core.decide import PageDecisions, decide
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Content
from floorwalker.core.signals import Signals
from floorwalker.errors import ConfigurationError
from floorwalker.store import Outcome, StoreSettings, open_store

_GUESSED_FROM = 2000  # lines read ahead to find the site's own host
_AT_ONCE = 256  # commits under way together
_LARGE_BYTES = 1_000_000  # below, one core is done before a second has begun
_MOST_PROCESSES = 8


class Walked(Struct):
    """A log's summary, its site, and how many profiles stand in the store (None where none was asked for)."""

    summary: Summary
    host: str
    stored: int | None = None


def host_of(name: str) -> str | None:
    """The site that a log belongs to, by its first lines; None for a stream, which can be read only once."""
    if name == "-":
        return None
    with open_log(name) as log:
        return _guessed(itertools.islice(log.lines(), _GUESSED_FROM))


async def ask_store(address: str) -> None:
    """Raise StoreUnavailable where the store does not answer: the commits themselves would wait for it, for hours."""
    store = open_store(address)
    try:
        await store.ping()
    finally:
        await store.close()


def walk_log(
    rulebook: Rulebook, name: str, *, host: str | None, store: str | None, processes: int | None = None
) -> Walked:
    """Walk a whole log, on several cores where it is a large file; whoever warmed the reader did it for all of them.

    Raises OSError where it cannot be read.
    """
    shares = _shares(name, processes)
    if shares == 1:
        return _walk(rulebook, name, host, store, ALL)
    context = get_context("fork")  # the rules are compiled once, and every process has them
    children = []
    for number in range(1, shares):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(
            target=_send_walked, args=(theirs, rulebook, name, host, store, Share(number, shares)), daemon=True
        )
        child.start()
        theirs.close()
        children.append((child, ours))
    parts = [_walk(rulebook, name, host, store, Share(0, shares))]
    for child, ours in children:
        parts.append(_received(ours))
        child.join()
    stored = sum(part.stored or 0 for part in parts) if store else None
    return Walked(merged([part.summary for part in parts]), parts[0].host, stored)


def _shares(name: str, processes: int | None) -> int:
    if processes is not None and processes < 1:
        raise ConfigurationError("--processes is a number from 1 on")
    if name == "-" or sys.platform != "linux":
        return 1
    if processes is not None:
        return min(processes, _MOST_PROCESSES)
    path = Path(name)
    large = path.is_file() and path.stat().st_size >= _LARGE_BYTES
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES) if large else 1


def _send_walked(
    pipe: Connection, rulebook: Rulebook, name: str, host: str | None, store: str | None, share: Share
) -> None:
    pipe.send(_walk(rulebook, name, host, store, share))
    pipe.close()


def _received(pipe: Connection) -> Walked:
    try:
        received = pipe.recv()
    except EOFError:
        raise ConfigurationError("a process of the replay ended early; try --processes 1") from None
    assert isinstance(received, Walked)
    return received


def _walk(rulebook: Rulebook, name: str, host: str | None, store: str | None, share: Share) -> Walked:
    """One share of the log."""
    with open_log(name) as log:
        lines = log.lines()
        if host is None:
            ahead = list(itertools.islice(lines, _GUESSED_FROM))
            lines, host = itertools.chain(ahead, lines), _guessed(ahead)
        replay = Replay(
            rulebook.corridor,
            choose=lambda profile, signals: _choose(rulebook, profile, signals),
            host=host,
            keep_hits=store is not None,
            share=share,
        )
        summary = replay.walk(_with_progress(lines, log) if share.number == 0 else lines)
    return Walked(summary, host, asyncio.run(_store(replay, store)) if store else None)


def _guessed(lines: Iterable[LogLine | Rejected]) -> str:
    return guess_host(line for line in lines if isinstance(line, LogLine))


def _choose(rulebook: Rulebook, profile: Profile, signals: Signals) -> PageDecisions:
    """The page's decisions, blocks rendered: one that uses something unknown is passed over, as on the site."""
    context: Mapping[str, Any]

    def render(content: Content) -> str | None:
        return rulebook.render(content, context)

    page = decide(rulebook.ruleset, profile, signals, signals.at, render=render)
    context = block_context(page, nonce=None)
    return page


def _with_progress(lines: Iterable[LogLine | Rejected], log: AccessLog) -> Iterator[LogLine | Rejected]:
    """The lines, with a bar on standard error where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from lines
        return
    columns = (TextColumn("{task.fields[lines]:>10,} lines"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=log.size, lines=0)
        for number, line in enumerate(lines, 1):
            yield line
            if number % 500 == 0:
                progress.update(task, completed=log.position(), lines=number)


async def _store(replay: Replay, address: str) -> int:
    """Commit every visitor's hits; the number of profiles that stand in the store."""
    store = open_store(address, settings=StoreSettings(new_profiles_per_s=1e9))
    try:
        stored = 0
        visitors = iter(replay.profiles)
        while batch := list(itertools.islice(visitors, _AT_ONCE)):
            commits = (store.commit(visitor, None, replay.step_of(visitor)) for visitor in batch)
            results = await asyncio.gather(*commits)
            stored += sum(result.outcome is Outcome.STORED for result in results)
        return stored
    finally:
        await store.close()
