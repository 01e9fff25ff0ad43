"""The counts of one profile, asked from a time on: between which bounds the number lies, and when it last happened."""

from collections.abc import Iterable, Sequence
from math import inf

from msgspec import Struct

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.asking import holds_for
from floorwalker.core.conditions.matchers import AnyOf, Both, Matcher, PathIs, Text, fold_text
from floorwalker.core.conditions.model import Field
from floorwalker.core.counts import DIMENSIONS, EMPTY, EVENT, PATH, TAG, TOPIC, VISIT, Bucket, Counts, Key
from floorwalker.core.events import PAGE_VIEWED
from floorwalker.core.recent_index import literal_path

_VIEWS = EVENT + fold_text(PAGE_VIEWED)


class Bounds(Struct, frozen=True):
    """At least `low`, at most `high`; `last` is when, in seconds since 1970, 0 where that is not known."""

    low: int
    high: float
    last: int = 0


NEVER = Bounds(0, 0)


class CountIndex:
    """`start` is in seconds since 1970; what happened at that second counts."""

    def __init__(self, counts: Counts | None, calendar: Calendar) -> None:
        self._counts = counts or EMPTY
        self._calendar = calendar
        self._keys = {key.name: key for key in self._counts.keys}
        self._tables: tuple[_Table, _Table, _Table] | None = None

    def views(self, what: Sequence[Field], start: float) -> Bounds:
        """Page views for which all of `what` holds."""
        views = self._exact(_VIEWS, start)
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
            found = self._sum([self._since(key, start) for key in self._of_dimension(EVENT)], EVENT, start)
        else:
            found = self._of_field(names[0], EVENT, start) or Bounds(0, inf)
        return found if len(what) == len(names) == 1 else Bounds(0, found.high)

    def visits(self, start: float) -> Bounds:
        """Visits that began."""
        return self._exact(VISIT, start)

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
        fitting = [key for key in self._of_dimension(dimension) if holds_for(matcher, (key.name[1:],))]
        return self._sum([self._since(key, start) for key in fitting], dimension, start)

    def _of_dimension(self, dimension: str) -> Iterable[Key]:
        return [key for name, key in self._keys.items() if name[0] == dimension]

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
        last = max([one.last for one in found], default=0)
        known = last >= self._counts.lost.get(dimension, 0)
        return Bounds(low, sum([one.high for one in found]), last if known else 0)

    def _is_lost(self, dimension: str, start: float) -> bool:
        lost = self._counts.lost.get(dimension, 0)
        return lost > 0 and lost >= start

    def _exact(self, name: str, start: float) -> Bounds:
        key = self._keys.get(name)
        if key is None:
            return Bounds(0, inf) if self._is_lost(name[0], start) else NEVER
        found = self._since(key, start)
        return Bounds(found.low, inf, found.last) if 0 < key.since >= start else found

    def _since(self, key: Key, start: float) -> Bounds:
        """What is counted under a key from that time on."""
        if key.last < start:
            return NEVER
        days, months, older = self._packed_out()
        if start <= 0:
            count = sum(sum(table.get(key.name, {}).values()) for table in (days, months, older))
            return Bounds(count, count, key.last)
        day = self._calendar.day(start)
        whole = start <= self._calendar.day_begins(day)
        low, high = _from(days.get(key.name, {}), day, whole=whole)
        if day <= self._counts.rolled_day:
            month = self._calendar.month(day)
            first = whole and self._calendar.month_begins(month) == day
            more, at_most = _from(months.get(key.name, {}), month, whole=first)
            low, high = low + more, high + at_most
            if month <= self._counts.rolled_month:
                high += sum(older.get(key.name, {}).values())
        return Bounds(max(low, 1), max(high, 1), key.last)

    def _packed_out(self) -> tuple["_Table", "_Table", "_Table"]:
        """The counts by key: of days, of months, and of everything older."""
        if self._tables is None:
            names = [key.name for key in self._counts.keys]
            older = (Bucket(0, self._counts.older),)
            self._tables = (
                _by_key(self._counts.days, names),
                _by_key(self._counts.months, names),
                _by_key(older, names),
            )
        return self._tables


_Table = dict[str, dict[int, int]]


def _by_key(buckets: Sequence[Bucket], names: list[str]) -> _Table:
    table: _Table = {}
    for bucket in buckets:
        flat = bucket.counts
        for i in range(0, len(flat), 2):
            table.setdefault(names[flat[i]], {})[bucket.start] = flat[i + 1]
    return table


def _from(buckets: dict[int, int], first: int, *, whole: bool) -> tuple[int, int]:
    """The least and the most that happened since some time in the bucket `first`; `whole`: since its beginning."""
    later = sum([count for bucket, count in buckets.items() if bucket > first])
    partly = buckets.get(first, 0)
    return later + (partly if whole else 0), later + partly


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
