"""The preview in a real Chromium: the overlay over the demo shop and over a page that knows nothing of it."""

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import link_seal
from tests.browser.conftest import CHROME, KEY, serving
from tests.browser.preview_sites import HOSTILE

pytestmark = pytest.mark.browser

Preview = Callable[..., Page]
SEEN = "floorwalker-overlay .bar"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving("tests.browser.preview_sites:demo", tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving("tests.browser.preview_sites:plain", tmp_path_factory.mktemp("plain"))


@pytest.fixture
def preview(chromium: Browser) -> Iterator[Preview]:
    """A browser that opens a link to the preview; nothing may be wrong in its console, nobody else is asked."""
    contexts = []
    wrong: list[str] = []

    def opened(site: str, to: str = "/", guise: Guise | None = None, **options: object) -> Page:
        context = chromium.new_context(base_url=site, **{"user_agent": CHROME, "locale": "en-GB", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: wrong.append(request.url) if not _is_own(request.url, site) else None)
        token = link_seal([KEY]).close(guise or Guise(), until=time.time() + 3600)
        page.goto(f"/_floorwalker/preview?token={token}&to={quote(to)}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def _is_own(url: str, site: str) -> bool:
    return url.startswith((site, "data:"))


CHEAP = Guise("tripod-for-little")
SEARCHER = Guise("searcher")


def panel(page: Page, name: str) -> None:
    page.locator(SEEN).get_by_role("button", name=re.compile(name)).click()


def labels(page: Page) -> list[str]:
    page.locator(".label").first.wait_for()
    return [label.inner_text() for label in page.locator(".box .label").all()]


def test_the_shop_is_shown_as_the_persona_sees_it_each_slot_with_its_block(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    assert page.url == f"{shop}/"
    expect(page.locator("#hero h2")).to_have_text("Cheap tripods that do not fall over.")
    expect(page.locator(SEEN)).to_contain_text("tripod-for-little")
    assert {"hero · hero/cheap-tripod.html", "ribbon · legs-10", "help · the page’s own"} <= set(labels(page))


def test_an_outline_lies_around_its_slot_also_when_the_page_scrolls_or_grows(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)

    def off() -> float:
        return float(
            page.evaluate(
                """() => {
                const box = [...document.querySelector("floorwalker-overlay").shadowRoot.querySelectorAll(".box")]
                  .find((each) => each.textContent.startsWith("hero")).getBoundingClientRect();
                const text = document.querySelector("#hero .hero-text").getBoundingClientRect();
                return Math.abs(box.left + 4 - text.left);
                }"""
            )
        )

    top = "() => { const box = [...document.querySelector('floorwalker-overlay').shadowRoot.querySelectorAll('.box')]"
    top += ".find((each) => each.textContent.startsWith('hero')).getBoundingClientRect();"
    top += " const art = document.querySelector('#hero .hero-art').getBoundingClientRect();"
    top += " return Math.abs(box.top + 4 - art.top) < 2 || Math.abs(box.bottom - 4 - art.bottom) < 2; }"
    page.locator(".box").first.wait_for()
    page.wait_for_function(top)
    assert off() < 2
    page.mouse.wheel(0, 120)
    page.wait_for_function("() => scrollY > 100")
    page.wait_for_function(top)
    page.evaluate("document.body.firstElementChild.style.paddingTop = '77px'")
    page.wait_for_function(top)


def test_the_page_keeps_its_own_styles_and_its_size(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    page.locator(SEEN).wait_for()
    before = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    page.evaluate("document.querySelector('floorwalker-overlay').remove()")
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == before
    ours = page.evaluate("Object.keys(window).filter((name) => /floorwalker|^STYLE$|^Overlay$|^Picker$/i.test(name))")
    assert set(ours) <= {"floorwalker"}  # the script of the page itself


def test_a_label_leads_to_why_and_why_to_the_slot(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    page.locator(".label", has_text="hero ·").click()
    item = page.locator("details[data-slot=hero]")
    expect(item).to_have_attribute("open", "")
    expect(item).to_contain_text("An entry that fits.")
    expect(item.locator(".tree > li").last).to_contain_text("to: cheap-tripod-seeker")
    page.locator("details[data-slot=help] > summary").click()
    page.wait_for_function("() => scrollY > 400")
    expect(page.locator(".box.is-chosen")).to_contain_text("help")


def test_slots_that_are_meant_for_the_page_and_not_in_it_say_why(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    panel(page, "Slots")
    missing = page.locator("section", has_text="not in this page").last
    missing.locator("summary", has_text="absent").click()
    expect(missing).to_contain_text("Nothing in this page matches #absent.")
    missing.locator("summary", has_text="unmarked").click()
    expect(missing).to_contain_text("This page has no marker <!--slot:unmarked-->.")


def test_another_persona_another_time_and_another_segment_are_a_click_away(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    panel(page, "tripod-for-little")
    page.get_by_label("Who", exact=True).select_option("birder")
    expect(page.locator("#hero h2")).to_have_text("For what will not let you near.")
    page.get_by_label(re.compile("^When")).fill("2026-11-28T23:30")
    page.get_by_role("button", name="Show this time").click()
    expect(page.locator(SEEN)).to_contain_text("Sat 28 Nov 2026, 23:30")
    page.get_by_role("checkbox", name="night-owl").is_checked()
    page.get_by_label("Find a segment").fill("assistant")
    page.get_by_role("checkbox", name="from-an-assistant").check()
    page.get_by_label("Find a segment").fill("wildlife")
    expect(page.get_by_role("checkbox", name="wildlife-photographer")).to_be_checked()
    page.get_by_role("checkbox", name="wildlife-photographer").uncheck()
    expect(page.locator("#hero h2")).to_have_text("Check what it told you.")
    expect(page.locator(".is-switched")).to_have_count(2)
    page.get_by_role("button", name="as the rules say").first.click()
    expect(page.locator(".is-switched")).to_have_count(1)
    page.get_by_role("button", name="the persona’s own time").click()
    expect(page.get_by_role("button", name="the persona’s own time")).to_have_count(0)


def test_the_preview_follows_from_page_to_page_and_ends_when_it_is_left(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    page.get_by_role("link", name="Tripods", exact=True).first.click()
    expect(page.locator(SEEN)).to_contain_text("tripod-for-little")
    page.get_by_role("button", name="Leave preview").click()
    expect(page.locator(SEEN)).to_have_count(0)
    assert page.url == f"{shop}/tripods"
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["name"] == "fw-preview"] == []


def test_a_part_of_the_page_that_comes_later_is_outlined_too(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    assert "row · cheaper" in labels(page)
    page.evaluate("document.querySelector('#prices').remove()")
    expect(page.locator(".label", has_text="row ·")).to_have_count(0)
    page.evaluate(
        "document.querySelector('main').append("
        "document.createComment('slot:row'), 'here', document.createComment('/slot:row'))"
    )
    expect(page.locator(".label", has_text="row ·")).to_have_count(1)


@pytest.mark.parametrize("path", ["/", "/nonce", "/free"])
def test_the_overlay_runs_under_strict_policies_and_every_name_stays_text(
    preview: Preview, plain: str, path: str
) -> None:
    page = preview(plain, path, SEARCHER)
    assert f"hero · {HOSTILE}" in labels(page)
    assert {"row · cheaper", "note · in-draft", "gone · hidden"} <= set(labels(page))
    panel(page, "searcher")
    expect(page.locator(".panel")).to_contain_text(HOSTILE)
    for why in page.locator(".panel summary").all():
        why.click()
    expect(page.locator(".panel")).to_contain_text("found </script><img src=x onerror=alert(1)> tripod")
    page.get_by_label("Who", exact=True).select_option(HOSTILE)
    expect(page.locator(SEEN)).to_contain_text(HOSTILE)
    assert page.locator("floorwalker-overlay img").count() == 0
    assert page.locator("img[src=x]").count() == 0


def test_where_no_script_may_run_the_page_is_still_the_personas_and_a_line_leads_on(
    preview: Preview, plain: str
) -> None:
    page = preview(plain, "/closed", SEARCHER)
    expect(page.locator("#hero")).to_have_text("Tripods")
    page.get_by_role("link", name="Switch or leave").click()
    page.get_by_label("Who").select_option("")
    page.get_by_role("button", name="Show the page").click()
    assert page.url == f"{plain}/closed"
    expect(page.locator("#hero")).to_have_text("Hello")
    page.get_by_role("link", name="Switch or leave").click()
    page.get_by_role("button", name="Leave the preview").click()
    expect(page.get_by_role("link", name="Switch or leave")).to_have_count(0)


def test_where_a_policy_forbids_forms_the_switches_come_on_a_page_of_their_own(chromium: Browser, plain: str) -> None:
    context = chromium.new_context(base_url=plain, user_agent=CHROME)
    page = context.new_page()
    token = link_seal([KEY]).close(SEARCHER, until=time.time() + 3600)
    page.goto(f"/_floorwalker/preview?token={token}&to=/alone")
    page.get_by_role("button", name="Leave preview").click()
    page.get_by_role("heading", name="Preview").wait_for()
    page.get_by_role("button", name="Leave the preview").click()
    assert page.url == f"{plain}/alone"
    expect(page.locator(SEEN)).to_have_count(0)
    context.close()


def test_a_public_page_says_why_it_stays_as_it_is(preview: Preview, plain: str) -> None:
    page = preview(plain, "/public", SEARCHER)
    expect(page.locator("#hero")).to_have_text("Hello")
    panel(page, "Slots")
    expect(page.locator(".panel")).to_contain_text("lets shared caches keep this page")
