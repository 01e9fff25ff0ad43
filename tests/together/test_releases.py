"""Workers of different releases serve one site at the same time: every event is counted once, and nothing is lost."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from floorwalker import Store, open_store
from floorwalker.store.open import PARTITIONS
from tests.conftest import ROOT
from tests.store.conftest import client_of
from tests.store.releases.copies import fields_of, release_before, releases
from tests.together.people import PREFIX, Ledger, Server, life
from tests.together.site import RULES
from tests.together.test_counts import (
    counters_are_a_recount,
    every_event_is_in_one_profile,
    money_is_what_was_paid,
    profile_of,
    the_stream_holds_what_profiles_hold,
)

__all__ = ["release_before", "releases"]
pytestmark = pytest.mark.releases

PEOPLE, WITHIN_S = 5, 40
PACKAGE = ROOT / "middleware"
Serve = Callable[[Path], str]


@pytest.fixture
def workers() -> dict[str, subprocess.Popen[bytes]]:
    """Those that run, by host."""
    return {}


@pytest.fixture
def serve(tmp_path: Path, valkey_url: str, workers: dict[str, subprocess.Popen[bytes]]) -> Iterator[Serve]:
    """Starts a worker of a release, on a socket of its own; its host."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    with ExitStack() as stack:

        def started(release: Path) -> str:
            bound = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
            command = [sys.executable, "-m", "tests.together.site", str(bound.fileno()), str(tmp_path / "rules")]
            environment = {**os.environ, "PYTHONPATH": str(release)}
            worker = subprocess.Popen([*command, valkey_url], cwd=ROOT, env=environment, pass_fds=[bound.fileno()])
            host = f"http://127.0.0.1:{bound.getsockname()[1]}"
            workers[host] = worker
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            return host

        yield started


async def lived(older: str, newer: str, ledger: Ledger) -> None:
    """What people do on both; then the newer one hears of everybody once more, as of whoever comes again."""
    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(*(life(number, [older, newer], ledger) for number in range(PEOPLE)))
        server = Server([newer], ledger)
        again = {"type": "track", "event": "Counted"}
        for user in ledger.orders:
            await server.batch(user, {**again, "userId": user, "messageId": f"{user}-again-once"})
        await server.close()


async def lost(host: str) -> dict[str, int]:
    async with httpx.AsyncClient(trust_env=False) as client:
        told = (await client.get(f"{host}{PREFIX}/healthz")).json()["store"]["lost"]
    return dict(told)


async def ended(workers: dict[str, subprocess.Popen[bytes]]) -> None:
    """As a rollout ends them: what waits is stored first."""
    for worker in workers.values():
        worker.send_signal(signal.SIGTERM)
    for worker in workers.values():
        assert await asyncio.to_thread(worker.wait, 20) in (0, -signal.SIGTERM)


async def every_event_counts_once(url: str, ledger: Ledger) -> Store:
    store = open_store(url)
    people = {user: await store.person(user) for user in ledger.orders}
    profiles = {user: await profile_of(store, visitor) for user, visitor in people.items()}
    await every_event_is_in_one_profile(store, ledger, profiles)
    await the_stream_holds_what_profiles_hold(store, ledger, people, profiles)
    money_is_what_was_paid(ledger, profiles)
    await counters_are_a_recount(store, ledger, profiles)
    return store


def payloads(url: str) -> list[list[object]]:
    """Every profile as it lies there: all its fields, known or not."""
    with client_of(url) as client:
        records = [client.get(key) for key in client.scan_iter(f"fw:{url.rpartition('=')[2]}:*:profile:*")]
    return [fields_of(record) for record in records if record[1:2] == b"L"]


def begun_by_the_one_before(url: str) -> None:
    """A keyspace as that release makes it."""
    with client_of(url) as client:
        client.hset(f"fw:{url.rpartition('=')[2]}:meta", mapping={"partitions": PARTITIONS, "people": "7f" * 32})


def side_lists(url: str) -> list[bytes]:
    with client_of(url) as client:
        return list(client.scan_iter(f"fw:{url.rpartition('=')[2]}:*:deferred:*"))


@pytest.mark.parametrize("pair", [("second", "third"), ("first", "third")])
async def test_a_site_of_two_releases_counts_every_event_once(
    releases: dict[str, Path],
    serve: Serve,
    workers: dict[str, subprocess.Popen[bytes]],
    valkey_url: str,
    pair: tuple[str, str],
) -> None:
    """`first` cannot read what `third` writes: what it hears waits until `third` comes to it."""
    ledger = Ledger()
    older, newer = (serve(releases[name]) for name in pair)
    await lived(older, newer, ledger)
    assert [await lost(older), await lost(newer)] == [{}, {}]
    await ended(workers)
    store = await every_event_counts_once(valkey_url, ledger)
    people = [profile for profile in payloads(valkey_url) if profile[9]]
    assert [profile[-1] for profile in people] == [1] * PEOPLE
    assert side_lists(valkey_url) == []
    await store.close()


async def test_this_release_works_beside_the_one_before(
    release_before: Path, serve: Serve, workers: dict[str, subprocess.Popen[bytes]], valkey_url: str
) -> None:
    """Both at once, so each reads what the other wrote; where that one began, nobody writes what it cannot read."""
    ledger = Ledger()
    begun_by_the_one_before(valkey_url)
    older, newer = serve(release_before), serve(PACKAGE)
    await lived(older, newer, ledger)
    assert [await lost(older), await lost(newer)] == [{}, {}]
    await ended(workers)
    store = await every_event_counts_once(valkey_url, ledger)
    await store.close()
