"""A cluster as one link: what is asked goes where it lies, follows what moves, and fails alone."""

import asyncio
from collections import deque
from collections.abc import Sequence

import pytest

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.link.address import HostPort
from floorwalker.store.link.cluster import FOLLOWED, ClusterLink
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Elsewhere, Reply, SlotMoves, Word
from floorwalker.store.link.slots import SLOTS, slot_of
from tests.store.packed import Unpacking, packed

A, B, C = ("a", 1), ("b", 2), ("c", 3)
HALF = SLOTS // 2
OF_A, OF_B = "{14}", "{0}"


class Server(Unpacking):
    """One that answers as told, and notes what it was asked. silent: it says nothing."""

    def __init__(self) -> None:
        self.asked: list[tuple[Word, ...]] = []
        self.answers: deque[Reply | StoreError] = deque()
        self.slots: list[Reply] = [[0, HALF - 1, [b"a", 1]], [HALF, SLOTS - 1, [b"b", 2]]]
        self.away = False
        self.closed = False

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        self.asked.append(command)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if self.away:
            answer.set_exception(StoreUnavailable("as told"))
        elif command[0] == "CLUSTER":
            answer.set_result(self.slots)
        elif command[0] != "ASKING" and self.answers:
            told = self.answers.popleft()
            answer.set_exception(told) if isinstance(told, StoreError) else answer.set_result(told)
        else:
            answer.set_result(b"OK")
        return answer

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        self.closed = True

    @property
    def commands(self) -> list[tuple[Word, ...]]:
        """But for those about the map."""
        return [one for one in self.asked if one[0] != "CLUSTER"]


class Servers:
    def __init__(self, *hosts: HostPort) -> None:
        self.by_host = {A: Server(), B: Server(), C: Server()}
        self.link = ClusterLink(hosts or (A,), lambda host: self.by_host[host], learn_every_s=0.0)

    def __getitem__(self, host: HostPort) -> Server:
        return self.by_host[host]


def moved(key: str, server: HostPort, *, for_now: bool = False) -> Elsewhere:
    return Elsewhere("as told", slot=slot_of(key), server=server, for_now=for_now)


def test_the_keys_of_these_tests_lie_apart() -> None:
    assert slot_of(OF_A) < HALF <= slot_of(OF_B)


async def test_what_is_asked_goes_where_it_lies() -> None:
    servers = Servers()
    await asyncio.gather(servers.link.call("GET", OF_A), servers.link.call("GET", OF_B))
    assert (servers[A].commands, servers[B].commands) == ([("GET", OF_A)], [("GET", OF_B)])
    assert (servers.link.server_of(OF_A), servers.link.server_of(OF_B)) == ("a:1", "b:2")
    await servers.link.close()


async def test_a_slot_that_moved_is_followed_and_remembered() -> None:
    servers = Servers()
    await servers.link.call("PING")
    servers[A].answers.append(moved(OF_A, B))
    servers[A].slots = [[0, SLOTS - 1, [b"b", 2]]]
    assert await servers.link.call("GET", OF_A) == b"OK"
    assert servers.link.server_of(OF_A) == "b:2"
    assert (servers[A].commands, servers[B].commands) == ([("PING",), ("GET", OF_A)], [("GET", OF_A)])
    await servers.link.close()


async def test_a_key_of_a_slot_that_is_moving_is_asked_for_there_and_the_map_stays() -> None:
    servers = Servers()
    servers[A].answers.append(moved(OF_A, C, for_now=True))
    await servers.link.call("GET", OF_A)
    assert servers[C].commands == [("ASKING",), ("GET", OF_A)]
    assert servers.link.server_of(OF_A) == "a:1"
    await servers.link.close()


async def test_a_script_that_is_packed_goes_where_its_key_lies_and_follows_what_moves() -> None:
    servers = Servers()
    first = servers.link.send(packed("EVALSHA", "sha", 1, OF_B))  # before the map is known
    servers[A].answers.append(moved(OF_A, C, for_now=True))
    assert (await servers.link.send(packed("EVALSHA", "sha", 1, OF_A)), await first) == (b"OK", b"OK")
    in_bytes = [("EVALSHA", b"sha", b"1", key.encode()) for key in (OF_A, OF_B)]
    assert (servers[A].commands, servers[B].commands) == ([in_bytes[0]], [in_bytes[1]])
    assert servers[C].commands == [("ASKING",), in_bytes[0]]
    await servers.link.close()


async def test_of_a_packed_script_whose_slot_moves_the_slot_is_to_blame() -> None:
    servers = Servers()
    servers[A].answers.append(SlotMoves("as told"))
    with pytest.raises(StoreUnavailable) as failure:
        await servers.link.send(packed("EVALSHA", "sha", 1, OF_A))
    assert failure.value.server == f"slot {slot_of(OF_A)}"
    await servers.link.close()


async def test_nobody_is_sent_in_circles() -> None:
    servers = Servers()
    for host, there in ((A, B), (B, A)):
        servers[host].answers.extend(moved(OF_A, there) for _ in range(FOLLOWED))
    with pytest.raises(StoreUnavailable):
        await servers.link.call("GET", OF_A)
    await servers.link.close()


async def test_of_a_slot_half_here_half_there_the_slot_is_to_blame_and_no_server() -> None:
    servers = Servers()
    servers[A].answers.append(SlotMoves("as told"))
    with pytest.raises(StoreUnavailable) as failure:
        await servers.link.call("EVALSHA", "sha", 1, OF_A)
    assert failure.value.server == f"slot {slot_of(OF_A)}"
    await servers.link.close()


async def test_a_server_that_is_away_fails_those_alone_whose_keys_it_holds() -> None:
    servers = Servers()
    await servers.link.call("PING")
    servers[B].away = True
    assert await servers.link.call("GET", OF_A) == b"OK"
    with pytest.raises(StoreUnavailable) as failure:
        await servers.link.call("GET", OF_B)
    assert failure.value.server == "b:2"
    with pytest.raises(StoreUnavailable):
        await servers.link.probe("b:2")
    await servers.link.probe("a:1")
    await servers.link.close()


async def test_whoever_took_over_from_a_server_that_died_is_found() -> None:
    servers = Servers()
    await servers.link.call("PING")
    servers[B].away = True
    servers[A].slots = [[0, HALF - 1, [b"a", 1]], [HALF, SLOTS - 1, [b"c", 3]]]
    with pytest.raises(StoreUnavailable):
        await servers.link.call("GET", OF_B)
    await servers.link.probe("b:2")  # nobody's trouble any more
    assert await servers.link.call("GET", OF_B) == b"OK"
    assert servers[C].commands == [("GET", OF_B)]
    await servers.link.close()


async def test_a_server_that_holds_nothing_any_more_is_let_go_once_nothing_is_under_way_to_it() -> None:
    servers = Servers()
    await servers.link.call("GET", OF_B)
    servers[A].slots = [[0, SLOTS - 1, [b"a", 1]]]
    await servers.link.learn()
    assert not servers[B].closed
    await servers.link.learn()
    assert servers[B].closed
    await servers.link.close()


async def test_the_first_host_that_answers_tells_where_things_lie() -> None:
    servers = Servers(C, A)
    servers[C].away = True
    assert await servers.link.call("GET", OF_A) == b"OK"
    await servers.link.close()


async def test_where_no_host_answers_all_fail() -> None:
    servers = Servers(C)
    servers[C].away = True
    with pytest.raises(StoreUnavailable):
        await servers.link.call("GET", OF_A)
    assert servers.link.server_of(OF_A) == ""
    await servers.link.close()


async def test_a_slot_that_nobody_holds_fails_alone() -> None:
    servers = Servers()
    servers[A].slots = [[0, HALF - 1, [b"a", 1]]]
    assert await servers.link.call("GET", OF_A) == b"OK"
    with pytest.raises(StoreUnavailable) as failure:
        await servers.link.call("GET", OF_B)
    assert failure.value.server == f"slot {slot_of(OF_B)}"
    await servers.link.close()


async def test_each_server_that_holds_keys_is_a_link_of_its_own() -> None:
    servers = Servers()
    first, second = await servers.link.nodes()
    await second.call("SCAN", 0)
    assert servers[B].commands == [("SCAN", 0)]
    await first.close()
    assert not servers[A].closed
    await servers.link.close()
    assert servers[A].closed
