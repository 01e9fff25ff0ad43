"""Limits: whoever does too much is not stored or is told to wait; pages and everybody else are as ever."""

import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from floorwalker import Store, open_store
from floorwalker.asgi.limits import WRONG_KEYS
from floorwalker.asgi.settings import read_settings
from floorwalker.errors import ConfigurationError
from tests.asgi.browser import SEARCH, Answer, Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap
from tests.asgi.people import named, profile_of, views

SAME = {b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty", b"content-type": b"text/plain"}
KEY, PUBLIC = "wk_0123456789abcdef", "pk_page"
SLOTS = "/_floorwalker/slots?names=hero&url=/"
NEAR, FAR, SAME_HOUSE, PROXY = "93.184.216.34", "2606:4700:1::1", "2606:4700:1::2", "10.0.0.1"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    yield opened
    await opened.close()


def from_(address: str) -> dict[str, Any]:
    return {"client": (address, 50_000)}


async def seen_by(store: Store, browser: Browser) -> int:
    """How many of this browser's page views are stored."""
    found = await profile_of(store, named(browser.cookie))
    assert found is not None
    return views(found)


async def tell(browser: Browser, *, events: int = 1, address: str = NEAR) -> Answer:
    told = {"url": "/lenses", "events": [{"type": "track", "event": "Waved"}] * events}
    return await browser.post(
        "/_floorwalker/collect", headers=SAME, body=json.dumps(told).encode(), scope=from_(address)
    )


async def send(browser: Browser, key: str, message: dict[str, Any], *, address: str = NEAR) -> Answer:
    basic = {b"authorization": b"Basic " + b64encode(f"{key}:".encode()), b"accept": b"*/*"}
    return await browser.post(
        "/_floorwalker/v1/track", headers=basic, body=json.dumps(message).encode(), scope=from_(address)
    )


async def test_of_a_cookie_that_floods_pages_no_more_than_the_limit_is_stored(
    wrap: Wrap, store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    site = wrap(page_app(PAGE), visitor_limit=10)
    flooding, other = Browser(site), Browser(site)
    with caplog.at_level(logging.WARNING, "floorwalker"):
        for _ in range(30):
            answer = await flooding.get("/", headers={b"referer": SEARCH})
            assert answer.status == 200
            assert b"Tripods for cheap tripod" in answer.body or b"Seen" in answer.body
    await other.get("/")
    await other.get("/")
    assert await seen_by(store, flooding) == 11  # the first came without a cookie
    assert await seen_by(store, other) == 2
    assert "steps not stored: 1 (too much)" in caplog.text
    health = json.loads((await other.get("/_floorwalker/healthz", headers={b"accept": b"*/*"})).body)
    assert health["store"]["lost"] == {"too much": 19}
    clock.now += 60
    await flooding.get("/")
    assert await seen_by(store, flooding) == 12


async def test_without_a_limit_everything_is_stored(wrap: Wrap, store: Store) -> None:
    site = wrap(page_app(PAGE), visitor_limit=0, address_limit=0)
    browser = Browser(site)
    for _ in range(20):
        await browser.get("/")
    assert await seen_by(store, browser) == 20


async def test_a_page_that_tells_too_much_of_its_visitor_is_told_to_wait(wrap: Wrap, clock: Clock) -> None:
    site = wrap(page_app(PAGE), visitor_limit=10)
    browser = Browser(site)
    await browser.get("/")
    assert (await tell(browser, events=9)).status == 204
    refused = await tell(browser, events=9)
    assert refused.status == 429
    assert refused.all(b"retry-after") == [b"48"]
    assert refused.all(b"content-type") == [b"application/problem+json"]
    other = Browser(site)
    await other.get("/")
    assert (await tell(other)).status == 204
    clock.now += 60
    assert (await tell(browser, events=9)).status == 204


@pytest.mark.parametrize("address", [NEAR, FAR])
async def test_an_address_that_asks_too_often_is_told_to_wait_and_no_page_is_refused(
    wrap: Wrap, clock: Clock, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    site = wrap(page_app(PAGE), address_limit=10)
    with caplog.at_level(logging.WARNING, "floorwalker"):
        statuses = [(await Browser(site).get(SLOTS, headers=SAME, scope=from_(address))).status for _ in range(20)]
    assert statuses == [200] * 10 + [429] * 10
    assert (await tell(Browser(site), address=address)).status == 429
    assert (await Browser(site).get("/", scope=from_(address))).status == 200
    assert (await Browser(site).get(SLOTS, headers=SAME, scope=from_("198.41.0.4"))).status == 200
    (said,) = [line.getMessage() for line in caplog.records]
    assert "turned away" in said
    assert address not in said
    clock.now += 60
    assert (await Browser(site).get(SLOTS, headers=SAME, scope=from_(address))).status == 200


async def test_a_household_is_one_address_and_its_neighbour_another(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), address_limit=10)
    for _ in range(10):
        await Browser(site).get(SLOTS, headers=SAME, scope=from_(FAR))
    assert (await Browser(site).get(SLOTS, headers=SAME, scope=from_(SAME_HOUSE))).status == 429
    assert (await Browser(site).get(SLOTS, headers=SAME, scope=from_("2606:4700:2::1"))).status == 200


@pytest.mark.parametrize("scope", [from_(PROXY), from_("::1"), {"client": None}, from_("unix:")])
async def test_a_proxy_that_nobody_named_is_not_taken_for_one_visitor(wrap: Wrap, scope: dict[str, Any]) -> None:
    site = wrap(page_app(PAGE), address_limit=10)
    statuses = {(await Browser(site).get(SLOTS, headers=SAME, scope=scope)).status for _ in range(30)}
    assert statuses == {200}


async def test_behind_a_named_proxy_the_visitors_address_counts_whatever_it_writes_before_it(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), address_limit=10, trusted_proxies=[PROXY])
    statuses = []
    for number in range(20):
        forwarded = {**SAME, b"x-forwarded-for": f"1.1.1.{number}, {NEAR}".encode()}
        statuses.append((await Browser(site).get(SLOTS, headers=forwarded, scope=from_(PROXY))).status)
    assert statuses == [200] * 10 + [429] * 10


async def test_wrong_keys_are_told_to_wait_and_the_right_one_from_the_same_address_never(
    wrap: Wrap, clock: Clock
) -> None:
    site, burst = wrap(page_app(PAGE), write_keys=[KEY]), int(WRONG_KEYS.burst)
    browser, message = Browser(site), {"event": "Waved", "userId": "u1"}
    answers = [await send(browser, f"wk_wrong{number}", message) for number in range(burst + 20)]
    assert [answer.status for answer in answers] == [401] * burst + [429] * 20
    assert answers[-1].all(b"retry-after") == [b"3"]
    assert answers[-1].all(b"www-authenticate") == []
    assert (await send(browser, KEY, message)).status == 200
    assert (await send(browser, "wk_wrong", message, address="198.41.0.4")).status == 401
    clock.now += 3
    assert (await send(browser, "wk_wrong", message)).status == 401


async def test_keys_that_are_tried_at_slots_are_counted_with_the_others(wrap: Wrap) -> None:
    site, burst = wrap(page_app(PAGE), write_keys=[KEY], public_keys=[PUBLIC]), int(WRONG_KEYS.burst)
    browser = Browser(site)
    for number in range(burst):
        await send(browser, f"wk_wrong{number}", {"event": "Waved", "userId": "u1"})
    for key, status in (("wk_wrong", 429), (PUBLIC, 429), (KEY, 200)):
        basic = {b"authorization": b"Basic " + b64encode(f"{key}:".encode()), b"accept": b"*/*"}
        assert (await browser.get(f"{SLOTS}&user=u1", headers=basic, scope=from_(NEAR))).status == status


async def test_wrong_keys_from_ten_thousand_addresses_do_not_hide_those_of_one(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), write_keys=[KEY])
    browser, message = Browser(site), {"event": "Waved", "userId": "u1"}
    for _ in range(int(WRONG_KEYS.burst)):
        await send(browser, "wk_wrong", message)
    limits = site._setup.limits
    for number in range(10_000):
        limits._wrong_keys.take(f"2606:4700:{number:x}::/64", site._setup.clock())
    assert (await send(browser, "wk_wrong", message)).status == 429


async def test_pages_with_a_public_key_are_limited_and_servers_are_not(wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), write_keys=[KEY], public_keys=[PUBLIC], visitor_limit=10, address_limit=20)
    browser = Browser(site)
    told = [(await send(browser, PUBLIC, {"event": "Waved", "anonymousId": "a1"})).status for _ in range(15)]
    assert told == [200] * 10 + [429] * 5
    told = [(await send(browser, PUBLIC, {"event": "Waved", "anonymousId": f"b{n}"})).status for n in range(10)]
    assert told == [200] * 5 + [429] * 5
    told = [(await send(browser, KEY, {"event": "Waved", "userId": "u1"})).status for _ in range(30)]
    assert told == [200] * 30


async def test_copies_of_what_is_known_cost_more_than_pages_and_refusing_nothing(wrap: Wrap) -> None:
    """Each copy reads a stream from its beginning."""
    site = wrap(page_app(PAGE))
    browser = Browser(site)
    await browser.get("/")
    statuses = [(await browser.get("/_floorwalker/me.json", headers=SAME)).status for _ in range(15)]
    assert statuses == [200] * 10 + [429] * 5
    form = {**SAME, b"content-type": b"application/x-www-form-urlencoded"}
    assert (await browser.get("/_floorwalker/me", headers=SAME)).status == 200
    assert (await browser.post("/_floorwalker/me/erase", headers=form, body=b"sure=yes")).status == 200
    assert (await Browser(site).get("/_floorwalker/me.json", headers=SAME)).status == 200


@pytest.mark.parametrize("value", ["5", "-1", "many", "1e9", ""])
def test_a_limit_that_is_none_is_refused_at_the_start(value: str) -> None:
    with pytest.raises(ConfigurationError, match="visitor_limit"):
        read_settings({"secret_key": "k" * 40, "visitor_limit": value}, {})
