"""Phrases: what a portrait tells, as people say it."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from floorwalker.core import phrases
from floorwalker.core.portrait import iso

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_000_000.0  # Wednesday 18 November 2026, 12:06 in Berlin
DAY = 86_400.0

CALLED = [
    ({"name": "Ada", "email": "a@b.de"}, "u1", "Ada"),
    ({"first_name": "Ada", "last_name": "Lovelace", "name": ""}, "u1", "Ada Lovelace"),
    ({"firstName": "Ada", "lastName": "Lovelace"}, None, "Ada Lovelace"),
    ({"name": "Ada Lind", "first_name": "Ada", "email": "ada@example.org"}, "u1", "Ada Lind"),
    ({"first_name": "Ada", "last_name": "Lind", "email": "ada@example.org"}, "u1", "Ada Lind"),
    ({"firstName": "Ada", "email": "ada@example.org"}, "u1", "Ada"),
    ({"username": "ada", "email": "a@b.de"}, None, "ada"),
    ({"email": "a@b.de"}, "u1", "a@b.de"),
    ({"city": "Berlin"}, "u1", "u1"),
    ({}, None, ""),
]


@pytest.mark.parametrize(("traits", "user", "name"), CALLED)
def test_somebody_is_called_by_what_names_them(traits: dict[str, str], user: str | None, name: str) -> None:
    assert phrases.called({"traits": traits, "user": user}) == name


AGO = [
    (0, "just now"),
    (59, "just now"),
    (60, "1 minute ago"),
    (3599, "59 minutes ago"),
    (3600, "today"),
    (12 * 3600, "today"),
    (13 * 3600, "yesterday"),
    (2 * DAY, "2 days ago"),
    (13 * DAY, "1 week ago"),
    (31 * DAY, "1 month ago"),
    (200 * DAY, "6 months ago"),
    (800 * DAY, "2 years ago"),
    (-100, "just now"),
]


@pytest.mark.parametrize(("seconds", "told"), AGO)
def test_how_long_ago_something_was(seconds: float, told: str) -> None:
    assert phrases.ago(iso(NOW - seconds), at=NOW, zone=BERLIN) == told


def test_times_are_those_of_the_shops_clock() -> None:
    assert phrases.moment(iso(NOW), BERLIN) == "Wed 18 Nov 2026, 12:06"
    assert phrases.day(iso(NOW), ZoneInfo("Pacific/Auckland")) == "19 Nov 2026"
    assert phrases.moment(None, BERLIN) == phrases.ago(None, at=NOW, zone=BERLIN) == ""


HAPPENED: list[tuple[str, dict[str, Any], str]] = [
    ("Page Viewed", {"path": "/lenses/x", "product": "x"}, "/lenses/x"),
    ("Page Viewed", {"path": "/search", "search": "tripod"}, "tripod"),
    ("Product Added", {"name": "Bag", "product_id": "x"}, "Bag"),
    ("Order Completed", {"order_id": "A", "revenue": 1234.5}, "A, 1,234.50"),
    ("Order Completed", {"revenue": 5}, "5.00"),
    ("Products Searched", {"query": "x" * 80}, "x" * 59 + "…"),
    ("Anything", {"colour": "red"}, ""),
]


@pytest.mark.parametrize(("event", "properties", "told"), HAPPENED)
def test_what_an_event_was_about(event: str, properties: dict[str, Any], told: str) -> None:
    assert phrases.happened({"event": event, "properties": properties}) == told


def test_money_hours_and_arrivals_are_told_in_words() -> None:
    assert phrases.money(1234.5, "EUR") == "1,234.50 EUR"
    assert phrases.hours([20, 23]) == "20 to 21 h, 23 to 0 h"
    touch = {"channel": "Email", "source": "newsletter", "campaign": "autumn", "keywords": None}
    assert phrases.came_by(touch) == "Email, newsletter: campaign autumn"
    assert phrases.came_by({**touch, "campaign": None, "source": "Email"}) == "Email"
    assert phrases.came_by(None) == ""
    assert phrases.standing_words("at-risk") == "may not come again"
    assert phrases.standing_words(None) == ""
