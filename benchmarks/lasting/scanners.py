"""`python -m benchmarks.lasting.scanners`: a flood of scanners that call themselves browsers, beside who comes back.

In this process over the embedded server. Half of the scanners keep no cookie; the others bring theirs back once and are
never seen again. Prints what the store holds after each tenth of the flood, what was turned away, and whether anybody
who was known lost a page.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import redis

from benchmarks.site.pages import App, app
from benchmarks.site.requests import no_body, request, started, swallow
from floorwalker import PersonalizationMiddleware, Ruleset
from floorwalker.core.events import PAGE_VIEWED
from floorwalker.store import Store, open_store
from floorwalker.store.bundled.embedded import EmbeddedServer

_RULES = "slots: {hero: {show: [{name: hello, text: Hello}]}}\n"
_PAGE = "/static10"
_AT_ONCE = 64
_PEOPLE = 50
_EACH = 100  # scanners between two pages of people
_KEY = "a key for benchmarks that is used nowhere else"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lasting.scanners", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as name:
        asyncio.run(_flood(Path(name), parser.parse_args().requests))


async def _flood(folder: Path, requests: int) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "site.yaml").write_text(_RULES)
    store = open_store(f"embedded:{folder / 'store'}")
    served = PersonalizationMiddleware(
        app(), rules=Ruleset.load(folder / "rules"), store=store, secret_key=_KEY, reload_s=0
    )
    async with started(served):
        people = [await _cookie(served) for _ in range(_PEOPLE)]
        for cookie in people:
            await _page(served, cookie)
        await store.flush(10)
        print(f"{'requests':>10}{'a second':>10}{'profiles':>10}{'MB in use':>11}{'turned away':>13}")
        sent = await _waves(served, store, folder, people, requests)
        await store.flush(30)
        await _told(store, people, sent)
    await store.close()


async def _waves(served: App, store: Store, folder: Path, people: list[str], requests: int) -> int:
    """The flood in ten parts, with people among it; how many pages people asked for."""
    asked = 0
    for part in range(1, 11):
        numbers, began = iter(range(requests // 10)), time.monotonic()

        async def scanners(turn: int) -> int:
            pages = 0
            for number in numbers:  # noqa: B023 - all of one part
                if number % _EACH == 0:
                    pages += 1
                    await _page(served, people[number // _EACH % len(people)])
                await asyncio.sleep(0)  # as sockets have it
                cookie = await _cookie(served)
                if turn % 2:
                    await _page(served, cookie)
            return pages

        asked += sum(await asyncio.gather(*(scanners(turn) for turn in range(_AT_ONCE))))
        took = time.monotonic() - began
        held = await asyncio.to_thread(_held, folder)
        lost = sum(store.health().lost.values())
        print(f"{part * requests // 10:10,}{requests / 10 / took:10,.0f}{held[0]:10,}{held[1]:11.1f}{lost:13,}")
    return asked


async def _told(store: Store, people: list[str], sent: int) -> None:
    """Every page of somebody who was known stands in the stream once."""
    kept = 0
    for cookie in people:
        visitor = cookie.partition("=")[2].partition(".")[0]
        kept += len([entry async for entry in store.events(visitor) if entry.event.name == PAGE_VIEWED])
    print(f"\npages of people who were known: {sent + 2 * len(people):,} asked for, {kept:,} stored")
    print(f"not stored of others: {store.health().lost}")


def _held(folder: Path) -> tuple[int, float]:
    """How many keys the server holds, and its memory in megabytes."""
    server = EmbeddedServer(folder / "store")
    try:
        with redis.Redis(unix_socket_path=str(server.start())) as client:
            return int(client.dbsize()), client.info("memory")["used_memory"] / 1e6
    finally:
        server.release()


async def _cookie(served: App) -> str:
    """Somebody's first page; the cookie that it sets."""
    said: list[bytes] = []

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said.extend(value for name, value in message["headers"] if name == b"set-cookie")

    await served(request(_PAGE), no_body, send)
    return said[0].split(b";")[0].decode()


async def _page(served: App, cookie: str) -> None:
    await served(request(_PAGE, cookie), no_body, swallow)


if __name__ == "__main__":
    main()
