"""An editor's day in the demo: what is saved is shown, and the preview is somebody else's page for nobody's record."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
OWN = "Good glass, and somebody who has used it."
RIBBON = "Delivery is free from €100. A month to change your mind."


@pytest.fixture
def saved(demo_folder: Path) -> Iterator[Callable[[str], None]]:
    """Saves one more file of rules, and takes it away again."""
    file = demo_folder / "rules" / "of-today.yaml"
    yield lambda text: file.write_text(text, encoding="utf-8") and None
    file.unlink(missing_ok=True)


def expect_after_reload(page: Page, selector: str, text: str) -> None:
    """What is saved is in force within two seconds; somebody who reloads now and then sees it come."""

    def shown() -> bool:
        page.reload()
        return page.locator(selector).inner_text().strip() == text

    for _ in range(100):
        if shown():
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{selector} never showed {text!r}")


def wait_until_refused(page: Page) -> None:
    for _ in range(100):
        if page.request.get("/_floorwalker/healthz").json()["files"]["state"] == "refused":
            return
        page.wait_for_timeout(50)
    pytest.fail("the wrong rules were never refused")


def test_what_is_saved_is_in_the_open_page_after_a_reload_and_what_is_wrong_changes_nothing(
    open_page: Open, saved: Callable[[str], None]
) -> None:
    page = open_page()
    page.goto("/about")
    assert page.locator(".ribbon").inner_text() == RIBBON
    promotion = "promotions: {today: {slots: {ribbon: {name: closed, text: %s}}}}\n"
    saved(promotion % "Closed today for the stocktaking.")
    expect_after_reload(page, ".ribbon", "Closed today for the stocktaking.")
    saved("promotions: {today: {slots: {ribbon: {nmae: closed, text: Closed for good.}}}}\n")
    wait_until_refused(page)
    page.reload()
    assert page.locator(".ribbon").inner_text() == "Closed today for the stocktaking."
    saved(promotion % "Open again from two.")
    expect_after_reload(page, ".ribbon", "Open again from two.")


def test_the_panel_leads_to_the_preview_and_what_is_done_there_is_nobodys(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    page.get_by_role("button", name="Who am I?").click()
    panel = page.get_by_role("complementary", name="Who am I?")
    expect(panel).to_contain_text("Visit 1, 1 page so far")
    panel.get_by_role("link", name="Preview as somebody else on any page").click()
    bar = page.locator("floorwalker-overlay .bar")
    bar.get_by_role("button", name=re.compile("somebody new")).click()
    page.get_by_label("Who", exact=True).select_option("bird-watcher")
    expect(page.locator("#hero h2")).to_have_text("Still thinking about a long lens?")
    for path in ("/lenses/super-tele", "/lenses/super-tele/600mm-f4", "/cart"):
        page.goto(path)
        expect(bar).to_contain_text("bird-watcher")
    expect(page.get_by_role("button", name="Who am I?")).to_have_count(0)
    bar.get_by_role("button", name="Leave preview").click()
    expect(bar).to_have_count(0)
    page.goto("/")
    assert page.locator("#hero h2").inner_text() == OWN
    expect(panel).to_contain_text("Visit 1, 3 pages so far")  # the first, the one that was left to, and this one
    expect(panel).not_to_contain_text("looked at /lenses")


def test_a_draft_is_in_the_preview_alone(open_page: Open) -> None:
    page = open_page()
    page.goto("/", referer="https://www.google.com/search?q=milky+way")
    assert page.locator("#hero h2").inner_text() == "Points stay points, to the edge of the sky."
    page.goto("/demo/preview?to=/")
    page.locator("floorwalker-overlay .bar").get_by_role("button", name=re.compile("somebody new")).click()
    page.get_by_label("Who", exact=True).select_option("first-night")
    expect(page.locator("#hero h2")).to_have_text("The longest nights are the best ones.")
    expect(page.locator(".label", has_text="hero ·")).to_have_text("hero · hero/winter-sky.html")
