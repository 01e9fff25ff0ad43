"""Several worker processes and one visitor."""

import subprocess
import sys

import redis

from floorwalker.store import Store, StoreSettings, open_store
from floorwalker.store.link.address import read_address
from floorwalker.store.link.replies import Word
from floorwalker.store.open import open_link
from tests.conftest import ROOT
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK, Behind, Open, client_of
from tests.store.links import SpyingLink
from tests.store.steps import DAY, FIELD, view

HITS = 150


def scripts_run(client: redis.Redis) -> int:
    """How many scripts the server has run so far."""
    stats = client.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("eval", "evalsha"))


def start(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.hitter", url, "v1", str(HITS)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_three_hundred_hits_at_once_over_two_workers_count_once_each(valkey_url: str) -> None:
    workers = [start(valkey_url), start(valkey_url)]
    with client_of(valkey_url) as client:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        before = scripts_run(client)
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        assert [worker.communicate(timeout=30)[0] for worker in workers] == [f"{HITS}\n"] * 2
        scripts = scripts_run(client) - before
    store = open_store(valkey_url)
    profile = (await store.load("v1")).profile
    assert profile is not None
    assert profile.visits == 2 * HITS
    assert (await store.stats(DAY))[DAY][FIELD] == 2 * HITS
    assert len([entry async for entry in store.events("v1")]) == 2 * HITS
    assert scripts <= HITS // 5
    await store.close()


async def test_every_key_of_a_script_has_the_same_hash_tag(open_: Open, valkey_server: str) -> None:
    tags: list[set[str]] = []

    def told(command: tuple[Word, ...]) -> None:
        if str(command[0]).startswith("EVAL"):
            keys = [str(key) for key in command[3 : 3 + int(command[2])]]
            tags.append({key[key.index("{") : key.index("}")] for key in keys})

    url = f"{valkey_server}?namespace={fresh_namespace()}"
    tuned = StoreSettings(**QUICK)
    store = Store(SpyingLink(open_link(read_address(url), tuned), told), namespace=read_address(url).namespace)
    for visitor in ("v1", "v2", "v3"):
        await store.commit(visitor, None, view, confirmed=False)
        await store.commit(visitor, None, view)
        with client_of(url) as client:
            client.setrange(Behind(url, client).key(f"profile:{visitor}"), 15, b"\x63")
        await store.commit(visitor, None, view, raw=b"raw")
        await store.erase(visitor)
    assert len(tags) >= 12
    assert all(len(one) == 1 for one in tags)
    await store.close()
