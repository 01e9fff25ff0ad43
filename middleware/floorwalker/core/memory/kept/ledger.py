"""The ledger: how what left the recent events is added to the Counts, and how these stay within their bounds."""

from collections.abc import Iterable, Mapping

from msgspec import msgpack

from floorwalker.core.bounds import NAME_BYTES
from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.kept.counts import (
    BRAND,
    CATEGORY,
    EVENT,
    PATH,
    PRODUCT,
    TAG,
    TIER,
    TOPIC,
    TYPE,
    VIEW,
    VISIT,
    Bucket,
    Counts,
    Key,
    kept,
    path_key,
)
from floorwalker.core.memory.kept.recents import Past

MOST_BYTES = 3000
MOST_DAYS = 62
MOST_MONTHS = 24
MOST_KEYS = {
    EVENT: 24,
    TYPE: 16,
    CATEGORY: 32,
    PRODUCT: 32,
    BRAND: 16,
    TAG: 16,
    TOPIC: 24,
    TIER: 8,
    PATH: 32,
    VISIT: 1,
    VIEW: 1,
}

_encode = msgpack.Encoder().encode


def with_past(counts: Counts, past: Iterable[Past], *, calendar: Calendar, known: frozenset[str]) -> Counts:
    """The counts with these events added, oldest first. known: keys that are dropped after all others."""
    ledger = _Ledger(counts, calendar, known)
    for event in past:
        ledger.add(_keys(event), event.at)
    return ledger.within_bounds()


def fewer(counts: Counts, most_bytes: int, *, calendar: Calendar, known: frozenset[str]) -> Counts:
    """The counts in so many bytes, as coarse as that makes them."""
    return _Ledger(counts, calendar, known).within_bounds(most_bytes)


def with_visits(counts: Counts, began: Iterable[int], *, calendar: Calendar) -> Counts:
    """The counts with these visits' beginnings added, oldest first. No key is dropped for them."""
    ledger = _Ledger(counts, calendar, frozenset())
    for at in began:
        ledger.add([VISIT], at)
    return ledger.rolled()


def united(
    one: Counts, other: Counts, past: Iterable[Past], began: Iterable[int], *, calendar: Calendar, known: frozenset[str]
) -> Counts:
    """The counts of both, with these events and these visits' beginnings added."""
    ledger = _Ledger(one, calendar, known)
    ledger.unite(other)
    for event in past:
        ledger.add(_keys(event), event.at)
    for at in began:
        ledger.add([VISIT], at)
    return ledger.within_bounds()


def _keys(event: Past) -> list[str]:
    keys = [EVENT + fold_text(event.name)]
    if event.name == PAGE_VIEWED:
        keys.append(VIEW)
        keys += page_keys(event.page) if event.page else ()
    return keys


def page_keys(page: Page) -> list[str]:
    """The keys under which a page view is counted, each once."""
    single = (
        (TYPE, page.type),
        (CATEGORY, page.category),
        (PRODUCT, page.product),
        (BRAND, page.brand),
        (TIER, page.price_tier),
    )
    several = [(TAG, tag) for tag in page.tags] + [(TOPIC, topic) for topic in page.topics]
    keys = [PATH + path_key(page.path)] if page.path else []
    keys += dict.fromkeys([dimension + fold_text(value) for dimension, value in (*single, *several) if value])
    return keys


class _Ledger:
    """Counts taken apart, so that many things can be added before they are packed again."""

    def __init__(self, counts: Counts, calendar: Calendar, known: frozenset[str]) -> None:
        self._calendar, self._known = calendar, known
        self._keys = {key.name: key for key in counts.keys}
        names, buckets = list(self._keys), counts.read()
        self._days = {bucket.start: _unpack(bucket.counts, names) for bucket in buckets.days}
        self._months = {bucket.start: _unpack(bucket.counts, names) for bucket in buckets.months}
        self._older = _unpack(buckets.older, names)
        self._rolled_day, self._rolled_month = counts.rolled_day, counts.rolled_month
        self._lost = dict(counts.lost)

    def add(self, names: list[str], at: int) -> None:
        """One more of each of `names`, at that time."""
        bucket = self._bucket(self._calendar.day(at))
        for name in names:
            dimension = name[0]
            if len(name) > NAME_BYTES and len(name.encode()) > NAME_BYTES + 1:
                self._lose(dimension, at)
                continue
            key = self._keys.get(name)
            since = self._lost.get(dimension, 0) if key is None else key.since
            self._keys[name] = Key(name, since, at if key is None else max(at, key.last))
            bucket[name] = bucket.get(name, 0) + 1

    def _bucket(self, day: int) -> dict[str, int]:
        if day > self._rolled_day:
            return self._days.setdefault(day, {})
        return self._bucket_of_month(self._calendar.month(day))

    def _bucket_of_month(self, month: int) -> dict[str, int]:
        return self._months.setdefault(month, {}) if month > self._rolled_month else self._older

    def unite(self, other: Counts) -> None:
        """All that the others count, too. What one of them had dropped is incomplete in both."""
        theirs, buckets = {key.name: key for key in other.keys}, other.read()
        self._keys = {name: self._united(name, theirs.get(name), other.lost) for name in {**self._keys, **theirs}}
        for dimension, at in other.lost.items():
            self._lose(dimension, at)
        self._rolled_day = max(self._rolled_day, other.rolled_day)
        self._rolled_month = max(self._rolled_month, other.rolled_month)
        names = [key.name for key in other.keys]
        days, self._days = list(self._days.items()), {}
        months, self._months = list(self._months.items()), {}
        for day, counts in (*days, *((bucket.start, _unpack(bucket.counts, names)) for bucket in buckets.days)):
            _pour(counts, self._bucket(day))
        for month, counts in (*months, *((bucket.start, _unpack(bucket.counts, names)) for bucket in buckets.months)):
            _pour(counts, self._bucket_of_month(month))
        _pour(_unpack(buckets.older, names), self._older)

    def _united(self, name: str, theirs: Key | None, lost: Mapping[str, int]) -> Key:
        own, dimension = self._keys.get(name), name[0]
        since = own.since if own else self._lost.get(dimension, 0)
        since_theirs = theirs.since if theirs else lost.get(dimension, 0)
        last = max([key.last for key in (own, theirs) if key])
        return Key(name, max(since, since_theirs), last)

    def within_bounds(self, most_bytes: int | None = None) -> Counts:
        """The counts, packed; what is too much goes from days to months to `older`, and last the weakest keys go."""
        for dimension, most in MOST_KEYS.items():
            self._limit(dimension, most)
        packed, most_bytes = self.rolled(), most_bytes or MOST_BYTES
        while len(_encode(packed)) > most_bytes:
            self._shrink()
            packed = self._pack()
        return packed

    def rolled(self) -> Counts:
        """The counts, packed; the oldest days go into months, the oldest months into `older`."""
        while len(self._days) > MOST_DAYS:
            self._roll_day()
        while len(self._months) > MOST_MONTHS:
            self._roll_month()
        return self._pack()

    def _shrink(self) -> None:
        """One step towards fewer bytes: the oldest days, then the oldest months, then the weakest keys."""
        if len(self._days) > 7:
            for _ in range(max(1, len(self._days) // 8)):
                self._roll_day()
        elif len(self._months) > 3:
            self._roll_month()
        elif len(self._days) > 1:
            self._roll_day()
        else:
            fullest = max(MOST_KEYS, key=lambda dimension: len(self._names(dimension)))
            self._limit(fullest, max(0, len(self._names(fullest)) * 3 // 4))

    def _names(self, dimension: str) -> list[str]:
        return [name for name in self._keys if name[0] == dimension]

    def _limit(self, dimension: str, most: int) -> None:
        names = self._names(dimension)
        if len(names) <= most:
            return
        totals = self._totals()
        weakest_first = sorted(names, key=lambda name: (name in self._known, totals[name], self._keys[name].last))
        for name in weakest_first[: len(names) - most]:
            self._lose(dimension, self._keys.pop(name).last)
            for bucket in (*self._days.values(), *self._months.values(), self._older):
                bucket.pop(name, None)

    def _totals(self) -> dict[str, int]:
        totals = dict.fromkeys(self._keys, 0)
        for bucket in (*self._days.values(), *self._months.values(), self._older):
            _pour(bucket, totals)
        return totals

    def _lose(self, dimension: str, at: int) -> None:
        self._lost[dimension] = max(self._lost.get(dimension, 0), at)

    def _roll_day(self) -> None:
        day = min(self._days)
        counts = self._days.pop(day)
        self._rolled_day = day
        _pour(counts, self._bucket(day))

    def _roll_month(self) -> None:
        month = min(self._months)
        _pour(self._months.pop(month), self._older)
        self._rolled_month = month

    def _pack(self) -> Counts:
        numbers = {name: number for number, name in enumerate(self._keys)}
        return Counts(
            keys=tuple(self._keys.values()),
            kept_days=kept(_buckets(self._days, numbers)),
            kept_months=kept(_buckets(self._months, numbers)),
            kept_older=kept(_packed(self._older, numbers)),
            rolled_day=self._rolled_day,
            rolled_month=self._rolled_month,
            lost=self._lost,
        )


def _unpack(flat: tuple[int, ...], names: list[str]) -> dict[str, int]:
    return {names[flat[i]]: flat[i + 1] for i in range(0, len(flat), 2)}


def _packed(counts: dict[str, int], numbers: dict[str, int]) -> tuple[int, ...]:
    return tuple([part for name, count in counts.items() for part in (numbers[name], count)])


def _buckets(buckets: dict[int, dict[str, int]], numbers: dict[str, int]) -> tuple[Bucket, ...]:
    return tuple([Bucket(start, _packed(buckets[start], numbers)) for start in sorted(buckets) if buckets[start]])


def _pour(source: dict[str, int], into: dict[str, int]) -> None:
    for name, count in source.items():
        into[name] = into.get(name, 0) + count
