"""The overlay's text can be read by day and by night: 4.5 : 1 or better (WCAG 2.2, 1.4.3), edges 3 : 1 (1.4.11)."""

import re

import pytest

from floorwalker.asgi.preview.overlay import read_static
from tests.demo_site.test_colours import OUTLINES, TEXT, contrast

CSS = read_static("preview.css")
DAY, _, NIGHT = CSS.partition("@media (prefers-color-scheme: dark)")
SCHEMES = {
    "light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", DAY)),
    "dark": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", NIGHT.split("\n}")[0])),
}


def test_both_schemes_name_every_colour() -> None:
    assert SCHEMES["light"].keys() == SCHEMES["dark"].keys()
    assert {name for pair in [*TEXT, *OUTLINES] for name in pair} <= SCHEMES["light"].keys()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), [*TEXT, ("paper", "ink"), ("warning", "tint")])
def test_text_can_be_read(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), OUTLINES)
def test_the_edges_of_fields_and_the_focus_can_be_seen(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 3


def test_text_takes_its_colours_from_the_scheme() -> None:
    assert not re.findall(r"(?<!-)\bcolor: (?!var|inherit)[^;]+", CSS)


def test_nothing_is_smaller_than_13_pixels_and_nothing_is_fetched() -> None:
    assert min(map(int, re.findall(r"\bfont(?:-size)?:[^;]*?\b(\d+)px", CSS))) >= 13
    assert not re.search(r"url\(|@import|@font-face", CSS)
