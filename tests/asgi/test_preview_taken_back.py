"""Links that were taken back open nothing, and what they opened ends; newer ones are as ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from floorwalker.asgi.preview.guise import Guise
from floorwalker.asgi.preview.seal import LONGEST_LINK_S, Refused, Sealed, link_seal
from floorwalker.rulefile import read
from tests.asgi.browser import page_app
from tests.asgi.conftest import KEY, Clock, Wrap
from tests.asgi.preview_sites import PAGE, Editor, site_rules

GUISE = Guise("cheap-tripod")


def link(made: float, now: float) -> str:
    token = link_seal([KEY]).close(GUISE, until=now + 3600, made=made)
    return f"/_floorwalker/preview?token={token}&to=/"


@pytest.fixture
def site(wrap: Wrap, clock: Clock, tmp_path: Path) -> Any:
    """Takes no links that were made more than a minute ago."""
    folder = site_rules(tmp_path / "rules")
    since = datetime.fromtimestamp(clock.now - 60, UTC)
    clock.now -= since.second  # rules name minutes
    (folder / "site.yaml").write_text(f"site: {{previews_since: {since:%Y-%m-%d %H:%M}}}")
    return wrap(page_app(PAGE), rules=folder)


async def test_a_link_that_was_made_before_opens_nothing_and_says_why(site: Any, clock: Clock) -> None:
    editor = Editor(site)
    answer = await editor.get(link(clock.now - 61, clock.now))
    assert answer.status == 410
    assert b"taken back" in answer.body
    assert editor.preview == b""


async def test_a_link_that_was_made_since_opens_a_preview(site: Any, clock: Clock) -> None:
    editor = Editor(site)
    assert (await editor.get(link(clock.now - 30, clock.now))).status == 303
    assert (await editor.get("/")).all(b"x-floorwalker-preview") != []


async def test_a_preview_that_such_a_link_had_opened_ends(wrap: Wrap, site: Any, clock: Clock, tmp_path: Path) -> None:
    before = Editor(wrap(page_app(PAGE), rules=site_rules(tmp_path / "before")))
    clock.now -= 120
    assert (await before.get(link(clock.now, clock.now))).status == 303
    assert (await before.get("/")).all(b"x-floorwalker-preview") != []
    clock.now += 120
    now = Editor(site)
    now.preview = before.preview
    assert (await now.get("/")).all(b"x-floorwalker-preview") == []
    form = {b"sec-fetch-site": b"same-origin", b"content-type": b"application/x-www-form-urlencoded"}
    assert (await now.post("/_floorwalker/preview", headers=form, body=b"persona=regular&to=/")).status == 403


def test_a_link_of_an_older_release_tells_no_moment_and_counts_as_made_long_ago() -> None:
    old = link_seal([KEY]).close(GUISE, until=2_000_000_000.0)
    taken = link_seal([KEY]).open(old, now=2_000_000_000.0 - 60, longest_s=LONGEST_LINK_S)
    assert isinstance(taken, Sealed)
    assert link_seal([KEY]).open(old, now=2_000_000_000.0 - 60, longest_s=LONGEST_LINK_S, since=1.0) is (
        Refused.TAKEN_BACK
    )


@pytest.mark.parametrize(
    ("written", "since"),
    [
        ("2026-11-23", "2026-11-23T00:00+01:00"),
        ('"2026-11-23 12:00"', "2026-11-23T12:00+01:00"),
        ("2026-11-23 12:00", "2026-11-23T12:00+01:00"),
    ],
)
def test_the_moment_is_one_of_the_sites_zone(written: str, since: str) -> None:
    text = f"site: {{previews_since: {written}, timezone: Europe/Berlin}}"
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, problems
    assert ruleset.site.previews_since == datetime.fromisoformat(since).timestamp()


def test_what_is_no_moment_is_a_problem_with_its_place() -> None:
    ruleset, problems = read({"rules.yaml": b"site:\n  previews_since: yesterday\n"})
    assert ruleset is None
    assert (problems[0].line, problems[0].column) == (2, 19)
