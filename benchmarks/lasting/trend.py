"""A straight line through what was sampled over time: how steep it is, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from statistics import fmean, median

_WIDE = 2.58  # 99 %


@dataclass(frozen=True)
class Trend:
    """What something gains in an hour, with the interval in which that lies in 99 of 100 runs. level: its median."""

    per_hour: float
    low: float
    high: float
    level: float

    def grows(self, *, more_than: float) -> bool:
        """Whether it surely gains more than so much in an hour."""
        return self.low > more_than


def trend(seconds: Sequence[float], values: Sequence[float]) -> Trend:
    """By least squares. What follows one another is alike, so that many samples are worth the fewer the more it is."""
    count = len(values)
    if count < 3:
        raise ValueError("a trend takes three samples")
    hours = [second / 3600 for second in seconds]
    middle, mean = fmean(hours), fmean(values)
    spread = sum((hour - middle) ** 2 for hour in hours)
    slope = sum((hour - middle) * (value - mean) for hour, value in zip(hours, values, strict=True)) / spread
    off = [value - mean - slope * (hour - middle) for hour, value in zip(hours, values, strict=True)]
    error = sqrt(sum(one * one for one in off) / (count - 2) / spread) if any(off) else 0.0
    wide = _WIDE * error * sqrt(count / _worth(off))
    return Trend(slope, slope - wide, slope + wide, median(values))


def _worth(off: Sequence[float]) -> float:
    """How many independent samples these are worth: n (1 - r) / (1 + r), r the correlation of neighbours."""
    total = sum(one * one for one in off)
    if not total:
        return inf
    together = sum(one * other for one, other in pairwise(off)) / total
    alike = min(max(together, 0.0), 0.99)
    return max(2.0, len(off) * (1 - alike) / (1 + alike))
