"""Every pair of colours that text is set in reads at 4.5 : 1 or better (WCAG 2.2, 1.4.3), by day and by night."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "demo_site/static/shop.css").read_text(encoding="utf-8")
SCHEMES = {
    "light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS.split("@media (prefers-color-scheme: dark)")[0])),
    "dark": dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS.split("@media (prefers-color-scheme: dark)")[1].split("}")[0])
    ),
}
TEXT = [("ink", "paper"), ("ink", "tint"), ("muted", "paper"), ("muted", "tint"), ("accent", "paper")]
TEXT += [("accent", "tint"), ("on-accent", "accent"), ("good", "paper"), ("good", "tint"), ("warning", "paper")]
OUTLINES = [("edge", "paper"), ("accent", "paper")]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), OUTLINES)
def test_the_edges_of_fields_and_the_focus_can_be_seen(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 3


def test_the_day_has_the_colours_of_the_house() -> None:
    light = SCHEMES["light"]
    assert (light["ink"], light["paper"], light["rule"]) == ("#1d1b19", "#fbf9f5", "#e5dfd5")
    assert (light["muted"], light["accent"]) == ("#6d665c", "#c0392b")
