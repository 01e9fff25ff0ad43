"""What is measured: weight by kind, load and commit at each size, each reader as the process that it is."""

import asyncio
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from msgspec import Struct, field

from benchmarks.million.bulk import Bulk
from benchmarks.million.crowd import AT_ONCE, KINDS, NAMED, Crowd, name_of, store_visitors
from benchmarks.million.server import Longest, Server
from floorwalker.store import Store, StoreSettings, open_store
from floorwalker.store.keys import Keys
from floorwalker.store.records.codec import encode_profile

WEIGHED = 30_000  # just under a power of two: the table of keys is as full as it gets
CALLS = 2_000
POLLED_S = 0.02


class Weight(Struct, frozen=True):
    """What visitors of one kind take. profile_bytes: as it is written, the median. record_bytes: its key, by MEMORY
    USAGE. visitor_bytes: all of the server's memory by their number; without the stream."""

    kind: str
    share: float
    profile_bytes: int
    record_bytes: int
    visitor_bytes: float


class Pace(Struct, frozen=True):
    """Load and commit among so many visitors. p50, p99: microseconds of one at a time, as a caller sees it. us: of
    processor time at the server."""

    visitors: int
    load_p50_us: float
    load_p99_us: float
    load_server_us: float
    commit_p50_us: float
    commit_p99_us: float
    commit_server_us: float


class Reader(Struct, frozen=True):
    """One command over a store of so many visitors. peak_bytes: the most memory of its process. longest: command at the
    server."""

    name: str
    visitors: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    longest: Longest
    exit_status: int


class Filling(Struct, frozen=True):
    """How long it took to come from the size before to so many visitors: ours, not the product's."""

    visitors: int
    seconds: float
    longest: Longest


class Results(Struct):
    """Everything of one run, as it is written down. made: where and when. seconds: so far, of the whole run."""

    made: dict[str, Any]
    seconds: float = 0.0
    fillings: list[Filling] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    bytes_in_all: int = 0
    bytes_per_visitor: float = 0.0


def opened(server: Server, namespace: str, *, events_kept: int = 1_000_000) -> Store:
    """A store that takes as many as come."""
    return open_store(
        server.url(namespace),
        settings=StoreSettings(new_profiles_per_s=1e9, partitions=64, events_kept=events_kept, reply_timeout_s=30.0),
    )


async def weigh(server: Server, crowd: Crowd, kind: str, visitors: int = WEIGHED) -> Weight:
    """What visitors of one kind take, alone in the server."""
    with server.alone() as before:
        store = opened(server, "weighed")
        await store_visitors(store, crowd, range(visitors), kind=kind, has_effects=False)
        await store.close()
        keys = Keys("weighed", 64)
        took = (server.used_bytes - before) / visitors
        records = [server.key_bytes(keys.profile(name_of(one))) for one in range(0, visitors, max(1, visitors // 500))]
    payloads = [len(encode_profile(profile)) for profile, _ in crowd.histories[kind]]
    return Weight(kind, KINDS[kind], int(median(payloads)), int(median(records)), took)


async def pace(server: Server, crowd: Crowd, visitors: int, calls: int = CALLS) -> Pace:
    """Load and commit of visitors by lot, one at a time; the profiles grow by it."""
    store, dice = opened(server, "million"), Random(visitors)
    numbers = [dice.randrange(visitors) for _ in range(calls)]

    async def load(number: int) -> None:
        await store.load(name_of(number))

    async def commit(number: int) -> None:
        await store.commit(name_of(number), await store.load(name_of(number)), crowd.view(number))

    await store.ping()
    server.reset()
    loads = await _timed(load, numbers)
    load_us = server.us_per_call("get")
    server.reset()
    both = await _timed(commit, numbers)
    commit_us = server.us_per_call("evalsha")
    await store.close()
    alone = [max(0.0, one - median(loads)) for one in both]
    return Pace(visitors, *_points(loads), load_us, *_points(alone), commit_us)


async def _timed(call: Callable[[int], Awaitable[None]], numbers: Sequence[int]) -> list[float]:
    found = []
    for number in numbers:
        began = time.perf_counter()
        await call(number)
        found.append((time.perf_counter() - began) * 1e6)
    return found


def _points(found: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(found)
    return round(ordered[len(ordered) // 2], 1), round(ordered[int(0.99 * len(ordered))], 1)


async def read(server: Server, name: str, arguments: Sequence[str], visitors: int, log: Path) -> Reader:
    """Run one command as a process of its own, to its end."""
    server.reset()
    began = time.perf_counter()
    command = [sys.executable, "-m", "floorwalker", *arguments]
    status, used, peak_bytes = await asyncio.to_thread(_run, command, log)
    return Reader(
        name,
        visitors,
        round(time.perf_counter() - began, 2),
        round(used.ru_utime + used.ru_stime, 2),
        peak_bytes,
        server.longest(),
        os.waitstatus_to_exitcode(status),
    )


def _run(command: list[str], log: Path) -> tuple[int, resource.struct_rusage, int]:
    """Its wait status, what it used, and its most memory, as the kernel last had it: `ru_maxrss` begins with ours."""
    with log.open("ab") as out:
        actions = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1)]
        process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    peak_bytes = 0
    while True:
        peak_bytes = max(peak_bytes, _peak_bytes(process))
        done, status, used = os.wait4(process, os.WNOHANG)
        if done:
            return status, used, peak_bytes
        time.sleep(POLLED_S)


def _peak_bytes(process: int) -> int:
    """The most memory that a process has had, as far as it lives."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


async def fill(server: Server, crowd: Crowd, numbers: range) -> Filling:
    """So many more visitors: whom nobody knows in bulk, all others by commits."""
    server.reset()
    began = time.perf_counter()
    store = opened(server, "million")
    keys = (await store.onward()).keys
    bulk = Bulk(server.redis, crowd, keys, StoreSettings(partitions=64), now=time.time())
    known = [number for number in numbers if crowd.kind_of(number) in NAMED]
    unknown = [number for number in numbers if crowd.kind_of(number) not in NAMED]
    if not all(map(bulk.same_as_composed, unknown[:: max(1, len(unknown) // 1000)])):
        raise SystemExit("what is stored in bulk is not what a commit writes")
    bulk.store(unknown)
    await store_visitors(store, crowd, known, told=_tell)
    await store.close()
    print(file=sys.stderr)
    return Filling(numbers.stop, round(time.perf_counter() - began, 1), server.longest())


def _tell(number: int) -> None:
    if number % (AT_ONCE * 100) < AT_ONCE:
        print(f"\r{number:,} visitors", end="", file=sys.stderr, flush=True)
