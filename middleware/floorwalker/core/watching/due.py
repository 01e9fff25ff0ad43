"""Due: when what somebody is in may next change by time alone. Rather too early than too late."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from math import floor, inf

from floorwalker.core.calendar import Calendar
from floorwalker.core.memory.asked.history import present
from floorwalker.core.memory.profile import Profile
from floorwalker.core.watching.lapses import Lapses, Turn, wall_moments
from floorwalker.core.watching.times import times_of

_DAY = 86400
_HORIZON = 1 << 31  # seconds: 68 years
_LONGEST_TURN = 33 * _DAY  # a month, and a day for clocks that are set


def next_due(
    lapses: Lapses, profile: Profile, at: float, *, calendar: Calendar, zone: tzinfo, lifecycle: Callable[[int], str]
) -> float:
    """The first second after `at` at which an answer may be another; 0 where none ever will by time alone.

    Until then every condition of these lapses answers as it does at `at`. lifecycle: the label at a time.
    """
    now = present(profile, at)
    found = [*_lapsing(lapses, profile, now, calendar), *_rates(lapses, profile, now), *_clock(lapses, at, zone)]
    if lapses.lifecycle:
        found += _relabelled(lifecycle, now)
    return float(min(found, default=0))


def _relabelled(label: Callable[[int], str], now: int) -> list[float]:
    """When the label is another. While nobody comes it only falls, so that no label comes back."""
    today, same, other = label(now), now, now + _HORIZON
    if label(other) == today:
        return []
    while other - same > 1:
        between = (same + other) // 2
        if label(between) == today:
            same = between
        else:
            other = between
    return [other]


def _lapsing(lapses: Lapses, profile: Profile, now: int, calendar: Calendar) -> Iterator[float]:
    for source in lapses.shifts.keys() | lapses.turns.keys():
        shifts, turns = lapses.shifts.get(source, set()), lapses.turns.get(source, set())
        longest = max([*shifts, *(_LONGEST_TURN + turn.shift + turn.days * _DAY for turn in turns)])
        times = times_of(profile, source, since=max(1, now - longest), calendar=calendar)
        yield from _shifted(times, shifts, now)
        for turn in turns:
            yield from _turned(times, turn, now, calendar)


def _shifted(times: list[int], shifts: Iterable[int], now: int) -> Iterator[float]:
    for shift in shifts:
        place = bisect_right(times, now - shift)
        if place < len(times):
            yield times[place] + shift


def _turned(times: list[int], turn: Turn, now: int, calendar: Calendar) -> Iterator[float]:
    """The earliest of the boundaries after these times that is still to come."""
    first = bisect_right(times, _begins(turn, now, calendar) - turn.shift)
    if first < len(times):
        boundary = _next_boundary(turn.kind, times[first] + turn.shift, calendar)
        yield calendar.day_begins(calendar.day(boundary) + turn.days) if turn.days else boundary


def _begins(turn: Turn, now: int, calendar: Calendar) -> int:
    """When the span began that now ends `turn.days` days later: what turned there has turned."""
    day = calendar.day(now) - turn.days
    return _period(turn.kind, day, calendar)[0]


def _next_boundary(kind: str, at: int, calendar: Calendar) -> int:
    """The first boundary that is not before `at`."""
    begins, ends = _period(kind, calendar.day(at), calendar)
    return begins if begins >= at else ends


def _period(kind: str, day: int, calendar: Calendar) -> tuple[int, int]:
    """When the day, week or month of a day begins, and the one after it."""
    match kind:
        case "today":
            first, following = day, day + 1
        case "week":
            first = calendar.week_begins(day)
            following = first + 7
        case _:
            month = calendar.month(day)
            first, following = calendar.month_begins(month), calendar.month_begins(month + 1)
    return calendar.day_begins(first), calendar.day_begins(following)


def _rates(lapses: Lapses, profile: Profile, now: int) -> Iterator[float]:
    """Visits per week fall with time; in the first week they stand."""
    week, first = 7 * _DAY, profile.first_seen
    for rate in lapses.rates:
        reached = floor(first + max(week * profile.visits / rate, week))
        yield from (at for at in (reached - 1, reached, reached + 1, reached + 2) if at > now)


def _clock(lapses: Lapses, at: float, zone: tzinfo) -> Iterator[float]:
    place = bisect_right(lapses.moments, at)
    yield from lapses.moments[place : place + 1]
    if lapses.minutes:
        today = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
        walls = [today + timedelta(days=day, minutes=minute) for day in (-1, 0, 1) for minute in lapses.minutes]
        yield min([one for wall in walls for one in wall_moments(wall, zone) if one > at], default=inf)
