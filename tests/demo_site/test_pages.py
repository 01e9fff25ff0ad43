import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from demo_site.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[2]
STATIC_PAGES = ["/", "/learn", "/search", "/cart", "/account", "/newsletter", "/newsletter/welcome"]
STATIC_PAGES += ["/workshops", "/delivery", "/about", "/returns"]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Outline(HTMLParser):
    """What a test asks of a page: links, ids, headings, and whether every element is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given["href"] or ""] if "href" in given else []
        self.sources += [given["src"] or ""] if "src" in given else []
        self.ids += [given["id"] or ""] if "id" in given else []
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"inline code in <{tag}>")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def addresses(catalogue: Catalogue) -> list[str]:
    shelves = [f"/lenses/{part.slug}" for part in catalogue.departments["lenses"].parts]
    departments = [department.path for department in catalogue.departments.values()]
    products = [product.path for product in catalogue.products.values()]
    return [*STATIC_PAGES, *shelves, *departments, *products, *(guide.path for guide in catalogue.guides.values())]


def test_every_page_is_whole_and_every_link_leads_somewhere(customer: httpx.Client, catalogue: Catalogue) -> None:
    known: dict[str, int] = {}
    for address in addresses(catalogue):
        response = customer.get(address)
        assert response.status_code == 200, address
        outline = Outline(response.text)
        assert not outline.wrong, (address, outline.wrong)
        assert not outline.open, (address, outline.open)
        assert len(outline.ids) == len(set(outline.ids)), address
        for link in outline.links + outline.sources:
            path = link.split("#")[0]
            if path.startswith("/") and path not in known:
                known[path] = customer.get(path).status_code
                assert known[path] == 200, (address, link)


def test_every_page_has_one_first_heading_and_skips_no_level(customer: httpx.Client, catalogue: Catalogue) -> None:
    for address in addresses(catalogue):
        headings = Outline(customer.get(address).text).headings
        assert headings.count(1) == 1, address
        steps = pairwise(headings)
        assert all(after <= before + 1 for before, after in steps), (address, headings)


def test_no_page_asks_anybody_else_for_anything(customer: httpx.Client, catalogue: Catalogue) -> None:
    for address in addresses(catalogue):
        outline = Outline(customer.get(address).text)
        assert all(link.startswith(("/", "#", "tel:")) for link in outline.links + outline.sources), address


def test_the_stylesheet_names_no_other_host(customer: httpx.Client) -> None:
    css = (ROOT / "demo_site/static/shop.css").read_text(encoding="utf-8")
    assert "http" not in css
    assert "@import" not in css


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/lenses/nothing", "/lenses/super-tele/nothing", "/learn/nothing", "/art/nothing.svg", "/a/b/c/d"],
)
def test_an_address_that_is_not_there_says_so_in_the_shops_own_words(customer: httpx.Client, path: str) -> None:
    response = customer.get(path)
    assert response.status_code == 404
    assert "There is no such shelf" in response.text


def test_a_product_has_one_address(customer: httpx.Client) -> None:
    response = customer.get("/lenses/600mm-f4", follow_redirects=False)
    assert response.status_code == 301
    assert response.headers["location"] == "/lenses/super-tele/600mm-f4"


def test_what_was_searched_for_never_becomes_markup(customer: httpx.Client) -> None:
    text = customer.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text


@pytest.mark.parametrize("slot", ["hero", "ribbon", "recommended", "help"])
def test_the_home_page_has_its_slots(customer: httpx.Client, slot: str) -> None:
    text = customer.get("/").text
    assert f"<!--slot:{slot}-->" in text
    assert f"<!--/slot:{slot}-->" in text


def test_a_drawing_stands_on_its_own_as_a_picture(customer: httpx.Client) -> None:
    response = customer.get("/art/600mm-f4.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.text.startswith("<svg ")
    assert 'xmlns="http://www.w3.org/2000/svg"' in response.text


def test_no_search_makes_the_shop_fail(customer: httpx.Client, shared_data: Path) -> None:
    for text in json.loads((shared_data / "naughty_strings.json").read_text(encoding="utf-8")):
        response = customer.get("/search", params={"q": text})
        assert response.status_code == 200, text
        assert not Outline(response.text).wrong, text
