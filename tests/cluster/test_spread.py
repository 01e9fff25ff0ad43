"""Every node of a cluster has its share, and none has more than that."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from floorwalker.errors import StoreUnavailable
from floorwalker.store import Store, open_store
from tests.cluster.clusters import Cluster
from tests.store.steps import DAY, FIELD, view

pytestmark = pytest.mark.cluster

VISITORS = 2000
MOST_APART = 1.2
OURS = ("get", "evalsha", "set", "xadd", "hincrby")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    one = Cluster("valkey")
    try:
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture
async def store(cluster: Cluster) -> Store:
    return open_store(cluster.url)


def commands(cluster: Cluster) -> dict[str, Counter[str]]:
    """By node and command, how often each was called so far."""
    counted = {}
    for node in cluster.masters:
        stats = node.asked("commandstats")
        calls = {name.removeprefix("cmdstat_"): int(told.split(",")[0][6:]) for name, told in stats.items()}
        counted[node.address] = Counter({name: calls.get(name, 0) for name in OURS})
    return counted


async def test_pages_of_many_visitors_are_spread_evenly_and_no_key_is_everybodys(
    cluster: Cluster, store: Store
) -> None:
    await store.load("nobody")
    before = commands(cluster)
    for first in range(0, VISITORS, 100):
        visitors = [f"visitor-{number}" for number in range(first, first + 100)]
        loaded = await asyncio.gather(*map(store.load, visitors))
        await asyncio.gather(*(store.commit(one, base, view) for one, base in zip(visitors, loaded, strict=True)))
    after = commands(cluster)
    for name in OURS:
        each = [after[node][name] - before[node][name] for node in after]
        assert sum(each) >= VISITORS
        assert max(each) < MOST_APART * sum(each) / len(each), f"{name}: {each}"
    assert (await store.stats(DAY))[DAY][FIELD] == VISITORS
    await store.close()


async def test_a_server_that_hangs_keeps_up_nobody_of_another(cluster: Cluster, store: Store) -> None:
    await store.load("nobody")
    name = cluster.masters[0].address
    theirs = [one for one in map(str, range(100)) if store.server_of(one) == name]
    others = [one for one in map(str, range(100)) if store.server_of(one) != name]
    cluster.masters[0].stop()
    waiting = [store.submit(one, None, view) for one in theirs]
    try:
        async with asyncio.timeout(1.5):  # less than a reply may take
            await asyncio.gather(*(store.commit(one, None, view) for one in others))
        with pytest.raises(StoreUnavailable):
            await store.messages_known(theirs[0])
        health = store.health()
        await asyncio.gather(*(store.commit(one, None, view) for one in others))
        assert (health.away, health.servers_away) == (False, (name,))
    finally:
        cluster.masters[0].go_on()
    await asyncio.gather(*waiting)
    assert store.health().servers_away == ()
    await store.close()
