"""The site's calendar, in zones whose days have 23, 24 or 25 hours, no midnight, or two."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.matchers import AnyOf, Range, TimeOfDay
from floorwalker.core.conditions.model import Behaviour, Field, Window
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.core.evaluation.evaluate import holds
from floorwalker.core.events import PAGE_VIEWED, Event, Page
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms
from floorwalker.core.ruleset import Ruleset, Site
from tests.core.visitors import moment_of, signals_of

ZONES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),  # half an hour
    "America/Havana": ("2026-03-08", "2026-11-01"),  # no midnight, then two
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "Asia/Kathmandu": ("2026-05-01",),  # 5:45 and no change
    "Pacific/Apia": ("2011-12-30",),  # a day that never was
}
CHANGES = st.sampled_from([(zone, day) for zone, days in ZONES.items() for day in days])
MINUTES = st.one_of(st.integers(-3 * 1440, 3 * 1440), st.integers(-1000, 0))


def near(change: tuple[str, str], minutes: int) -> tuple[ZoneInfo, int]:
    """A zone, and a time so many minutes from noon, UTC, of the day on which its clocks change."""
    zone, day = change
    return ZoneInfo(zone), int(datetime.fromisoformat(f"{day}T12:00+00:00").timestamp()) + 60 * minutes


@given(CHANGES, MINUTES)
@settings(max_examples=150, deadline=None)
def test_a_time_lies_between_the_beginnings_of_its_day_and_the_next(change: tuple[str, str], minutes: int) -> None:
    zone, at = near(change, minutes)
    calendar = Calendar(Site(timezone=str(zone)))
    day = calendar.day(at)
    assert calendar.day_begins(day) <= at < calendar.day_begins(day + 1)
    date = datetime.fromtimestamp(at, zone).date()
    first = datetime.fromtimestamp(calendar.day_begins(day), zone)
    before = datetime.fromtimestamp(calendar.day_begins(day) - 1, zone)
    assert (first.date(), before.date() < date) == (date, True)


def same_week(one: datetime, other: datetime, starts: int) -> bool:
    begins = (moment.date() - timedelta(days=(moment.weekday() - starts) % 7) for moment in (one, other))
    return len({*begins}) == 1


@given(CHANGES, st.lists(MINUTES, min_size=1, max_size=8), st.integers(0, 6), st.integers(0, 4320))
@settings(max_examples=120, deadline=None)
def test_windows_are_days_weeks_and_months_on_the_wall(
    change: tuple[str, str], minutes: list[int], week_starts: int, later: int
) -> None:
    zone, _ = near(change, 0)
    times = [near(change, number)[1] for number in sorted(minutes)]
    site = Site(timezone=str(zone), week_starts=week_starts)
    profile = Profile(seed=1)
    for at in times:
        profile, _ = fold(profile, Event(PAGE_VIEWED, at, page=Page(path="/")), Terms(Calendar(site)))
    now = times[-1] + later * 60
    history, wall = History(profile, at=now, site=site), datetime.fromtimestamp(now, zone)
    walls = [datetime.fromtimestamp(at, zone) for at in times]
    assert history.views((), Window("today")).count == sum(one.date() == wall.date() for one in walls)
    assert history.views((), Window("week")).count == sum(same_week(one, wall, week_starts) for one in walls)
    months = [(one.year, one.month) == (wall.year, wall.month) for one in walls]
    assert history.views((), Window("month")).count == sum(months)
    for seconds in (3600, 86400, 7 * 86400):
        assert history.views((), Window("seconds", seconds)).count == sum(now - at <= seconds for at in times)


@given(CHANGES, MINUTES, st.integers(0, 95), st.integers(0, 95), st.frozensets(st.integers(0, 6), min_size=1))
@settings(max_examples=150, deadline=None)
def test_a_time_span_is_that_of_the_clock_on_the_wall(
    change: tuple[str, str], minutes: int, start: int, end: int, days: frozenset[int]
) -> None:
    zone, at = near(change, minutes)
    span = TimeOfDay(start * 15, end * 15 or 1440, days, "visitor")
    wall = datetime.fromtimestamp(at, zone).replace(tzinfo=None)
    expected = False
    for day in (wall.date() - timedelta(days=1), wall.date()):
        midnight = datetime(day.year, day.month, day.day)
        begins, ends = midnight + timedelta(minutes=span.start), midnight + timedelta(minutes=span.end)
        ends += timedelta(days=1) if span.end <= span.start else timedelta(0)
        expected = expected or (begins <= wall < ends and day.weekday() in days)
    asked = Asked("time", (Field("is", span),))
    moment = moment_of(Ruleset(site=Site(timezone="Asia/Tokyo")), None, signals_of(at, timezone=str(zone)), at=at)
    assert holds(asked, moment) is expected
    at_site = Asked("time", (Field("is", TimeOfDay(span.start, span.end, days, "site")),))
    site = moment_of(Ruleset(site=Site(timezone=str(zone))), None, signals_of(at, timezone="Asia/Tokyo"), at=at)
    assert holds(at_site, site) is expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana"])
def test_the_long_day_is_one_day(zone: str) -> None:
    change = (zone, ZONES[zone][-1])
    calendar = Calendar(Site(timezone=zone))
    day = calendar.day(near(change, 0)[1])
    assert calendar.day_begins(day + 1) - calendar.day_begins(day) == 25 * 3600


def test_a_share_is_of_the_same_window() -> None:
    """On the day of 23 hours, what was yesterday is in neither part."""
    at = int(datetime(2026, 3, 29, 20, tzinfo=UTC).timestamp())
    site = Site(timezone="Europe/Berlin")
    profile = Profile(seed=1)
    for ago, category in ((23 * 3600, "lenses"), (22 * 3600, "lenses"), (60, "lenses"), (0, "bags")):
        page = Page(path="/", category=category)
        profile, _ = fold(profile, Event(PAGE_VIEWED, at - ago, page=page), Terms(Calendar(site)))
    lenses = (Field("category", AnyOf(frozenset({"lenses"}))),)
    today = Behaviour("viewed", lenses, Window("today"), share=Range(0.5, 0.5))
    day = Behaviour("viewed", lenses, Window("seconds", 86400), share=Range(0.75, 0.75))
    moment = moment_of(Ruleset(site=site), profile, at=at)
    assert holds(today, moment) is True
    assert holds(day, moment) is True
