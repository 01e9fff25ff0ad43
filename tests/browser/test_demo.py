"""The demo in a real Chromium: what a visitor sees change, and why."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
GOOGLE = "https://www.google.com/search?q=cheap+tripod"


def hero(page: Page) -> str:
    return page.locator("#hero h2").inner_text()


def test_a_visitor_of_whom_nothing_is_known_sees_the_shops_own_page(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    assert hero(page) == "Good glass, and somebody who has used it."


def test_a_search_changes_the_first_page_and_browsing_the_next_and_tomorrow_it_is_remembered(open_page: Open) -> None:
    page = open_page()
    page.goto("/", referer=GOOGLE)
    assert hero(page) == "Cheap tripods that do not fall over."
    page.goto("/lenses/super-tele")
    page.goto("/lenses/super-tele/600mm-f4")
    page.goto("/")
    assert hero(page) == "For what will not let you near."
    page.goto("/?play=tomorrow")
    assert page.locator("#hero .kicker").inner_text() == "Good to see you again"
    assert hero(page) == "Still thinking about a long lens?"


@pytest.mark.parametrize(
    ("role", "headline"),
    [
        ("cheap-tripod", "Cheap tripods that do not fall over."),
        ("ad", "A first camera that you will keep."),
        ("assistant", "Check what it told you."),
        ("newsletter", "This month: borrow a long lens."),
        ("customer", "How is the new one doing?"),
    ],
)
def test_becoming_somebody_shows_what_that_person_would_see(open_page: Open, role: str, headline: str) -> None:
    page = open_page()
    page.goto(f"/?play={role}")
    assert hero(page) == headline
    assert "play=" not in page.url


def test_it_works_without_scripts(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?play=cheap-tripod")
    assert hero(page) == "Cheap tripods that do not fall over."
    page.get_by_role("link", name="Who am I?").click()
    assert "Cheap tripod seeker" in page.locator(".who-page").inner_text()


def test_the_place_changes_the_ribbon_by_marker_and_the_delivery_by_selector(open_page: Open) -> None:
    page = open_page()
    page.goto("/lenses/prime/35mm-f1-8?play=norway")
    assert "duties are included" in page.locator(".ribbon").inner_text()
    assert page.locator("#delivery").inner_text() == "Ready to send today, with you in four days, duties included."


def test_whoever_joins_the_newsletter_is_not_asked_again(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Send it to me").click()
    expect(page).to_have_url(re.compile("/newsletter/welcome$"))
    assert "You get our letter" in page.locator("aside.newsletter").inner_text()


def test_the_panel_says_who_one_is_and_why_and_closes_with_a_key(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=cheap-tripod")
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    expect(panel).to_contain_text("“cheap tripod”")
    expect(panel).to_contain_text("Cheap tripod seeker")
    panel.locator(".about", has_text="hero/cheap-tripod.html").click()
    expect(panel).to_contain_text("The first entry that fits you.")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_panel_follows_from_page_to_page_and_marks_what_is_new(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=cheap-tripod")
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    for path in ("/lenses/super-tele", "/lenses/super-tele/600mm-f4"):
        expect(panel.locator(".members").first).to_be_visible()
        page.goto(path)
    expect(panel.locator(".members .is-new").first).to_contain_text("Wildlife photographer")
    expect(panel.locator(".who-bars .stands-out")).to_contain_text("wildlife")


def test_a_piece_put_into_the_cart_changes_slot_panel_and_counter_without_a_reload(open_page: Open) -> None:
    page = open_page()
    page.goto("/filters")
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    expect(panel).to_contain_text("Nothing in the cart.")
    page.evaluate("window.still = true")
    page.get_by_role("button", name="Put Polariser into the cart").click()
    expect(page.locator(".ribbon")).to_contain_text("€11 more, and delivery is free.")
    expect(page.get_by_role("link", name="Cart, 1 article")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Polariser is in your cart.")
    expect(panel).to_contain_text("In the cart: €89")
    expect(panel.locator("[data-key='slot ribbon'] .about")).to_have_text("nearly-free")
    assert page.evaluate("window.still")


def test_the_letters_can_be_read_with_the_keys_alone(open_page: Open) -> None:
    page = open_page()
    page.goto("/newsletter")
    page.locator("#email").fill("keys@example.org")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/newsletter/welcome$"))
    page.goto("/demo/letters")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Borrow a long lens")).to_be_visible()
    expect(page.locator(".mail-told")).to_contain_text("Email Opened: taken")
    page.get_by_role("link", name="Choose one to borrow").press("Enter")
    expect(page).to_have_url(re.compile("/lenses/super-tele"))


def test_a_note_is_kept_from_the_panel_and_the_panel_stays(open_page: Open) -> None:
    page = open_page()
    page.goto("/cameras/field-30")
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    panel.get_by_text("A note of somebody who spoke with you").click()
    panel.get_by_label("What they write down").fill("asked about a trade-in")
    panel.get_by_role("button", name="Keep it").press("Enter")
    expect(panel.locator(".who-note")).to_contain_text("asked about a trade-in")
    page.reload()
    expect(page.locator(".advice")).to_contain_text("About your trade-in.")


def test_the_switch_outlines_what_was_changed_and_is_off_at_first(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=cheap-tripod")
    page.get_by_role("button", name="Who am I?").click()
    changed = page.locator("#hero[data-changed]")
    expect(changed).to_have_count(0)
    page.get_by_label("Outline what was changed on the page").check()
    expect(changed).to_have_attribute("data-changed", "hero/cheap-tripod.html")
    page.goto("/tripods")
    expect(page.locator("#hero[data-changed]")).to_have_count(1)


def test_a_shift_of_roles_can_be_made_from_the_panel(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    page.get_by_role("button", name="Who am I?").click()
    page.get_by_role("link", name="from Google").click()
    assert hero(page) == "Cheap tripods that do not fall over."
    page.get_by_role("link", name="start anew").click()
    assert hero(page) == "Good glass, and somebody who has used it."
