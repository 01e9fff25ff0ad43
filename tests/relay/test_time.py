"""Watched segments: entered and left by an action or by time alone, told once, never by publishing."""

import asyncio

import httpx

from floorwalker.core.events import SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.store import Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from tests.asgi.conftest import Clock
from tests.relay.shop import HOUR, Shop, corridor_of, opened
from tests.store.links import MortalLink

VISITOR = "v" * 22
ENTERED = (SEGMENT_ENTERED, "left-a-cart", VISITOR)


async def test_who_does_what_a_segment_asks_enters_it_with_that_very_step(shop: Shop) -> None:
    await shop.visit(VISITOR, "/learn/a")
    assert await shop.told() == []
    await shop.visit(VISITOR, "/learn/b")
    assert await shop.told() == [(SEGMENT_ENTERED, "readers", VISITOR)]
    await shop.visit(VISITOR, "/learn/c")
    assert len(await shop.told()) == 1


async def test_who_comes_into_being_inside_has_entered(shop: Shop) -> None:
    shop.corridor = corridor_of("segments: {seen: {watch: yes, when: {viewed: /x}}}")
    await shop.visit(VISITOR, "/x")
    assert await shop.told() == [(SEGMENT_ENTERED, "seen", VISITOR)]


async def test_two_hours_of_silence_after_a_cart_are_told_without_a_page_view(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await shop.fill_cart(VISITOR)
    relay = shop.relay(client)
    shop.clock.now += 2 * HOUR - 1
    await relay.run_once()
    assert await shop.told() == []
    shop.clock.now += 1
    await relay.run_once()
    assert await shop.told() == [ENTERED]
    shop.clock.now += 47 * HOUR
    await relay.run_once()
    assert await shop.told() == [ENTERED, (SEGMENT_LEFT, "left-a-cart", VISITOR)]
    shop.clock.now += 7 * 24 * HOUR
    await relay.run_once()
    assert len(await shop.told()) == 2
    assert await shop.store.due(shop.clock.now + 10_000 * HOUR) == []


async def test_looking_again_renews_no_life_and_confirms_nobody(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.visit(VISITOR, "/learn/a", confirmed=False)
    await shop.visit(VISITOR, "/learn/b", confirmed=False)
    shop.clock.now += 8 * 24 * HOUR
    await shop.relay(client).run_once()
    loaded = await shop.store.load(VISITOR)
    assert not loaded.confirmed
    assert await shop.told() == []


async def test_any_number_of_relays_tell_once(shop: Shop, client: httpx.AsyncClient, valkey_url: str) -> None:
    visitors = [f"visitor-{number:014d}" for number in range(40)]
    for visitor in visitors:
        await shop.fill_cart(visitor)
    shop.clock.now += 3 * HOUR
    others = [Shop(opened(valkey_url, shop.clock), shop.clock) for _ in range(2)]
    await asyncio.gather(
        *(one.relay(client, name=str(number)).run_once() for number, one in enumerate([shop, *others]))
    )
    for one in others:
        await one.store.close()
    assert sorted(await shop.told()) == sorted([(SEGMENT_ENTERED, "left-a-cart", one) for one in visitors])


async def test_publishing_tells_nothing_and_time_tells_of_everybody_from_then_on(
    valkey_url: str, clock: Clock, client: httpx.AsyncClient
) -> None:
    shop = Shop(
        opened(valkey_url, clock, commits_in_flight=64), clock, corridor_of("segments: {all: {when: {viewed: /x}}}")
    )
    visitors = [f"visitor-{number:014d}" for number in range(5000)]
    for first in range(0, len(visitors), 100):
        await asyncio.gather(*(shop.fill_cart(one) for one in visitors[first : first + 100]))
    shop.corridor = corridor_of()
    await shop.relay(client).run_once()
    assert await shop.told() == []
    shop.clock.now += 2 * HOUR
    await shop.relay(client, name="another").run_once()
    assert sorted(await shop.told()) == [(SEGMENT_ENTERED, "left-a-cart", one) for one in visitors]
    await shop.store.close()


async def test_a_changed_threshold_begins_anew_without_a_word(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.fill_cart(VISITOR)
    shop.clock.now += 3 * HOUR
    shop.corridor = corridor_of(
        "segments: {left-a-cart: {watch: yes, when: {cart: {items: {at_least: 1}, idle: {at_least: 1 hour}}}}}"
    )
    await shop.relay(client).run_once()
    assert await shop.told() == []
    shop.corridor = corridor_of(
        "segments: {left-a-cart: {watch: yes, when: {cart: {items: {at_least: 1}, idle: {at_least: 4 hours}}}}}"
    )
    await shop.relay(client).run_once()
    assert await shop.told() == []
    shop.clock.now += 1 * HOUR
    await shop.relay(client).run_once()
    assert await shop.told() == [ENTERED]


async def test_where_nothing_is_watched_any_more_nobody_is_due(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.fill_cart(VISITOR)
    assert await shop.store.due(shop.clock.now + 9 * HOUR) == [VISITOR]
    shop.corridor = corridor_of("segments: {all: {when: {viewed: /x}}}")
    shop.clock.now += 9 * HOUR
    await shop.relay(client).run_once()
    assert await shop.store.due(shop.clock.now + 9 * HOUR) == []
    assert await shop.told() == []


async def test_nothing_comes_of_a_visitor_who_was_erased(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.fill_cart(VISITOR)
    await shop.store.erase(VISITOR)
    shop.clock.now += 3 * HOUR
    await shop.relay(client).run_once()
    assert await shop.told() == []
    assert (await shop.store.load(VISITOR)).erased


async def test_who_comes_while_they_are_found_to_be_nobody_stays_due(shop: Shop) -> None:
    nobody = await shop.store.load(VISITOR)
    await shop.fill_cart(VISITOR)
    await (await shop.store.relaying()).forget_due(VISITOR, nobody)
    assert await shop.store.due(shop.clock.now + 3 * HOUR) == [VISITOR]


async def test_a_move_that_a_relay_ends_is_made_by_the_rules(
    shop: Shop, client: httpx.AsyncClient, valkey_url: str
) -> None:
    person = await shop.store.person("user-17")
    await shop.visit(person, "/learn/a")
    await shop.fill_cart(VISITOR)
    await shop.visit(VISITOR, "/learn/b")
    address = read_address(valkey_url)
    link = MortalLink(open_link(address, StoreSettings()), 1, is_sent=True)
    dying = Store(link, namespace=address.namespace, clock=shop.clock)
    dying.merge(VISITOR, person, Event("Identified", shop.clock.now, {"user_id": "user-17"}))
    await link.cut.wait()
    await dying.close()
    shop.clock.now += 3 * HOUR
    await shop.relay(client).run_once()
    assert (SEGMENT_ENTERED, "readers", person) in await shop.told()
