"""The visitor, as handlers see them."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import HTTPConnection, Request

from floorwalker import get_visitor
from tests.asgi.browser import GOOGLEBOT, SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap

Remembered = Callable[..., Any]


def handling(handle: Callable[[Any], Any], body: bytes = PAGE, **options: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        handle(await get_visitor(scope))
        await page_app(body, **options)(scope, receive, send)

    return app


async def test_a_request_a_connection_and_a_bare_scope_lead_to_the_same_visitor(wrap: Wrap) -> None:
    ids: set[str] = set()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for asked in (scope, HTTPConnection(scope), Request(scope)):
            ids.add((await get_visitor(asked)).id)
        await page_app(PAGE)(scope, receive, send)

    browser = Browser(wrap(app))
    await browser.get("/")
    await browser.get("/")
    assert browser.cookie is not None
    assert ids == {browser.cookie.split(b"=", 1)[1].split(b".")[0].decode()}


async def test_segments_hold_this_very_page(wrap: Wrap) -> None:
    seen: list[frozenset[str]] = []
    browser = Browser(wrap(handling(lambda visitor: seen.append(visitor.segments))))
    await browser.get("/", headers={b"referer": SEARCH})
    await browser.get("/tripods")
    assert seen == [{"tripod-seeker"}, {"tripod-seeker", "browsing", "on-tripods"}]


async def test_what_a_handler_adds_shows_at_once_and_on_the_next_page(wrap: Wrap) -> None:
    seen: list[bool] = []

    def add(visitor: Any) -> None:
        if "buyer" not in visitor.segments:
            visitor.track("Product Added", {"product_id": "x", "price": 12})
        seen.append("buyer" in visitor.segments)

    browser = Browser(wrap(handling(add)))
    first = await browser.get("/")
    second = await browser.get("/")
    assert seen == [True, True]
    assert b"<b>Thanks</b>" in first.body
    assert b"<b>Thanks</b>" in second.body


async def test_it_is_stored_before_the_response_starts(wrap: Wrap, remembered: Remembered) -> None:
    names: list[list[str]] = []
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/")

    def add(visitor: Any) -> None:
        visitor.track("Product Added")

    inner = wrap(handling(add, b"", status=303, headers=[(b"location", b"/cart")]))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def at_start(message: Any) -> None:
            if message["type"] == "http.response.start":
                profile = await remembered(browser.cookie)
                names.append([past.name for past in profile.recents.past()])
            await send(message)

        await inner(scope, receive, at_start)

    await Browser(app, cookie=browser.cookie).post("/cart/add")
    assert names == [["Page Viewed", "Product Added"]]


async def test_an_event_from_an_api_keeps_a_new_visitor_too(wrap: Wrap, remembered: Remembered) -> None:
    def add(visitor: Any) -> None:
        visitor.track("Product Added")

    browser = Browser(wrap(handling(add, b"{}", content_type=b"application/json")))
    answer = await browser.post("/api", headers={b"sec-fetch-dest": b"empty"})
    assert answer.cookie is not None
    profile = await remembered(browser.cookie)
    assert [past.name for past in profile.recents.past()] == ["Product Added"]


async def test_identify_sets_traits(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(handling(lambda visitor: visitor.identify("user-17", {"city": "Köln", "age": 40}))))
    await browser.get("/")
    profile = await remembered(browser.cookie)
    assert profile.traits == {"city": "Köln", "age": 40}
    assert profile.user == "user-17"


async def test_whoever_comes_after_logout_starts_anew(wrap: Wrap, remembered: Remembered) -> None:
    app = wrap(page_app(PAGE))
    browser = Browser(app)
    await browser.get("/", headers={b"referer": SEARCH})
    before = browser.cookie
    browser.app = wrap(handling(lambda visitor: visitor.logout(), b"", status=303))
    await browser.post("/logout")
    assert browser.cookie not in (None, before)
    browser.app = app
    answer = await browser.get("/")
    assert answer.body == PAGE
    assert (await remembered(browser.cookie)).visits == 1
    assert (await remembered(before)).visit.views == 1


async def test_a_slots_decision_freezes_when_it_is_read(wrap: Wrap) -> None:
    decisions: list[Any] = []

    def read_then_track(visitor: Any) -> None:
        decisions.append(visitor.slot("hero"))
        visitor.track("Product Added")
        decisions.append(visitor.slot("hero"))
        decisions.append(visitor.slot("unheard-of"))

    answer = await Browser(wrap(handling(read_then_track))).get("/", headers={b"referer": SEARCH})
    assert decisions[0] == decisions[1]
    assert decisions[0].rendered == "<b>Tripods for cheap tripod</b>"
    assert b"Tripods for" in answer.body
    assert not decisions[2].changes_page


async def test_explain_tells_why(wrap: Wrap) -> None:
    told: list[Any] = []
    await Browser(wrap(handling(lambda visitor: told.append(visitor.explain())))).get("/", headers={b"referer": SEARCH})
    assert told[0]["segments"]["tripod-seeker"]["in"] is True
    assert told[0]["slots"]["hero"]["block"] == "tripods"
    assert told[0]["slots"]["hero"]["why"]["of"]


async def test_a_portrait_is_all_that_is_known_this_request_included(wrap: Wrap) -> None:
    drawn: list[Any] = []

    def add(visitor: Any) -> None:
        visitor.track("Product Added", {"product_id": "x", "price": 12})
        drawn.append(visitor.portrait())

    await Browser(wrap(handling(add))).get("/")
    assert (drawn[0]["visits"], drawn[0]["cart"]["value"]) == (1, 12)
    assert drawn[0]["visitor"]


async def test_a_robot_is_seen_but_never_profiled(wrap: Wrap) -> None:
    robots: list[Any] = []

    def note(visitor: Any) -> None:
        visitor.track("Product Added")
        robots.append(visitor.signals.robot)

    answer = await Browser(wrap(handling(note)), agent=GOOGLEBOT).post("/")
    assert robots[0] is not None
    assert answer.cookie is None


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
async def test_a_request_that_does_nothing_stores_nothing(wrap: Wrap, remembered: Remembered, method: str) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/")
    browser.app = wrap(handling(lambda visitor: visitor.track("Product Added")))
    await browser.ask(method, "/")
    assert [past.name for past in (await remembered(browser.cookie)).recents.past()] == ["Page Viewed"]


async def test_what_a_background_task_adds_is_stored(wrap: Wrap, remembered: Remembered) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)
        await page_app(PAGE)(scope, receive, send)
        visitor.track("Newsletter Sent")

    browser = Browser(wrap(app))
    await browser.get("/")
    names = [past.name for past in (await remembered(browser.cookie)).recents.past()]
    assert names == ["Page Viewed", "Newsletter Sent"]


async def test_without_the_middleware_nobody_is_known_and_everything_may_be_called() -> None:
    visitor = await get_visitor({"type": "http", "headers": []})
    visitor.page(type="home", price=3)
    visitor.track("Anything")
    visitor.identify("user-17")
    visitor.logout()
    assert (visitor.id, visitor.segments, visitor.dominant_interest) == ("", frozenset(), None)
    assert not visitor.slot("hero").changes_page
    assert visitor.explain() == {"segments": {}, "slots": {}}
    assert visitor.profile.visits == 0
    assert visitor.signals.url == ""


async def test_attributes_hold_for_this_request_alone(wrap: Wrap) -> None:
    seen: list[bool] = []

    def handle(visitor: Any) -> None:
        if not seen:
            visitor.attributes(stock=0)
        seen.append("sold-out" in visitor.segments)

    browser = Browser(wrap(handling(handle)))
    await browser.get("/")
    await browser.get("/")
    assert seen == [True, False]
