"""The visitor's own page and the demo's question, in a real Chromium."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
ME = "/_floorwalker/me"
ASK = "What the shop may remember"


def test_whoever_is_asked_first_sees_the_question_beside_a_page_made_of_the_search_alone(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=asked")
    expect(page.get_by_role("region", name=ASK)).to_be_visible()
    expect(page.locator("#hero h2")).to_have_text("Cheap tripods that do not fall over.")
    assert [one["name"] for one in page.context.cookies() if "fw" in one["name"]] == []


def test_the_two_answers_are_equal_to_the_eye(open_page: Open) -> None:
    page = open_page(viewport={"width": 1180, "height": 800})
    page.goto("/?play=asked")
    answers = page.locator(".ask-answers .button")
    looks = [
        answers.nth(number).evaluate(f"each => getComputedStyle(each).{what}")
        for what in ("color", "backgroundColor", "borderColor", "fontSize", "fontWeight", "height")
        for number in (0, 1)
    ]
    assert looks[::2] == looks[1::2]
    assert answers.all_inner_texts() == ["Only what the page needs", "Allow all"]


def test_who_allows_it_keeps_the_arrival_and_is_not_asked_again(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=asked")
    page.get_by_role("button", name="Allow all").click()
    expect(page.get_by_role("region", name=ASK)).to_have_count(0)
    page.goto("/lenses")
    expect(page.get_by_role("region", name=ASK)).to_have_count(0)
    page.get_by_role("link", name="What we know about you").click()
    expect(page.locator("#known")).to_contain_text("Organic Search, Google: cheap tripod, to /")
    expect(page.locator("#shown")).to_contain_text("/lenses")


def test_who_says_no_is_not_asked_again_and_nothing_is_kept(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=asked")
    page.get_by_role("button", name="Only what the page needs").click()
    expect(page.get_by_role("region", name=ASK)).to_have_count(0)
    page.goto("/lenses")
    expect(page.get_by_role("region", name=ASK)).to_have_count(0)
    assert [one["name"] for one in page.context.cookies() if "fw" in one["name"]] == ["fw-consent"]
    page.goto(ME)
    expect(page.locator(".lead")).to_contain_text("You said no, so nothing about you is kept.")


def test_who_chooses_says_so_on_their_own_page_without_scripts(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?play=asked")
    page.get_by_role("link", name="Choose…").click()
    expect(page).to_have_url(re.compile("/_floorwalker/me#allow$"))
    page.get_by_label("Show what fits me").check()
    page.get_by_role("button", name="Keep this choice").click()
    expect(page).to_have_url(re.compile("/_floorwalker/me$"))
    expect(page.get_by_label("Show what fits me")).to_be_checked()
    expect(page.get_by_label("Count my visits")).not_to_be_checked()
    page.get_by_role("button", name="Refuse all").click()
    expect(page.get_by_label("Show what fits me")).not_to_be_checked()


def test_a_role_that_said_no_is_told_so_in_the_panel(open_page: Open) -> None:
    page = open_page()
    page.goto("/?play=refusing")
    assert page.locator("#hero h2").inner_text() == "Cheap tripods that do not fall over."
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    expect(panel).to_contain_text("You allow nothing to be remembered")


def customer(page: Page) -> Page:
    """Their own page, after some pages of the shop."""
    page.goto("/?play=customer")
    page.goto("/lenses/super-tele/600mm-f4")
    page.get_by_role("link", name="What we know about you").click()
    return page


def test_a_customer_reads_corrects_takes_and_erases(open_page: Open, tmp_path: Path) -> None:
    page = customer(open_page())
    expect(page.get_by_role("heading", level=1)).to_have_text("What Korn & Blende knows about you")
    expect(page.locator("#groups")).to_contain_text("Good customer")
    page.get_by_label("Name", exact=True).fill("Ada King")
    page.get_by_role("button", name="Change Name").press("Enter")
    expect(page.get_by_role("status")).to_have_text("It is changed.")
    expect(page.locator(".lead")).to_contain_text("Ada King")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Take a copy").click()
    downloading.value.save_as(tmp_path / "copy.json")
    assert json.loads((tmp_path / "copy.json").read_text())["portrait"]["traits"]["name"] == "Ada King"
    page.get_by_role("button", name="Erase what is known").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erase what is known of you?")
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is gone.")
    page.goto(ME)
    expect(page.locator(".lead")).to_have_text("Nothing so far.")


@pytest.mark.parametrize("width", [320, 390, 640, 1180])
def test_it_fits_every_window_and_so_does_the_question(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto("/?play=asked")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    customer(page)
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Erase what is known").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_twice_the_letters_still_fit(open_page: Open) -> None:
    page = customer(open_page(viewport={"width": 640, "height": 800}))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_everything_has_a_name_and_is_reached_by_keys(open_page: Open) -> None:
    page = customer(open_page())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    nameless = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select, button, a')].filter(one => "
        "!(one.labels && one.labels.length) && !one.ariaLabel && !one.textContent.trim()).length"
    )
    assert nameless == 0
    headings = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(one => +one.tagName[1])")
    assert headings[0] == 1
    assert all(later - before <= 1 for before, later in pairwise(headings))


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(251, 249, 245)"), ("dark", "rgb(22, 21, 19)")])
def test_paper_has_the_colour_of_the_day_or_the_night(open_page: Open, scheme: str, paper: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(ME)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


@pytest.mark.parametrize(
    ("role", "choice", "is_kept"),
    [
        ("asked", "", False),
        ("asked", "1.2026-11-22.personalization.", True),
        ("asked", "1.2026-11-22.analytics~tests.personal", False),
        ("refusing", "", False),
        ("anew", "", True),
        ("anew", "1.2026-11-22.none.", False),
    ],
)
def test_the_time_zone_lies_in_the_browser_of_those_alone_who_allow_it(
    open_page: Open, demo: str, role: str, choice: str, is_kept: bool
) -> None:
    page = open_page()
    page.goto(f"/?play={role}")
    before = [{"name": "fw_tz", "value": "Asia/Tokyo", "url": demo}]
    page.context.add_cookies([*before, *([{"name": "fw-consent", "value": choice, "url": demo}] if choice else [])])
    page.goto("/lenses")
    page.wait_for_function("window.floorwalker")
    kept = {one["name"]: one["value"] for one in page.context.cookies()}.get("fw_tz")
    assert (kept is not None, kept != "Asia/Tokyo") == (is_kept, True)
