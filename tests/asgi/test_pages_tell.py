"""`POST /collect`: what a page tells of itself counts once, for the visitor of its cookie, and nothing else does."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from floorwalker import Store, open_store
from floorwalker.asgi.client.listening import Listening
from floorwalker.store import StoreSettings
from tests.asgi.browser import GOOGLEBOT, Answer, Browser, page_app
from tests.asgi.conftest import Clock, Wrap
from tests.asgi.people import do, happened, named, obedient, person, profile_of, views

RULES = """
pages:
  - {path: "/{category}", type: category}
segments:
  buyer: {when: {did: Product Added}}
  keen: {when: {viewed: {at_least: 2}}}
slots:
  hero:
    control: 0 %
    show:
      - {to: buyer, name: thanks, html: "<b>Thanks</b>"}
      - {to: keen, name: more, html: "<b>More</b>"}
  aside: {deliver: script, show: [{name: anybody, html: "<i>Hello</i>"}]}
"""
SAME = {b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty", b"content-type": b"text/plain"}
PAGE = b"<html><body><!--slot:hero-->default<!--/slot:hero--></body></html>"


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    opened = open_store(valkey_url)
    yield opened
    await opened.close()


@pytest.fixture
def site(wrap: Wrap, tmp_path: Path) -> Any:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    return wrap(page_app(PAGE), rules=tmp_path / "rules", exclude=["/admin/**"])


async def tell(browser: Browser, *events: Any, body: bytes | None = None, headers: Any = SAME, **more: Any) -> Answer:
    told = {"url": "/lenses", "referrer": "", "events": list(events), **more}
    sent = json.dumps(told).encode() if body is None else body
    return await browser.post("/_floorwalker/collect", headers=headers, body=sent)


async def known(site: Any) -> Browser:
    browser = Browser(site)
    await browser.get("/start")
    return browser


def track(event: str, id: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "id": id, "properties": properties}


async def of(store: Store, browser: Browser) -> Any:
    return await profile_of(store, named(browser.cookie))


@pytest.mark.parametrize("label", [b"text/plain", b"application/json", b""])
async def test_what_happens_is_stored_whatever_a_beacon_calls_it(site: Any, store: Store, label: bytes) -> None:
    browser = await known(site)
    answer = await tell(browser, track("Video Played"), headers={**SAME, b"content-type": label})
    assert (answer.status, answer.body) == (204, b"")
    assert happened(await of(store, browser)) == ["Video Played"]


async def test_each_id_counts_once_also_within_one_body(site: Any, store: Store) -> None:
    browser = await known(site)
    for _ in range(3):
        await tell(browser, track("Video Played", "a"), track("Video Played", "a"), track("Video Played", "b"))
    await tell(browser, {"type": "page", "id": "v"}, {"type": "page", "id": "v"})
    profile = await of(store, browser)
    assert (happened(profile), views(profile)) == (["Video Played"] * 2, 2)


async def test_shop_events_fill_the_cart(site: Any, store: Store) -> None:
    browser = await known(site)
    item = {"product_id": "x", "price": 12.5, "quantity": 2}
    await tell(browser, track("Product Added", **item), track("Cart Viewed", products=[item]))
    assert (await of(store, browser)).cart.value == 25


async def test_how_a_page_was_left_is_remembered(site: Any, store: Store) -> None:
    browser = await known(site)
    await tell(browser, {"type": "left", "id": "l", "seconds": 12.4, "scroll": 180})
    (past,) = [past for past in (await of(store, browser)).recents.past() if past.name == "Page Left"]
    assert past.properties == {"seconds": 12, "scroll": 100, "path": "/lenses"}


async def test_an_address_that_changes_without_a_load_is_a_view(site: Any, store: Store) -> None:
    browser = await known(site)
    await tell(browser, {"type": "page", "id": "1"}, referrer="https://shop.test/start")
    profile = await of(store, browser)
    assert (views(profile), profile.visits, profile.visit.last_page) == (2, 1, "/lenses")


async def test_a_page_out_of_a_cache_counts_once_whether_its_request_came_or_not(
    site: Any, store: Store, clock: Clock
) -> None:
    browser = await known(site)
    await browser.get("/lenses")
    await tell(browser, {"type": "page", "id": "1", "load": True})
    assert views(await of(store, browser)) == 2
    clock.now += 31
    await tell(browser, {"type": "page", "id": "2", "load": True})
    assert views(await of(store, browser)) == 3


async def test_a_page_made_ahead_of_time_counts_with_what_it_shows_once_it_is_looked_at(
    site: Any, store: Store
) -> None:
    browser = await known(site)
    await browser.get("/lenses")
    ahead = await browser.get("/lenses", headers={b"sec-purpose": b"prefetch;prerender"})
    assert b"More" in ahead.body
    shown = (await of(store, browser)).responses.blocks[0].shown.total
    for _ in range(2):
        await tell(browser, {"type": "activation", "id": "1", "shown": {"hero": "more", "aside": "", "none": "x"}})
    await tell(browser, {"type": "activation", "id": "2", "shown": {"hero": "thanks"}})
    profile = await of(store, browser)
    assert views(profile) == 4
    assert profile.responses.blocks[0].shown.total == shown + 1


async def test_live_slots_come_back_where_something_changed(site: Any) -> None:
    browser = await known(site)
    assert (await tell(browser, track("Video Played"), live={"hero": ""})).status == 204
    answer = await tell(browser, track("Product Added"), live={"hero": "", "aside": "anybody", "none": "x"})
    assert answer.status == 200
    assert json.loads(answer.body)["slots"] == {
        "hero": {"html": "<b>Thanks</b>", "block": "thanks", "arm": "treatment"}
    }
    assert (await tell(browser, track("Video Played"), live={"hero": "thanks"})).status == 204
    gone = await tell(await known(site), track("Video Played"), live={"hero": "thanks"})
    assert json.loads(gone.body)["slots"]["hero"] == {"html": None, "block": "", "arm": "treatment"}


async def test_traits_are_believed_of_nobody_who_is_known(site: Any, store: Store) -> None:
    browser = await known(site)
    await tell(browser, {"type": "traits", "traits": {"city": "Köln", "user_id": "user-1"}})
    profile = await of(store, browser)
    assert (profile.traits, profile.user) == ({"city": "Köln"}, "")


@pytest.mark.parametrize("events", [[track("Video Played")], [{"type": "left", "seconds": 3}]])
async def test_without_a_cookie_nothing_is_stored(site: Any, store: Store, events: list[Any]) -> None:
    browser = Browser(site)
    answer = await tell(browser, *events)
    assert (answer.status, answer.cookie) == (204, None)
    assert [one async for one in store.profiles()] == []


@pytest.mark.parametrize("kind", ["page", "activation"])
async def test_a_page_that_is_looked_at_begins_a_visitor(site: Any, store: Store, kind: str) -> None:
    browser = Browser(site)
    answer = await tell(browser, {"type": kind, "id": "1"}, referrer="https://www.google.com/search?q=tripod")
    assert answer.cookie is not None
    await browser.get("/start")
    profile = await of(store, browser)
    assert (views(profile), profile.first_touch.search.keywords) == (2, "tripod")


@pytest.mark.parametrize(("agent", "url"), [(GOOGLEBOT, "/lenses"), (None, "/admin/x"), (None, "/_floorwalker/x")])
async def test_robots_and_pages_that_are_left_alone_tell_nothing(
    site: Any, store: Store, agent: bytes | None, url: str
) -> None:
    browser = Browser(site, agent=agent) if agent else Browser(site)
    answer = await tell(browser, {"type": "page", "id": "1"}, url=url)
    assert (answer.status, answer.cookie) == (204, None)
    assert [one async for one in store.profiles()] == []


@pytest.mark.parametrize(
    "headers",
    [{b"sec-fetch-site": b"cross-site"}, {b"sec-fetch-site": b"same-site"}, {b"origin": b"https://evil.example"}],
)
async def test_another_site_tells_nothing(site: Any, store: Store, headers: dict[bytes, bytes]) -> None:
    browser = await known(site)
    assert (await tell(browser, track("Video Played"), headers=headers)).status == 403
    assert happened(await of(store, browser)) == []


BAD: list[tuple[Any, str]] = [
    ({"type": "identify", "userId": "x"}, "events[0].type"),
    ({"type": "alias"}, "events[0].type"),
    ({"type": "group"}, "events[0].type"),
    ({"type": "what"}, "events[0].type"),
    ({}, "events[0].type"),
    (7, "events[0]"),
    ({"type": "track"}, "events[0].event"),
    (track("Identified"), "events[0].event"),
    (track("Note Taken"), "events[0].event"),
    (track("Idéntified"), "events[0].event"),
    (track("segment   entered"), "events[0].event"),
    (track("Converted"), "events[0].event"),
    (track("segment entered"), "events[0].event"),
    (track("x" * 300), "events[0].event"),
    ({**track("X"), "id": "i" * 300}, "events[0].id"),
    ({**track("X"), "properties": []}, "events[0].properties"),
    ({**track("X"), "userId": "x"}, "events[0].userId"),
    ({"type": "left", "seconds": "12"}, "events[0].seconds"),
    ({"type": "left", "scroll": -1}, "events[0].scroll"),
    ({"type": "page", "load": 1}, "events[0].load"),
    ({"type": "activation", "shown": ["hero"]}, "events[0].shown"),
    ({"type": "activation", "shown": {"hero": 1}}, "events[0].shown"),
    ({"type": "traits", "traits": "x"}, "events[0].traits"),
]


@pytest.mark.parametrize(("event", "field"), BAD, ids=[field + str(n) for n, (_, field) in enumerate(BAD)])
async def test_what_is_wrong_is_named_and_nothing_of_it_stored(site: Any, store: Store, event: Any, field: str) -> None:
    browser = await known(site)
    answer = await tell(
        browser, track("Fine"), body=json.dumps({"url": "/", "events": [event, track("Fine")]}).encode()
    )
    assert answer.status == 400
    assert answer.all(b"content-type") == [b"application/problem+json"]
    assert [error["field"] for error in json.loads(answer.body)["errors"]] == [field]
    assert happened(await of(store, browser)) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"url": "/", "events": []}', 400),
        (b'{"events": [{"type": "page"}]}', 400),
        (b'{"url": "/", "events": [{"type": "page"}], "user": "x"}', 400),
        (b'{"url": "/", "events": [{"type": "page"}], "live": {"a": 1}}', 400),
        (b'{"url": "/", "events": [' + b",".join([b'{"type": "page"}'] * 33) + b"]}", 400),
        (b'{"url": "/' + b"a" * 4096 + b'", "events": [{"type": "page"}]}', 400),
        (
            b'{"url": "/", "events": [{"type": "track", "event": "x", "properties": ' + b"[" * 40 + b"]" * 40 + b"}]}",
            400,
        ),
        (b'{"url": "/", "events": [NaN]}', 400),
        (b'{"url": "/", "events": [{"type": "page"}]', 400),
        (b"\xff\xfe", 400),
        (b" " * 65_537, 413),
    ],
)
async def test_bodies_are_read_strictly(site: Any, store: Store, body: bytes, status: int) -> None:
    browser = await known(site)
    assert (await tell(browser, body=body)).status == status
    assert views(await of(store, browser)) == 1


async def test_only_post_is_taken(site: Any) -> None:
    answer = await Browser(site).get("/_floorwalker/collect")
    assert (answer.status, answer.all(b"allow")) == (405, [b"POST"])


async def test_while_the_store_is_away_it_waits(wrap: Wrap, tmp_path: Path, site: Any) -> None:
    browser = await known(site)
    browser.app = wrap(page_app(PAGE), store=f"unix://{tmp_path / 'nobody-there'}", budget_ms=20)
    answer = await tell(browser, track("Video Played"), live={"hero": ""})
    assert answer.status == 202


async def test_what_no_longer_finds_room_to_wait_is_never_told_to_be_stored(
    wrap: Wrap, tmp_path: Path, site: Any
) -> None:
    browser = await known(site)
    away = open_store(f"unix://{tmp_path / 'nobody-there'}", settings=StoreSettings(steps_waiting=1))
    browser.app = wrap(page_app(PAGE), store=away, budget_ms=20)
    answers = [await tell(browser, track("Video Played")) for _ in range(5)]
    assert away.health().lost["overflow"] > 0
    assert [answer.status for answer in answers] == [202] * 5
    await away.close()


async def test_the_person_of_an_old_cookie_hears_it(site: Any, store: Store, wrap: Wrap, tmp_path: Path) -> None:
    browser = Browser(wrap(obedient, rules=tmp_path / "rules"))
    await browser.get("/start")
    tab = Browser(site, cookie=browser.cookie)
    await do(browser, "login:user-9")
    answer = await tell(tab, track("Video Played"), {"type": "traits", "traits": {"vip": True}})
    assert answer.status == 204
    found = await person(store, "user-9")
    assert (happened(found), found.traits) == (["Identified", "Video Played"], {"name": "user-9"})


async def test_a_view_that_the_page_tells_counts_towards_what_everybody_seeks(site: Any, store: Store) -> None:
    browser = await known(site)
    await browser.get("/lenses")
    await tell(browser, {"type": "page", "id": "v"}, url="/birds")
    population = site._keepers.current().population
    await population.add()
    (topics,) = (await store.population.topics([population._day(0)])).values()
    assert topics == {"lenses": 1, "birds": 1}


async def test_what_we_failed_to_store_is_not_told_to_stand(
    site: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await known(site)

    def fails(*_: Any) -> None:
        raise ArithmeticError

    with monkeypatch.context() as broken:
        broken.setattr(Listening, "hear", fails)
        answer = await tell(browser, track("Product Added", id="one"))
    assert (answer.status, answer.all(b"content-type")) == (503, [b"application/problem+json"])
    assert (await tell(browser, track("Product Added", id="one"))).status == 204
    assert happened(await profile_of(store, named(browser.cookie))) == ["Product Added"]
