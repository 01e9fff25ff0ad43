"""client.js fills the slots of a page that the middleware left alone, whatever the page's policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import CHROME, serving
from tests.browser.public_site import ODD_PAGES, POLICIES

pytestmark = pytest.mark.browser
TOLD = "window.told = []; document.addEventListener('floorwalker:shown', (event) => told.push(event.detail))"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving("tests.browser.public_site:create_app", tmp_path_factory.mktemp("public"))


def arrive(chromium: Browser, address: str, referrer: str | None = None) -> tuple[Page, list[str]]:
    """Somebody new on a page, once its slots are filled; and what their console said."""
    page = chromium.new_context(user_agent=CHROME).new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script(TOLD)
    page.goto(address, referer=referrer)
    page.wait_for_function("() => told.length >= 3")
    return page, wrong


@pytest.mark.parametrize("path", POLICIES)
def test_every_place_is_filled_and_told_of(chromium: Browser, site: str, path: str) -> None:
    page, wrong = arrive(chromium, site + path)
    assert page.inner_text("#hero") == "Seen 1"
    assert page.evaluate("document.querySelector('#after').nextSibling.nextSibling.textContent") == "5 < 6"
    assert page.query_selector(".gone") is None
    assert page.inner_text("#prices tr:last-child td") == "Dear"
    told = page.evaluate("told")
    assert [one["slot"] for one in told] == ["hero", "after", "gone"]
    assert told[0] == {"slot": "hero", "block": "hello", "arm": "treatment"}
    assert wrong == []


def test_a_marked_place_within_a_table_is_filled_for_whom_it_is(chromium: Browser, site: str) -> None:
    page, wrong = arrive(chromium, site + "/", "https://www.google.com/search?q=cheap+tripod")
    page.wait_for_function("() => told.length == 4")
    assert page.inner_text("#prices tr:last-child td") == "Cheaper"
    assert page.evaluate("document.querySelectorAll('#prices > tbody > tr').length") == 2
    assert wrong == []


def test_the_same_visitor_is_known_on_the_next_page(chromium: Browser, site: str) -> None:
    page, _ = arrive(chromium, site + "/")
    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert cookies == {"fw", "fw_tz"}
    page.goto(site + "/trusted")
    page.wait_for_function("() => told.length >= 3")
    assert {cookie["name"]: cookie["httpOnly"] for cookie in page.context.cookies()} == {"fw": True, "fw_tz": False}


@pytest.mark.parametrize("path", ODD_PAGES)
def test_each_place_is_filled_once_however_the_page_is_made(chromium: Browser, site: str, path: str) -> None:
    asked: list[str] = []
    context = chromium.new_context(user_agent=CHROME)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url) if "/slots?" in request.url else None)
    page.add_init_script(TOLD)
    page.goto(f"{site}{path}?long={'x' * 5000}", referer="https://www.google.com/search?q=cheap+tripod")
    page.wait_for_function("() => told.length >= 4")
    page.wait_for_load_state("networkidle")
    assert page.inner_text("#hero") == "Seen 1"
    assert page.evaluate("document.body.innerHTML.split('Cheaper').length") == 2
    assert page.evaluate("document.querySelector('template')?.innerHTML ?? ''").count("Cheaper") == 0
    assert len(asked) == (2 if path == "/in-a-frame" else 1)
    assert sorted(cookie["name"] for cookie in context.cookies()) == ["fw", "fw_tz"]


def test_scripts_in_a_block_run_as_in_a_page_that_the_server_filled(chromium: Browser, site: str) -> None:
    page, _ = arrive(chromium, site + "/lively")
    page.wait_for_function("() => told.length >= 4")
    assert set(page.title().split()) >= {"marked", "selected"}
