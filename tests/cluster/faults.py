"""What befalls a cluster, or what its operators do to it, in the midst of the load."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.lasting.small_site import PREFIX
from tests.cluster.alone import Alone
from tests.cluster.clusters import Sentinels
from tests.cluster.detours import ELSEWHERE, NodesDetours
from tests.cluster.nodes import Node, until
from tests.cluster.operators import come_and_go, restart_all
from tests.cluster.scene import ClusterScene
from tests.faults.scene import Pardon, Worker

Strike = Callable[[ClusterScene], Awaitable[None]]

_BEFORE_S = 2.0
UNHEARD = 60  # of them a third is of each server


@dataclass(frozen=True)
class ClusterFault:
    """may_go: what it may cost, in words; nothing where it is empty. surely_goes: something does. kind: of the servers.
    options: of the address. by_detours: one worker comes to the servers through the test. spends: the cluster is of no
    use afterwards. by_tool: it takes `redis-cli`."""

    name: str
    strike: Strike
    may_go: str = ""
    surely_goes: bool = False
    kind: str = "cluster"
    options: str = ""
    by_detours: bool = False
    spends: bool = False
    by_tool: bool = False


async def nothing(scene: ClusterScene) -> None:
    """The run that the others are compared with."""


async def master_killed(scene: ClusterScene) -> None:
    """It comes back as the replica of whoever took over."""
    scene.pardons.append(Pardon("not copied yet", scene.now - _BEFORE_S, scene.now + _BEFORE_S))
    await asyncio.to_thread(scene.cluster.kill, 0)
    await asyncio.to_thread(scene.cluster.take_over, 0)
    await asyncio.to_thread(scene.cluster.masters[0].start)
    await asyncio.to_thread(_well_again, scene)


async def master_killed_while_cut_off(scene: ClusterScene) -> None:
    """Of what is acknowledged meanwhile, its replica has nothing."""
    cluster, words, since = scene.cluster, scene.ledger.words, scene.now - _BEFORE_S
    await asyncio.to_thread(cluster.cut_off, 0)
    await scene.ledger.reached(len(words) + UNHEARD)
    scene.pardons.append(Pardon("never copied", since, scene.now + _BEFORE_S))
    await asyncio.to_thread(cluster.kill, 0)
    await asyncio.to_thread(cluster.take_over, 0)
    cluster.replicas[0].tell("CONFIG", "SET", "masterauth", "")
    await asyncio.to_thread(cluster.masters[0].start)
    await asyncio.to_thread(_well_again, scene)


async def planned_failover(scene: ClusterScene) -> None:
    for number in (0, 1):
        await asyncio.to_thread(scene.cluster.fail_over, number)
        await asyncio.sleep(0.5)


async def slots_moved(scene: ClusterScene) -> None:
    """All that one master holds, to another, key by key."""
    source, target = scene.cluster.masters[0], scene.cluster.masters[1]
    slots = await asyncio.to_thread(scene.cluster.slots_in_use, source)
    assert await asyncio.to_thread(scene.cluster.move, source, target, slots)


async def node_added(scene: ClusterScene) -> None:
    """It takes over a part of what another holds."""
    node = await asyncio.to_thread(scene.cluster.add)
    source = scene.cluster.masters[2]
    slots = await asyncio.to_thread(scene.cluster.slots_in_use, source)
    assert await asyncio.to_thread(scene.cluster.move, source, node, slots[::2])


async def node_comes_and_goes(scene: ClusterScene) -> None:
    await asyncio.to_thread(come_and_go, scene.cluster)


async def all_restarted(scene: ClusterScene) -> None:
    await asyncio.to_thread(restart_all, scene.cluster)


async def master_hangs(scene: ClusterScene) -> None:
    """It is stopped and nobody takes over, so what it holds is not to be had; all else goes on."""
    cluster = scene.cluster
    cluster.masters[0].stop()
    await asyncio.sleep(3.0)
    cluster.masters[0].go_on()
    await asyncio.to_thread(_well_again, scene)


async def cut_off_from_one_worker(scene: ClusterScene) -> None:
    """First the way is silent, then it is none; the other worker goes its own."""
    (master, *_), (lonely, other) = scene.cluster.masters, scene.workers
    way = scene.detours.to(master)
    way.fall_silent()
    await asyncio.sleep(2.5)
    assert await _away(lonely) == [f"{ELSEWHERE}:{master.port}"]
    assert await _away(other) == []
    await way.open()
    await asyncio.sleep(0.5)
    way.refuse()
    await asyncio.sleep(1.0)
    assert await _away(lonely) == [f"{ELSEWHERE}:{master.port}"]
    assert await _away(other) == []
    await way.open()


async def _away(worker: Worker) -> list[str]:
    """The servers that a worker calls away by themselves."""
    told: list[str] = (await worker.ask(f"{PREFIX}/healthz"))["store"]["servers_away"]
    return told


async def nodes_apart(scene: ClusterScene) -> None:
    """No node hears another, so each takes itself for the cut-off one, and serves nobody until they hear again."""
    async with NodesDetours(scene.cluster.nodes) as ways:
        ways.fall_silent()
        await asyncio.to_thread(until, lambda: all(map(_is_down, scene.cluster.nodes)))
        await asyncio.sleep(1.0)
        assert all(map(_is_down, scene.cluster.nodes))
        await ways.open()
        await asyncio.to_thread(_well_again, scene)
    await asyncio.to_thread(_well_again, scene)


async def nodes_apart_then_elections(scene: ClusterScene) -> None:
    """As they hear again they believe each other dead, so replicas take over, some twice, from masters that live."""
    since = scene.now - _BEFORE_S
    with scene.cluster.elections():
        await nodes_apart(scene)
    scene.pardons.append(Pardon("answered between two elections", since, scene.now + _BEFORE_S))


def _is_down(node: Node) -> bool:
    return b"cluster_state:fail" in node.tell("CLUSTER", "INFO")


async def replica_given(scene: ClusterScene) -> None:
    """And the workers ask for it, one after the other, while the other serves."""
    assert isinstance(scene.servers, Alone)
    await asyncio.to_thread(scene.servers.follow)
    for number in (0, 1):
        await scene.replace(number, options="?replicas=1")
    assert await asyncio.to_thread(scene.servers.is_followed)


async def sentinel_failover(scene: ClusterScene) -> None:
    assert isinstance(scene.servers, Sentinels)
    scene.pardons.append(Pardon("not copied yet", scene.now - _BEFORE_S, scene.now + _BEFORE_S))
    await asyncio.to_thread(scene.servers.kill_master)


def _well_again(scene: ClusterScene) -> None:
    until(scene.cluster.is_well)


_NOT_COPIED = "what the master had answered, and its replica had not heard of yet"

_UNHEARD_OF = "what the master had answered while its replica heard nothing"

_BETWEEN = "what a node had answered between two elections"

FAULTS = (
    ClusterFault("nothing happens", nothing),
    ClusterFault("a master hangs for three seconds", master_hangs),
    ClusterFault("two masters give way to their replicas, as planned", planned_failover),
    ClusterFault("a master is killed (-9); its replica takes over", master_killed, may_go=_NOT_COPIED),
    ClusterFault("the same, with replicas=1", master_killed, may_go=_NOT_COPIED, options="?replicas=1"),
    ClusterFault(
        "the same, and the replica was cut off", master_killed_while_cut_off, may_go=_UNHEARD_OF, surely_goes=True
    ),
    ClusterFault("one worker cannot reach a master: silence, then refusals", cut_off_from_one_worker, by_detours=True),
    ClusterFault("no node hears another (CLUSTERDOWN)", nodes_apart),
    ClusterFault("the same, and replicas take over as they hear again", nodes_apart_then_elections, may_go=_BETWEEN),
    ClusterFault("redis-cli adds a node, rebalances, reshards and deletes it", node_comes_and_goes, by_tool=True),
    ClusterFault("a node is added, and takes over a part", node_added),
    ClusterFault("all nodes are restarted, one after the other", all_restarted),
    ClusterFault("all that a master holds moves to another", slots_moved, spends=True),
    ClusterFault("one server gets a replica, and the workers replicas=1", replica_given, kind="alone"),
    ClusterFault("sentinels: the master is killed (-9)", sentinel_failover, may_go=_NOT_COPIED, kind="sentinels"),
)
