"""The counts of one profile, asked from a time on: between which bounds the number lies, and when it last happened."""

from collections.abc import Iterator, Mapping, Sequence, Set
from math import inf

from msgspec import Struct

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.asking import holds_for
from floorwalker.core.conditions.matchers import AnyOf, Both, Exists, Matcher, PathIs, Text
from floorwalker.core.conditions.model import Field
from floorwalker.core.memory.asked.paths import Paths, literal_path
from floorwalker.core.memory.asked.sightings import Sighting
from floorwalker.core.memory.kept.counts import (
    DIMENSIONS,
    EMPTY,
    EVENT,
    PATH,
    TAG,
    TOPIC,
    VIEW,
    VISIT,
    Bucket,
    Counts,
    Key,
)

_ANYTHING = Exists(True)
_FEW = 8  # keys are looked for in the buckets as they are; of more, tables are made


class Bounds(Struct, frozen=True, gc=False):
    """At least `low`, at most `high`; `last` is when, in seconds since 1970, 0 where that is not known."""

    low: int
    high: float
    last: int = 0


NEVER = Bounds(0, 0)
FORGOTTEN = Bounds(0, inf)


class CountIndex:
    """`start` is in seconds since 1970; what happened at that second counts."""

    def __init__(self, counts: Counts | None, calendar: Calendar) -> None:
        self._counts = counts or EMPTY
        self._calendar = calendar
        self._numbers = {key.name: number for number, key in enumerate(self._counts.keys)}
        self._tables: tuple[_Table, _Table, _Table] | None = None
        self._views: dict[float, Bounds] = {}
        self._spans: dict[float, _Span] = {}
        self._day_begins: dict[int, int] = {}
        self._paths: Paths | None = None
        self._by_value: dict[str, Mapping[str, Key]] = {}
        self._fits: dict[tuple[str, Matcher | Both], Sequence[Key]] = {}

    @property
    def names(self) -> Set[str]:
        """The keys under which anything is counted."""
        return self._numbers.keys()

    @property
    def first_segments(self) -> Set[str]:
        """With which segment the paths begin that are counted."""
        return self._known_paths().first_segments

    def views(self, what: Sequence[Field], start: float) -> Bounds:
        """Page views for which all of `what` holds."""
        views = self._views.get(start)
        if views is None:
            views = self._views[start] = self._exact(VIEW, start)
        if not what or views.high == 0:
            return views
        found = [self._of_field(field, DIMENSIONS.get(field.name), start) for field in what]
        if len(found) == 1 and found[0] is not None:
            return Bounds(found[0].low, min(found[0].high, views.high), found[0].last)
        return Bounds(0, min([views.high, *(one.high for one in found if one is not None)]))

    def events(self, what: Sequence[Field], start: float) -> Bounds:
        """Events for which all of `what` holds; of properties nothing is counted."""
        names = [field for field in what if field.name == "event"]
        if not names:
            found = self._sum([self._since(key, start) for key in self._fitting(_ANYTHING, EVENT)], EVENT, start)
        else:
            found = self._of_field(names[0], EVENT, start) or FORGOTTEN
        return found if len(what) == len(names) == 1 else Bounds(0, found.high)

    def visits(self, start: float) -> Bounds:
        """Visits that began."""
        return self._exact(VISIT, start)

    def sightings_of_views(self, what: Sequence[Field]) -> list[Sighting]:
        """When pages were viewed for which all of `what` holds."""
        found = [self._sightings(field.matcher, DIMENSIONS.get(field.name)) for field in what]
        counted = [one for one in found if one is not None] or [self._seen([VIEW])]
        return counted[0] if len(what) <= 1 and None not in found else perhaps(min(counted, key=len))

    def sightings_of_events(self, what: Sequence[Field]) -> list[Sighting]:
        """When events happened for which all of `what` holds."""
        names = [field.matcher for field in what if field.name == "event"] or [_ANYTHING]
        found = self._sightings(names[0], EVENT)
        if found is None or names == [_ANYTHING]:
            found = self._seen([name for name in self._numbers if name[0] == EVENT], EVENT)
            return found if not what else perhaps(found)
        return found if len(what) == len(names) == 1 else perhaps(found)

    def _sightings(self, matcher: Matcher | Both, dimension: str | None) -> list[Sighting] | None:
        """When something was counted for which the matcher holds; None where that is not counted."""
        if dimension is None:
            return None
        exact = _exact_values(matcher, dimension)
        if exact is not None:
            names = [dimension + value for value in exact]
            return self._seen(names, dimension if any(name not in self._numbers for name in names) else "")
        if not _fits_folded(matcher, dimension):
            return None
        return self._seen([key.name for key in self._fitting(matcher, dimension)], dimension)

    def _seen(self, names: Sequence[str], dimension: str = "") -> list[Sighting]:
        """When these keys were counted. dimension: of which keys may have been dropped that are meant, too."""
        lost = self._counts.lost.get(dimension, 0)
        found = [Sighting(0, lost, sure=False)] if lost else []
        for key in [self._counts.keys[self._numbers[name]] for name in names if name in self._numbers]:
            if key.since:
                found.append(Sighting(0, key.since, sure=False))
            if key.last:
                found += [
                    Sighting(min(first, key.last), min(last, key.last))
                    for first, last, count in self._spans_of(key)
                    if count > 1 or last < key.last  # the latest time is known for itself
                ]
                found.append(Sighting(key.last, key.last))
        return found

    def _spans_of(self, key: Key) -> Iterator[tuple[int, int, int]]:
        """The days and months in which a key was counted, and all that is before them; and how often."""
        counts, month_begins = self._counts, self._calendar.month_begins
        number = self._numbers[key.name]
        days, months, older = [table.of(number) for table in self._unpacked()]
        for day, count in days:
            yield self._begins(day), self._begins(day + 1) - 1, count
        for month, count in months:
            ends = min(month_begins(month + 1), counts.rolled_day + 1)
            yield self._begins(month_begins(month)), self._begins(ends) - 1, count
        if older:
            yield 0, self._begins(month_begins(counts.rolled_month + 1)) - 1, _sum_of(older)

    def _begins(self, day: int) -> int:
        begins = self._day_begins.get(day)
        if begins is None:
            begins = self._day_begins[day] = self._calendar.day_begins(day)
        return begins

    def _of_field(self, field: Field, dimension: str | None, start: float) -> Bounds | None:
        """What is counted for one field; None where nothing is."""
        matcher = field.matcher
        if dimension is None:
            return None
        exact = _exact_values(matcher, dimension)
        if exact is not None:
            found = [self._exact(dimension + value, start) for value in exact]
            return self._together(found, dimension)
        if not _fits_folded(matcher, dimension):
            return None
        return self._sum([self._since(key, start) for key in self._fitting(matcher, dimension)], dimension, start)

    def _sum(self, found: list[Bounds], dimension: str, start: float) -> Bounds:
        total = self._together(found, dimension)
        if not self._is_lost(dimension, start):
            return total
        return Bounds(total.low, inf, total.last if total.last >= self._counts.lost[dimension] else 0)

    def _together(self, found: list[Bounds], dimension: str) -> Bounds:
        """Several values of one dimension: a page has one of them, but of tags and topics it may have several."""
        if len(found) == 1:
            return found[0]
        lows = [one.low for one in found]
        low = max(lows, default=0) if dimension in (TAG, TOPIC) else sum(lows)
        high = sum([one.high for one in found])
        last = max([one.last for one in found], default=0)
        known = high < inf or last >= self._counts.lost.get(dimension, 0)
        return Bounds(low, high, last if known else 0)

    def _is_lost(self, dimension: str, start: float) -> bool:
        lost = self._counts.lost.get(dimension, 0)
        return lost > 0 and lost >= start

    def _exact(self, name: str, start: float) -> Bounds:
        number = self._numbers.get(name)
        if number is None:
            return FORGOTTEN if self._is_lost(name[0], start) else NEVER
        key = self._counts.keys[number]
        found = self._since(key, start)
        if not 0 < key.since >= start:
            return found
        return Bounds(found.low, inf, found.last if found.last >= key.since else 0)

    def _since(self, key: Key, start: float) -> Bounds:
        """What is counted under a key from that time on."""
        if key.last < start:
            return NEVER
        number, (days, months, older) = self._numbers[key.name], self._tables or self._unpacked()
        if start <= 0:
            count = _sum_of(days.of(number)) + _sum_of(months.of(number)) + _sum_of(older.of(number))
            return Bounds(count, count, key.last)
        span = self._spans.get(start) or self._span(start)
        low, high = _from(days.of(number), span.day, whole=span.whole_day)
        if span.day <= self._counts.rolled_day:
            more, at_most = _from(months.of(number), span.month, whole=span.whole_month)
            low, high = low + more, high + at_most
            if span.month <= self._counts.rolled_month:
                high += _sum_of(older.of(number))
        return Bounds(max(low, 1), max(high, 1), key.last)

    def _span(self, start: float) -> "_Span":
        day = self._calendar.day(start)
        month = self._calendar.month(day)
        whole = start <= self._calendar.day_begins(day)
        span = _Span(day, whole, month, whole and self._calendar.month_begins(month) == day)
        self._spans[start] = span
        return span

    def _unpacked(self) -> "tuple[_Table, _Table, _Table]":
        """The counts by bucket: of days, of months, and of everything older."""
        if self._tables is None:
            counted = self._counts.read()
            older = (Bucket(0, counted.older),)
            self._tables = _Table(counted.days), _Table(counted.months), _Table(older)
        return self._tables

    def _values(self, dimension: str) -> Mapping[str, Key]:
        """What is counted in a dimension, by its value."""
        values = self._by_value.get(dimension)
        if values is None:
            values = {key.name[1:]: key for key in self._counts.keys if key.name[0] == dimension}
            self._by_value[dimension] = values
        return values

    def _known_paths(self) -> Paths:
        if self._paths is None:
            self._paths = Paths(self._values(PATH))
        return self._paths

    def _fitting(self, matcher: Matcher | Both, dimension: str) -> Sequence[Key]:
        """The keys of a dimension for which the matcher holds."""
        asked = (dimension, matcher)
        found = self._fits.get(asked)
        if found is None:
            keys = self._values(dimension)
            if isinstance(matcher, PathIs):
                paths = self._known_paths()
                within = [path for one in matcher.patterns for path in paths.within(one)]
                found = [keys[path] for path in dict.fromkeys(within)]
            else:
                found = [key for value, key in keys.items() if holds_for(matcher, (value,))]
            self._fits[asked] = found
        return found


def perhaps(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The same, none of them sure."""
    return [Sighting(one.first, one.last, sure=False) for one in sightings]


class _Span(Struct, frozen=True, gc=False):
    """The day and month in which a window begins, and whether with their beginning."""

    day: int
    whole_day: bool
    month: int
    whole_month: bool


_Counted = Sequence[tuple[int, int]]
"""Where buckets begin in which a key was counted, and how often."""


class _Table:
    """Buckets, asked for one key after the other. Few keys are, and no table is made for them: 61 keys in 18 buckets
    took 53 µs."""

    def __init__(self, buckets: Sequence[Bucket]) -> None:
        self._buckets = buckets
        self._found: dict[int, _Counted] = {}
        self._by_number: list[tuple[int, dict[int, int]]] = []

    def of(self, number: int) -> _Counted:
        """What is counted under the key of that number."""
        found = self._found.get(number)
        if found is None:
            few = len(self._found) < _FEW
            found = self._found[number] = self._looked_for(number) if few else self._looked_up(number)
        return found

    def _looked_for(self, number: int) -> _Counted:
        found = []
        for one in self._buckets:
            numbers = one.counts[::2]
            if number in numbers:
                found.append((one.start, one.counts[2 * numbers.index(number) + 1]))
        return found

    def _looked_up(self, number: int) -> _Counted:
        if not self._by_number:
            pairs = [(one.start, zip(one.counts[::2], one.counts[1::2], strict=True)) for one in self._buckets]
            self._by_number = [(start, dict(counts)) for start, counts in pairs]
        return [(start, counts[number]) for start, counts in self._by_number if number in counts]


def _sum_of(counted: _Counted) -> int:
    return sum([count for _, count in counted])


def _from(counted: _Counted, first: int, *, whole: bool) -> tuple[int, int]:
    """The least and the most that happened since some time in the bucket `first`; `whole`: since its beginning."""
    low = high = 0
    for bucket, count in counted:
        if bucket >= first:
            high += count
            if bucket > first or whole:
                low += count
    return low, high


def _exact_values(matcher: Matcher | Both, dimension: str) -> Sequence[str] | None:
    """The values that are looked up by name; None where the keys have to be tried."""
    if isinstance(matcher, AnyOf) and not matcher.patterns and dimension != PATH:
        return tuple(matcher.exact)
    if isinstance(matcher, PathIs) and dimension == PATH and not any("*" in pattern for pattern in matcher.patterns):
        return tuple({literal_path(pattern) for pattern in matcher.patterns})
    return None


def _fits_folded(matcher: Matcher | Both, dimension: str) -> bool:
    """Whether the matcher says of a key what it says of the value itself, and nothing of absent ones."""
    match matcher:
        case AnyOf() | PathIs():
            return isinstance(matcher, PathIs) == (dimension == PATH)
        case Text():
            return matcher.operator != "matches"
        case _:
            return False
