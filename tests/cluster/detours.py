"""Ways to servers that lead through the test, so that it can close them: for one worker, or between nodes."""

import asyncio

from tests.cluster.clusters import bus_port
from tests.cluster.nodes import Node, until

ELSEWHERE = "127.0.0.2"
"""Loopback too, and no node listens there: whoever names nodes so comes by a detour."""


class Detour:
    """One way, from a port of the test to one of a server.

    Where it is silent, connections stand and nothing comes through; what was sent arrives once it speaks again, as
    with a cable that was out. Where it refuses, connections end and none begins.
    """

    def __init__(self, port_there: int, *, host: str, port: int = 0) -> None:
        """port: 0 for any that is free."""
        self._port_there = port_there
        self._place = (host, port)
        self._speaks = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Or again, after it refused or was silent."""
        self._speaks.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._admit, *self._place)

    def fall_silent(self) -> None:
        self._speaks.clear()

    def refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.close()
        self._speaks.set()  # nothing of what waits has anywhere to go

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self._port_there)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, there}
        await asyncio.gather(self._pass(reader, there), self._pass(there_reader, writer))
        self._writers -= {writer, there}

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(65536):
                await self._speaks.wait()
                sink.write(chunk)
        except OSError:
            pass  # one of its ends is gone
        finally:
            await self._speaks.wait()
            sink.close()


class WorkersDetours:
    """To every node of a cluster, for a worker that is told the nodes by other names than its neighbours are.

    Nodes that tell nobody their names are taken to be where they were asked, so such a worker stays on its detours.
    """

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._by_port = {node.port: Detour(node.port, host=ELSEWHERE, port=node.port) for node in nodes}

    def to(self, node: Node) -> Detour:
        return self._by_port[node.port]

    def named(self, url: str) -> str:
        """The address of the cluster as its worker is told it."""
        return url.replace("127.0.0.1", ELSEWHERE) if self._nodes else url

    async def open(self) -> None:
        for node in self._nodes:
            node.tell("CONFIG", "SET", "cluster-preferred-endpoint-type", "unknown-endpoint")
        for detour in self._by_port.values():
            await detour.open()

    def close(self) -> None:
        for detour in self._by_port.values():
            detour.refuse()
        for node in self._nodes:
            if node.lives:
                node.tell("CONFIG", "SET", "cluster-preferred-endpoint-type", "ip")


class NodesDetours:
    """Between the nodes of a cluster, for what they tell each other; replicas are fed by another way, as ever."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._detours: list[Detour] = []

    async def __aenter__(self) -> "NodesDetours":
        """Until every node has been told of all detours, and takes them."""
        self._detours = [Detour(bus_port(node), host="127.0.0.1") for node in self._nodes]
        await self.open()
        await self._announced([detour.port for detour in self._detours])
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.open()
        await self._announced([0] * len(self._nodes))
        for detour in self._detours:
            detour.refuse()

    def fall_silent(self) -> None:
        for detour in self._detours:
            detour.fall_silent()

    async def open(self) -> None:
        for detour in self._detours:
            await detour.open()

    async def _announced(self, ports: list[int]) -> None:
        """0: the one on which a node listens itself."""
        for node, port in zip(self._nodes, ports, strict=True):
            node.tell("CONFIG", "SET", "cluster-announce-bus-port", port)
        places = {f"{node.address}@{port or bus_port(node)}" for node, port in zip(self._nodes, ports, strict=True)}
        await asyncio.to_thread(until, lambda: all(places <= _places_known_to(node) for node in self._nodes))


def _places_known_to(node: Node) -> set[str]:
    lines = node.tell("CLUSTER", "NODES").decode().splitlines()
    return {line.split()[1].partition(",")[0] for line in lines}
