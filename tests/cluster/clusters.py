"""A cluster of three masters, each with a replica, on loopback; and what its operators do to it."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from benchmarks.ports import free_port
from floorwalker.store.keys import Keys
from floorwalker.store.link.slots import slot_of
from floorwalker.store.open import PARTITIONS
from tests.cluster.nodes import WITHIN_S, Node, until

SLOTS = 16_384
MASTERS = 3
NODE_TIMEOUT_MS = 1000
MEET_AGAIN_S = 4.0
PATIENT_MS = 60_000
IMPATIENT_MS = 1000
_NEVER_BY_ITSELF = "cluster-replica-no-failover"


class Cluster:
    """masters, replicas: in the order in which they began; a replica's master is the one of its number."""

    def __init__(self, product: str, *, appendfsync: str = "always") -> None:
        self.product = product
        self._fsync = appendfsync
        self.masters = [self._node() for _ in range(MASTERS)]
        self.replicas = [self._node() for _ in range(MASTERS)]
        self.added: list[Node] = []
        self.remains: list[Path] = []

    @classmethod
    def around(cls, node: Node) -> "Cluster":
        """That of a node that has all slots so far."""
        one = cls.__new__(cls)
        one._fsync = "always"
        one.product, one.masters, one.replicas, one.added, one.remains = "valkey", [node], [], [], []
        return one

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(node.address for node in self.masters)}"

    @property
    def nodes(self) -> list[Node]:
        return [*self.masters, *self.replicas, *self.added]

    @property
    def living(self) -> list[Node]:
        return [node for node in self.nodes if node.lives]

    def start(self) -> None:
        """Until every node agrees that all is well, and every replica follows."""
        for node in self.nodes:
            node.start()
        share = SLOTS // MASTERS + 1
        for number, node in enumerate(self.masters):
            node.tell("CLUSTER", "ADDSLOTSRANGE", number * share, min(SLOTS, (number + 1) * share) - 1)
            node.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        self._all_meet()
        for master, replica in zip(self.masters, self.replicas, strict=True):
            replica.tell("CLUSTER", "REPLICATE", id_of(master))
        until(self.is_well)

    def renew(self) -> bool:
        """Whether it stands as at first: all is well, and nothing is kept any more. Who is whose replica may differ."""
        if len(self.living) < len(self.nodes) or not self.is_well():
            return False
        self._see_who_is_whose()
        self._let_take_over(self.nodes, allowed=False)
        for node in [*self.masters, *self.added]:
            node.tell("FLUSHALL")
        self._drop_remains()
        return True

    def begin(self) -> Node:
        """A node more, that nobody has met."""
        node = self._node()
        self.added.append(node)
        return node.start()

    def add(self) -> Node:
        """A node more, that holds nothing yet."""
        node = self.begin()
        self._meet(node)
        until(lambda: all(len(self.known_to(one)) == len(self.nodes) for one in self.living))
        until(lambda: "cluster_state:ok" in node.tell("CLUSTER", "INFO").decode())
        return node

    def kill(self, number: int) -> None:
        """A master goes, with nothing said, and its replica may take over. What it had written is kept aside."""
        self._let_take_over([self.replicas[number]])
        self.masters[number].kill()
        self.remains.append(self.masters[number].kept_aside())

    @contextmanager
    def elections(self) -> Iterator[None]:
        """Any replica may take over. A node that drops what it has and takes another's keeps its files of before, and
        all files are kept aside in the end: what any node answered meanwhile is in them."""
        self._let_take_over(self.nodes)
        self._set(self.nodes, "aof-disable-auto-gc", "yes")
        yield
        self.remains += [node.kept_aside() for node in self.nodes]
        self._set(self.nodes, "aof-disable-auto-gc", "no")
        self._let_take_over(self.nodes, allowed=False)

    def cut_off(self, number: int) -> None:
        """A master's replica hears nothing of it any more, and cannot come back; else both are as they were."""
        self.replicas[number].tell("CONFIG", "SET", "masterauth", "of nobody")
        self.masters[number].tell("CLIENT", "KILL", "TYPE", "replica")
        until(lambda: self.masters[number].asked("replication")["connected_slaves"] == "0")

    def take_over(self, number: int) -> None:
        """Wait until a master's replica is the master."""
        until(lambda: self.replicas[number].asked("replication")["role"] == "master")
        until(lambda: "cluster_state:ok" in self.replicas[number].tell("CLUSTER", "INFO").decode())

    def fail_over(self, number: int) -> None:
        """As planned: the replica takes over from a master that lives."""
        self.replicas[number].tell("CLUSTER", "FAILOVER")
        self.take_over(number)

    def move(self, source: Node, target: Node, slots: list[int]) -> int:
        """Slots go from one master to another, key by key; how many keys that were."""
        moved = 0
        for slot in slots:
            target.tell("CLUSTER", "SETSLOT", slot, "IMPORTING", id_of(source))
            source.tell("CLUSTER", "SETSLOT", slot, "MIGRATING", id_of(target))
            while keys := source.tell("CLUSTER", "GETKEYSINSLOT", slot, 10):
                for key in keys:
                    source.tell("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)
                    moved += 1
            for node in (target, source):
                node.tell("CLUSTER", "SETSLOT", slot, "NODE", id_of(target))
        return moved

    def is_well(self) -> bool:
        """All slots are held, every replica follows its master, and nobody takes another for dead."""
        return (
            not any(self._missed_by(node) for node in self.living)
            and all("cluster_state:ok" in node.tell("CLUSTER", "INFO").decode() for node in self.living)
            and all(node.asked("replication").get("master_link_status", "up") == "up" for node in self.living)
            and sum(node.asked("replication")["role"] == "slave" for node in self.living) == MASTERS
        )

    @staticmethod
    def _missed_by(node: Node) -> list[str]:
        """Whom a node does not hear."""
        lines = node.tell("CLUSTER", "NODES").decode().splitlines()
        return [line for line in lines if {"fail", "fail?"} & set(line.split()[2].split(","))]

    @staticmethod
    def known_to(node: Node) -> list[str]:
        """The nodes that a node knows by now, and hears of."""
        lines = node.tell("CLUSTER", "NODES").decode().splitlines()
        return [line for line in lines if "handshake" not in line]

    def slots_in_use(self, node: Node) -> list[int]:
        """Those of a master in which there are keys."""
        ours = {slot_of(Keys("", PARTITIONS).events(partition)) for partition in range(PARTITIONS)}
        return [slot for slot in sorted(slots_of(node) & ours) if node.tell("CLUSTER", "COUNTKEYSINSLOT", slot)]

    def close(self) -> None:
        for node in self.nodes:
            node.close()
        self._drop_remains()

    def _let_take_over(self, nodes: list[Node], *, allowed: bool = True) -> None:
        """A busy machine is no death: a master that lives and is deposed acknowledges what it then drops. So replicas
        take over as planned, or where it is what befalls the cluster."""
        self._set(nodes, _NEVER_BY_ITSELF, "no" if allowed else "yes")

    @staticmethod
    def _set(nodes: list[Node], name: str, value: str) -> None:
        for node in nodes:
            node.tell("CONFIG", "SET", name, value)

    def _drop_remains(self) -> None:
        for folder in self.remains:
            shutil.rmtree(folder)
        self.remains.clear()

    def _see_who_is_whose(self) -> None:
        """After failovers: by number again."""
        pairs = [*self.masters, *self.replicas]
        followed = {node: node.asked("replication").get("master_port") for node in pairs}
        self.replicas = [node for node in pairs if followed[node] is not None]
        by_port = {str(node.port): node for node in pairs}
        self.masters = [by_port[str(followed[node])] for node in self.replicas]

    def _node(self) -> Node:
        return Node(
            self.product,
            **{
                "appendfsync": self._fsync,
                "cluster-enabled": "yes",
                "cluster-port": free_port(),
                "cluster-node-timeout": NODE_TIMEOUT_MS,
                "cluster-require-full-coverage": "no",
                "cluster-allow-replica-migration": "no",
                _NEVER_BY_ITSELF: "yes",
            },
        )

    def _all_meet(self) -> None:
        """A busy machine may miss a handshake, which is tried no more after a node's timeout."""
        ends = time.monotonic() + WITHIN_S
        while not self._all_met():
            if time.monotonic() > ends:
                raise TimeoutError("the nodes do not meet")
            for node in self.nodes[1:]:
                self._meet(node)
            with suppress(TimeoutError):
                until(self._all_met, within_s=MEET_AGAIN_S)

    def _all_met(self) -> bool:
        return all(len(self.known_to(node)) == len(self.nodes) for node in self.nodes)

    def _meet(self, node: Node) -> None:
        node.tell("CLUSTER", "MEET", "127.0.0.1", self.masters[0].port, bus_port(self.masters[0]))


def bus_port(node: Node) -> int:
    """Where nodes talk to each other."""
    return int(node.tell("CONFIG", "GET", "cluster-port")[1])


def slots_of(node: Node) -> set[int]:
    """Those that a master holds."""
    return {
        slot
        for first, last, (_, port, *_), *_ in node.tell("CLUSTER", "SLOTS")
        if port == node.port
        for slot in range(first, last + 1)
    }


def id_of(node: Node) -> str:
    told: bytes = node.tell("CLUSTER", "MYID")
    return told.decode()


class Sentinels:
    """A master with two replicas, watched over by three sentinels, of which two must agree."""

    def __init__(self, product: str) -> None:
        self.product = product
        self.servers = [Node(product) for _ in range(3)]
        self._sentinels: list[Node] = []
        self._epoch = "0"
        self.remains: list[Path] = []

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(one.address for one in self._sentinels)}/shop"

    @property
    def master(self) -> Node:
        """Whom the sentinels call so."""
        _, port = self._sentinels[0].tell("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop")
        (found,) = [one for one in self.servers if one.port == int(port)]
        return found

    def start(self) -> None:
        """Until all of them know each other."""
        for number, node in enumerate(self.servers):
            node.start()
            if number:
                node.tell("REPLICAOF", "127.0.0.1", self.servers[0].port)
        until(lambda: self.servers[0].asked("replication")["connected_slaves"] == "2")
        self._sentinels = [_Sentinel(self.product, self.servers[0].port).start() for _ in range(3)]
        until(lambda: all(_watches(one) for one in self._sentinels))

    def kill_master(self) -> Node:
        """The master goes, with nothing said, and stays away; whoever took over from it."""
        gone = self.master
        assert self._told("config-epoch") == "0", "the sentinels took a master that lived for dead"
        self._set_patience(IMPATIENT_MS)
        gone.kill()
        self.remains.append(gone.kept_aside())
        until(lambda: self.master is not gone and self.master.asked("replication")["role"] == "master")
        self._set_patience(PATIENT_MS)
        self._epoch = self._told("config-epoch")
        return self.master

    def _set_patience(self, after_ms: int) -> None:
        """A busy machine is no death: a master that lives and is taken for dead acknowledges what it then drops."""
        for one in self._sentinels:
            one.tell("SENTINEL", "SET", "shop", "down-after-milliseconds", after_ms)

    @property
    def stays(self) -> bool:
        """Whether whoever took over is the master ever since."""
        return self._told("config-epoch") == self._epoch

    def _told(self, fact: str) -> str:
        return facts_of(self._sentinels[0])[fact]

    def close(self) -> None:
        for node in (*self._sentinels, *self.servers):
            node.close()
        for folder in self.remains:
            shutil.rmtree(folder)


class _Sentinel(Node):
    """A node that was given a file of its own, and `--sentinel`."""

    def __init__(self, product: str, master: int) -> None:
        super().__init__(product)
        self._config = self.folder / "sentinel.conf"
        self._config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\nlogfile {self.folder / 'server.log'}\n"
            f"sentinel monitor shop 127.0.0.1 {master} 2\n"
            f"sentinel down-after-milliseconds shop {PATIENT_MS}\n"
            "sentinel failover-timeout shop 5000\nsentinel parallel-syncs shop 2\n"
        )

    def command(self) -> list[str]:
        return [self._binary, str(self._config), "--sentinel"]


def facts_of(sentinel: Node) -> dict[str, str]:
    """What a sentinel says of the master."""
    told = [one.decode() for one in sentinel.tell("SENTINEL", "MASTER", "shop")]
    return dict(zip(told[::2], told[1::2], strict=True))


def _watches(sentinel: Node) -> bool:
    try:
        facts = facts_of(sentinel)
    except redis.RedisError:
        return False
    return facts["num-slaves"] == "2" and facts["num-other-sentinels"] == "2"
