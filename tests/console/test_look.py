"""How the console looks: the house's colours, nothing of anybody else's, and no script."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = ROOT / "middleware" / "floorwalker" / "console"
PAGES = sorted((CONSOLE / "pages").glob("*.html"))


def tokens(style: str) -> list[dict[str, str]]:
    """The colours and faces of a style, light and dark."""
    return [
        dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)[:2]
    ]


def test_its_colours_are_the_shops() -> None:
    own = tokens((CONSOLE / "static" / "console.css").read_text(encoding="utf-8"))
    shop = tokens((ROOT / "demo_site" / "static" / "shop.css").read_text(encoding="utf-8"))
    for mine, theirs in zip(own, shop, strict=True):
        assert mine
        assert {name: theirs[name] for name in mine} == mine


def test_nothing_is_fetched_from_anywhere() -> None:
    style = (CONSOLE / "static" / "console.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_no_page_has_a_script_a_style_of_its_own_or_unescaped_text(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<script|\son\w+=|\sstyle=|\|\s*safe|autoescape|https?://", text)
