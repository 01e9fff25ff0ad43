"""Webhooks: signed, at least once, in order, tried again as long as it makes sense, and about nobody who was erased."""

import asyncio
import logging
import time

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from floorwalker.core.effects import Effects
from floorwalker.core.events import SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.profile import Profile
from floorwalker.relay.standing import standing_of
from floorwalker.store.relaying import outbox
from floorwalker.store.relaying.outbox import Letter
from tests.relay.shop import HOUR, OTHER_SECRET, SECRET, Hook, Shop, receiving

VISITOR = "v" * 22
OTHER = "w" * 22
ENTERED = ("segment.entered", "readers", VISITOR)


async def read_twice(shop: Shop, visitor: str) -> None:
    """They enter `readers`."""
    for page in ("a", "b"):
        await shop.visit(visitor, f"/learn/{page}")


async def test_a_webhook_tells_who_it_is_and_what_is_known_of_them_by_now(
    shop: Shop, hook: Hook, client: httpx.AsyncClient
) -> None:
    relay = shop.relay(client, hook.endpoint(with_traits=True))
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await shop.visit(VISITOR, "/", Event("Identified", shop.clock.now, {"user_id": "user-17", "plan": "gold"}))
    await relay.run_once()
    (one,) = hook.received
    assert one.told == ENTERED
    assert one.data["user"] == "user-17"
    assert one.data["traits"] == {"plan": "gold"}
    assert one.headers["content-type"] == "application/json"
    await relay.run_once()
    assert len(hook.received) == 1


async def test_traits_are_told_only_where_that_was_asked_for(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()
    assert "traits" not in hook.received[0].data


async def test_any_of_several_secrets_verifies_it_and_no_other(
    shop: Shop, hook: Hook, client: httpx.AsyncClient
) -> None:
    shop.clock.now = time.time()  # as the receiver's
    relay = shop.relay(client, hook.endpoint(secrets=f"{SECRET} {OTHER_SECRET}"))
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()
    (one,) = hook.received
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(one.body, one.headers)["type"] == "segment.entered"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4").verify(one.body, one.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(one.body + b" ", one.headers)


@pytest.mark.parametrize("answer", ["500 Oh", "302 Found\r\nlocation: /elsewhere", "400 No", "hang"])
async def test_what_is_not_taken_is_tried_again_with_the_same_id(
    shop: Shop, hook: Hook, client: httpx.AsyncClient, answer: str
) -> None:
    hook.answers = [answer, answer]
    relay = shop.relay(client, hook.endpoint(), timeout_s=0.2)
    await relay.run_once()
    await read_twice(shop, VISITOR)
    for wait_s, tries in ((0, 1), (4, 1), (2, 2), (14, 2), (7, 3), (9999, 3)):
        shop.clock.now += wait_s
        await relay.run_once()
        assert len(hook.received) == tries
    assert len({one.headers["webhook-id"] for one in hook.received}) == 1
    assert hook.told == [ENTERED] * 3


@pytest.mark.parametrize("asked", ["120", "Sun, 29 Nov 2026 12:02:00 GMT"])
async def test_who_asks_for_a_pause_gets_it(shop: Shop, hook: Hook, client: httpx.AsyncClient, asked: str) -> None:
    shop.clock.now = 1_795_953_600.0  # that Sunday at noon
    hook.answers = [f"429 Too Many Requests\r\nretry-after: {asked}"]
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()
    await read_twice(shop, OTHER)
    shop.clock.now += 119
    await relay.run_once()
    assert hook.told == [ENTERED]
    shop.clock.now += 2
    await relay.run_once()
    assert sorted(one.data["visitor"] for one in hook.received) == [VISITOR, VISITOR, OTHER]


async def test_of_one_visitor_nothing_overtakes(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    hook.answers = ["500 Oh", "500 Oh"]
    relay = shop.relay(client, hook.endpoint(), give_up_after_s=30 * 24 * HOUR)
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()
    shop.clock.now += 7 * 24 * HOUR + 10
    await relay.run_once()
    shop.clock.now += 60
    await relay.run_once()
    entered, left = ENTERED, ("segment.left", "readers", VISITOR)
    assert hook.told == [entered, entered, entered, left]


async def change(shop: Shop, name: str) -> None:
    """They come into `readers`, or leave it."""
    told = Effects((Event(name, shop.clock.now, {"segment": "readers"}),))
    base = await shop.store.load(VISITOR)
    await shop.store.commit(VISITOR, base, lambda profile: (profile or Profile(seed=7), told))


async def test_nothing_overtakes_what_a_dead_relay_had_taken(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    shop.clock.now, endpoint = time.time(), hook.endpoint()  # as the server's
    await shop.relay(client, endpoint).run_once()
    await change(shop, SEGMENT_ENTERED)
    dead = (await shop.store.relaying()).group(endpoint.group, consumer="dead")
    assert sum([len(some) async for some in dead.read()]) == 1
    await change(shop, SEGMENT_LEFT)
    await shop.relay(client, endpoint, name="second", claim_after_s=60.0).run_once()
    assert hook.told == []
    shop.clock.now += 2
    await shop.relay(client, endpoint, name="third").run_once()
    assert hook.told == [ENTERED, ("segment.left", "readers", VISITOR)]


async def test_what_is_posted_while_an_outbox_is_found_empty_is_told(
    shop: Shop, hook: Hook, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    await read_twice(shop, VISITOR)

    async def nothing(*_: object) -> list[Letter]:
        return []

    with monkeypatch.context() as blind:
        blind.setattr(outbox, "read_letters", nothing)
        await relay.run_once()
    assert hook.told == []
    await relay.run_once()
    assert hook.told == [ENTERED]


async def test_a_hanging_webhook_holds_up_neither_time_nor_another_webhook(
    shop: Shop, hook: Hook, client: httpx.AsyncClient
) -> None:
    hook.answers = ["hang"] * 100
    async with receiving() as other:
        relay, stop = shop.relay(client, hook.endpoint(), other.endpoint(), timeout_s=30), asyncio.Event()
        await relay.run_once()
        running = asyncio.create_task(relay.run(stop))
        await read_twice(shop, VISITOR)
        await asyncio.wait_for(hook.came.wait(), 20)
        await asyncio.wait_for(other.came.wait(), 20)
        other.came.clear()
        await shop.fill_cart(OTHER)
        shop.clock.now += 2 * HOUR
        await asyncio.wait_for(other.came.wait(), 20)
        stop.set()
        hook.ended.set()
        await asyncio.wait_for(running, 20)
    assert ("segment.entered", "left-a-cart", OTHER) in other.told


async def test_410_is_the_end_until_somebody_resumes_it(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    hook.answers = ["410 Gone"]
    endpoint = hook.endpoint()
    relay = shop.relay(client, endpoint)
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()
    shop.clock.now += 24 * HOUR
    await shop.relay(client, endpoint, name="after a restart").run_once()
    assert len(hook.received) == 1
    (webhook,) = (await standing_of(shop.store, shop.clock.now)).webhooks
    assert (webhook.stopped != "", webhook.waiting) == (True, 1)
    await (await shop.store.relaying()).note(f"stopped {endpoint.key}", "")
    await relay.run_once()
    assert len(hook.received) == 2


async def test_after_days_it_is_given_up_listed_and_can_be_sent_again(
    shop: Shop, hook: Hook, client: httpx.AsyncClient
) -> None:
    hook.answers = ["500 Oh"] * 100
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    await read_twice(shop, VISITOR)
    for _ in range(20):
        await relay.run_once()
        shop.clock.now += 6 * HOUR
    (one,) = (await standing_of(shop.store, shop.clock.now)).undelivered
    assert (one.letter.visitor, one.letter.message.segment, one.letter.message.why) == (
        VISITOR,
        "readers",
        "answered 500",
    )
    tried = len(hook.received)
    assert 8 < tried < 20
    hook.answers = []
    relaying = await shop.store.relaying()
    assert await relaying.resend(one, now=shop.clock.now)
    assert not await relaying.resend(one, now=shop.clock.now)
    await relay.run_once()
    assert len(hook.received) == tried + 1
    assert len({received.headers["webhook-id"] for received in hook.received}) == 1
    assert (await standing_of(shop.store, shop.clock.now)).undelivered == []


async def test_nobody_is_told_of_who_was_erased(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    hook.answers = ["500 Oh"] * 100
    relay = shop.relay(client, hook.endpoint(), give_up_after_s=0.0)
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await relay.run_once()  # given up
    hook.answers = ["500 Oh"]
    await read_twice(shop, OTHER)
    assert len((await standing_of(shop.store, shop.clock.now)).undelivered) == 1
    for visitor in (VISITOR, OTHER):
        await shop.store.erase(visitor)
    tried = len(hook.received)
    shop.clock.now += HOUR
    await relay.run_once()
    assert len(hook.received) == tried
    standing = await standing_of(shop.store, shop.clock.now)
    assert (standing.undelivered, [one.waiting for one in standing.webhooks]) == ([], [0])


async def test_a_webhook_is_told_of_its_own_segments_alone(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    relay = shop.relay(client, hook.endpoint(segments=("left-a-cart",)))
    await relay.run_once()
    await read_twice(shop, VISITOR)
    await shop.fill_cart(OTHER)
    shop.clock.now += 2 * HOUR
    await relay.run_once()
    assert hook.told == [("segment.entered", "left-a-cart", OTHER)]


async def test_a_new_webhook_is_told_of_what_comes_and_not_of_what_was(
    shop: Shop, hook: Hook, client: httpx.AsyncClient
) -> None:
    await read_twice(shop, VISITOR)
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    assert hook.told == []
    await read_twice(shop, OTHER)
    await relay.run_once()
    assert hook.told == [("segment.entered", "readers", OTHER)]


async def test_two_relays_tell_each_once(shop: Shop, hook: Hook, client: httpx.AsyncClient) -> None:
    endpoint = hook.endpoint()
    relays = [shop.relay(client, endpoint, name=name, claim_after_s=60.0) for name in ("one", "two")]
    await relays[0].run_once()
    visitors = [f"visitor-{number:014d}" for number in range(30)]
    for visitor in visitors:
        await read_twice(shop, visitor)
    await asyncio.gather(*(relay.run_once() for relay in relays))
    assert sorted(hook.told) == [("segment.entered", "readers", one) for one in visitors]


async def test_no_log_names_more_of_an_address_than_its_host(
    shop: Shop, hook: Hook, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "floorwalker")
    hook.answers = ["500 Oh", "410 Gone"]
    relay = shop.relay(client, hook.endpoint())
    await relay.run_once()
    await read_twice(shop, VISITOR)
    for _ in range(3):
        await relay.run_once()
        shop.clock.now += 60
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("floorwalker"))
    assert "127.0.0.1" in told
    assert "secret" not in told
