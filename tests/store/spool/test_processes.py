"""A site under uvicorn that ends while its store is away: what it acknowledged is stored by the next one, once."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

import httpx
import pytest

from benchmarks.ports import free_port
from floorwalker import open_store
from tests.asgi.browser import CHROME, HTML
from tests.conftest import ROOT
from tests.servers import fresh_namespace
from tests.store.proxy import door

pytestmark = pytest.mark.faults

VISITORS, ACTIONS = 3, 5
HEADERS = {"user-agent": CHROME.decode(), "accept": HTML.decode(), "sec-fetch-dest": "document"}


@contextmanager
def served(store: str, folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The site in a process of its own; it is killed in the end."""
    port = free_port()
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "site.yaml").write_text("segments: {busy: {when: {did: Acted}}}\n")
    settings = {"STORE": store, "SPOOL": folder / "spool", "RULES": folder / "rules", "SECRET_KEY": "k" * 40}
    environment = {**os.environ, **{f"FLOORWALKER_{name}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "uvicorn", "tests.store.spool.site:app", "--port", str(port), *more]
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait(10)


async def until_up(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            await client.get("/_floorwalker/healthz")
        except httpx.TransportError:
            await asyncio.to_thread(_a_moment, process)
        else:
            return
    pytest.fail("the site ended at once")


def _a_moment(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return


async def visit(url: str, process: subprocess.Popen[bytes], first: int) -> None:
    """A visitor comes, and acts; every answer is as if all were well."""
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=20) as client:
        await until_up(client, process)
        assert (await client.get("/")).text == "<p>hello"
        for number in range(first, first + ACTIONS):
            assert (await client.post(f"/?{number}")).status_code == 303


async def stored(url: str, expected: int) -> Counter[int]:
    """Which actions stand in the store, once so many do."""
    store = open_store(url)
    try:
        async with asyncio.timeout(30):
            while True:
                events = [entry.event async for entry in store.events() if entry.event.name == "Acted"]
                if len(events) >= expected:
                    return Counter(int(event.properties["number"]) for event in events)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("signal", "options"),
    [(SIGKILL, ()), (SIGTERM, ()), (SIGTERM, ("--lifespan", "off"))],
    ids=["killed", "ended", "ended without a lifespan"],
)
async def test_what_a_process_acknowledged_the_next_one_stores_once(
    valkey_server: str, tmp_path: Path, signal: Signals, options: tuple[str, ...]
) -> None:
    namespace = fresh_namespace()
    numbers = range(VISITORS * ACTIONS)
    async with door(tmp_path / "door.sock", valkey_server) as front:
        store = f"{front.url}?namespace={namespace}"
        await front.shut()
        with served(store, tmp_path, *options) as (process, url):
            await asyncio.gather(*(visit(url, process, first) for first in numbers[::ACTIONS]))
            process.send_signal(signal)
            await asyncio.to_thread(process.wait, 20)
        assert list((tmp_path / "spool").iterdir())
        await front.open()
        with served(store, tmp_path) as (_, _url):
            assert await stored(store, len(numbers)) == Counter(numbers)
