"""People of a shop: two browsers each, and the shop's own servers, which tell of them; and what was acknowledged."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx

from tests.relay.shop import CHROME
from tests.together.site import PUBLIC_KEY, SECRET_KEY

HEADERS = {"user-agent": CHROME, "accept": "text/html", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
SAME = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "empty", "content-type": "text/plain"}
PREFIX = "/_floorwalker"
LONG_AGO = timedelta(days=30)


@dataclass
class Ledger:
    """The plain log of what was acknowledged. pages: by worker, with when; broken: pages that got no answer.

    credited: what orders brought since somebody was first exposed. transitions: of watched segments. asking: how many
    wait to be acknowledged.
    """

    ids: dict[str, set[str]] = field(default_factory=dict)
    pages: list[tuple[int, float]] = field(default_factory=list)
    broken: int = 0
    died_at: float = 0.0
    told_pages: int = 0
    orders: dict[str, dict[str, float]] = field(default_factory=dict)
    credited: dict[str, float] = field(default_factory=dict)
    transitions: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    asking: int = 0

    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, user: str, ids: Iterable[str]) -> None:
        """These stand."""
        async with self.moved:
            self.ids.setdefault(user, set()).update(ids)
            self.moved.notify_all()

    async def reached(self, count: int) -> None:
        """So many stand."""
        async with self.moved:
            await self.moved.wait_for(lambda: sum(map(len, self.ids.values())) >= count)

    async def all_wait(self) -> None:
        """Until somebody waits for an answer that none gives, and no other comes any more: a worker stands still."""
        came = -1
        while not self.asking or self._came > came:
            came = self._came
            await asyncio.sleep(0.1)

    @property
    def _came(self) -> int:
        return self.answers.total() + len(self.pages)

    def note_orders(self, user: str) -> None:
        """The naive reading of who comes into a watched segment or leaves it, asked after each step."""
        told, count = self.transitions.setdefault(user, []), len(self.orders.get(user, {}))
        for segment, at_least in (("buyers", 1), ("regulars", 3)):
            is_in = [kind for kind, name in told if name == segment][-1:] == ["segment.entered"]
            if is_in is not (count >= at_least):
                told.append(("segment.left" if is_in else "segment.entered", segment))


class Browser:
    """One browser, on one worker. Whatever it does besides looking at pages it does until it is acknowledged."""

    def __init__(self, host: str, worker: int, ledger: Ledger) -> None:
        self._http = httpx.AsyncClient(base_url=host, headers=HEADERS, timeout=20, trust_env=False)
        self._worker = worker
        self._ledger = ledger

    async def look(self, path: str) -> None:
        """At a page, once."""
        try:
            answer = await self._http.get(path)
        except httpx.TransportError:
            self._ledger.broken += 1
            return
        assert answer.status_code == 200
        self._ledger.pages.append((self._worker, asyncio.get_running_loop().time()))

    async def begin(self) -> None:
        """Until a cookie came and went back."""
        while "fw" not in self._http.cookies:
            await self.look("/")
        await self.look("/")

    async def post(self, path: str) -> None:
        await again(lambda: self._http.post(path, headers={"sec-fetch-dest": "empty"}), 200, self._ledger)

    async def tell(self, user: str, *ids: str) -> None:
        events = [{"type": "track", "event": "Counted", "id": id, "properties": {"n": 1}} for id in ids]
        body = json.dumps({"url": "/", "events": events})
        await again(lambda: self._http.post(f"{PREFIX}/collect", content=body, headers=SAME), 204, self._ledger)
        await self._ledger.note(user, ids)

    async def close(self) -> None:
        await self._http.aclose()


class Server:
    """A server-side client, which sends each body to every worker, some at once, until both say that it stands."""

    def __init__(self, hosts: list[str], ledger: Ledger) -> None:
        self._https = [
            httpx.AsyncClient(base_url=host, auth=(SECRET_KEY, ""), timeout=20, trust_env=False) for host in hosts
        ]
        self._ledger = ledger

    async def batch(self, user: str, *messages: dict[str, Any]) -> None:
        body = json.dumps({"batch": messages})
        await self.send(body)
        self._ledger.sent.append(body)
        await self._ledger.note(user, [one["messageId"] for one in messages])

    async def send(self, body: str) -> None:
        await asyncio.gather(*(again(partial(self._post, http, body), 200, self._ledger) for http in self._https))

    async def _post(self, http: httpx.AsyncClient, body: str) -> httpx.Response:
        return await http.post(f"{PREFIX}/v1/batch", content=body)

    async def refused(self, *messages: dict[str, Any], key: str = SECRET_KEY) -> None:
        body = json.dumps({"batch": messages})

        async def send() -> httpx.Response:
            return await self._https[-1].post(f"{PREFIX}/v1/batch", content=body, auth=(key, ""))

        answer = await send()
        assert answer.status_code in (400, 403), answer.text

    async def close(self) -> None:
        for http in self._https:
            await http.aclose()


async def again(send: Callable[[], Awaitable[httpx.Response]], wanted: int, ledger: Ledger) -> None:
    """Until it is acknowledged."""
    while True:
        ledger.asking += 1
        try:
            answer = await send()
        except httpx.TransportError:
            ledger.answers[0] += 1
            await asyncio.sleep(0.02)
            continue
        finally:
            ledger.asking -= 1
        ledger.answers[answer.status_code] += 1
        if answer.status_code == wanted:
            return
        assert answer.status_code in (202, 503), (answer.status_code, answer.text)


async def life(number: int, hosts: list[str], ledger: Ledger) -> None:
    """What one person does, in its order; both devices sign in at once."""
    user, one, other = f"user-{number}", Browser(hosts[0], 0, ledger), Browser(hosts[1], 1, ledger)
    server = Server(hosts, ledger)
    try:
        await asyncio.gather(one.begin(), other.begin())
        await asyncio.gather(one.look(f"/p/{number}"), other.look("/"))
        await asyncio.gather(one.tell(user, f"{number}-a1", f"{number}-a2"), other.tell(user, f"{number}-b1"))
        await asyncio.gather(one.post(f"/login/{user}"), other.post(f"/login/{user}"))
        await asyncio.gather(*(story(server, ledger, user, number, round) for round in range(2)))
        await bought(server, one, ledger, user, number)
        await asyncio.gather(one.tell(user, f"{number}-a3"), other.tell(user, f"{number}-b2", f"{number}-b3"))
        await asyncio.gather(one.look("/"), other.look("/"))
    finally:
        await asyncio.gather(one.close(), other.close(), server.close())


async def story(server: Server, ledger: Ledger, user: str, number: int, round: int) -> None:
    """A client's visitor, who turns out to be the person."""
    anonymous, mark = f"anon-{number}", f"{number}-{round}"
    track = {"type": "track", "event": "Counted"}
    await server.batch(
        user,
        {"type": "page", "anonymousId": anonymous, "properties": {"path": "/p/1"}, "messageId": f"{mark}-page"},
        {**track, "anonymousId": anonymous, "messageId": f"{mark}-before"},
        {"type": "identify", "anonymousId": anonymous, "userId": user, "traits": {"n": 1}, "messageId": f"{mark}-who"},
        {**track, "userId": user, "messageId": f"{mark}-after"},
    )
    ledger.told_pages += 1


async def bought(server: Server, browser: Browser, ledger: Ledger, user: str, number: int) -> None:
    """Orders of the app and of the back office, one told by both; a refund, and a purchase at the counter."""
    orders, first, second, third = ledger.orders.setdefault(user, {}), *(f"o{n}-{number}" for n in (1, 2, 3))
    ledger.credited[user] = 0.0

    async def told(event: str, mark: str, **properties: Any) -> None:
        message = {"type": "track", "event": event, "userId": user, "messageId": f"{number}-{mark}"}
        when = {"timestamp": at} if (at := properties.pop("at", "")) else {}
        await server.batch(user, {**message, **when, "properties": properties})

    async def stands(id: str, amount: float | None, *, credited: float) -> None:
        orders.pop(id, None) if amount is None else orders.update({id: amount})
        ledger.credited[user] += credited
        ledger.note_orders(user)

    await browser.post(f"/order/{first}/10")
    await stands(first, 10.0, credited=10.0)
    await told(
        "Order Completed", "again", order_id=first, revenue=10, products=[{"product_id": f"p-{first}", "price": 10}]
    )
    await told("Order Completed", "second", order_id=second, revenue="20.10")
    await stands(second, 20.1, credited=20.1)
    await told("Order Refunded", "refund", order_id=second, total=5.05)
    await stands(second, 15.05, credited=-5.05)
    then = (datetime.now(UTC) - LONG_AGO).isoformat()
    await told("Order Completed", "counter", order_id=third, revenue=30, at=then)
    await stands(third, 30.0, credited=0.0)
    if number % 2:
        await told("Order Cancelled", "cancel", order_id=first)
        await stands(first, None, credited=-10.0)
    await server.refused(
        {"type": "track", "event": "Nothing of this", "userId": user, "messageId": f"{number}-refused"},
        {"type": "track", "userId": f"nobody-{number}"},
    )
    await server.refused({"type": "track", "event": "Nothing of this", "userId": user}, key=PUBLIC_KEY)
