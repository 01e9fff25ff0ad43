"""Sightings: when something happened, as exactly as it is remembered, and what they tell of weeks and silences.

Whatever happened lies in one of the sightings; what is asked is answered for every past that they allow.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil, inf

from msgspec import Struct

WEEK = 7 * 86400


class Sighting(Struct, frozen=True, gc=False):
    """A time from `first` to `last`, both included, in seconds since 1970, in which it happened.

    sure: at least once; else perhaps.
    """

    first: float
    last: float
    sure: bool = True


class Between(Struct, frozen=True, gc=False):
    """A number that is at least `least` and at most `most`."""

    least: float
    most: float

    @property
    def known(self) -> bool:
        return self.least == self.most


def weeks_with(sightings: Iterable[Sighting], until: float, of: int) -> Between:
    """In how many of `of` spans of seven days it happened; the latest ends with `until`, which belongs to it."""
    spans = [(_week(one.last, until), _week(one.first, until), one.sure) for one in sightings if one.first <= until]
    hit = {week for newest, oldest, _ in spans for week in range(newest, min(oldest, of - 1) + 1)}
    return Between(_fewest([(newest, oldest) for newest, oldest, sure in spans if sure and oldest < of]), len(hit))


def _week(at: float, until: float) -> int:
    """0 is the latest; a week's own beginning belongs to it, as that of a window does."""
    return max(0, ceil((until - at) / WEEK) - 1)


def _fewest(spans: Iterable[tuple[int, int]]) -> int:
    """The fewest weeks that can hold one of each span: the oldest week of the span that reaches back least, and on."""
    fewest, stabbed = 0, -1
    for newest, oldest in sorted(spans, key=lambda span: span[1]):
        if newest > stabbed:
            fewest, stabbed = fewest + 1, oldest
    return fewest


def latest_of(sightings: Sequence[Sighting]) -> Between | None:
    """When it last happened; None where it never did. least is -inf where it perhaps never did."""
    if not sightings:
        return None
    least = max([one.first for one in sightings if one.sure], default=-inf)
    return Between(least, max([one.last for one in sightings]))


class Return(Struct, frozen=True, gc=False):
    """It happened at `at`, for the first time after `silence` seconds."""

    at: float
    silence: float


def sure_return(sightings: Sequence[Sighting], start: float, silence: float) -> Return | None:
    """The latest time, `start` or later, at which it surely happened again after at least so many silent seconds.

    Where the time itself is not known exactly, `at` is the earliest it may have been, and the silence as long at least.
    """
    found: Return | None = None
    ordered = sorted(sightings, key=lambda one: one.first)
    surely_after = max([one.first for one in ordered if one.sure], default=-inf)
    reach, before = -inf, False
    for one in ordered:
        if before and one.first - reach >= silence and one.first >= start and one.first <= surely_after:
            found = Return(one.first, one.first - reach)
        reach, before = max(reach, one.last), before or one.sure
    return found


def may_return(sightings: Sequence[Sighting], start: float, silence: float) -> bool:
    """Whether it may have happened again, at `start` or later, after at least so many silent seconds."""
    if not sightings:
        return False
    sure = sorted([one for one in sightings if one.sure], key=lambda one: one.last)
    lasts = [one.last for one in sure]
    firsts = list(accumulate([one.first for one in sure], max))
    begun = min([one.first for one in sightings]) + silence
    return any(_may_end_silence(one, max(one.first, start, begun), silence, lasts, firsts) for one in sightings)


def _may_end_silence(one: Sighting, at: float, silence: float, lasts: list[float], firsts: list[float]) -> bool:
    """Whether some time in `one`, from `at` on, has no sure sighting wholly within the silence before it.

    lasts: of the sure sightings, in order; firsts: for each the latest beginning among those up to it.
    """
    while at <= one.last:
        earlier = bisect_left(lasts, at)
        if not earlier or firsts[earlier - 1] <= at - silence:
            return True
        at = firsts[earlier - 1] + silence
    return False
