"""Lapses: by which durations and calendar boundaries time alone can change what conditions on memory answer.

Whatever time does to a condition, it does so many seconds after some time that the profile holds, or at a boundary of
the site's calendar after it. Here stand the seconds and the boundaries; `times` finds the times.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from math import ceil, floor
from typing import TypeVar, assert_never

from msgspec import Struct, field

from floorwalker.core.conditions.matchers import Both, Dates, Matcher, Range, TimeOfDay
from floorwalker.core.conditions.model import (
    Behaviour,
    Course,
    InOrder,
    Regular,
    Restarted,
    Stage,
    Stopped,
    Test,
    Window,
)
from floorwalker.core.evaluation.belongings import TIER_DAYS
from floorwalker.core.memory.asked.sightings import WEEK
from floorwalker.core.memory.visits import SILENCE
from floorwalker.core.watching.definition import Leaf

_QUARTER = 15 * 60
_CALENDAR = ("today", "week", "month")


class Source(StrEnum):
    """Where in a profile times stand."""

    EVENTS = "events"
    VISITS = "visits"
    BLOCKS = "blocks"
    ORDERS = "orders"
    CART = "cart"
    FIRST = "first seen"
    ACTIVITY = "latest activity of this visit"


_OF_BEHAVIOUR: Mapping[str, tuple[Source, ...]] = {
    "viewed": (Source.EVENTS,),
    "did": (Source.EVENTS,),
    "visits": (Source.VISITS,),
    "saw": (Source.BLOCKS,),
    "clicked": (Source.BLOCKS, Source.EVENTS),
    "orders": (Source.ORDERS,),
    "bought": (Source.ORDERS,),
    "spent": (Source.ORDERS,),
}


class Turn(Struct, frozen=True):
    """The first boundary of a kind (today, week, month) that is not before a time plus `shift` seconds; then `days`
    days later."""

    kind: str
    shift: int = 0
    days: int = 0


class Lapses(Struct):
    """shifts: seconds after a time of a source; in whole seconds, the first at which the answer may be another.

    turns: boundaries after it. rates: visits per week that are asked for. moments: of the site's clock, seconds since
    1970, in order. minutes: of the site's day. lifecycle: whether its label is asked for, which falls with time.
    """

    shifts: dict[Source, set[int]] = field(default_factory=dict)
    turns: dict[Source, set[Turn]] = field(default_factory=dict)
    rates: set[float] = field(default_factory=set)
    moments: list[int] = field(default_factory=list)
    minutes: set[int] = field(default_factory=set)
    lifecycle: bool = False


def lapses_of(leaves: Iterable[Leaf], zone: tzinfo) -> Lapses:
    """All lapses of these conditions. zone: the site's."""
    found = Lapses()
    for leaf in leaves:
        match leaf:
            case Test():
                _of_test(leaf, found, zone)
            case Behaviour():
                sources = _OF_BEHAVIOUR.get(leaf.name, tuple(Source))
                _of_window(leaf.window, sources, found)
                _of_range(leaf.ago, sources, found)
            case Course():
                _of_course(leaf, found)
            case _:  # who is in another segment, or in a share, does not change with the clock
                pass
    found.moments = sorted(set(found.moments))
    return found


def wall_moments(wall: datetime, zone: tzinfo) -> list[int]:
    """When the clock of a zone shows this, in seconds since 1970. Where it is set forward or back around then, the
    quarters of an hour between, too: on one of them it is set."""
    first, second = sorted(int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    return (
        [first] if first == second else [first, *range(first - first % _QUARTER + _QUARTER, second, _QUARTER), second]
    )


def _of_test(test: Test, found: Lapses, zone: tzinfo) -> None:
    match test.name:
        case "cart":
            for one in test.fields:
                if one.name not in ("items", "value", "contains"):
                    _of_matcher(one.matcher, (Source.CART,), found)
        case "first_visit":
            for one in test.fields:
                _of_matcher(one.matcher, (Source.FIRST,), found)
        case "frequency":
            ends = [end for one in test.fields for asked in _ranges(one.matcher) for end in (asked.low, asked.high)]
            found.rates |= {end for end in ends if end}
        case "date":
            for one in test.fields:
                found.moments += [at for dates in _each(one.matcher, Dates) for at in _moments(dates, zone)]
        case "time":
            spans = [span for one in test.fields for span in _each(one.matcher, TimeOfDay)]
            found.minutes |= {minute % 1440 for span in spans for minute in (span.start, span.end, 0)}
        case "searched":
            _add(found.shifts, (Source.ACTIVITY,), SILENCE)
        case "preferred_price_tier":
            _add(found.turns, (Source.EVENTS,), Turn("today", 1, TIER_DAYS))
        case "lifecycle":
            found.lifecycle = True
        case _:
            pass


def _of_course(course: Course, found: Lapses) -> None:
    events = (Source.EVENTS,)
    match course.asked:
        case InOrder() as asked:
            _of_window(asked.window, events, found)
            _of_range(asked.ago, events, found)
        case Regular() as asked:
            _add(found.shifts, events, *(week * WEEK + 1 for week in range(1, asked.of + 1)))
        case Stopped() as asked:
            _add(found.shifts, events, ceil(asked.silence))
        case Restarted() as asked:
            _of_window(asked.window, events, found)
            _of_window(asked.window, events, found, after=ceil(asked.silence))
        case Stage() as asked:
            _of_range(asked.ago, events, found)
        case _:
            assert_never(course.asked)


def _of_window(window: Window, sources: tuple[Source, ...], found: Lapses, *, after: int = 0) -> None:
    """A window passes a time: what happened then is no longer in it. after: so many seconds after that time."""
    if window.kind == "visit":
        _add(found.shifts, (Source.ACTIVITY,), SILENCE)
    elif window.kind in _CALENDAR:
        _add(found.turns, sources, Turn(window.kind, after), Turn(window.kind, after + 1))
    elif window.kind == "seconds":
        _add(found.shifts, sources, floor(window.seconds) + 1 + after)
        if after:
            _add(found.shifts, sources, ceil(window.seconds) + after)


def _of_matcher(matcher: Matcher | Both, sources: tuple[Source, ...], found: Lapses) -> None:
    for asked in _ranges(matcher):
        _of_range(asked, sources, found)


def _of_range(asked: Range | None, sources: tuple[Source, ...], found: Lapses) -> None:
    """How long ago something was, in whole seconds, comes into the range or leaves it."""
    if asked is None:
        return
    if asked.low is not None:
        _add(found.shifts, sources, floor(asked.low) + 1 if asked.low_open else ceil(asked.low))
    if asked.high is not None:
        _add(found.shifts, sources, ceil(asked.high) if asked.high_open else floor(asked.high) + 1)


def _ranges(matcher: Matcher | Both) -> list[Range]:
    return _each(matcher, Range)


Asked = TypeVar("Asked", Range, Dates, TimeOfDay)


def _each(matcher: Matcher | Both, kind: type[Asked]) -> list[Asked]:
    return [one for one in (matcher.of if isinstance(matcher, Both) else (matcher,)) if isinstance(one, kind)]


def _moments(dates: Dates, zone: tzinfo) -> list[int]:
    walls = [datetime.fromisoformat(text) for text in (dates.start, dates.end) if text]
    return [at for wall in walls for at in wall_moments(wall, zone)]


Lapse = TypeVar("Lapse", int, Turn)


def _add(table: dict[Source, set[Lapse]], sources: Iterable[Source], *values: Lapse) -> None:
    for source in sources:
        table.setdefault(source, set()).update(values)
