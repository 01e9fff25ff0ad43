"""The least that a page asks for: it is the page, its commits stand, and the table tells it from ours."""

import json
from pathlib import Path

import uvloop

from benchmarks.parts.floor_site import PAGE, floor_site
from benchmarks.parts.floor_table import CONTROL, EVERY_LAYER, FLOOR, PLAIN, SESSION, WHOLE, beyond, floor_table
from benchmarks.parts.hot_path import serve
from benchmarks.parts.least import Depth, least
from benchmarks.site.pages import App, Message, app
from benchmarks.site.requests import no_body, request

VISITORS = 4


async def page_of(served: App, cookie: str) -> tuple[int, bytes]:
    """The length that its head tells, -1 where it tells none, and its bytes."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    await served(request(PAGE, cookie), no_body, send)
    return int(dict(said[0]["headers"]).get(b"content-length", -1)), said[1]["body"]


async def tried(folder: Path) -> tuple[tuple[int, bytes], bytes, dict[Depth, int], int]:
    """The least page with its length; ours; commits of three pages at each depth; commits that do not stand."""
    async with floor_site(folder, VISITORS) as site:
        jar = site.cookies(whole=False).read_text().split()
        told = await page_of(least(app(), site.ready, Depth.SPLICED), jar[0])
        _, ours = await page_of(site.whole, site.cookies(whole=True).read_text().split()[0])
        stored = {}
        for depth in Depth:
            await serve(app(), PAGE, jar, 1)  # the commits before stand by its end
            before = site.ready.stored
            await serve(least(app(), site.ready, depth), PAGE, jar, 3)
            stored[depth] = site.ready.stored - before
        return told, ours, stored, site.ready.refused


def test_the_least_makes_a_page_like_ours_and_all_its_commits_stand(tmp_path: Path) -> None:
    (length, least_page), ours, stored, refused = uvloop.run(tried(tmp_path))
    assert length == len(least_page)
    assert least_page.count(b"<h2>For everyone</h2>") == 3
    assert abs(len(least_page) - len(ours)) < 30
    assert stored == {depth: 3 if depth >= Depth.COMMITTED else 0 for depth in Depth}
    assert refused == 0


def rounds(**others: float) -> dict[str, list[float]]:
    names = (PLAIN, CONTROL, SESSION, FLOOR, WHOLE)
    costs = dict.fromkeys(names, 20.0) | {SESSION: 45.0, FLOOR: 60.0, WHOLE: 220.0} | others
    return {name: [cost, cost + 10, cost + 1] for name, cost in costs.items()}


def test_what_is_beyond_the_least_is_ours() -> None:
    assert beyond(rounds(), FLOOR) == 160
    found = {
        "pages": {page: rounds() for page in (EVERY_LAYER, "/static50", "/jinja50")},
        "alone": rounds(),
        "instructions": {"core/memory": 750.0, "html": 250.0, "store/link": 100.0, "the app": 100.0},
    }
    told = floor_table(json.loads(json.dumps(found)))
    assert "Of the 200 µs that floorwalker adds, 40 are the least" in told
    line = next(line for line in told.splitlines() if line.startswith("The least alone misses"))
    missed, _, kept = line.partition("Python has room in")
    assert "added CPU of a page, static 10 KB ≤ 1.5" in missed
    assert "throughput, static 10 KB ≥ 0.32 × plain (5 µs)" in kept
    assert "| core/memory |          750 | 75.0% |        120.0 |" in told
