"""An app that takes events, on a real store, and who sends to it."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import redis

from floorwalker import CollectApp, Profile, Store, open_store
from floorwalker.collect.refusals import Refused
from floorwalker.core.pages import PageRule
from floorwalker.core.ruleset import Ruleset
from floorwalker.store import StoreSettings
from tests.store.conftest import QUICK, client_of

SERVER_KEY, BROWSER_KEY = "testWriteKey", "pk_browser"
RULES = Ruleset(pages=(PageRule(path="/p/{product}", type="product"),))
SENT_AT = "2026-11-22T14:46:40.000Z"
NOW = 1_795_358_800.0  # the same


def refusal_of(call: Callable[[], object]) -> Refused | None:
    """Why it was refused; None where it was not."""
    try:
        call()
    except Refused as refusal:
        return refusal
    return None


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(valkey_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = open_store(valkey_url, settings=StoreSettings(**QUICK), clock=clock)
    yield opened
    await opened.close()


class Sender:
    """A client of the HTTP API. get: what the store holds of a person; got: of a client's anonymousId."""

    def __init__(self, app: Any, store: Store) -> None:
        self.store = store
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://collect.example")

    async def post(self, path: str, body: Any, *, key: str | None = SERVER_KEY, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            named["authorization"] = "Basic " + b64encode(f"{key}:".encode()).decode()
        return await self.http.post(path, content=content, headers=named)

    async def batch(self, *messages: dict[str, Any], key: str = SERVER_KEY, **headers: str) -> httpx.Response:
        return await self.post("/v1/batch", {"batch": list(messages), "sentAt": SENT_AT}, key=key, **headers)

    async def get(self, user: str) -> Profile | None:
        return (await self.store.load(await self.store.person(user))).profile

    async def got(self, anonymous_id: str) -> Profile | None:
        return (await self.store.load(await self.store.client(anonymous_id))).profile

    async def events(self) -> list[str]:
        """The names in the stream, of everybody."""
        return sorted([entry.event.name async for entry in self.store.events()])


SenderOf = Callable[..., Sender]


@pytest.fixture
async def sender_of(store: Store, clock: Clock) -> AsyncIterator[SenderOf]:
    """Makes a sender to an app with these options."""
    senders: list[Sender] = []

    def made(**options: Any) -> Sender:
        usual = {
            "rules": RULES,
            "store": store,
            "write_keys": [SERVER_KEY],
            "public_keys": [BROWSER_KEY],
            "clock": clock,
        }
        senders.append(Sender(CollectApp(**{**usual, **options}), options.get("store", store)))
        return senders[-1]

    yield made
    for sender in senders:
        await sender.http.aclose()


@pytest.fixture
def sender(sender_of: SenderOf) -> Sender:
    return sender_of()


class Keyspace:
    """Everything that the store holds, as bytes."""

    def __init__(self, url: str, client: redis.Redis) -> None:
        self._client = client
        self._pattern = f"fw:{url.rpartition('namespace=')[2]}:*"

    def dump(self) -> dict[bytes, bytes]:
        keys = sorted(self._client.scan_iter(self._pattern, count=1000))
        return {key: self._client.dump(key) for key in keys}


@pytest.fixture
def keyspace(valkey_url: str) -> Iterator[Keyspace]:
    with client_of(valkey_url) as client:
        yield Keyspace(valkey_url, client)
