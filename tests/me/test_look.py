"""How the visitor's page looks: the house's colours, or the site's own where it can be read; no script."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.me.colours import DAY, NIGHT, accent_style, contrast, read_colour, readable
from floorwalker.me.pages import Choice, Own, Pages, State
from floorwalker.me.reasons import Place
from tests.console.test_look import tokens

ROOT = Path(__file__).resolve().parents[2]
ME = ROOT / "middleware" / "floorwalker" / "me"
PAGES = sorted((ME / "pages").glob("*.html"))
STYLE = (ME / "static" / "me.css").read_text(encoding="utf-8")
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def test_its_colours_are_the_shops() -> None:
    shop = tokens((ROOT / "demo_site" / "static" / "shop.css").read_text(encoding="utf-8"))
    own = tokens(STYLE)
    assert [(one["--paper"], one["--ink"]) for one in own] == [DAY, NIGHT]
    for mine, theirs in zip(own, shop, strict=True):
        assert {name: theirs[name] for name in mine} == mine


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(("front", "back"), [("ink", "tint"), ("muted", "paper"), ("on-accent", "accent")])
def test_text_can_be_read(scheme: int, front: str, back: str) -> None:
    colours = tokens(STYLE)[scheme]
    assert contrast(colours[f"--{front}"], colours[f"--{back}"]) >= 4.5
    assert contrast(colours["--edge"], colours["--paper"]) >= 3


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_no_page_has_a_script_a_style_of_its_own_or_unescaped_text(page: Path) -> None:
    assert not re.search(r"<script|\son\w+=|\sstyle=|\|\s*safe|autoescape|https?://", page.read_text(encoding="utf-8"))
    assert not re.search(r"url\(|@import", STYLE)


@given(COLOURS)
def test_any_colour_of_a_site_can_be_read_by_day_and_by_night(colour: str) -> None:
    for paper, ink in (DAY, NIGHT):
        assert contrast(readable(colour, paper, ink), paper) >= 4.5
    assert re.fullmatch(
        r":root \{ --accent: (#\w{6}); --on-accent: #\w{6}; \}\n@media \(prefers-color-scheme: dark\) "
        r"\{ :root \{ --accent: (#\w{6}); --on-accent: #\w{6}; \} \}\n",
        accent_style(colour),
    )


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert readable("#8a1c10", *DAY) == "#8a1c10"
    assert accent_style("") == ""


@pytest.mark.parametrize(("text", "colour"), [("#C0392B", "#c0392b"), ("#abc", "#aabbcc")])
def test_colours_are_read(text: str, colour: str) -> None:
    assert read_colour(text) == colour


@pytest.mark.parametrize("text", ["red", "#12", "#1234", "#c0392b; } body { display: none", "c0392b", "#c0392b\n"])
def test_nothing_else_is_a_colour(text: str) -> None:
    with pytest.raises(ValueError, match="#c0392b"):
        read_colour(text)


def test_places_that_show_what_everybody_sees_are_told_together() -> None:
    why = "Nothing here is for you in particular."
    places = [Place("Hero", "Spring", "", ()), Place("Ribbon", "", why, ()), Place("Help", "", why, ())]
    choice = Choice(analytics=True, personalization=True, tests=True)
    page = Pages().page(Own(state=State.NOBODY, choice=choice, prefix="/fw", places=places, page="/"))
    assert page.count("what everybody sees") == 1
    assert "<h3>Ribbon, Help</h3>" in page
    assert "Shows <b>Spring</b>." in page
