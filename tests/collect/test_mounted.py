"""Where events are taken: by the middleware under its prefix, and by an app of its own wherever it is mounted."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from floorwalker import CollectApp, PersonalizationMiddleware, Store
from floorwalker.collect.delivering import Delivery
from floorwalker.collect.keys import Access
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.refusals import Refused
from floorwalker.core.advance import Corridor
from tests.asgi.browser import Browser, page_app
from tests.collect.conftest import NOW, RULES, SERVER_KEY, Clock, Sender

TRACK: dict[str, Any] = {"event": "Signed Up", "userId": "u", "messageId": "m"}


@pytest.fixture
def site(store: Store, clock: Clock) -> PersonalizationMiddleware:
    return wrapped(store, clock, write_keys=[SERVER_KEY])


def wrapped(store: Store, clock: Clock, **options: Any) -> PersonalizationMiddleware:
    page = page_app(b"<p>a page</p>")
    return PersonalizationMiddleware(page, rules=RULES, store=store, secret_key="k" * 40, clock=clock, **options)


async def test_the_middleware_takes_events_under_its_prefix(site: PersonalizationMiddleware, store: Store) -> None:
    sender = Sender(site, store)
    assert (await sender.post("/_floorwalker/v1/track", TRACK)).status_code == 200
    assert (await sender.post("/_floorwalker/v1/track", {**TRACK, "event": ""})).status_code == 400
    person = await sender.get("u")
    assert person is not None
    assert person.user == "u"
    await sender.http.aclose()


async def test_the_sites_own_v1_is_the_sites(site: PersonalizationMiddleware) -> None:
    assert (await Browser(site).get("/v1/track")).body == b"<p>a page</p>"


async def test_without_keys_nobody_may_send(store: Store, clock: Clock) -> None:
    sender = Sender(wrapped(store, clock), store)
    answer = await sender.post("/_floorwalker/v1/track", TRACK)
    assert answer.status_code == 401
    assert "write_keys" in answer.json()["detail"]
    await sender.http.aclose()


async def test_the_app_of_its_own_may_be_mounted_anywhere(store: Store, clock: Clock) -> None:
    app = CollectApp(rules=RULES, store=store, write_keys=[SERVER_KEY], clock=clock)
    sender = Sender(Starlette(routes=[Mount("/events", app)]), store)
    assert (await sender.post("/events/v1/track", TRACK)).status_code == 200
    assert (await sender.post("/v1/track", TRACK)).status_code == 404
    health = (await sender.http.get("/events/healthz")).json()
    assert health["status"] == "ok"
    assert health["store"]["state"] == "here"
    await sender.http.aclose()


async def test_the_app_of_its_own_starts_and_stops_with_its_server(valkey_url: str) -> None:
    app = CollectApp(rules=RULES, store=valkey_url, write_keys=[SERVER_KEY])
    told: list[str] = []
    asked = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        if told:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://x", auth=(SERVER_KEY, "")) as client:
                assert (await client.post("/v1/track", json=TRACK)).status_code == 200
        return {"type": next(asked)}

    async def send(message: dict[str, str]) -> None:
        told.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_what_takes_too_long_is_503_and_may_be_sent_again(store: Store) -> None:
    message = Message(kind=Kind.TRACK, at=NOW, user="u", name="Signed Up", id="m")

    def delivery(deadline_s: float) -> Delivery:
        return Delivery(store, Corridor(RULES), now=NOW, access=Access.SERVER, deadline_s=deadline_s)

    with pytest.raises(Refused) as refused:
        await delivery(0).deliver([message])
    assert (refused.value.status, refused.value.retry_after_s) == (503, 5)
    for _ in range(2):
        await delivery(20).deliver([message])
    assert [entry.event.name async for entry in store.events()].count("Signed Up") == 1


async def test_a_sender_who_goes_away_leaves_nothing(store: Store, clock: Clock) -> None:
    app = CollectApp(rules=RULES, store=store, write_keys=[SERVER_KEY], clock=clock)
    messages = iter([{"type": "http.request", "body": b'{"event"', "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Basic dGVzdFdyaXRlS2V5Og==")]
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    assert sent == []
