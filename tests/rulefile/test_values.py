"""What one text means where the field asks for a number, a share, a duration, a date."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Window
from floorwalker.core.ruleset import Cap
from floorwalker.rulefile import values
from floorwalker.rulefile.values import Misread

READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (values.number, "3", 3.0),
    (values.number, "-2.5", -2.5),
    (values.count, "0", 0.0),
    (values.share, "5 %", 0.05),
    (values.share, "100%", 1.0),
    (values.duration, "30 minutes", 1800.0),
    (values.duration, "1 hour", 3600.0),
    (values.duration, "1 month", 30 * 86400.0),
    (values.duration, "1 year", 365 * 86400.0),
    (values.duration, "1.5 Days", 129600.0),
    (values.window, "30 minutes", Window("seconds", 1800.0)),
    (values.window, "this visit", Window("visit")),
    (values.window, "today", Window("today")),
    (values.window, "This  Week", Window("week")),
    (values.window, "this month", Window("month")),
    (values.yes_no, "yes", True),
    (values.yes_no, "No", False),
    (values.cap, "3 per visit", Cap(3, "visit")),
    (values.cap, "1 per day", Cap(1, "day")),
    (values.cap, "2 per week", Cap(2, "week")),
    (values.cap, "5 ever", Cap(5, "ever")),
    (values.prices, "up to 100", Range(high=100.0)),
    (values.prices, "above 800", Range(low=800.0, low_open=True)),
    (values.prices, "100 to 800", Range(low=100.0, high=800.0)),
    (values.version, "17.4.1", (17, 4, 1)),
    (values.time_of_day, "7:05", 425),
    (values.time_of_day, "24:00", 1440),
    (values.path, "/x/**", "/x/**"),
    (values.network, "192.0.2.7/24", "192.0.2.0/24"),
    (values.network, "2001:db8::1", "2001:db8::1/128"),
    (values.language, "de-AT", "de-AT"),
]


@pytest.mark.parametrize(("reader", "text", "value"), READ, ids=[f"{r.__name__}({t})" for r, t, _ in READ])
def test_the_field_says_what_a_text_means(reader: Callable[[str], Any], text: str, value: Any) -> None:
    assert reader(text) == value


MISREAD: list[tuple[Callable[[str], Any], str, str]] = [
    (values.number, "1,000", "write 1000"),
    (values.number, "1'000.50", "write 1000.50"),
    (values.number, "49,90", "write 49.90"),
    (values.number, "€ 50", "write 50"),
    (values.number, "٣", "write a number"),
    (values.number, "1e400", "write a number"),
    (values.number, "nan", "write a number"),
    (values.count, "2.5", "whole number"),
    (values.share, "0.25", "write 25 %"),
    (values.share, "40", "write 40 %"),
    (values.share, "101 %", "100 %"),
    (values.duration, "30", "30 minutes"),
    (values.duration, "3 dayz", "did you mean day"),
    (values.duration, "-3 days", "positive"),
    (values.window, "this session", "this visit"),
    (values.window, "0 days", "longer"),
    (values.window, "yesterday", "today"),
    (values.cap, "3 per month", "per week"),
    (values.cap, "0 ever", "at least 1"),
    (values.prices, "800 to 100", "100 to 800"),
    (values.prices, "under 100", "up to 100"),
    (values.time_of_day, "22", "22:00"),
    (values.time_of_day, "25:00", "24:00"),
    (values.time_of_day, "12:60", "24:00"),
    (values.path, "sale", "/sale"),
    (values.path, "/{category}", "write *"),
    (values.pattern, "a{5000}", "mend"),
    (values.pattern, "x" * 1001, "1000 characters"),
    (values.network, "shop.example", "192.0.2"),
]


@pytest.mark.parametrize(("reader", "text", "hint"), MISREAD, ids=[f"{r.__name__}({t[:20]})" for r, t, _ in MISREAD])
def test_what_cannot_be_read_comes_with_what_to_write(reader: Callable[[str], Any], text: str, hint: str) -> None:
    with pytest.raises(Misread) as caught:
        reader(text)
    assert hint in caught.value.hint


def test_a_day_begins_and_ends_in_the_sites_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = values.moment("2027-03-28", berlin), values.moment("2027-03-28", berlin, end=True)
    assert datetime.fromtimestamp(start, UTC).isoformat() == "2027-03-27T23:00:00+00:00"
    assert end - start == 23 * 3600, "the clocks go forward on that day"


def test_until_a_time_stops_at_it() -> None:
    at = values.moment("2026-11-28 19:30", ZoneInfo("Europe/Berlin"), end=True)
    assert datetime.fromtimestamp(at, UTC).isoformat() == "2026-11-28T18:30:00+00:00"
