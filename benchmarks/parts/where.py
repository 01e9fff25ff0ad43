"""Where a page's CPU goes, room by room: `python -m benchmarks.parts.where [--page /static10] [--out FOLDER]`.

A timer of CPU time interrupts the process some thousand times while it serves pages, and each time the function that
runs is noted: time in C counts to the function of Python that called it. So it costs what is measured next to nothing,
where a tracing profiler makes short functions look dear. The event loop's own work counts to whatever runs next.
"""

import argparse
import asyncio
import gc
import json
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop

import floorwalker
from benchmarks.parts.hot_path import serve
from benchmarks.parts.where_table import where_table
from benchmarks.site.pages import PAGES, App, app
from benchmarks.site.requests import started
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import wrapped
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.conditions import conditions

PACKAGE = Path(floorwalker.__file__).parent
EVERY_S = 0.001
OURS_IN_PARTS = ("asgi", "core", "store")
OTHERS = {
    "benchmarks": "the app",
    "jinja2": "Jinja2",
    "markupsafe": "Jinja2",
    "redis": "redis-py",
}


class Samples:
    """Which function ran, how often; and what the collector took, in seconds."""

    def __init__(self) -> None:
        self.functions: Counter[tuple[str, str]] = Counter()
        self.collecting_s = 0.0
        self._began = 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take samples while the block runs; in the main thread."""
        before = signal.signal(signal.SIGPROF, self._sample)
        gc.callbacks.append(self._collects)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            gc.callbacks.remove(self._collects)
            signal.signal(signal.SIGPROF, before)

    def rooms(self) -> Counter[str]:
        """The same by room, the fullest first."""
        found: Counter[str] = Counter()
        for (file, _), often in self.functions.items():
            found[room_of(file)] += often
        return found

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        if frame is not None:
            self.functions[frame.f_code.co_filename, frame.f_code.co_qualname] += 1

    def _collects(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.process_time()
        else:
            self.collecting_s += time.process_time() - self._began


def room_of(file: str) -> str:
    """The room of a source file, as docs/architecture.md names it; of others' code the library."""
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        parts = path.relative_to(PACKAGE).parts
        return "/".join(parts[:2]).removesuffix(".py") if parts[0] in OURS_IN_PARTS else parts[0].removesuffix(".py")
    return next((name for part, name in OTHERS.items() if part in path.parts), "the event loop and Python's own")


def main() -> None:
    """Print the table; with --out, write where.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.where", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--page", choices=PAGES, default="/static10")
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--out", default="", help="a folder for where.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-", ignore_cleanup_errors=True) as name:
        found = uvloop.run(measured(Path(name), options.page, options.pages))
    print(where_table(found))
    if options.out:
        Path(options.out, "where.json").write_text(json.dumps(found, indent=1) + "\n")


async def measured(folder: Path, page: str, pages: int) -> dict[str, Any]:
    """What a page costs here in all, microseconds, and the share of each room and of the dearest functions."""
    made, samples = conditions(), Samples()
    rules, templates = write_rules(folder)
    store, cookies = f"embedded:{folder / 'store'}", folder / "cookies"
    await returning_visitors(2000, store=store, rules=rules, cookies=cookies)
    jar = (await asyncio.to_thread(cookies.read_text)).split()
    served: App = wrapped("floorwalker", rules=str(rules), templates=str(templates), store=store)
    async with started(served):
        await serve(served, page, jar, 2000)
        with samples.taken():
            page_us = await serve(served, page, jar, pages)
    plain_us = await serve(app(), page, jar, pages)
    taken = samples.functions.total()
    functions = [
        (f"{room_of(file)}: {name}", often / taken) for (file, name), often in samples.functions.most_common(15)
    ]
    return {
        "made": made,
        "page": page,
        "page_us": page_us,
        "plain_us": plain_us,
        "collector_us": samples.collecting_s / pages * 1e6,
        "samples": taken,
        "rooms": [(room, often / taken) for room, often in samples.rooms().most_common()],
        "functions": functions,
    }


if __name__ == "__main__":
    main()
