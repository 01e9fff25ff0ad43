"""Local time: the visitor's wall clock where their zone is known, else the site's."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from math import floor
from zoneinfo import ZoneInfo, available_timezones

from floorwalker.core.signals import LocalTime

DAYPARTS: Sequence[tuple[int, str]] = (
    (5, "morning"),
    (11, "midday"),
    (14, "afternoon"),
    (18, "evening"),
    (22, "night"),
)
"""The hour at which each daypart begins; night lasts until the morning."""


def daypart_of(hour: int) -> str:
    """The daypart that an hour of the day (0 to 23) belongs to."""
    name = DAYPARTS[-1][1]
    for start, following in DAYPARTS:
        if hour < start:
            break
        name = following
    return name


def local_time(at: float, zone: str) -> LocalTime | None:
    """The wall clock of a zone at a moment (seconds since 1970); None where the moment is out of the calendar.

    An unknown zone is read as UTC; ask `is_zone` first.
    """
    try:
        return _at_second(floor(at), zone)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(256)
def _at_second(at: int, zone: str) -> LocalTime:
    moment = datetime.fromtimestamp(at, ZoneInfo(zone) if is_zone(zone) else UTC)
    iso = moment.isoformat(timespec="seconds")
    return LocalTime(iso, iso[:10], moment.weekday(), moment.hour * 60 + moment.minute, _DAYPART[moment.hour])


def is_zone(name: str) -> bool:
    """Whether a text is the name of a time zone. Looked up in a fixed set, so a hostile name never reaches the disk."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}


_DAYPART = tuple(daypart_of(hour) for hour in range(24))
