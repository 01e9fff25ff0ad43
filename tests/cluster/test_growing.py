"""From one server to a cluster: the server is restarted as a cluster of one, and then shares with others."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from benchmarks.ports import free_port
from floorwalker.store import Outcome, Store, StoreSettings, open_store
from tests.cluster.clusters import SLOTS, Cluster, slots_of
from tests.cluster.nodes import Node
from tests.cluster.operators import TOOL, cluster_tool
from tests.store.steps import DAY, FIELD, view

pytestmark = pytest.mark.cluster

VISITORS = [f"visitor-{number}" for number in range(200)]
LEFT_TO_THE_TOOL = 200
QUICK = {"probe_first_s": 0.001, "probe_longest_s": 0.01, "redial_after_s": 0.001}


@pytest.fixture
async def alone() -> AsyncIterator[Node]:
    node = Node("valkey")
    try:
        yield node.start()
    finally:
        node.close()


def take_the_rest(node: Node) -> None:
    """A server that becomes a cluster has taken the slots of its keys by itself, and needs all others. The tool takes
    them one by one, so it gets a few; where it is not on this machine, none."""
    missing = sorted(set(range(SLOTS)) - slots_of(node))
    by_tool = LEFT_TO_THE_TOOL if shutil.which(TOOL) else 0
    node.tell("CLUSTER", "ADDSLOTS", *missing[by_tool:])
    if by_tool:
        cluster_tool("fix", node.address)
    assert len(slots_of(node)) == SLOTS


async def all_come(store: Store) -> list[Outcome]:
    loaded = await asyncio.gather(*map(store.load, VISITORS))
    commits = [store.commit(one, base, view) for one, base in zip(VISITORS, loaded, strict=True)]
    return [one.outcome for one in await asyncio.gather(*commits)]


async def test_a_server_becomes_a_cluster_and_shares_with_a_second_while_visitors_come(alone: Node) -> None:
    before = open_store(f"redis://{alone.address}", settings=StoreSettings(**QUICK))
    assert set(await all_come(before)) == {Outcome.STORED}

    alone.end()
    waiting = [before.submit(one, None, view) for one in VISITORS]
    alone.restart(**{"cluster-enabled": "yes", "cluster-port": free_port()})
    await asyncio.to_thread(take_the_rest, alone)
    assert {one.outcome for one in await asyncio.gather(*waiting)} == {Outcome.STORED}
    await before.close()

    after = open_store(f"redis+cluster://{alone.address}")
    assert set(await all_come(after)) == {Outcome.STORED}
    cluster = Cluster.around(alone)
    try:
        second = await asyncio.to_thread(cluster.add)
        slots = cluster.slots_in_use(alone)[::2]
        coming = asyncio.create_task(all_come(after))
        assert await asyncio.to_thread(cluster.move, alone, second, slots)
        assert set(await coming) == {Outcome.STORED}
        assert set(await all_come(after)) == {Outcome.STORED}
        assert (await after.stats(DAY))[DAY][FIELD] == 5 * len(VISITORS)
        assert second.tell("DBSIZE")
    finally:
        await after.close()
        second.close()
