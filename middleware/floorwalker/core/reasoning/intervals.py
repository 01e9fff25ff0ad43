"""Numbers that ranges leave possible: spans, what is in all of them, and what is left when some are taken out."""

from collections.abc import Iterable
from math import ceil, floor, inf

from msgspec import Struct

from floorwalker.core.conditions.matchers import Range


class Span(Struct, frozen=True, gc=False):
    """Numbers from `low` to `high`; an open end leaves its bound out. Infinite ends are open or not, all the same."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def is_within(self, other: "Span") -> bool:
        """Whether every number of this span lies in the other."""
        low_fits = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        high_fits = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return self.is_empty or (low_fits and high_fits)


def span_of(asked: Range, *, whole: bool = False) -> Span:
    """The numbers for which a range holds; of whole numbers, with closed ends."""
    low = -inf if asked.low is None else asked.low
    high = inf if asked.high is None else asked.high
    if not whole:
        return Span(low, high, asked.low_open, asked.high_open)
    if low > -inf:
        low = floor(low) + 1 if asked.low_open else ceil(low)
    if high < inf:
        high = ceil(high) - 1 if asked.high_open else floor(high)
    return Span(low, high)


def met(one: Span, other: Span) -> Span:
    """The numbers that lie in both."""
    low, low_open = max((one.low, one.low_open), (other.low, other.low_open))
    high, high_closed = min((one.high, not one.high_open), (other.high, not other.high_open))
    return Span(low, high, low_open, not high_closed)


def without(spans: Iterable[Span], taken: Span, *, whole: bool = False) -> list[Span]:
    """What is left of the spans when one is taken out of them."""
    left: list[Span] = []
    for span in spans:
        if met(span, taken).is_empty:
            left.append(span)
            continue
        below = met(span, _below(taken, whole=whole))
        above = met(span, _above(taken, whole=whole))
        left += [part for part in (below, above) if not part.is_empty]
    return left


def _below(taken: Span, *, whole: bool) -> Span:
    if taken.low == -inf:
        return Span(inf, -inf)
    return Span(high=taken.low - 1) if whole else Span(high=taken.low, high_open=not taken.low_open)


def _above(taken: Span, *, whole: bool) -> Span:
    if taken.high == inf:
        return Span(inf, -inf)
    return Span(low=taken.high + 1) if whole else Span(low=taken.high, low_open=not taken.high_open)
