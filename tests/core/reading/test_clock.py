from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.reading import read_signals
from floorwalker.core.reading.clock import DAYPARTS, daypart_of, is_zone, local_time

SATURDAY = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)


def read(cookie: str = "", **options):
    return read_signals(url="/", headers={"Cookie": cookie} if cookie else {}, now=SATURDAY, **options)


def test_the_visitors_clock_comes_from_the_zone_cookie():
    signals = read("a=b; fw_tz=America%2FNew_York")
    assert (signals.timezone, signals.local_time.iso) == ("America/New_York", "2026-11-28T13:30:00-05:00")
    assert (signals.local_time.date, signals.local_time.weekday, signals.local_time.minute) == ("2026-11-28", 5, 810)
    assert signals.local_time.daypart == "midday"


def test_without_the_visitors_zone_the_sites_clock_is_read():
    signals = read(site_timezone="Europe/Berlin")
    assert (signals.timezone, signals.local_time.iso) == (None, "2026-11-28T19:30:00+01:00")


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "Europe/Nowhere", "/etc/localtime", "\x00", "", "A" * 5000, "EUROPE/BERLIN/", "."]
)
def test_a_cookie_that_names_no_zone_is_left_aside(zone):
    assert read(f"fw_tz={zone}").timezone is None


@pytest.mark.parametrize(
    ("hour", "name"),
    [
        (0, "night"),
        (4, "night"),
        (5, "morning"),
        (10, "morning"),
        (11, "midday"),
        (14, "afternoon"),
        (18, "evening"),
        (21, "evening"),
        (22, "night"),
    ],
)
def test_dayparts_begin_at_their_hours(hour, name):
    assert daypart_of(hour) == name


def test_dayparts_are_published_in_order():
    assert [start for start, _ in DAYPARTS] == sorted(start for start, _ in DAYPARTS)


@given(st.floats(), st.sampled_from(["UTC", "Asia/Kathmandu", "Nowhere"]))
def test_any_moment_has_a_wall_clock_or_none(at, zone):
    moment = local_time(at, zone)
    assert moment is None or (0 <= moment.minute < 1440 and 0 <= moment.weekday < 7)


@given(st.text(max_size=80))
def test_asking_for_any_zone_is_safe(name):
    assert is_zone(name) in (True, False)
