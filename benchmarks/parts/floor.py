"""`python -m benchmarks.parts.floor [--out FOLDER]`: what a page must cost in this language, layer by layer.

One process serves the same page behind uvicorn, each time with one layer more around the app: a wrapper that does
nothing, the cookie verified, the record asked for, the commit sent (the same one, made ready beforehand), the profile
decoded and encoded, three ready texts put into the page; at last the whole middleware. Layers take turns, round by
round, and the figure is this process's own CPU: the load and the store's server are not in it. What the whole takes
beyond all these layers is Python of ours; it is told by room, by the instructions that each runs. Three minutes.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
import uvloop

from benchmarks.parts.bytecodes import by_room
from benchmarks.parts.floor_site import Site, floor_site
from benchmarks.parts.floor_table import CONTROL, EVERY_LAYER, FLOOR, LARGE_PAGE, PLAIN, SESSION, WHOLE, floor_table
from benchmarks.parts.hot_path import serve
from benchmarks.parts.least import Depth, least
from benchmarks.ports import free_port
from benchmarks.site.pages import App, Receive, Scope, Send, app
from benchmarks.site.serve import wrapped
from benchmarks.whole.conditions import conditions
from benchmarks.whole.servers import LOAD_CPU, SERVER_CPU, core

LAYERS: Final = {
    Depth.PASSED: "a wrapper that passes messages on",
    Depth.COOKIE: "the cookie found, and verified",
    Depth.LOADED: "GET of the record",
    Depth.COMMITTED: "EVALSHA of the commit, made ready beforehand",
    Depth.DECODED: "the profile decoded and encoded",
    Depth.SPLICED: FLOOR,
}
OTHER_PAGES: Final = {LARGE_PAGE: (PLAIN, FLOOR, WHOLE), "/jinja50": (PLAIN, WHOLE)}
"""Where the other budgets of throughput stand, and what is asked there."""

_ALONE: Final = 500
_COUNTED: Final = 64

Rounds = dict[str, list[float]]


class Switch:
    """An app that is one of several, changed between two rounds, so that all are served by one process."""

    def __init__(self) -> None:
        self.app: App = app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def main() -> None:
    """Prints the tables; with --out, writes floor.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.floor", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each turn")
    parser.add_argument("--visitors", type=int, default=1000, help="with a profile and a cookie, for each of the two")
    parser.add_argument("--out", default="", help="a folder for floor.json")
    options = parser.parse_args()
    made = conditions()
    with tempfile.TemporaryDirectory(prefix="fw-bench-", ignore_cleanup_errors=True) as name:
        found = uvloop.run(_measured(Path(name), options))
    found = {"made": made, **found}
    print(floor_table(found))
    if options.out:
        Path(options.out, "floor.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


async def _measured(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Microseconds of CPU of a page by page and layer, in every round; instructions of the whole by room.

    alone: of the first page without a server and its connections, 32 at once, so that all their commands are joined.
    """
    async with floor_site(folder, options.visitors) as site, _served() as served:
        pages = {EVERY_LAYER: _layers(site)}
        for page, names in OTHER_PAGES.items():
            pages[page] = {name: pages[EVERY_LAYER][name] for name in names}
        found = {page: await _rounds(page, layers, site, served, options) for page, layers in pages.items()}
        alone: Rounds = {name: [] for name in pages[EVERY_LAYER]}
        for number in range(options.rounds):
            for name, layer in _turned(pages[EVERY_LAYER], number):
                cookies = (await asyncio.to_thread(site.cookies(whole=name == WHOLE).read_text)).split()
                alone[name].append(round(await serve(layer, EVERY_LAYER, cookies, _ALONE), 1))
        rooms = await by_room(site.whole, EVERY_LAYER, cookies[:_COUNTED])
        if site.ready.refused:
            raise SystemExit(f"{site.ready.refused} commits did not stand")
    print(file=sys.stderr)
    return {"pages": found, "alone": alone, "instructions": rooms}


def _layers(site: Site) -> dict[str, App]:
    """All that take turns, in the order in which they stand one on the other."""
    floors = {name: least(app(), site.ready, depth) for depth, name in LAYERS.items()}
    session = wrapped("session", rules="", templates="", store="")
    return {PLAIN: app(), CONTROL: app(), SESSION: session, **floors, WHOLE: site.whole}


async def _rounds(
    page: str, layers: Mapping[str, App], site: Site, served: tuple[Switch, int], options: argparse.Namespace
) -> Rounds:
    """Each layer in its turn behind uvicorn."""
    switch, port = served
    found: Rounds = {name: [] for name in layers}
    for number in range(options.rounds):
        for name, layer in _turned(layers, number):
            print(f"\r{page} round {number + 1}/{options.rounds} {name:<46}", end="", file=sys.stderr, flush=True)
            switch.app = layer
            cookies = site.cookies(whole=name == WHOLE)
            found[name].append(round(await _cpu_us(port, page, cookies, options.seconds), 1))
    return found


def _turned(layers: Mapping[str, App], number: int) -> Sequence[tuple[str, App]]:
    """Each layer begins a round as often as the others."""
    listed = list(layers.items())
    turn = number % len(listed)
    return listed[turn:] + listed[:turn]


async def _cpu_us(port: int, page: str, cookies: Path, seconds: float) -> float:
    """Microseconds of this process for each request of one run of the load, which is on the other core."""
    words = ["-m", "benchmarks.whole.load", "--port", str(port), "--path", page, "--cookies", str(cookies)]
    words += ["--seconds", str(seconds), "--cpu", str(core(LOAD_CPU))]
    began = time.process_time()
    load = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    said, _ = await load.communicate()
    took_s = time.process_time() - began
    told = json.loads(said)
    if told["failures"]:
        raise SystemExit(f"{told['failures']} requests failed")
    return float(took_s / told["requests"] * 1e6)


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[Switch, int]]:
    """uvicorn in this loop, as one worker has it."""
    switch, port = Switch(), free_port()
    config = uvicorn.Config(switch, port=port, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
        await asyncio.sleep(0.01)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core(SERVER_CPU)})  # the store's server runs already, so it is not bound to that core
    try:
        yield switch, port
    finally:
        os.sched_setaffinity(0, allowed)
        server.should_exit = True
        await serving


if __name__ == "__main__":
    main()
