"""A long story over all doors; then one person is erased, and the whole server is searched for what was theirs."""

import json
import random
import time
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import redis
from msgspec import DecodeError, msgpack

from floorwalker import PersonalizationMiddleware, Store, get_visitor, open_store
from floorwalker.core.advance import Corridor
from floorwalker.core.effects import Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.relay.endpoint import read_endpoint
from floorwalker.relay.relay import Relay
from floorwalker.relay.settings import RelaySettings
from floorwalker.relay.signing import read_secrets
from floorwalker.rulefile import read
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.records.record import HEAD_BYTES
from tests.asgi.browser import Browser, page_app
from tests.asgi.people import named

WRITE_KEY, DATA_KEY = "wk_secret", "d" * 40
ADDRESSES = ("203.0.113.7", "198.51.100.23", "192.0.2.99", "2001:db8::77")
SEALED = {"canaryuser", "canarymail", "canaryname", "canarynote", "canarycity"}
WORDS = ("canaryuser", "canarymail", "canaryname", "canarynote", "canarycity", "canarysearch", "canaryplace")
RULES = """
site: {currency: EUR}
segments:
  buyers: {watch: yes, when: {orders: {at_least: 1}}}
  lately: {watch: yes, when: {cart: {idle: {at_least: 1 hour, at_most: 2 days}}}}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
slots:
  hero: {goal: order, control: 50 %, show: [{name: spring, text: Spring}]}
"""
CORRIDOR = Corridor(cast(Ruleset, read({"rules.yaml": RULES.encode()})[0]))
SECRET = "whsec_" + b64encode(b"s" * 32).decode()


async def shop(scope: Any, receive: Any, send: Any) -> None:
    """Does what a header says: events and logins, as JSON."""
    told = json.loads(dict(scope["headers"]).get(b"x-do", b"[]"))
    for name, properties in told:
        visitor = await get_visitor(scope)
        visitor.identify(name[6:], properties) if name.startswith("login:") else visitor.track(name, properties)
    await page_app(b"<body><!--slot:hero-->default<!--/slot:hero--></body>")(scope, receive, send)


class Story:
    """What people do. own: of the one who will be erased, else of a bystander."""

    def __init__(self, app: Any, store: Store, seed: int) -> None:
        self.app, self.store, self.dice = app, store, random.Random(seed)
        self.browsers = {who: [Browser(app) for _ in range(2)] for who in ("canary", "other")}

    def devices(self, who: str) -> set[str]:
        """What the cookies name by now."""
        return {named(browser.cookie) for browser in self.browsers[who] if browser.cookie}

    async def goes_on(self) -> None:
        who = self.dice.choice(["canary", "canary", "other"])
        browser = self.dice.choice(self.browsers[who])
        await self.dice.choice([self.view, self.view, self.act, self.login, self.tell, self.send, self.note])(
            who, browser
        )

    async def view(self, who: str, browser: Browser, *told: Any) -> None:
        headers = {
            b"referer": f"https://www.google.com/search?q={who}search".encode(),
            b"x-forwarded-for": ", ".join(ADDRESSES[1:]).encode(),
            b"x-do": json.dumps(told).encode(),
        }
        await browser.get(f"/{who}place?q={who}search&utm_campaign=spring&utm_term={who}search", headers=headers)

    async def act(self, who: str, browser: Browser) -> None:
        number = self.dice.randrange(9)
        line = {"product_id": f"p{number}", "price": 10}
        bought = {"order_id": f"{who}-{number}", "revenue": 10, "products": [line]}
        searched = {"query": f"{who}search", "ip": ADDRESSES[2]}
        events = [("Product Added", line), ("Order Completed", bought), ("Products Searched", searched)]
        await self.view(who, browser, self.dice.choice(events))

    async def login(self, who: str, browser: Browser) -> None:
        traits = {"email": f"{who}mail@example.org", "name": f"{who}name", "city": f"{who}city"}
        await self.view(who, browser, (f"login:{who}user", traits))

    async def tell(self, who: str, browser: Browser) -> None:
        events = [{"type": "track", "event": "Product Viewed", "id": f"{who}{self.dice.random()}"}]
        body = json.dumps({"url": f"/{who}place", "events": events}).encode()
        same = {b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty"}
        await browser.post("/_floorwalker/collect", headers=same, body=body)

    async def note(self, who: str, browser: Browser) -> None:
        """What an agent writes down."""
        taken = Event("Note Taken", time.time(), {"text": f"{who}note", "by": "Bob"})
        step = partial(_folded, taken)
        await self.store.commit(await self.store.person(f"{who}user"), None, step)

    async def send(self, who: str, browser: Browser) -> None:
        message = {
            "type": "track", "userId": f"{who}user", "event": "Form Sent", "messageId": f"m{self.dice.random()}",
            "properties": {"ip": ADDRESSES[2]}, "context": {"ip": ADDRESSES[2]},
        }  # fmt: skip
        anonymous = {"type": "identify", "anonymousId": f"{who}device", "traits": {"email": f"{who}mail@example.org"}}
        body = json.dumps({"batch": [message, anonymous]}).encode()
        key = b"Basic " + b64encode(f"{WRITE_KEY}:".encode())
        headers = {b"authorization": key, b"content-type": b"application/json", b"sec-fetch-dest": b"empty"}
        await browser.post("/_floorwalker/v1/batch", headers=headers, body=body)


def _folded(event: Event, base: Profile | None) -> tuple[Profile, Effects]:
    return CORRIDOR.fold(base or Profile(seed=1), event)


def pieces(value: Any) -> Iterator[bytes]:
    """Every text in a value as it lies in the store, MessagePack within MessagePack decoded."""
    match value:
        case bytes():
            yield value
            for start in (0, 16):
                try:
                    yield from pieces(msgpack.decode(value[start:])) if len(value) > start + 1 else ()
                except (DecodeError, ValueError):
                    continue
        case str():
            yield value.encode()
        case dict():
            for name, one in value.items():
                yield from pieces(name)
                yield from pieces(one)
        case list() | tuple():
            for one in value:
                yield from pieces(one)
        case _:
            yield str(value).encode()


def contents(client: redis.Redis) -> dict[bytes, bytes]:
    """Every key of the server, of whatever type, with all that lies under it."""
    reads: dict[bytes, Any] = {
        b"string": client.get, b"hash": client.hgetall, b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1), b"stream": client.xrange,
    }  # fmt: skip
    found = {}
    for key in client.scan_iter(count=1000):
        found[key] = b"\x00".join([key, client.dump(key) or b"", *pieces(reads[client.type(key)](key))])
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[redis.Redis]:
    """A bundled server of its own in `store`, whose files are looked into; seen by a plain client."""
    bundled = EmbeddedServer(tmp_path / "store", linger_s=30)
    with redis.Redis(unix_socket_path=str(bundled.start())) as client:
        yield client
    bundled.stop()


async def relayed(store: Store) -> None:
    """A relay counts, and gathers what a webhook that is down is to be told."""
    endpoint = read_endpoint("http://127.0.0.1:9/hook", secrets=read_secrets(SECRET, where="here"))
    async with httpx.AsyncClient(trust_env=False) as client:
        relay = Relay(
            store, lambda: CORRIDOR, [endpoint], client, consumer="one", clock=time.time, dice=lambda: 0.5,
            settings=RelaySettings(idle_s=0.01),
        )  # fmt: skip
        await relay.run_once()


async def told(app: Any, store: Store) -> Story:
    """The whole story, counted and gathered in part."""
    story = Story(app, store, 11)
    await relayed(store)
    for length in (120, 20):
        for _ in range(length):
            await story.goes_on()
        await store.flush(10)
        if length > 100:
            await relayed(store)
    return story


@pytest.mark.parametrize("keys", [(), (DATA_KEY,)], ids=["in the clear", "sealed"])
async def test_of_who_was_erased_the_whole_server_holds_a_stone_and_nothing_else(
    server: redis.Redis, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    store = open_store(f"embedded:{tmp_path / 'store'}", data_keys=keys)
    await store.ping()
    app = PersonalizationMiddleware(
        shop, rules=tmp_path / "rules", templates=tmp_path / "none", store=store, secret_key="k" * 40,
        write_keys=[WRITE_KEY], budget_ms=5000, trusted_proxies="203.0.113.7",
    )  # fmt: skip
    story = await told(app, store)
    everything = b"\x00".join(contents(server).values())
    assert [one for one in ADDRESSES if one.encode() in everything] == []
    assert {word for word in WORDS if word.encode() in everything} == set(WORDS) - (SEALED if keys else set())
    ids = {await store.person("canaryuser"), await store.client("canarydevice"), *story.devices("canary")}
    sought = [await store.sought(one) for one in ids]
    for one in ids:
        await store.erase(one)
    for known in sought:
        assert (await store.traces(known, pause_s=0)).left == []
    await store.shed_log(30)
    names = {name for one in sought for name in (*one.visitors, *one.pseudonyms)}
    raw = [bytes.fromhex(name) for one in sought for name in one.pseudonyms]
    left = contents(server)
    files = b"\x00".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    for place in (b"\x00".join(left.values()), files):
        assert [word for word in (*WORDS, *ADDRESSES) if word.encode() in place] == []
        assert [one for one in raw if one in place] == []
    where = {key for key, value in left.items() if any(name.encode() in value for name in names)}
    assert {key.rpartition(b":")[2].decode() for key in where} == {name for name in names if len(name) > 16}
    assert all(len(server.get(key) or b"") == HEAD_BYTES for key in where)
    assert b"otheruser" in b"\x00".join(left.values()) or keys
    await store.close()
