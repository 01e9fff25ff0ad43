"""A store of several servers: one that is away keeps up nobody of another, and a slot that moves is nobody's outage."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import pytest

from floorwalker.errors import StoreUnavailable
from floorwalker.store.couriers import Couriers
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from tests.store.packed import Unpacking

KEYS = Keys("", 4)


class TwoServers(Unpacking):
    """Partitions by their number: even ones lie on `a`, odd ones on `b`."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.probed = asyncio.Event()

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        raise AssertionError("nothing is sent here")

    async def nodes(self) -> Sequence[Link]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""

    def server_of(self, key: Word) -> str:
        return "ab"[int(str(key)[4]) % 2]

    servers = ("a", "b")

    async def probe(self, server: str) -> None:
        self.probed.set()
        if server in self.away:
            raise StoreUnavailable("as told")


def about(server: str) -> StoreUnavailable:
    failure = StoreUnavailable("as told")
    failure.server = server
    return failure


@pytest.fixture
async def link() -> TwoServers:
    return TwoServers()


@pytest.fixture
async def couriers(link: TwoServers) -> AsyncIterator[Couriers]:
    async def whole() -> None:
        """The whole is there."""

    one = Couriers(link, whole, at_once=4, first_s=0.001, longest_s=0.002, spread=lambda: 0.0)
    yield one
    await one.close()


async def test_a_failure_is_the_outage_of_the_server_that_it_is_about(couriers: Couriers, link: TwoServers) -> None:
    link.away = {"b"}
    couriers.blamed(about("b")).failed(about("b"))
    assert (list(couriers.away), couriers.whole_away) == (["b"], None)
    assert couriers.at("a").has_room
    assert not couriers.at("b").has_room


async def test_the_whole_is_away_once_every_server_is(couriers: Couriers, link: TwoServers) -> None:
    link.away = {"a", "b"}
    for server in "ab":
        couriers.blamed(about(server)).failed(about(server))
    assert couriers.whole_away is not None


async def test_a_command_whose_failure_is_anothers_waits_for_that_one(couriers: Couriers, link: TwoServers) -> None:
    link.away = {"b"}
    tries = 0

    async def send() -> str:
        nonlocal tries
        tries += 1
        if link.away:
            raise about("b")
        return "done"

    delivering = asyncio.create_task(couriers.at("a").deliver(send, still_wanted=lambda: True))
    await link.probed.wait()
    assert (tries, couriers.at("a").outage.away) == (1, False)
    link.away = set()
    assert await delivering == "done"


async def test_a_slot_that_moves_is_waited_for_and_nobody_is_told(
    couriers: Couriers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    couriers.blamed(about("slot 7")).failed(about("slot 7"))
    assert (list(couriers.away), couriers.at("a").has_room) == ([], True)
    await couriers.at("slot 7").outage.over()
    assert caplog.records == []


def test_visitors_are_where_their_partition_lies(couriers: Couriers) -> None:
    places = {couriers.server_of(KEYS, str(number)) for number in range(20)}
    assert places == {"a", "b"}
    assert couriers.server_of(None, "1") == ""
