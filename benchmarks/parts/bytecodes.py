"""`python -m benchmarks.parts.bytecodes`: how many instructions of Python a page takes, by room; no noise touches it.

One after the other, to returning visitors. What C does is not in it, so it says nothing of microseconds by itself.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop

from benchmarks.parts.hot_path import serve
from benchmarks.parts.where import room_of
from benchmarks.site.pages import PAGES, App
from benchmarks.site.requests import started
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import wrapped
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.tables import markdown

_VISITORS, _WARM = 64, 3


class Instructions:
    """Which files ran, and how many instructions of each."""

    def __init__(self) -> None:
        self.files: Counter[str] = Counter()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count while the block runs; functions that run already are not seen."""
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _told: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        file = frame.f_code.co_filename

        def follow(_frame: FrameType, event: str, _told: Any) -> Any:
            if event == "opcode":
                self.files[file] += 1
            return follow

        return follow


async def by_room(served: App, page: str, cookies: Sequence[str]) -> dict[str, float]:
    """Instructions of one page, room by room, the fullest first; the app must serve already."""
    for _ in range(_WARM):
        await serve(served, page, list(cookies), len(cookies))
    instructions = Instructions()
    with instructions.counted():
        await serve(served, page, list(cookies), len(cookies))
    found: Counter[str] = Counter()
    for file, often in instructions.files.items():
        found[room_of(file)] += often
    return {room: often / len(cookies) for room, often in found.most_common()}


async def _measured(folder: Path, page: str) -> dict[str, float]:
    rules, templates = write_rules(folder)
    store, cookies = f"embedded:{folder / 'store'}", folder / "cookies"
    await returning_visitors(_VISITORS, store=store, rules=rules, cookies=cookies)
    served = wrapped("floorwalker", rules=str(rules), templates=str(templates), store=store)
    async with started(served):
        return await by_room(served, page, (await asyncio.to_thread(cookies.read_text)).split())


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.bytecodes", description=__doc__)
    parser.add_argument("--page", choices=PAGES, default="/static10")
    page = parser.parse_args().page
    with tempfile.TemporaryDirectory(prefix="fw-bench-", ignore_cleanup_errors=True) as folder:
        found = uvloop.run(_measured(Path(folder), page))
    rows = [(room, f"{count:,.0f}") for room, count in found.items() if count >= 1]
    print(markdown((page, "instructions"), [*rows, ("in all", f"{sum(found.values()):,.0f}")]))


if __name__ == "__main__":
    main()
