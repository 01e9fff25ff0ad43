"""Rules are saved, broken, mended and restored while two workers serve: no page is dropped, none is a mixture."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM

import httpx
import pytest

from floorwalker import Store, open_store
from floorwalker.asgi.rules.rulebook import read_site_files
from floorwalker.core.memory.proving.facts import read_fact
from tests.asgi.browser import CHROME
from tests.asgi.saving_site import SLOTS
from tests.conftest import ROOT

pytestmark = pytest.mark.load

INLINE = "slots: {{{slot}: {{show: [{{name: {slot}-{n}, html: '<b>{n}</b>'}}]}}}}\n"
TEMPLATE = "slots: {three: {show: [{block: three.html}]}}\n"
BROWSERS = 4
Ask = Callable[[str], Awaitable[httpx.Response]]


class Folders:
    """The rules of a site as numbered editions; the current one is a link, so that all of it changes at once."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.versions: dict[str, int] = {}
        self.save(1)

    def save(self, number: int, more: str = "") -> None:
        edition = self.place / f"edition-{number}{'-broken' if more else ''}"
        (edition / "rules").mkdir(parents=True)
        (edition / "templates").mkdir()
        for slot in SLOTS[:2]:
            (edition / "rules" / f"{slot}.yaml").write_text(INLINE.format(slot=slot, n=number) + more)
        (edition / "rules" / "three.yaml").write_text(TEMPLATE)
        (edition / "templates" / "three.html").write_text(f"<b>{number}</b>")
        self.versions[read_site_files(edition / "rules", edition / "templates").version] = number
        (self.place / "next").symlink_to(edition.name)
        (self.place / "next").replace(self.place / "current")

    def version(self, number: int) -> str:
        return next(version for version, known in self.versions.items() if known == number)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


@pytest.fixture
def workers(folders: Folders, valkey_url: str) -> Iterator[list[str]]:
    """The addresses of two workers, each a process of its own."""
    addresses, processes = [], []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            addresses.append(f"http://127.0.0.1:{listening.getsockname()[1]}")
            arguments = [str(listening.fileno()), str(folders.place / "current"), valkey_url]
            command = [sys.executable, "-m", "tests.asgi.saving_site", *arguments]
            processes.append(subprocess.Popen(command, cwd=ROOT, pass_fds=[listening.fileno()]))
    yield addresses
    for process in processes:
        process.terminate()
    assert {process.wait(20) for process in processes} <= {0, -SIGTERM}


class Visitors:
    """Browsers that ask for the page again and again; what they were shown, and which pages were no page."""

    def __init__(self) -> None:
        self.shown: Counter[int] = Counter()
        self.wrong: list[str] = []

    async def browse(self, ask: Ask, address: str) -> None:
        while True:
            answer = await ask(f"{address}/")
            numbers = set(re.findall(r"<b>(\d+)</b>", answer.text))
            whole = answer.text.count("<b>") == len(SLOTS) and answer.text.endswith("</body>")
            if answer.status_code != 200 or len(numbers) != 1 or not whole:
                self.wrong.append(f"{answer.status_code} {answer.text}")
            else:
                self.shown[int(numbers.pop())] += 1

    async def see(self, number: int) -> None:
        """Wait until all of them have seen a page of this edition from now on."""
        before = self.shown[number]
        for _ in range(1500):
            if self.shown[number] > before + 2 * BROWSERS:
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"nobody saw {number}")

    @asynccontextmanager
    async def browsing(self, workers: list[str]) -> AsyncIterator[Ask]:
        headers = {"user-agent": CHROME.decode(), "accept": "text/html", "sec-fetch-dest": "document"}
        clients = [httpx.AsyncClient(headers=headers, timeout=20) for _ in range(BROWSERS)]
        tasks = [
            asyncio.create_task(self.browse(client.get, workers[number % len(workers)]))
            for number, client in enumerate(clients)
        ]
        async with httpx.AsyncClient(timeout=20) as asking:
            yield asking.get
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in results), results
        for client in clients:
            await client.aclose()


async def until(ask: Ask, workers: list[str], **expected: str) -> None:
    """Wait until every worker says so at `/healthz`; some say nothing yet."""
    for address in workers:
        for _ in range(1500):
            try:
                health = json.loads((await ask(f"{address}/_floorwalker/healthz")).text)
            except httpx.TransportError:
                health = {}
            if {"rules": health.get("rules"), **health.get("files", {})}.items() >= expected.items():
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail(f"{address} never said {expected}, but {health}")


async def test_no_page_is_dropped_or_a_mixture_while_rules_change(
    folders: Folders, workers: list[str], valkey_url: str
) -> None:
    visitors = Visitors()
    async with httpx.AsyncClient(timeout=20) as asking:
        await until(asking.get, workers, rules=folders.version(1))
    async with visitors.browsing(workers) as ask:
        for number in range(2, 5):
            folders.save(number)
            await until(ask, workers, rules=folders.version(number), state="in force")
        folders.save(5, more="segmnets: {}\n")
        await until(ask, workers, rules=folders.version(4), state="refused")
        for arguments in ((), (folders.version(2),)):
            await restore(folders, valkey_url, *arguments)
        await until(ask, workers, rules=folders.version(2), state="in force")
        await visitors.see(2)
    assert visitors.wrong == []
    assert set(visitors.shown) == {1, 2, 3, 4}
    await everything_is_counted(folders, visitors, open_store(valkey_url))


async def restore(folders: Folders, store: str, *arguments: str) -> None:
    """As an editor does it, in a process of its own."""
    place = ["--rules", "current/rules", "--templates", "current/templates", "--store", store]
    command = [sys.executable, "-m", "floorwalker", "rules", "restore", *arguments, *place]
    process = await asyncio.create_subprocess_exec(*command, cwd=folders.place, stdout=subprocess.DEVNULL)
    assert await process.wait() == 0


async def everything_is_counted(folders: Folders, visitors: Visitors, store: Store) -> None:
    """Every impression names the version that decided it; the counters tell the same as the stream."""
    impressions = [entry async for entry in store.events() if entry.event.name == "Slot Shown"]
    for entry in impressions:
        shown = entry.event.properties
        if shown["slot"] != "three":
            assert shown["block"] == f"{shown['slot']}-{folders.versions[str(shown['rules'])]}"
    assert {folders.versions[str(entry.event.properties["rules"])] for entry in impressions} == set(visitors.shown)
    first_seen = {(one.pseudonym, one.event.properties["slot"], one.event.properties["block"]) for one in impressions}
    by_block = Counter((slot, block) for _, slot, block in first_seen)
    days = sorted({_day(one.event.at) for one in impressions})
    counted: Counter[tuple[str, str]] = Counter()
    for facts in (await store.stats(days[0], days[-1])).values():
        for field, value in facts.items():
            fact = read_fact(field)
            assert fact is not None
            if (fact.arm, fact.name) == ("treatment", "shown"):
                counted[fact.unit, fact.block] += value
    units, people = {slot for slot, _ in by_block} | {""}, {who for who, *_ in first_seen}
    by_unit = Counter({(unit, ""): len(people) for unit in units})
    assert counted == by_block + by_unit
    assert [one.version for one in await store.rules_history() if not one.aside][::-1] == [
        folders.version(number) for number in (1, 2, 3, 4, 2)
    ]
    await store.close()


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
