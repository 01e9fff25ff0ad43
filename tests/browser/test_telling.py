"""client.js tells what happens in a page, once, and keeps its slots up to date."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser.conftest import ARGUMENTS, CHROME, CHROMIUM, serving

pytestmark = pytest.mark.browser
TOLD = "window.told = []; document.addEventListener('floorwalker:shown', (event) => told.push(event.detail))"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving("tests.browser.telling_site:create_app", tmp_path_factory.mktemp("telling"))


@pytest.fixture(scope="module")
def whole(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as people have it: pages are kept for going back, and what is sent at the end bears its name, too."""
    off = ["--disable-back-forward-cache"]
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, f"--user-agent={CHROME}"], ignore_default_args=off
    )
    yield browser
    browser.close()


@pytest.fixture
def context(whole: Browser, site: str) -> Iterator[BrowserContext]:
    opened = whole.new_context(base_url=site)
    opened.add_init_script(TOLD)
    yield opened
    opened.close()


def heard(page: Page, act: Any) -> None:
    """Do something, and wait until the site has heard of it."""
    with page.expect_response(lambda answer: "/collect" in answer.url) as answer:
        act()
    assert answer.value.status in (200, 204)


def past(context: BrowserContext, name: str = "") -> list[Any]:
    """What is remembered, [name, path, properties] of each."""
    return [one for one in remembered(context)["past"] if name in ("", one[0])]


def shown(context: BrowserContext) -> dict[str, int]:
    """How often each block was shown."""
    return dict(remembered(context)["shown"])


def remembered(context: BrowserContext) -> Any:
    """What the site says of whoever has these cookies; no view."""
    return context.request.get("/remembered", headers={"accept": "application/json"}).json()


def test_how_long_and_how_far_a_page_was_seen_is_told_when_it_is_left(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    page.evaluate("scrollTo(0, 1e6)")
    page.wait_for_function("scrollY > 1000")
    page.evaluate("new Promise(requestAnimationFrame)")
    page.goto("/other")
    page.goto("/remembered")
    left = past(context, "Page Left")
    assert [one[2]["path"] for one in left] == ["/", "/other"]
    assert left[0][2]["scroll"] == 100
    assert 0 < left[1][2]["scroll"] < 100
    assert all(0 <= one[2]["seconds"] < 60 for one in left)


def test_a_click_in_a_block_is_told_with_its_name(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    assert [one["block"] for one in page.evaluate("told")] == ["offer--", "wide", "words"]
    page.click("#inside b")
    page.wait_for_url("**/other")
    page.goto("/")
    page.click("#link")
    page.wait_for_url("**/other")
    page.goto("/")
    heard(page, lambda: page.click("#wide"))
    clicked = [(one[2]["slot"], one[2]["block"]) for one in past(context, "Slot Clicked")]
    assert clicked == [("hero", "offer--"), ("label", "words"), ("banner", "wide")]


def test_a_block_that_is_dismissed_goes_and_is_no_click(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    heard(page, lambda: page.click("#gone"))
    assert page.query_selector("#inside") is None
    assert [one[2]["slot"] for one in past(context, "Slot Dismissed")] == ["hero"]
    assert past(context, "Slot Clicked") == []


def test_elements_that_name_an_event_tell_it(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    heard(page, lambda: page.click("#add b"))
    page.click("#submit")
    page.wait_for_url("**/other?")
    ((_, _, added),) = past(context, "Product Added")
    assert (added["product_id"], added["price"]) in (("x1", "12.5"), ("x1", 12.5))
    assert [one[2] for one in past(context, "Signed Up")] == [{"plan": "free"}]
    heard(page, lambda: page.evaluate("floorwalker.track('Video Played', {length: 3})"))
    assert [one[2] for one in past(context, "Video Played")] == [{"length": 3}]


@pytest.mark.parametrize("path", ["/live", "/twice"])
def test_what_an_event_changes_shows_without_a_reload(context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.goto(path)
    assert page.inner_text("#cart") == "empty"
    page.click("#add")
    page.wait_for_selector("#thanks")
    page.wait_for_selector("#one")
    assert {"slot": "cart", "block": "one", "arm": "treatment"} in page.evaluate("told")
    assert page.query_selector_all("#inside") == []
    assert len(past(context, "Product Added")) == 1
    heard(page, lambda: page.click("#thanks"))
    assert [one[2]["block"] for one in past(context, "Slot Clicked")] == ["thanks"]


def test_a_new_address_without_a_load_is_a_view_with_its_slots(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/spa/one")
    page.wait_for_selector('text="/spa/one"')
    page.evaluate("history.pushState({}, '', '/spa/two?x=1')")
    page.wait_for_selector('text="/spa/two"')
    page.evaluate("history.replaceState({}, '', '/spa/two?x=1#there')")
    page.go_back()
    page.wait_for_selector('text="/spa/one"')
    assert len(page.query_selector_all(".view")) == 1
    assert [one[1] for one in past(context, "Page Viewed")] == ["/spa/one", "/spa/two", "/spa/one"]
    assert [one[2]["path"] for one in past(context, "Page Left")] == ["/spa/one", "/spa/two"]


def test_a_page_out_of_a_shared_cache_counts_where_it_says_so(context: BrowserContext) -> None:
    page = context.new_page()
    heard(page, lambda: page.goto("/public"))
    heard(page, lambda: page.goto("/public"))
    assert [one[1] for one in past(context, "Page Viewed")] == ["/public"]


def test_two_tabs_are_one_visitor(context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    first.goto("/")
    second.goto("/other")
    heard(first, lambda: first.click("#wide"))
    heard(second, lambda: second.click("#add"))
    assert [one[0] for one in past(context)] == ["Page Viewed", "Page Viewed", "Slot Clicked", "Product Added"]


def test_without_cookies_nothing_is_kept_and_nothing_breaks(context: BrowserContext) -> None:
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/live", wait_until="networkidle")
    context.clear_cookies()
    heard(page, lambda: page.click("#add"))
    assert page.inner_text("#cart") == "empty"
    assert [cookie["name"] for cookie in context.cookies()] == []
    assert wrong == []


def test_under_a_strict_policy_it_runs_by_the_pages_nonce(context: BrowserContext) -> None:
    wrong: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto("/strict")
    heard(page, lambda: page.click("#add"))
    page.evaluate("history.pushState({}, '', '/spa/x')")
    page.wait_for_selector('text="/spa/x"')
    assert wrong == []


def test_the_time_zone_is_a_cookie(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    page.wait_for_function("document.cookie.includes('fw_tz=')")


def test_a_page_that_is_kept_for_going_back_counts_again(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    page.evaluate("window.same = true")
    page.goto("/other")
    heard(page, lambda: page.go_back(wait_until="commit"))
    assert page.evaluate("window.same")
    assert [one[1] for one in past(context, "Page Viewed")] == ["/", "/other", "/"]


def test_a_page_fetched_ahead_of_time_counts_with_its_slots_once_it_is_looked_at(context: BrowserContext) -> None:
    page = context.new_page()
    with context.expect_event("response", lambda answer: answer.url.endswith("/ahead")):
        page.goto("/prefetching")
    assert [one[1] for one in past(context, "Page Viewed")] == ["/prefetching"]
    heard(page, lambda: page.evaluate("location.href = '/ahead'"))
    assert page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType") == "navigational-prefetch"
    assert [one[1] for one in past(context, "Page Viewed")] == ["/prefetching", "/ahead"]
    assert shown(context)["offer--"] == 2


def test_a_page_made_ahead_of_time_tells_nothing_before_it_is_looked_at(context: BrowserContext) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/_floorwalker/")[2].partition("?")[0]))
    page.add_init_script(  # what playwright's Chromium never does by itself
        "Object.defineProperty(Document.prototype, 'prerendering', {get: () => !window.activated})"
    )
    page.goto("/", wait_until="networkidle")
    assert [one for one in asked if one] == ["client.js"]
    assert page.evaluate("told") == []
    heard(page, lambda: page.evaluate("activated = true; document.dispatchEvent(new Event('prerenderingchange'))"))
    assert len(page.evaluate("told")) == 3
    assert len(past(context, "Page Viewed")) == 2
