"""One connection for many callers: joined, bounded, and no reply ever reaches another caller."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio.connection import AbstractConnection

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.link.address import ServerAddress
from floorwalker.store.link.dial import PoolDial, server_dial
from floorwalker.store.link.pipe import Pipe
from tests.servers import fresh_namespace
from tests.store.packed import packed
from tests.store.proxy import Door, door


class CountingDial:
    """A dial that counts connections and writes."""

    def __init__(self, dial: PoolDial) -> None:
        self._dial = dial
        self.connections = 0
        self.writes = 0

    async def connect(self) -> AbstractConnection:
        connection = await self._dial.connect()
        self.connections += 1
        transport = transport_of(connection)
        write = transport.write

        def counted(packed: bytes) -> None:
            self.writes += 1
            write(packed)

        transport.write = counted
        return connection

    async def drop(self, connection: AbstractConnection) -> None:
        await self._dial.drop(connection)

    async def close(self) -> None:
        await self._dial.close()


def transport_of(connection: AbstractConnection) -> Any:
    assert connection._writer is not None
    return connection._writer.transport


def dial_to(url: str) -> CountingDial:
    return CountingDial(server_dial(ServerAddress(socket=url.removeprefix("unix://")), timeout_s=2))


def pipe_over(dial: CountingDial, *, reply_timeout_s: float = 5, commands_in_flight: int = 1000) -> Pipe:
    return Pipe(dial, reply_timeout_s=reply_timeout_s, commands_in_flight=commands_in_flight, redial_after_s=0)


@pytest.fixture
async def front(valkey_server: str, tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path / "door.sock", valkey_server) as one:
        yield one


async def test_the_commands_of_one_turn_go_out_in_one_write(valkey_server: str) -> None:
    dial = dial_to(valkey_server)
    pipe = pipe_over(dial)
    await pipe.call("PING")
    replies = await asyncio.gather(*(pipe.call("ECHO", str(n)) for n in range(100)))
    assert replies == [str(n).encode() for n in range(100)]
    assert (dial.connections, dial.writes) == (1, 2)
    await pipe.close()


async def test_what_is_packed_goes_out_with_the_others_of_its_turn(valkey_server: str) -> None:
    dial = dial_to(valkey_server)
    pipe = pipe_over(dial)
    replies = await asyncio.gather(
        pipe.call("ECHO", "a"), pipe.send(packed("EVAL", "return ARGV[1]", 1, "k", "b")), pipe.call("ECHO", "c")
    )
    assert (replies, dial.writes) == ([b"a", b"b", b"c"], 1)
    await pipe.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["now", "soon", "never"]), min_size=1, max_size=30))
async def test_a_caller_who_gives_up_leaves_no_reply_to_another(valkey_server: str, patience: list[str]) -> None:
    pipe = pipe_over(dial_to(valkey_server))
    calls = [pipe.call("ECHO", str(n)) for n in range(len(patience))]
    for call, when in zip(calls, patience, strict=True):
        if when == "now":
            call.cancel()
    await asyncio.wait_for(pipe.call("PING"), 5)
    for call, when in zip(calls, patience, strict=True):
        if when == "soon":
            call.cancel()
    later = [pipe.call("ECHO", f"later {n}") for n in range(5)]
    assert await asyncio.gather(*later) == [f"later {n}".encode() for n in range(5)]
    kept = [(n, await call) for n, call in enumerate(calls) if patience[n] == "never"]
    assert kept == [(n, str(n).encode()) for n, _ in kept]
    await pipe.close()


async def test_a_refused_command_fails_alone(valkey_server: str) -> None:
    dial = dial_to(valkey_server)
    pipe = pipe_over(dial)
    key = fresh_namespace()
    results = await asyncio.gather(
        pipe.call("SET", key, "text"), pipe.call("INCR", key), pipe.call("GET", key), return_exceptions=True
    )
    assert results[0] == b"OK"
    assert type(results[1]) is StoreError
    assert results[2] == b"text"
    assert dial.connections == 1
    await pipe.close()


async def test_a_cut_connection_fails_what_is_under_way_and_the_next_call_connects_again(front: Door) -> None:
    dial = dial_to(front.url)
    pipe = pipe_over(dial)
    await pipe.call("PING")
    front.lose_replies = True
    under_way = pipe.call("ECHO", "lost")
    await front.cut()
    with pytest.raises(StoreUnavailable):
        await under_way
    front.lose_replies = False
    assert await pipe.call("ECHO", "again") == b"again"
    assert dial.connections == 2
    await pipe.close()


async def test_an_event_loop_that_calls_a_closed_connection_a_runtime_error_is_understood(valkey_server: str) -> None:
    class ClosedOnce(CountingDial):
        async def connect(self) -> AbstractConnection:
            connection = await super().connect()
            if self.connections == 1:
                transport = transport_of(connection)
                write = transport.write

                def closed(packed: bytes) -> None:
                    transport.write = write
                    raise RuntimeError("unable to perform operation on <TCPTransport closed=True>")

                transport.write = closed
            return connection

    pipe = pipe_over(ClosedOnce(server_dial(ServerAddress(socket=valkey_server.removeprefix("unix://")), timeout_s=2)))
    with pytest.raises(StoreUnavailable, match="unable to perform operation"):
        await asyncio.wait_for(pipe.call("PING"), 5)
    assert await asyncio.wait_for(pipe.call("PING"), 5) == b"PONG"
    await pipe.close()


async def test_a_server_that_does_not_answer_in_time_is_away(front: Door) -> None:
    pipe = pipe_over(dial_to(front.url), reply_timeout_s=0.05)
    await pipe.call("PING")
    front.lose_replies = True
    with pytest.raises(StoreUnavailable, match=r"did not answer within 0\.05 s"):
        await pipe.call("ECHO", "lost")
    front.lose_replies = False
    assert await pipe.call("ECHO", "again") == b"again"
    await pipe.close()


async def test_a_server_that_is_away_is_used_once_it_is_there(front: Door) -> None:
    pipe = pipe_over(dial_to(front.url))
    await front.shut()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await pipe.call("PING")
    await front.open()
    assert await pipe.call("ECHO", "there") == b"there"
    await pipe.close()


async def test_beyond_the_bound_a_call_fails_at_once(valkey_server: str) -> None:
    pipe = pipe_over(dial_to(valkey_server), commands_in_flight=2)
    calls = [pipe.call("PING") for _ in range(3)]
    with pytest.raises(StoreUnavailable, match="Too many"):
        await calls[2]
    assert await asyncio.gather(*calls[:2]) == [b"PONG", b"PONG"]
    await pipe.close()


async def test_closing_fails_what_is_under_way(front: Door) -> None:
    pipe = pipe_over(dial_to(front.url))
    await pipe.call("PING")
    front.lose_replies = True
    under_way = pipe.call("PING")
    await pipe.close()
    with pytest.raises(StoreUnavailable):
        await under_way
