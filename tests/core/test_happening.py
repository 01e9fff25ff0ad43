"""What senders tell becomes events: in the spec's words of today, bounded, and never an error."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from floorwalker.core.events import Event, Item, Page
from floorwalker.core.happening import (
    LARGEST_AMOUNT,
    MOST_ITEMS,
    MOST_TOLD,
    MOST_TRAITS,
    RESERVED,
    event_of,
    identified_of,
    is_reserved,
    page_of,
    revenue_of,
    today_of,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)
SPOKEN = st.sampled_from(
    ("products", "price", "quantity", "revenue", "total", "order_id", "orderId", "currency", "campaign", "url", "path",
     "search", "tags", "product_id", "name", "email_id", "value")
)  # fmt: skip
PROPERTIES = JSON | st.dictionaries(SPOKEN, JSON, max_size=8)
NAMES = st.text(max_size=30) | st.sampled_from(("Order Completed", "Product Added", "Cart Viewed", "Order Refunded"))


def told(name: str, **properties: Any) -> Event:
    return event_of(name, properties, at=5.0)


@pytest.mark.parametrize(
    ("said", "today"),
    [
        ("Order Completed", "Order Completed"),
        ("Completed Order", "Order Completed"),
        ("order completed", "Order Completed"),
        ("order_completed", "Order Completed"),
        ("orderCompleted", "Order Completed"),
        ("  ORDER-COMPLETED ", "Order Completed"),
        ("Viewed Product", "Product Viewed"),
        ("Added Product", "Product Added"),
        ("Removed Product", "Product Removed"),
        ("Viewed Product Category", "Product List Viewed"),
        ("Viewed Promotion", "Promotion Viewed"),
        ("Clicked Promotion", "Promotion Clicked"),
        ("Searched Products", "Products Searched"),
        ("Viewed Cart", "Cart Viewed"),
        ("Started Order", "Checkout Started"),
        ("Updated Order", "Order Updated"),
        ("Order Canceled", "Order Cancelled"),
        ("Viewed Checkout Step", "Checkout Step Viewed"),
        ("newsletter opened", "newsletter opened"),
        ("Note taken", "Note taken"),
        ("identified", "identified"),
        ("", ""),
    ],
)
def test_an_event_has_the_name_of_today(said: str, today: str) -> None:
    assert today_of(said) == today


@given(st.text(max_size=200))
@example("x" * 59 + " y")
def test_a_name_of_today_is_its_own_and_no_spelling_leads_to_a_reserved_one(name: str) -> None:
    today = today_of(name)
    assert today_of(today) == today
    assert len(today.encode()) <= 60
    assert today not in RESERVED or today in (name.strip(), "Slot Shown")


@pytest.mark.parametrize("name", ["Page Viewed", "page viewed", " NOTE  TAKEN", "Idéntified", "slot_shown", "EXPOSED"])
def test_what_rules_would_read_as_a_reserved_name_is_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["Note", "Noted", "Page Left", "Slot Clicked", "", "Identified by staff"])
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name)


@pytest.mark.parametrize("name", ["user_id", "user_id\ud800", "\udfffuser_id"])
def test_no_trait_says_who_somebody_is(name: str) -> None:
    assert identified_of("", {name: "somebody-else"}, at=1).properties == {}


def test_an_order_is_read_whole() -> None:
    event = told(
        "Completed Order",
        orderId="50314b8e",
        total="27.50",
        shipping=3,
        tax=2.0,
        currency="usd",
        affiliation="Google Store",
        products=[
            {"product_id": 7, "sku": "45790-32", "name": "Monopoly", "price": "19", "category": "Games"},
            {
                "id": "505b",
                "name": "Uno",
                "price": 3,
                "quantity": "2",
                "brand": "Mattel",
                "variant": "red",
                "url": "/u?a",
            },
            {"sku": "G-3", "url": "https://shop.example/games/g-3"},
            {"price": 4},
            {"product_id": "none", "quantity": 0},
            "no product",
        ],
    )
    assert event.name == "Order Completed"
    assert dict(event.properties) == {
        "order_id": "50314b8e",
        "revenue": 22.5,
        "total": 27.5,
        "currency": "USD",
        "shipping": 3,
        "tax": 2.0,
        "affiliation": "Google Store",
    }
    assert event.items == (
        Item("7", "Monopoly", "Games", price=19.0),
        Item("505b", "Uno", "", "Mattel", 3.0, 2, "red", "/u"),
        Item("G-3", path="/games/g-3"),
    )


@pytest.mark.parametrize(
    ("properties", "revenue"),
    [
        ({"revenue": 25, "total": 30}, 25),
        ({"revenue": "25.5"}, 25.5),
        ({"revenue": "EUR 25", "total": 30, "shipping": 3, "tax": 2}, 25),
        ({"revenue": -5, "total": 30}, 30),
        ({"revenue": True, "value": 8}, 8),
        ({"revenue": nan, "total": inf, "value": 8}, 8),
        ({"revenue": 10 * LARGEST_AMOUNT, "value": 8}, 8),
        ({"total": 3, "shipping": 5}, 0),
        ({"total": 3, "shipping": -5}, 3),
        ({"products": [{"name": "a", "price": 2.5, "quantity": 2}, {"name": "b"}]}, 5),
        ({"products": [{"name": "b"}]}, None),
        ({}, None),
    ],
)
def test_revenue_is_what_tells_most_of_it(properties: dict[str, Any], revenue: float | None) -> None:
    event = event_of("Order Completed", properties, at=1.0)
    assert revenue_of(event.properties, event.items) == revenue
    said = event.properties.get("revenue")
    assert said == revenue or (said is not None and float(said) < 0)


@pytest.mark.parametrize(
    ("properties", "kept"),
    [
        ({"plan": "Pro", "accountType": "Facebook", "seats": 5, "trial": True}, None),
        ({"value": "blue", "price": "dear", "total": None}, {"value": "blue", "price": "dear"}),
        ({"nested": {"a": 1}, "list": [1], "null": None, "nan": nan, "huge": 1 << 60}, {}),
        ({"campaign": {"id": 9, "name": "Flow", "medium": "Push"}}, {"campaign_id": 9, "campaign_name": "Flow"}),
        ([1, 2], {}),
        ("text", {}),
        (None, {}),
    ],
)  # fmt: skip
def test_another_event_keeps_its_scalars_as_they_are(properties: Any, kept: dict[str, Any] | None) -> None:
    event = event_of("User Registered", properties, at=1.0)
    assert dict(event.properties) == (properties if kept is None else kept)
    assert event.items == ()


def test_what_the_spec_spells_in_snake_case_goes_before_other_spellings() -> None:
    assert dict(told("Order Updated", orderId="a", order_id="b").properties) == {"order_id": "b"}


def test_what_matters_comes_first() -> None:
    event = told("Order Completed", **{f"x{number}": number for number in range(40)}, order_id="1", revenue=3)
    assert list(event.properties)[:2] == ["order_id", "revenue"]
    assert len(event.properties) == MOST_TOLD


@given(NAMES, PROPERTIES)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_is_an_event_within_its_bounds(name: str, properties: Any) -> None:
    event = event_of(name, properties, at=1.0, id=name * 9)
    assert len(event.properties) <= MOST_TOLD
    assert len(event.items) <= MOST_ITEMS
    assert len(msgpack.encode(event)) < 30_000
    assert all(item.quantity >= 1 and (item.price is None or item.price >= 0) for item in event.items)
    msgpack.encode(page_of(properties))
    assert len(identified_of("u", properties, at=1.0).properties) <= MOST_TRAITS + 1


def test_a_thousand_products_are_read_as_the_first_two_hundred() -> None:
    products = [{"product_id": str(number), "price": 1} for number in range(1000)]
    assert len(told("Order Completed", products=products).items) == MOST_ITEMS


@pytest.mark.parametrize(
    ("properties", "page"),
    [
        ({"url": "https://shop.example/lenses/50mm?x=1#y", "title": "50 mm"}, Page(path="/lenses/50mm")),
        ({"path": "/a", "url": "https://shop.example/b", "search": "?q=1", "referrer": "x"}, Page(path="/a")),
        ({"search": "blue roses", "category": "Flowers", "tags": ["new", 5, " new ", "red"]},
         Page(category="Flowers", tags=("new", "red"), search="blue roses")),
        ({"product_id": 12, "price": "9.5", "brand": "Acme", "type": "product"},
         Page(type="product", product="12", brand="Acme", price=9.5)),
        ({"url": "http://[broken", "path": 5, "category": ["x"], "price": "dear"}, Page()),
    ],
)  # fmt: skip
def test_a_page_is_read_as_far_as_we_know_such_things(properties: dict[str, Any], page: Page) -> None:
    assert page_of(properties) == page


def test_traits_are_flattened_and_null_takes_one_away() -> None:
    traits = {
        "email": "anna@shop.example",
        "age": 41,
        "newsletter": True,
        "since": date(2020, 5, 1),
        "seen": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "address": {"city": "Berlin", "geo": {"lat": 52.5}, "deep": {"a": {"b": {"c": 1}}}},
        "tags": ["a", 2, True, {}],
        "gone": None,
        "empty": [],
        "odd": [{}],
        "user_id": "other",
        "nan": nan,
    }
    assert dict(identified_of("u1", traits, at=1.0).properties) == {
        "email": "anna@shop.example",
        "age": 41,
        "newsletter": True,
        "since": "2020-05-01",
        "seen": "2026-01-02T03:04:00+00:00",
        "address.city": "Berlin",
        "address.geo.lat": 52.5,
        "tags": "a, 2, true",
        "gone": "",
        "empty": "",
        "user_id": "u1",
    }
    assert dict(identified_of("", {"age": 4}, at=1.0).properties) == {"age": 4}


def test_every_example_of_the_spec_is_understood(shared_data: Path) -> None:
    examples = json.loads((shared_data / "segment_spec_examples.json").read_bytes())
    calls = [(call["event"], call["properties"]) for call in examples["track_calls"]]
    messages = [one["example"] for one in examples["messages"] if "event" in one["example"]]
    calls += [(message["event"], message.get("properties", {})) for message in messages]
    assert len(calls) > 90
    for name, properties in calls:
        event = event_of(name, properties, at=1.0)
        products = properties.get("products", [])
        if products or name.removeprefix("Wishlist ").startswith(("Product A", "Product R", "Added", "Removed")):
            assert len(event.items) == (len(products) or 1), name
        for key, value in properties.items():
            if isinstance(value, str | int | float) and not key.endswith("Id"):
                assert event.properties[key] == (str(value).upper() if key == "currency" else value), (name, key)


def test_values_of_an_apps_own_models_mean_what_they_say() -> None:
    """Prices of a database are decimals, ids are UUIDs: none of them may be lost without a word."""
    id = UUID("12345678-1234-5678-1234-567812345678")
    lines = [{"product_id": id, "price": Decimal("19.95"), "quantity": 2}]
    told = {"order_id": id, "revenue": Decimal("39.90"), "shipped": date(2026, 11, 23), "products": lines}
    event = event_of("Order Completed", {**told, "odd": Decimal("NaN")}, at=1.0)
    assert event.properties == {"order_id": str(id), "revenue": 39.9, "shipped": "2026-11-23"}
    assert (event.items[0].product, event.items[0].price) == (str(id), 19.95)
    traits = identified_of("u", {"discount": Decimal("2.5"), "born": date(2000, 1, 2)}, at=1.0).properties
    assert (traits["discount"], traits["born"]) == (2.5, "2000-01-02")
