"""Picking an element in a real Chromium, by mouse and keyboard; the overlay at every width, by day and by night."""

import re

import pytest
from playwright.sync_api import Page, expect

from floorwalker.asgi.preview.guise import Guise
from tests.browser.test_preview import CHEAP, SEARCHER, SEEN, Preview, panel, plain, preview, shop

pytestmark = pytest.mark.browser

__all__ = ["plain", "preview", "shop"]


def pick(page: Page, selector: str, *, up: int = 0) -> None:
    """Point at an element, go up from there, and pick."""
    page.get_by_role("button", name=re.compile("^Pick an")).click()
    page.locator(selector).first.scroll_into_view_if_needed()
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    for _ in range(up):
        page.keyboard.press("ArrowUp")
    if up:
        page.keyboard.press("Enter")
    else:
        page.mouse.click(box["x"] + 3, box["y"] + 3)


def at(page: Page) -> str:
    page.get_by_role("heading", name="A whole slot").wait_for()
    return page.locator(".copy code").inner_text()


@pytest.mark.parametrize("path", ["/", "/nonce", "/free"])
@pytest.mark.parametrize(
    ("element", "up", "selector"),
    [
        ("#prices th", 3, 'at: "#prices"'),
        ("section.teaser h2", 1, 'at: "section.teaser"'),
        ("#aside section + section h2", 1, 'at: "#aside > section:nth-of-type(2)"'),
        ("ul.menu", 0, 'at: "ul.menu"'),
        ("p img", 0, 'at: "img"'),
    ],
)
def test_a_click_gives_a_selector_that_is_served_and_finds_nothing_else(
    preview: Preview, plain: str, path: str, element: str, up: int, selector: str
) -> None:
    page = preview(plain, path, SEARCHER)
    pick(page, element, up=up)
    assert at(page) == selector
    expect(page.locator(".panel")).to_contain_text("the only one in the page")


def test_a_link_is_picked_and_not_followed(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    pick(page, "#link")
    assert at(page) == 'at: "#link"'
    assert page.url == f"{plain}/free"


def test_the_whole_slot_can_be_pasted(preview: Preview, plain: str) -> None:
    page = preview(
        plain,
        "/free",
        SEARCHER,
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pick(page, "ul.menu")
    assert at(page) == 'at: "ul.menu"'
    page.get_by_role("button", name="Copy").last.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        'slots:\n  menu:\n    pages: [plain]\n    at: "ul.menu"\n    show:\n'
        "      - name: menu-1\n        text: What stands here instead\n"
    )
    page.get_by_label("Where the block goes").select_option("before")
    expect(page.locator(".copy pre")).to_contain_text("place: before")


def test_a_row_is_found_in_a_table_that_is_written_without_a_tbody(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", Guise())
    pick(page, "#prices th", up=1)
    assert at(page) == 'at: "#prices tr:nth-of-type(1)"'
    expect(page.locator(".panel .warning")).to_contain_text("This page writes the end tag")


def test_an_element_that_the_page_does_not_close_is_warned_of(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    pick(page, "ul.menu li")
    expect(page.locator(".panel .warning")).to_contain_text("The end tag of <li> may be left out")


@pytest.mark.parametrize(("element", "block"), [("#draft", "in-draft"), ("#prices td", "cheaper"), ("#hero p", "<img")])
def test_an_element_of_a_block_is_none_of_the_page(preview: Preview, plain: str, element: str, block: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    pick(page, element)
    expect(page.locator(".panel .warning")).to_contain_text("This belongs to the block")
    expect(page.locator(".panel .warning")).to_contain_text(block)
    expect(page.locator(".copy")).to_have_count(0)


def test_an_element_that_a_script_put_in_is_none_of_the_page_either(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", Guise())
    page.evaluate("document.querySelector('#aside').prepend(document.createElement('section'))")
    page.evaluate("document.querySelector('#aside section').append('A section like the others')")
    pick(page, "#aside section")
    expect(page.locator(".panel .warning")).to_contain_text("nothing matches")
    expect(page.locator(".copy")).to_have_count(0)


def test_the_keyboard_alone_picks_and_ends(preview: Preview, plain: str) -> None:
    page = preview(plain, "/free", SEARCHER)
    page.get_by_role("button", name=re.compile("^Pick an")).press("Enter")
    status = page.get_by_role("status")
    expect(status).to_have_text("main")
    for key, name in (
        ("ArrowDown", "section#hero"),
        ("ArrowRight", "p.note"),
        ("ArrowUp", "main"),
        ("ArrowDown", "p.note"),
        ("ArrowLeft", "section#hero"),
    ):
        page.keyboard.press(key)
        expect(status).to_have_text(name)
    page.keyboard.press("Enter")
    assert at(page) == 'at: "#hero"'
    expect(page.locator(".panel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Pick an")).press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Pick an"))).to_be_focused()


def test_panels_open_and_close_by_keyboard_and_say_so(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    region = page.get_by_role("complementary", name="Preview")
    button = region.get_by_role("button", name=re.compile("^Slots"))
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("group", name="What each slot shows")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("width", [320, 390, 760, 1280])
def test_the_bar_and_the_panels_fit_the_window(preview: Preview, shop: str, width: int) -> None:
    page = preview(shop, "/", CHEAP, viewport={"width": width, "height": 700})
    for name in ("Slots", "tripod-for-little"):
        panel(page, name)
        for part in (page.locator(SEEN), page.locator(".panel"), page.get_by_role("button", name=re.compile("^Leave"))):
            box = part.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_bar_folds_away(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP)
    page.get_by_role("button", name="Fold the preview bar").click()
    expect(page.get_by_role("button", name="Leave preview")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="Leave preview")).to_be_hidden()
    page.get_by_role("button", name="Unfold the preview bar").click()
    expect(page.get_by_role("button", name="Leave preview")).to_be_visible()


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(251, 249, 245)"), ("dark", "rgb(22, 21, 19)")])
def test_paper_has_the_colour_of_the_day_or_the_night(preview: Preview, plain: str, scheme: str, paper: str) -> None:
    page = preview(plain, "/", SEARCHER, color_scheme=scheme)
    bar = page.locator(SEEN)
    bar.wait_for()
    assert bar.evaluate("(bar) => getComputedStyle(bar).backgroundColor") == paper


def test_whoever_asks_for_less_motion_gets_none(preview: Preview, shop: str) -> None:
    page = preview(shop, "/", CHEAP, reduced_motion="reduce")
    panel(page, "Slots")
    assert page.locator(".panel").evaluate("(panel) => getComputedStyle(panel).animationName") == "none"
