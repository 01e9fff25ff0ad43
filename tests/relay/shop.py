"""A shop with watched segments, its store and its clock; and a receiver of webhooks, on a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from floorwalker.core.advance import Corridor
from floorwalker.core.effects import Effects
from floorwalker.core.events import Event, Item
from floorwalker.core.hit import Hit, HitKind
from floorwalker.core.memory.profile import Profile
from floorwalker.relay.endpoint import Endpoint, read_endpoint
from floorwalker.relay.relay import Relay
from floorwalker.relay.settings import RelaySettings
from floorwalker.relay.signing import read_secrets
from floorwalker.rulefile import read
from floorwalker.store import Store, StoreSettings, open_store
from tests.asgi.conftest import Clock

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_SECRET = "whsec_" + "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

RULES = """
segments:
  left-a-cart: {watch: yes, when: {cart: {items: {at_least: 1}, idle: {at_least: 2 hours, at_most: 2 days}}}}
  readers: {watch: yes, when: {viewed: {path: /learn/**, at_least: 2, within: 7 days}}}
  silent: {when: {viewed: /nowhere}}
"""
HOUR = 3600.0


def corridor_of(rules: str = RULES) -> Corridor:
    """The rules, ready to be walked."""
    ruleset, problems = read({"rules.yaml": rules.encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    return Corridor(ruleset)


def quick(**options: Any) -> RelaySettings:
    """A relay that waits for nothing but the clock it is given."""
    return RelaySettings(**({"idle_s": 0.01, "claim_after_s": 0.0, "timeout_s": 5.0} | options))


@dataclass
class Shop:
    """What people do in it, through the corridor and into the store."""

    store: Store
    clock: Clock
    corridor: Corridor = field(default_factory=corridor_of)

    async def visit(self, visitor: str, url: str = "/", *events: Event, confirmed: bool = True) -> None:
        """One page, with what was said on it."""
        at, corridor = self.clock.now, self.corridor
        headers = [(b"user-agent", CHROME.encode()), (b"host", b"shop.example")]
        hit = Hit(at=at, url=f"https://shop.example{url}", kind=HitKind.VIEW, headers=headers, events=events)

        def step(base: Profile | None) -> tuple[Profile, Effects]:
            profile, effects = corridor.advance(base, hit, seed=7)
            return corridor.concluded(base, profile, effects, at)

        await self.store.commit(visitor, await self.store.load(visitor), step, confirmed=confirmed)

    async def fill_cart(self, visitor: str) -> None:
        """They put something into the cart."""
        item = Item(product="p1", name="Tripod", price=60.0)
        await self.visit(visitor, "/cart", Event("Product Added", self.clock.now, {"product_id": "p1"}, items=(item,)))

    async def told(self) -> list[tuple[str, str, str]]:
        """The events of watched segments: event, segment, visitor."""
        found = [entry.event async for entry in self.store.events()]
        return [
            (one.name, str(one.properties["segment"]), str(one.properties["visitor"]))
            for one in found
            if one.name.startswith("Segment ")
        ]

    def relay(
        self, client: httpx.AsyncClient, *endpoints: Endpoint, name: str = "one", corridor: Any = None, **options: Any
    ) -> Relay:
        """A relay of this shop."""
        return Relay(
            self.store,
            corridor or (lambda: self.corridor),
            endpoints,
            client,
            consumer=name,
            clock=self.clock,
            dice=lambda: 0.5,
            settings=quick(**options),
        )


@dataclass
class Received:
    """One webhook as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.body)["data"]

    @property
    def told(self) -> tuple[str, str, str]:
        return json.loads(self.body)["type"], self.data["segment"], self.data["visitor"]


class Hook:
    """A receiver. answers: what it says next, and 200 when they are used up; `hang` says nothing at all."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.received: list[Received] = []
        self.url = ""
        self.came = asyncio.Event()
        self.ended = asyncio.Event()

    def endpoint(self, *, secrets: str = SECRET, segments: Sequence[str] = (), with_traits: bool = False) -> Endpoint:
        keys = read_secrets(secrets, where="here")
        return read_endpoint(self.url, secrets=keys, segments=frozenset(segments), with_traits=with_traits)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [one.told for one in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(headers, body))
        self.came.set()
        answer = self.answers.pop(0) if self.answers else "200 OK"
        if answer == "hang":
            await self.ended.wait()
        else:
            writer.write(f"HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Hook]:
    """A receiver that listens."""
    hook = Hook()
    server = await asyncio.start_server(hook.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook.url = f"http://127.0.0.1:{port}/hooks/secret-path?token=secret-token"
    try:
        yield hook
    finally:
        hook.ended.set()
        server.close()
        await server.wait_closed()


def opened(url: str, clock: Callable[[], float], **options: Any) -> Store:
    """The store at an address, with few partitions."""
    return open_store(url, settings=StoreSettings(**({"partitions": 4} | options)), clock=clock)
