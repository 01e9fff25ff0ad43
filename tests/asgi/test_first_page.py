"""From an unknown visitor's request to a changed page, and what is remembered of it."""

from collections.abc import Callable
from typing import Any

import pytest

from floorwalker import get_visitor
from tests.asgi.browser import CHROME, GOOGLEBOT, SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Clock, Wrap

FILLED = PAGE.replace(b"default", b"<b>Tripods for cheap tripod</b>")
Remembered = Callable[..., Any]


async def test_the_very_first_page_of_an_unknown_visitor_is_changed(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(PAGE))).get("/", headers={b"referer": SEARCH})
    assert answer.body == FILLED
    assert answer.cookie is not None


async def test_a_visitor_is_known_on_the_next_page(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/", headers={b"referer": SEARCH})
    answer = await browser.get("/lenses")
    assert answer.body == FILLED
    assert answer.cookie is None
    profile = await remembered(browser.cookie)
    assert (profile.visits, profile.visit.views) == (1, 2)


async def test_visits_span_days(wrap: Wrap, clock: Clock, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/", headers={b"referer": SEARCH})
    clock.now += 3 * 86_400
    answer = await browser.get("/")
    assert answer.cookie is not None
    assert (await remembered(browser.cookie)).visits == 2


async def test_a_redirect_loses_no_campaign(wrap: Wrap, remembered: Remembered) -> None:
    redirect = page_app(b"", status=302, headers=[(b"location", b"/en/")])
    landing = page_app(PAGE)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (redirect if scope["path"] == "/" else landing)(scope, receive, send)

    browser = Browser(wrap(app))
    first = await browser.get("/?utm_source=letter&utm_medium=email", headers={b"referer": SEARCH})
    assert first.status == 302
    assert first.cookie is not None
    await browser.get("/en/")
    profile = await remembered(browser.cookie)
    assert profile.visit.touch.campaign.source == "letter"
    assert (profile.visits, profile.visit.views) == (1, 1)


@pytest.mark.parametrize("agent", [GOOGLEBOT, b"", b"curl/8.5"])
async def test_robots_see_the_page_as_the_app_made_it(wrap: Wrap, agent: bytes) -> None:
    answer = await Browser(wrap(page_app(PAGE)), agent=agent).get("/", headers={b"referer": SEARCH})
    assert answer.body == PAGE
    assert answer.cookie is None


async def test_a_selector_slot_changes_an_app_that_marks_nothing(wrap: Wrap) -> None:
    page = b"<html><body><div id=banner>Old</div></body></html>"
    answer = await Browser(wrap(page_app(page))).get("/selected")
    assert answer.body == b"<html><body><div id=banner><u>Hello</u></div></body></html>"


async def test_a_page_that_fails_is_changed_too_and_is_no_view(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE, status=404)))
    answer = await browser.get("/gone", headers={b"referer": SEARCH})
    assert (answer.status, answer.body) == (404, FILLED)
    visit = (await remembered(browser.cookie)).visit
    assert (visit.views, visit.errors) == (0, 1)


async def test_what_is_shown_is_remembered(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/", headers={b"referer": SEARCH})
    responses = (await remembered(browser.cookie)).responses
    assert [(block.block, block.shown.total) for block in responses.blocks] == [("tripods", 1)]


async def test_a_slot_that_is_not_in_the_page_was_not_shown(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(b"<p>no slot</p>")))
    await browser.get("/", headers={b"referer": SEARCH})
    assert (await remembered(browser.cookie)).responses is None


async def test_a_fragment_is_filled_and_counts_as_nothing(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/", headers={b"referer": SEARCH})
    answer = await browser.get("/part", headers={b"hx-request": b"true", b"sec-fetch-dest": b"empty"})
    assert answer.body == FILLED
    assert (await remembered(browser.cookie)).visit.views == 1


async def test_a_page_ahead_of_time_is_filled_and_nothing_happened(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/", headers={b"referer": SEARCH})
    answer = await browser.get("/next", headers={b"sec-purpose": b"prefetch"})
    assert answer.body == FILLED
    profile = await remembered(browser.cookie)
    assert profile.visit.views == 1
    assert profile.responses.blocks[0].shown.total == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {b"sec-purpose": b"prefetch"}),
        ("GET", {b"sec-fetch-dest": b"iframe"}),
        ("GET", {b"sec-fetch-dest": b"empty"}),
        ("GET", {b"sec-fetch-dest": b"image"}),
        ("GET", {b"turbo-frame": b"x"}),
        ("HEAD", {}),
        ("OPTIONS", {}),
    ],
)
async def test_what_is_no_navigation_gets_no_cookie(wrap: Wrap, method: str, headers: dict[bytes, bytes]) -> None:
    answer = await Browser(wrap(page_app(PAGE))).ask(method, "/", headers=headers)
    assert answer.cookie is None


async def test_an_answer_to_a_form_counts_as_a_view(wrap: Wrap, remembered: Remembered) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    answer = await browser.post("/search", headers={b"referer": SEARCH})
    assert answer.body == FILLED
    assert (await remembered(browser.cookie)).visit.views == 1


async def test_the_app_corrects_what_its_address_tells(wrap: Wrap) -> None:
    page = b"<!--slot:category-->default<!--/slot:category-->"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        (await get_visitor(scope)).page(type="category", category="tripods")
        await page_app(page)(scope, receive, send)

    answer = await Browser(wrap(app)).get("/some/deep/address")
    assert b"<i>Legs</i>" in answer.body


async def test_personalize_no_leaves_everything_as_it_is(wrap: Wrap, tmp_path: Any) -> None:
    folder = tmp_path / "off"
    folder.mkdir()
    (folder / "site.yaml").write_text("site: {personalize: no}\nslots: {hero: {show: [{name: a, html: '<b>x</b>'}]}}\n")
    headers = [(b"etag", b'"1"')]
    answer = await Browser(wrap(page_app(PAGE, headers=headers), rules=folder)).get("/")
    assert answer.body == PAGE
    assert answer.all(b"etag") == [b'"1"']


async def test_plain_http_has_its_own_cookie(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(PAGE)), https=False, agent=CHROME).get("/")
    assert answer.cookie is not None
    assert answer.cookie.startswith(b"fw=")
