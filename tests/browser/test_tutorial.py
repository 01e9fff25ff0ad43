"""The chapter of the tutorial that needs a browser: the preview, the bar below it, and the picker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROME
from tests.docs.tutorial import Newcomer, parts

pytestmark = pytest.mark.browser

CHAPTER = "## 8. Walk through the site as one of them"
TOLD = [part for part in parts() if part.heading == CHAPTER]
(SLOT,) = [part.block for part in TOLD if part.language == "yaml"]


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Newcomer]:
    """Somebody who has come as far as the link to the preview."""
    for name in ("FLOORWALKER_SECRET_KEY", "FLOORWALKER_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    somebody = Newcomer(tmp_path, lambda: "".join(capsys.readouterr()))
    try:
        for part in parts():
            if part.heading == CHAPTER and part.language != "console":
                break
            somebody.follow(part)
        yield somebody
    finally:
        somebody.close()


@pytest.fixture
def page(newcomer: Newcomer, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(user_agent=CHROME, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(newcomer.last_printed.split("\n")[0].replace("http://127.0.0.1:8000", newcomer.address))
    yield page
    context.close()


def test_the_preview_shows_what_the_tutorial_says_and_the_picker_gives_its_slot(page: Page) -> None:
    bar = page.locator("floorwalker-overlay .bar")
    expect(bar.get_by_role("button", name="comparing")).to_be_visible()
    expect(page.locator(".box .label")).to_have_text("hero · hero/hello.html")
    expect(page.locator("#hero h2")).to_have_text("Good to see you. Still comparing?")
    bar.get_by_role("button", name="Slots").click()
    page.locator(".panel").get_by_text("hero/hello.html").first.click()
    expect(page.locator(".panel")).to_contain_text("interested")
    bar.get_by_role("button", name="Pick an element").click()
    first, second = (page.locator("ul.tiles li").nth(number).bounding_box() for number in (0, 1))
    assert first is not None
    assert second is not None
    page.mouse.click((first["x"] + first["width"] + second["x"]) / 2, first["y"] + first["height"] / 2)
    expect(page.locator(".copy pre")).to_have_text(SLOT.rstrip())
    bar.get_by_role("button", name="Leave preview").click()
    expect(bar).to_have_count(0)
