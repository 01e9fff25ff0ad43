import pytest

from demo_site import prose
from demo_site.art.drawings import SCENES
from demo_site.catalogue import Catalogue


def test_the_shop_has_enough_to_look_at(catalogue: Catalogue) -> None:
    assert len(catalogue.products) >= 40
    assert len(catalogue.guides) >= 8
    assert all(len(catalogue.shelf(slug)) >= 4 for slug in catalogue.departments)


def test_every_product_has_its_own_drawing(catalogue: Catalogue) -> None:
    drawings = {product.drawing for product in catalogue.products.values() if product.art["kind"] in ("lens", "camera")}
    assert len(drawings) == sum(product.art["kind"] in ("lens", "camera") for product in catalogue.products.values())


def test_every_guide_mentions_products_that_are_sold_and_a_scene_that_is_drawn(catalogue: Catalogue) -> None:
    for guide in catalogue.guides.values():
        assert all(slug in catalogue.products for slug in guide.products), guide.slug
        assert guide.scene in SCENES
        assert len(guide.body.striptags().split()) > 180, guide.slug


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cheap tripod", "stork-light"),
        ("TRIPODS", "stork-light"),
        ("600mm", "600mm-f4"),
        ("600 mm", "600mm-f4"),
        ("planum", "50mm-f1-4"),
        ("rucksack", "commuter-9"),
    ],
)
def test_a_search_finds_what_was_meant(catalogue: Catalogue, query: str, first: str) -> None:
    found = [product.slug for product in catalogue.search(query)]
    assert first in found


@pytest.mark.parametrize("query", ["", "   ", "zzz", "\x00", "'); --", "%%%", "f/"])
def test_a_search_for_nothing_finds_nothing(catalogue: Catalogue, query: str) -> None:
    assert catalogue.search(query) == []


def test_prose_knows_headings_lists_bold_and_links() -> None:
    html = prose.to_html("## One\n\nTwo **three** [four](/five)\n\n- six\n- seven\n\n3. eight")
    assert html == (
        '<h2>One</h2>\n<p>Two <strong>three</strong> <a href="/five">four</a></p>\n'
        '<ul><li>six</li><li>seven</li></ul>\n<ol start="3"><li>eight</li></ol>'
    )


def test_prose_escapes_whatever_else_looks_like_markup() -> None:
    assert "<script" not in prose.to_html("<script>alert(1)</script> [x](javascript:alert(1)) **<b>**")
