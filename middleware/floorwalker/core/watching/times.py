"""The times that a profile holds, by where they stand: those after which something may lapse."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate

from floorwalker.core.calendar import Calendar
from floorwalker.core.memory.kept.counts import EMPTY, VISIT, Counts
from floorwalker.core.memory.kept.purchases import NO_ORDERS
from floorwalker.core.memory.kept.responses import NONE, Daily
from floorwalker.core.memory.profile import Profile
from floorwalker.core.watching.lapses import Source


def times_of(profile: Profile, source: Source, *, since: float, calendar: Calendar) -> list[int]:
    """The times, in order, from `since` on at least; of what is only counted, those between which it may have been."""
    match source:
        case Source.EVENTS:
            found: Iterable[int] = _of_events(profile, since, calendar)
        case Source.VISITS:
            found = _of_visits(profile, since, calendar)
        case Source.BLOCKS:
            found = _of_blocks(profile, since, calendar)
        case Source.ORDERS:
            found = _of_orders(profile)
        case Source.CART:
            found = _of_cart(profile)
        case Source.FIRST:
            found = (profile.first_seen,)
        case Source.ACTIVITY:
            found = (profile.visit.last,) if profile.visit else ()
    ordered = sorted(found)
    return ordered[bisect_left(ordered, since) :]


def _of_events(profile: Profile, since: float, calendar: Calendar) -> list[int]:
    recents, counts = profile.recents, profile.counts
    counted = () if counts is None else _of_counts(counts, since, calendar)
    return [recents.left, *recents.times(), *counted]


def _of_visits(profile: Profile, since: float, calendar: Calendar) -> Iterator[int]:
    if profile.visit is not None:
        yield profile.visit.started
    yield from accumulate(profile.earlier)
    yield profile.earlier_left
    counts = profile.counts or EMPTY
    if any(key.name == VISIT for key in counts.keys):
        yield from _of_counts(counts, since, calendar)


def _of_blocks(profile: Profile, since: float, calendar: Calendar) -> Iterator[int]:
    responses = profile.responses or NONE
    yield responses.lost
    for one in responses.blocks:
        yield one.since
        for daily in (one.shown, one.clicked or Daily()):
            yield daily.last
            yield from _around(daily.days[::2], since, calendar)


def _of_orders(profile: Profile) -> Iterator[int]:
    orders = profile.orders or NO_ORDERS
    yield from (orders.left, orders.bought_left)
    yield from (one.at for one in orders.latest)
    yield from (one.at for one in orders.bought)


def _of_cart(profile: Profile) -> Iterator[int]:
    if profile.cart is not None:
        yield from (profile.cart.changed, profile.cart.checkout)


def _of_counts(counts: Counts, since: float, calendar: Calendar) -> Iterator[int]:
    yield from counts.lost.values()
    for key in counts.keys:
        yield from (key.last, key.since)
    kept = counts.read()
    yield from _around([one.start for one in kept.days], since, calendar)
    months = [one.start for one in kept.months] + ([counts.rolled_month] if counts.rolled_month else [])
    for month in months:
        first, following = calendar.month_begins(month), calendar.month_begins(month + 1)
        yield from _around((first, following - 1), since, calendar)
    if counts.rolled_day:
        yield from _around((counts.rolled_day,), since, calendar)


def _around(days: Iterable[int], since: float, calendar: Calendar) -> Iterator[int]:
    """A day's first second and the next day's, each with the second before."""
    earliest = calendar.day(max(since, 0.0)) - 1
    for day in days:
        if day >= earliest:
            for begins in (calendar.day_begins(day), calendar.day_begins(day + 1)):
                yield begins - 1
                yield begins
