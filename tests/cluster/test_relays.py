"""Relays on two machines, a cluster beneath: each event once, also where a relay and a master die."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.relay.relay import SPLITS
from floorwalker.store import Store
from tests.asgi.conftest import Clock
from tests.cluster.clusters import Cluster
from tests.cluster.nodes import until
from tests.relay.shop import Shop, opened
from tests.relay.test_reading import DAY, converted, exposed, field, happen

pytestmark = pytest.mark.cluster

VISITORS = [f"{number:022}" for number in range(60)]
CONVERTED = field("readers", "hero", "", "treatment", "converted", "order")


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    one = Cluster("valkey")
    try:
        await asyncio.to_thread(one.start)
        yield one
    finally:
        one.close()


async def test_each_event_is_counted_once_though_a_relay_dies_and_then_a_master(cluster: Cluster) -> None:
    clock = Clock()
    stores = [opened(cluster.url, clock, partitions=16) for _ in range(3)]
    shops = [Shop(store, clock) for store in stores]
    await stores[0].ping()
    async with httpx.AsyncClient(trust_env=False) as client:
        await asyncio.gather(*(_converts(stores[0], one) for one in VISITORS[:40]))
        await shops[0].relay(client, name="one").run_once()
        await asyncio.gather(*(_converts(stores[0], one) for one in VISITORS[40:]))
        dead = (await stores[1].relaying()).group(SPLITS, consumer="dead")
        taken = sum([len(some) async for some in dead.read()])
        assert taken
        await asyncio.to_thread(_copied, cluster)
        await asyncio.to_thread(cluster.kill, 0)
        await asyncio.to_thread(cluster.take_over, 0)
        await asyncio.gather(*map(_until_served, stores[1:]))
        relays = [shop.relay(client, name=name) for shop, name in zip(shops[1:], ("two", "three"), strict=True)]
        await asyncio.gather(*(relay.run_once() for relay in relays))
        await relays[0].run_once()
    (counters,) = (await stores[2].splits(DAY)).values()
    assert counters[CONVERTED] == len(VISITORS)
    for store in stores:
        await store.close()


async def _converts(store: Store, visitor: str) -> None:
    await happen(store, visitor, exposed(segments="readers"), converted(100, first=True))


def _copied(cluster: Cluster) -> None:
    """Every replica has what its master has: what is lost with a master is another test's matter."""
    for master, replica in zip(cluster.masters, cluster.replicas, strict=True):
        offset = int(master.asked("replication")["master_repl_offset"])
        until(lambda offset=offset, replica=replica: int(replica.asked("replication")["slave_repl_offset"]) >= offset)


async def _until_served(store: Store) -> None:
    """A commit waits for whoever holds its visitor, so once one of everybody stands, all are there."""
    await asyncio.gather(*(store.commit(visitor, None, _nothing) for visitor in VISITORS))


def _nothing(profile: Profile | None) -> tuple[Profile, Effects]:
    return profile or Profile(seed=7), Effects()
