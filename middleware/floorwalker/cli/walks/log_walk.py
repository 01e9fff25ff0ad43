"""Walking an access log: its lines one by one with a progress bar, its visitors shared out over several cores."""

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from floorwalker.accesslog import AccessLog, LogLine, Rejected, guess_host, open_log
from floorwalker.accesslog.replay import ALL, Share
from floorwalker.errors import ConfigurationError

Lines = Iterator[LogLine | Rejected]
Found = TypeVar("Found")
Walk = Callable[[Lines, str, Share], Found]
"""Walks all lines for one share of the visitors; the text is the site's own host, empty where nobody knows it."""

_GUESSED_FROM = 2000  # lines read ahead to find the site's own host
_LARGE_BYTES = 1_000_000  # below, one core is done before a second has begun
_MOST_PROCESSES = 8


def host_of(name: str) -> str | None:
    """The site that a log belongs to, by its first lines; None for a stream, which can be read only once."""
    if name == "-":
        return None
    with open_log(name) as log:
        return _guessed(itertools.islice(log.lines(), _GUESSED_FROM))


def walk_in_shares(name: str, walk: Walk[Found], *, host: str | None, processes: int | None = None) -> list[Found]:
    """What `walk` finds, for each share of the visitors: on several cores where the log is a large file.

    host: the site's own; None is guessed. What is found is sent between processes. Raises OSError where the log cannot
    be read.
    """
    shares = _shares(name, processes)
    if shares == 1:
        return [_walk(name, walk, host, ALL)]
    context = get_context("fork")  # the rules are compiled once, and every process has them
    children = []
    for number in range(1, shares):
        ours, theirs = context.Pipe(duplex=False)
        share = Share(number, shares)
        child = context.Process(target=_send_walked, args=(theirs, name, walk, host, share), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    parts = [_walk(name, walk, host, Share(0, shares))]
    for child, ours in children:
        parts.append(_received(ours))
        child.join()
    return parts


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


def _send_walked(pipe: Connection, name: str, walk: Walk[Any], host: str | None, share: Share) -> None:
    pipe.send(_walk(name, walk, host, share))
    pipe.close()


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        raise ConfigurationError("a process of the replay ended early; try --processes 1") from None


def _walk(name: str, walk: Walk[Found], host: str | None, share: Share) -> Found:
    """One share of the log."""
    with open_log(name) as log:
        lines = log.lines()
        if host is None:
            ahead = list(itertools.islice(lines, _GUESSED_FROM))
            lines, host = itertools.chain(ahead, lines), _guessed(ahead)
        return walk(_with_progress(lines, log) if share.number == 0 else lines, host, share)


def _guessed(lines: Iterable[LogLine | Rejected]) -> str:
    return guess_host(line for line in lines if isinstance(line, LogLine))


def _with_progress(lines: Lines, log: AccessLog) -> Lines:
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
