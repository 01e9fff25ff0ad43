"""What operators do to a cluster that serves: by `redis-cli --cluster`, and a restart of every node."""

import re
import subprocess
from typing import Any

from tests.cluster.clusters import Cluster, id_of, slots_of
from tests.cluster.nodes import Node, until

TOOL = "redis-cli"  # Debian's, which knows Valkey too
LITTLE = "0.02"  # of what another master has: the tool takes its time for every slot, empty or not
_WITHIN_S = 60
_MOVED = re.compile(r"^Moving slot \d+ from", re.MULTILINE)


def cluster_tool(*words: str) -> str:
    """What it said. Raises RuntimeError where it did not do what it was told."""
    command = [TOOL, "--cluster", *words]
    done = subprocess.run(command, input="yes\n", capture_output=True, text=True, timeout=_WITHIN_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{TOOL} --cluster {words[0]} failed: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


def come_and_go(cluster: Cluster) -> None:
    """The tool adds a node, gives it a little and then all that a master uses, and takes all of it back."""
    asked, source = cluster.masters[0].address, cluster.masters[2]
    node = cluster.begin()
    cluster_tool("add-node", node.address, asked)
    until(lambda: all(len(cluster.known_to(one)) == len(cluster.nodes) for one in cluster.living))
    until(cluster.is_well)
    until(lambda: _agree(cluster))
    cluster_tool("rebalance", asked, "--cluster-use-empty-masters", "--cluster-weight", f"{id_of(node)}={LITTLE}")
    assert cluster.move(source, node, cluster.slots_in_use(source))
    until(lambda: _agree(cluster))
    held = len(slots_of(node))
    assert _reshard(asked, source=node, target=source, slots=held) == held
    until(lambda: _agree(cluster))
    cluster_tool("del-node", asked, id_of(node))
    cluster.added.remove(node)
    node.close()


def restart_all(cluster: Cluster) -> None:
    """Each replica, then its master once it has given way, as an upgrade goes."""
    for number, master in enumerate(cluster.masters):
        replica = cluster.replicas[number]
        _restart(cluster, replica)
        cluster.fail_over(number)
        _restart(cluster, master)


def _restart(cluster: Cluster, node: Node) -> None:
    """Until it follows again."""
    node.end()
    node.restart()
    until(cluster.is_well)


def _agree(cluster: Cluster) -> bool:
    """Whether all nodes say the same of who holds what; before that the tool does nothing."""
    return len({frozenset(map(_held, node.tell("CLUSTER", "SLOTS"))) for node in cluster.living}) == 1


def _held(told: list[Any]) -> tuple[int, int, int]:
    """First slot, last slot, and the port of their master."""
    first, last, (_, port, *_), *_ = told
    return first, last, port


def _reshard(asked: str, *, source: Node, target: Node, slots: int) -> int:
    """How many slots went."""
    ways = ["--cluster-from", id_of(source), "--cluster-to", id_of(target)]
    said = cluster_tool("reshard", asked, *ways, "--cluster-slots", str(slots), "--cluster-yes")
    return len(_MOVED.findall(said))
