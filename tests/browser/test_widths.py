"""The shop at every width, by day and by night, by keyboard and without motion."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
PAGES = [
    "/",
    "/lenses",
    "/lenses/super-tele/600mm-f4",
    "/learn/tripods",
    "/cart",
    "/workshops",
    "/delivery",
    "/account",
    "/returns",
    "/demo/letters",
    "/demo/who",
]


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
def test_no_page_is_wider_than_the_window(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("width", [320, 1280])
def test_whoever_has_a_cart_letters_and_an_order_finds_them_at_every_width(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto("/?play=customer")
    page.goto("/tripods")
    page.get_by_role("button", name="Put Stork 2 into the cart").click()
    expect(page.get_by_role("link", name="Cart, 1 article")).to_be_visible()
    for path in ("/tripods", "/cart", "/account", "/returns", "/demo/letters/november", "/demo/who"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_panel_fits_the_window_too(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto("/")
    page.get_by_role("button", name="Who am I?").click()
    expect(page.locator("#who")).to_be_visible()
    box = page.locator("#who").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_key_leads_past_the_navigation(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(251, 249, 245)"), ("dark", "rgb(22, 21, 19)")])
def test_paper_has_the_colour_of_the_day_or_the_night(open_page: Open, scheme: str, paper: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


def test_whoever_asks_for_less_motion_gets_none(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/?play=cheap-tripod")
    page.get_by_role("button", name="Who am I?").click()
    expect(page.locator("#who .who-close")).to_be_visible()  # what is new, is so beside what was told here
    page.goto("/lenses/super-tele")
    expect(page.locator("#who .who-close")).to_be_visible()
    page.goto("/lenses/super-tele/600mm-f4")
    expect(page.locator(".is-new .name").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.is-new .name')).animationName") == "none"


def test_an_order_is_placed_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    page.goto("/filters/polariser")
    page.get_by_role("button", name="Add to cart").press("Enter")
    page.get_by_role("link", name="To the checkout").press("Enter")
    for label, text in (
        ("Name", "Ada"),
        ("Street and number", "Lange Str. 1"),
        ("Postcode", "10115"),
        ("Town", "Berlin"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    page.get_by_role("button", name="Order for").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada.")
