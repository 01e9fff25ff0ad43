"""The site's calendar: days, weeks and months as the site's zone has them."""

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from floorwalker.core.ruleset import Site

_EPOCH = date(1970, 1, 1).toordinal()


class Calendar:
    """Days are numbered from 1970-01-01, months as year × 12 + month − 1, both in the site's zone."""

    def __init__(self, site: Site) -> None:
        self._zone = _zone(site.timezone)
        self._week_starts = site.week_starts

    def day(self, at: float) -> int:
        """The day that `at` falls on."""
        return datetime.fromtimestamp(at, self._zone).toordinal() - _EPOCH

    def day_begins(self, day: int) -> int:
        """The day's first second, since 1970."""
        return _midnight(self._zone, day)

    def month(self, day: int) -> int:
        """The month that a day lies in."""
        return _month(day)

    def month_begins(self, month: int) -> int:
        """The number of the month's first day."""
        return date(month // 12, month % 12 + 1, 1).toordinal() - _EPOCH

    def week_begins(self, day: int) -> int:
        """The number of the first day of the week that a day lies in."""
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        return day - (weekday - self._week_starts) % 7


@lru_cache(64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@lru_cache(1024)
def _midnight(zone: tzinfo, day: int) -> int:
    midnight = date.fromordinal(day + _EPOCH)
    return int(datetime(midnight.year, midnight.month, midnight.day, tzinfo=zone).timestamp())


@lru_cache(1024)
def _month(day: int) -> int:
    of = date.fromordinal(day + _EPOCH)
    return of.year * 12 + of.month - 1
