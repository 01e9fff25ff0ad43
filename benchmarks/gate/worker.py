"""One tree under measurement: a process that serves what it is asked for, and tells what that cost.

It reads the name of a piece of work a line, and answers with microseconds of its own CPU for each request. It uses
nothing but public names, so that it can serve with any release; which one is found by `PYTHONPATH`. What others on the
machine do, the load generator, and the store's server are not in the figure.
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.site.pages import App, Message, app
from benchmarks.site.requests import no_body, request, started, swallow
from benchmarks.site.rules import write_rules
from floorwalker import PersonalizationMiddleware
from floorwalker.store import Store, StoreSettings, open_store

VISITORS, PAGES_BEFORE = 32, 12
_AT_ONCE = 16
_SECRET = "a key for benchmarks, used nowhere else, long enough"


@dataclass(frozen=True)
class Work:
    """A kind of request. returning: by visitors with a history. count: in one slice, of some 10 to 20 ms."""

    path: str
    count: int
    returning: bool = True
    wrapped: bool = True


WORKS = {
    "page": Work("/static10", 32),
    "selectors": Work("/selectors", 16),
    "first page": Work("/static10", 32, returning=False),
    "data": Work("/data", 2000),
}
REFERENCE = "reference"  # the plain app renders a page: what recorded ratios are taken to
_REFERENCE = Work("/jinja50", 16, wrapped=False)


class Site:
    """The benchmark's app, wrapped and plain, and visitors who have been there."""

    def __init__(self, wrapped: App, store: Store) -> None:
        self._wrapped = wrapped
        self._plain = app()
        self._store = store
        self._cookies: list[str] = []
        self._turns: dict[str, int] = {}

    async def visit(self) -> None:
        """Let everybody look at some pages, one after the other."""
        self._cookies = [await _first_cookie(self._wrapped) for _ in range(VISITORS)]
        for number in range(PAGES_BEFORE):
            await self._serve(Work("/static10" if number % 2 else "/selectors", VISITORS), turns=0)

    async def slow_down(self, share: float) -> None:
        """From now on burn this share of what a request costs in each: what the gate is tried with.

        The twin of a slower process does the same with a share of 0: finding out what requests cost makes histories
        longer, and longer histories cost more.
        """
        for name in WORKS:
            slices = [await self.microseconds(name) / _turn_us() for _ in range(15)]
            self._turns[name] = int(share * median(slices))

    async def microseconds(self, name: str) -> float:
        """CPU for each request of one slice."""
        return await self._serve(_REFERENCE if name == REFERENCE else WORKS[name], turns=self._turns.get(name, 0))

    async def _serve(self, work: Work, *, turns: int) -> float:
        served, numbers = self._wrapped if work.wrapped else self._plain, iter(range(work.count))

        async def visits() -> None:
            for number in numbers:
                cookie = self._cookies[number % VISITORS] if work.returning else ""
                _burn(turns)
                await served(request(work.path, cookie), no_body, swallow)

        began = time.process_time()
        await asyncio.gather(*[visits() for _ in range(_AT_ONCE)])
        await self._store.flush(10)  # commits follow the last byte
        return (time.process_time() - began) / work.count * 1e6


def _burn(turns: int) -> None:
    for _ in range(turns):
        pass


def _turn_us(turns: int = 500_000) -> float:
    """What one turn costs at the moment: as long a slice as those of requests, so that it meets the same noise."""
    began = time.process_time()
    _burn(turns)
    return (time.process_time() - began) / turns * 1e6


async def _first_cookie(served: App) -> str:
    said: list[bytes] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.extend(value for name, value in message["headers"] if name == b"set-cookie")

    await served(request("/static10"), no_body, send)
    return said[0].partition(b";")[0].decode()


def _say(said: object) -> None:
    print(said, flush=True)


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _answer(site: Site, say: Callable[[object], None], *, cpu: int, slower: float) -> None:
    await site.visit()
    for name in (*WORKS, REFERENCE):
        await site.microseconds(name)
    os.sched_setaffinity(0, {cpu})  # not before: the store's server would share the core
    gc.collect()
    if slower >= 0:
        await site.slow_down(slower)
    say("ready")
    lines = await _lines()
    while line := await lines.readline():
        say(await site.microseconds(line.decode().strip()))


async def _run(options: argparse.Namespace, folder: Path) -> None:
    rules, templates = write_rules(folder)
    store = open_store(f"embedded:{folder / 'store'}", settings=StoreSettings(new_profiles_per_s=1e9))
    wrapped = PersonalizationMiddleware(
        app(), rules=str(rules), templates=str(templates), store=store, secret_key=[_SECRET], budget_ms=10_000
    )
    async with started(wrapped):
        await _answer(Site(wrapped, store), _say, cpu=options.cpu, slower=options.slower)
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate.worker", description=__doc__)
    parser.add_argument("--cpu", type=int, required=True)
    parser.add_argument(
        "--slower", type=float, default=-1.0, help="burn this share of a request's cost more; -1: not tried"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-gate-", ignore_cleanup_errors=True) as folder:
        import uvloop

        uvloop.run(_run(options, Path(folder)))


if __name__ == "__main__":
    main()
