"""A Link to Redis Cluster: a pipe to each server that holds slots, and a map that says which holds a key.

Commands of one loop turn for one server share a write, as they do with a single server: a page costs what it costs
there, and 7 µs a command for finding the way (benchmarks/parts/cluster_calls.py). A server that is away fails those
alone whose keys it holds.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.link.address import HostPort
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Elsewhere, Reply, SlotMoves, Word
from floorwalker.store.link.resp import Packed
from floorwalker.store.link.slots import SlotMap, key_of, read_slots, slot_of

FOLLOWED: Final = 5
"""So often is one command sent on, while slots move or a server takes over from another."""

Command = tuple[Word, ...] | Packed
Answer = asyncio.Future[Reply]


class ClusterLink:
    """All servers of a cluster as one. Belongs to the event loop it is first used in.

    make_link: a way to one server. learn_every_s: how often at most the map is asked for. The map is asked for again
    when a server says that it is wrong, or cannot be reached; a command that may have been done is not sent again.
    """

    def __init__(
        self, hosts: Sequence[HostPort], make_link: Callable[[HostPort], Link], *, learn_every_s: float
    ) -> None:
        self._hosts = tuple(hosts)
        self._make_link = make_link
        self._learn_every_s = learn_every_s
        self._links: dict[HostPort, Link] = {}
        self._map: SlotMap | None = None
        self._learning: asyncio.Task[None] | None = None
        self._wanted = False
        self._doubted: HostPort | None = None
        self._waiting: list[tuple[Answer, Command]] = []

    def call(self, *command: Word) -> Answer:
        return self._begin(command)

    def send(self, command: Packed) -> Answer:
        return self._begin(command)

    def server_of(self, key: Word) -> str:
        """The name of the server that holds a key, as far as is known; else empty."""
        server = None if self._map is None else self._map.server_of(slot_of(key))
        return "" if server is None else named(server)

    @property
    def servers(self) -> Sequence[str]:
        """The names of all that hold slots, as far as is known."""
        return [] if self._map is None else [named(one) for one in self._map.servers]

    async def probe(self, server: str) -> None:
        """Whether a server answers; one that holds nothing any more is nobody's trouble. Raises StoreUnavailable."""
        await self.learn()
        for one in self._map.servers if self._map is not None else ():
            if named(one) == server:
                await self._link(one).call("PING")

    async def nodes(self) -> Sequence[Link]:
        """Raises StoreUnavailable where nobody tells which there are."""
        if self._map is None:
            await self.call("PING")
        return [] if self._map is None else [_OneServer(self._link(one)) for one in self._map.servers]

    async def learn(self) -> None:
        """Ask for the map, or wait for whoever asks already. Raises StoreUnavailable where none was ever known."""
        self._learn()
        if self._learning is not None:
            await asyncio.wait([self._learning])
        if self._map is None:
            raise StoreUnavailable("No server of the cluster says where its keys lie.")

    async def close(self) -> None:
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.wait([self._learning])
        self._fail_waiting(StoreUnavailable("The store was closed."))
        await asyncio.gather(*(one.close() for one in self._links.values()))
        self._links.clear()

    def _begin(self, command: Command) -> Answer:
        answer: Answer = asyncio.get_running_loop().create_future()
        if self._map is None:
            self._waiting.append((answer, command))
            self._learn()
        else:
            self._send(answer, command, self._map, 0)
        return answer

    def _send(self, answer: Answer, command: Command, known: SlotMap, followed: int) -> None:
        """To whom the map names."""
        key = _key_of(command)
        server = known.servers[0] if key is None else known.server_of(slot_of(key))
        if server is None:
            self._learn()
            failure = StoreUnavailable("No server of the cluster holds this key.")
            failure.server = slot_named(key)
            answer.set_exception(failure)
        else:
            self._ask(answer, command, server, followed)

    def _ask(self, answer: Answer, command: Command, server: HostPort, followed: int, *, asking: bool = False) -> None:
        """asking: the slot is on its way there."""
        link = self._link(server)
        if asking:  # both go out in one write
            link.call("ASKING").add_done_callback(_heard)
        reply = link.send(command) if isinstance(command, Packed) else link.call(*command)
        reply.add_done_callback(partial(self._answered, answer, command, server, followed))

    def _answered(self, answer: Answer, command: Command, server: HostPort, followed: int, reply: Answer) -> None:
        if reply.cancelled():
            answer.cancel()
            return
        failure = reply.exception()
        if answer.done():
            return
        match failure:
            case None:
                answer.set_result(reply.result())
            case Elsewhere() if followed < FOLLOWED:
                self._follow(answer, command, server, followed + 1, failure)
            case _:
                self._failed(answer, command, server, failure)

    def _follow(self, answer: Answer, command: Command, asked: HostPort, followed: int, told: Elsewhere) -> None:
        host, port = told.server_there
        there = (host or asked[0], port)
        if not told.for_now and self._map is not None:
            self._map.moved(told.slot, there)
            self._learn()
        self._ask(answer, command, there, followed, asking=told.for_now)

    def _failed(self, answer: Answer, command: Command, server: HostPort, failure: BaseException) -> None:
        match failure:
            case SlotMoves() if (key := _key_of(command)) is not None:
                failure.server = slot_named(key)
            case StoreUnavailable():
                failure.server, self._doubted = named(server), server
                self._learn()
        answer.set_exception(failure)

    def _link(self, server: HostPort) -> Link:
        link = self._links.get(server)
        if link is None:
            link = self._links[server] = self._make_link(server)
        return link

    def _learn(self) -> None:
        """Begin to ask for the map, where nobody does; whoever finds it wrong meanwhile has it asked for again."""
        self._wanted = True
        if self._learning is None:
            self._learning = asyncio.get_running_loop().create_task(self._learn_while_wanted())

    async def _learn_while_wanted(self) -> None:
        try:
            while self._wanted:
                self._wanted = False
                await self._learn_once()
                await asyncio.sleep(self._learn_every_s)
        finally:
            self._learning = None

    async def _learn_once(self) -> None:
        before, failure = self._map, StoreUnavailable("No server of the cluster says where its keys lie.")
        known = dict.fromkeys([*(before.servers if before is not None else ()), *self._hosts])
        for server in sorted(known, key=lambda one: one == self._doubted):  # it may hang, so it is asked last
            try:
                self._map = read_slots(await self._link(server).call("CLUSTER", "SLOTS"), server)
            except StoreUnavailable as unreachable:
                failure = unreachable
            except StoreError as refused:
                self._fail_waiting(refused)
                return
            else:
                await self._leave(before)
                waiting, self._waiting = self._waiting, []
                for answer, command in waiting:
                    self._send(answer, command, self._map, 0)
                return
        self._fail_waiting(failure)

    async def _leave(self, before: SlotMap | None) -> None:
        """Let go of servers that hold nothing now, nor did before, so that nothing is under way to them."""
        if before is None or self._map is None:
            return
        needed = {*before.servers, *self._map.servers}
        for server in [one for one in self._links if one not in needed]:
            await self._links.pop(server).close()

    def _fail_waiting(self, failure: StoreError) -> None:
        waiting, self._waiting = self._waiting, []
        for answer, _ in waiting:
            if not answer.done():
                answer.set_exception(type(failure)(str(failure)))


class _OneServer:
    """One server of a cluster; the cluster's link lets go of it."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def call(self, *command: Word) -> Answer:
        return self._link.call(*command)

    def send(self, command: Packed) -> Answer:
        return self._link.send(command)

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        """Nothing is its own."""


def named(server: HostPort) -> str:
    """As operators write it."""
    return f"{server[0]}:{server[1]}"


def slot_named(key: Word | None) -> str:
    """The slot of a key as whom a failure is about, where it is no server's."""
    return "" if key is None else f"slot {slot_of(key)}"


def _key_of(command: Command) -> Word | None:
    return command.key if isinstance(command, Packed) else key_of(command)


def _heard(reply: Answer) -> None:
    """A failure is also that of the command behind it."""
    if not reply.cancelled():
        reply.exception()
