"""A product that an event names is found where the page rules put it."""

import pytest

from floorwalker.core.catalogue import Catalogue
from floorwalker.core.events import Item, Page
from floorwalker.core.pages import PageMap
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import read


def rules(text: str) -> Ruleset:
    ruleset, problems = read({"rules.yaml": text.encode()})
    assert ruleset is not None, [str(problem) for problem in problems]
    return ruleset


SHOP = rules(
    """
site: {price_tiers: {low: up to 100, high: above 100}}
pages:
  - {path: "/{category}/{product}", type: product}
  - {path: "/p/{product}", type: product, tags: [single]}
  - {path: /clearance/**, price_tier: low}
topics: {wildlife: {pages: ["/lenses/600*"]}}
"""
)


def page_of(item: Item) -> Page:
    pages = PageMap(SHOP.pages, SHOP.topics, SHOP.site)
    return Catalogue(pages, SHOP.pages).page(item)


@pytest.mark.parametrize(
    ("item", "page"),
    [
        (
            Item("600mm", category="lenses", price=9000.0),
            Page("", "product", "lenses", "600mm", topics=("wildlife",), price=9000.0, price_tier="high"),
        ),
        (Item("x1", path="/lenses/600mm"), Page("", "product", "lenses", "x1", topics=("wildlife",))),
        (Item("x1", category="bags", path="/lenses/600mm"), Page("", "product", "bags", "x1", topics=("wildlife",))),
        (Item("50mm"), Page("", "product", product="50mm", tags=("single",))),
        (Item("a/b", "Odd", "lenses", price=5.0), Page("", "", "lenses", "a/b", price=5.0, price_tier="low")),
        (Item("", "Strap", brand="Acme"), Page(product="Strap", brand="Acme")),
        (Item("tent", path="/clearance/x", price=500.0),
         Page("", "product", "clearance", "tent", price=500.0, price_tier="low")),
    ],
)  # fmt: skip
def test_a_product_has_the_page_that_the_rules_know(item: Item, page: Page) -> None:
    assert page_of(item) == page
