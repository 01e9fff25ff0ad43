"""Stores on every kind of server, and what tests need to look behind them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest
import redis

from floorwalker.store import Store, StoreSettings, open_store
from floorwalker.store.link.pipe import Pipe
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.link.slots import slot_of
from tests.servers import fresh_namespace

Open = Callable[..., Store]

QUICK = {"probe_first_s": 0.001, "probe_longest_s": 0.01, "redial_after_s": 0.001, "partitions": 4}


@pytest.fixture(autouse=True)
def one_slot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test of the store sends, to whichever server: the keys of one command share a slot, as in a cluster
    they must."""
    apart: list[tuple[Word, ...]] = []
    call = Pipe.call

    def heard(pipe: Pipe, *command: Word) -> asyncio.Future[Reply]:
        if len({slot_of(key) for key in keys_in(command)}) > 1:
            apart.append(command)
        return call(pipe, *command)

    monkeypatch.setattr(Pipe, "call", heard)
    yield
    assert apart == []


def keys_in(command: Sequence[Word]) -> Sequence[Word]:
    """Of a script, and of what takes any number of keys; streams are read many at a time of one server only."""
    match command[0]:
        case "EVALSHA" | "EVAL":
            return command[3 : 3 + int(command[2])]
        case "DEL" | "UNLINK" | "EXISTS" | "MGET" | "TOUCH":
            return command[1:]
        case _:
            return ()


@pytest.fixture(params=["valkey", "redis", "cluster"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The contract holds on each of these; a fresh namespace."""
    return f"{request.getfixturevalue(f'{request.param}_server')}?namespace={fresh_namespace()}"


@pytest.fixture
async def open_() -> AsyncIterator[Open]:
    """Opens stores with quick settings, and closes them."""
    opened: list[Store] = []

    def open_one(url: str, *, clock: Callable[[], float] | None = None, resume: Any = None, **options: Any) -> Store:
        more = {"clock": clock} if clock is not None else {}
        opened.append(open_store(url, settings=StoreSettings(**(QUICK | options)), resume=resume, **more))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
def store(open_: Open, store_url: str) -> Store:
    return open_(store_url)


@pytest.fixture
def peek(store_url: str) -> Iterator[redis.Redis]:
    """A plain client of the same server."""
    with client_of(store_url) as client:
        yield client


def client_of(url: str) -> redis.Redis:
    """A plain client of the server at a store address."""
    plain = url.partition("?")[0].replace("redis+cluster:", "redis:")
    return redis.Redis.from_url(plain)


class Behind:
    """The keys of one test's namespace, seen by a plain client."""

    def __init__(self, url: str, client: redis.Redis) -> None:
        self.client = client
        self.prefix = f"fw:{url.rpartition('namespace=')[2]}:"

    def key(self, kind: str) -> str:
        """The one key of a kind, as in `profile:v1`."""
        found = [key.decode() for key in self.client.scan_iter(f"{self.prefix}*", count=1000)]
        (one,) = [key for key in found if key.endswith(f"}}:{kind}")]
        return one

    def kinds(self) -> set[str]:
        """All keys, without prefix and partition."""
        keys = [key.decode() for key in self.client.scan_iter(f"{self.prefix}*", count=1000)]
        return {key.partition("}:")[2] or key.removeprefix(self.prefix) for key in keys}


@pytest.fixture
def behind(store_url: str, peek: redis.Redis) -> Behind:
    return Behind(store_url, peek)
