"""The blocks that editors wrote say nothing that the shop does not keep."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from demo_site.cart import COUPONS
from demo_site.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = sorted((ROOT / "templates").rglob("*.html"))
RULES = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.yaml")))

CARD = re.compile(
    r'kicker">([^<]+)</p>\s*<h3><a href="([^"]+)">([^<]+)</a></h3>\s*'
    r'<p class="small muted">([^<]+)</p>\s*<p class="price"'
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_what_a_block_links_to_and_shows_is_there(customer: httpx.Client, block: Path) -> None:
    text = unescape(block.read_text(encoding="utf-8"))
    addresses = re.findall(r'(?:href|src)="(/(?!_floorwalker/)[^"{]*)"', text)
    for address in addresses:
        assert customer.get(address).status_code == 200, address


@pytest.mark.parametrize("block", BLOCKS, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_block_names_a_price_as_the_shelf_does(catalogue: Catalogue, block: Path) -> None:
    text = block.read_text(encoding="utf-8")
    for path, price in re.findall(r'<h3><a href="([^"]+)">.*?<strong>€([\d,]+)</strong>', text, re.DOTALL):
        assert catalogue.products[path.rsplit("/", 1)[1]].price == int(price.replace(",", "")), path


@pytest.mark.parametrize("block", BLOCKS, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_card_says_of_a_product_what_the_shelf_says(catalogue: Catalogue, block: Path) -> None:
    text = unescape(block.read_text(encoding="utf-8"))
    for brand, path, name, line in CARD.findall(text):
        product = catalogue.products[path.rsplit("/", 1)[1]]
        assert (product.brand, product.path, product.name, product.line) == (brand, path, name, line)


def test_the_cheapest_tripod_costs_what_the_banner_says(catalogue: Catalogue) -> None:
    tripods = [product.price for product in catalogue.products.values() if product.art["kind"] == "tripod"]
    assert f"From €{min(tripods)}" in (ROOT / "templates/hero/cheap-tripod.html").read_text(encoding="utf-8")


def test_every_code_in_the_rules_is_taken_in_the_cart() -> None:
    assert set(re.findall(r"code: (\w+)", RULES)) == set(COUPONS)


def test_every_template_that_the_rules_name_is_there_and_every_template_is_named() -> None:
    named = set(re.findall(r"[\w-]+/[\w-]+\.html", RULES))
    assert named == {path.relative_to(ROOT / "templates").as_posix() for path in BLOCKS}
