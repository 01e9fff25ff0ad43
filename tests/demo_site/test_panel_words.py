"""The panel's words for what has happened, and for where somebody stands."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo_site.happened import Happened, amount, timeline, when
from demo_site.standing import read_standing

NOW = 1_795_518_000.0  # 2026-11-24 12:00 in Berlin
ZONE = ZoneInfo("Europe/Berlin")


def told(event: str, **properties: Any) -> Happened:
    (line,) = timeline([{"at": "2026-11-24T10:30:00Z", "event": event, "properties": properties}], now=NOW, zone=ZONE)
    return line


@pytest.mark.parametrize(
    ("line", "what", "money"),
    [
        (told("Page Viewed", path="/lenses"), "looked at /lenses", ""),
        (told("Product Added", name="Stork", price=89, currency="EUR"), "put Stork into the cart", "€89"),
        (told("Product Removed", product_id="stork"), "took stork out of the cart", ""),
        (told("Order Completed", revenue=1149.5, currency="EUR"), "ordered", "€1,149.50"),
        (told("Order Completed", total=20, currency="CHF"), "ordered", "20 CHF"),
        (told("Order Refunded", total=89), "sent something back", "−€89"),
        (told("Email Opened", email_subject="Geese"), "opened “Geese”", ""),
        (told("Email Delivered"), "was sent “a letter”", ""),
        (told("Slot Clicked", block="spring-10", slot="ribbon"), "clicked spring-10 (ribbon)", ""),
        (told("Segment Entered", segment="left-a-cart"), "came into the segment left-a-cart", ""),
        (told("Gift Wrapped"), "gift Wrapped", ""),
        (told("Order Completed", revenue="much"), "ordered", ""),
    ],
)
def test_what_happened_is_told_in_words_with_its_money(line: Happened, what: str, money: str) -> None:
    assert (line.when, line.what, line.money) == ("11:30:00", what, money)


def test_what_another_line_says_is_not_told_twice() -> None:
    event = {"at": "2026-11-24T10:30:00Z", "event": "Product Viewed", "properties": {}}
    assert timeline([event], now=NOW, zone=ZONE) == []


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-24T10:59:59Z", "11:59:59"),
        ("2026-11-23T22:00:00Z", "23 Nov 23:00"),
        ("2025-11-23T22:00:00Z", "23 Nov 2025"),
    ],
)
def test_a_time_is_told_as_shortly_as_it_may(at: str, words: str) -> None:
    assert when(at, now=NOW, zone=ZONE) == words


@pytest.mark.parametrize(("value", "words"), [(0, "€0"), (1149, "€1,149"), (0.5, "€0.50")])
def test_cents_are_told_where_there_are_any(value: float, words: str) -> None:
    assert amount(value, "EUR") == words


def funnel(**more: Any) -> Any:
    steps = ["viewed: /cart", "viewed: /checkout", "did: Order Completed"]
    one = {"steps": steps, "reached": 0, "at": None, "stuck_at": None, "through": False, **more}
    (view,) = read_standing({"funnels": {"purchase": one}}, now=NOW, zone=ZONE).funnels
    return [(step.title, step.reached, step.stuck) for step in view.steps], view.says


@pytest.mark.parametrize(
    ("view", "reached", "stuck", "says"),
    [
        (funnel(), 0, [], "Not begun."),
        (funnel(reached=2, at="2026-11-24T10:20:00Z"), 2, ["/checkout"], "As far as /checkout, 40 minutes ago."),
        (funnel(reached=1, at=None), 1, ["/cart"], "As far as /cart."),
        (funnel(reached=3, at="2026-11-20T10:20:00Z", through=True), 3, [], "All the way through."),
    ],
)
def test_a_funnel_says_how_far_and_where_they_are(view: Any, reached: int, stuck: list[str], says: str) -> None:
    steps, told_so = view
    assert [title for title, is_reached, _ in steps if is_reached] == [title for title, *_ in steps][:reached]
    assert [title for title, _, is_stuck in steps if is_stuck] == stuck
    assert told_so == says


def test_what_stands_out_leads_and_the_rest_is_told_in_its_order() -> None:
    portrait = {"interests": {"wildlife": 0.744, "tripods": 0.24}, "dominant_interest": "wildlife"}
    standing = read_standing(portrait, now=NOW, zone=ZONE)
    assert [(one.topic, one.share) for one in standing.interests] == [("wildlife", 74), ("tripods", 24)]
    assert standing.leading == "wildlife"


def test_of_nobody_nothing_is_told() -> None:
    standing = read_standing({}, now=NOW, zone=ZONE)
    assert (standing.person, standing.lifecycle, standing.leading, standing.cart_says) == ("", "", "", "")
    assert [*standing.interests, *standing.funnels, *standing.cart, *standing.orders, *standing.notes] == []
