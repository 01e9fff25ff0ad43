"""Workers serve two versions of the rules for a while: each page is of one of them, and everything counts once."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker import open_store
from floorwalker.asgi.middleware import PersonalizationMiddleware
from floorwalker.core.memory.proving.comparisons import expanded
from floorwalker.core.memory.proving.facts import facts_of
from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Wrap

RULES = """
segments:
  {segment}: {{when: {{viewed: {{at_least: 2}}}}}}
slots:
  hero:
    show:
      - {{to: {segment}, name: {block}, text: "{block}"}}
"""
DAYS = ("2026-09-01", "2026-10-31")


@pytest.fixture
def versions(wrap: Wrap, tmp_path: Path) -> list[PersonalizationMiddleware]:
    """The same site by the rules of yesterday and of today, each in a worker."""
    made = []
    for segment, block in (("again", "yesterday"), ("coming-back", "today")):
        folder = tmp_path / block
        folder.mkdir()
        (folder / "rules.yaml").write_text(RULES.format(segment=segment, block=block))
        made.append(wrap(page_app(PAGE), rules=folder))
    return made


async def test_a_page_is_of_its_workers_version_whatever_the_other_showed(
    versions: list[PersonalizationMiddleware],
) -> None:
    browser = Browser(versions[0])
    for _ in range(2):
        await browser.get()
    for worker, block in ((0, b"yesterday"), (1, b"today"), (0, b"yesterday"), (1, b"today")):
        browser.app = versions[worker]
        assert block in (await browser.get()).body


async def test_every_view_and_every_exposure_counts_once_whichever_version_it_was(
    versions: list[PersonalizationMiddleware], remembered: Callable[..., Any], valkey_url: str
) -> None:
    browsers = [Browser(versions[0]) for _ in range(5)]
    for turn in range(8):
        for number, browser in enumerate(browsers):
            browser.app = versions[(turn + number) % 2]
            await browser.get()
    expected: Counter[tuple[str, str]] = Counter()
    for browser in browsers:
        profile = await remembered(browser.cookie)
        assert sum(one.name == "Page Viewed" for one in profile.recents.past()) == 8
        shown = {one.block for one in expanded(profile.responses.exposures)}
        assert {"yesterday", "today"} <= shown
        for exposure in expanded(profile.responses.exposures):
            for count in facts_of(exposure):
                expected[count.day, count.field] += count.by
    store = open_store(valkey_url)
    told = {(day, name): value for day, facts in (await store.stats(*DAYS)).items() for name, value in facts.items()}
    await store.close()
    assert told == dict(expected)
