"""When two trees differ for certain: paired ratios, and how sure their middle is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, median, stdev

# Student's t, one-sided, by degrees of freedom: one in a hundred lies beyond it by chance.
_T_99 = (31.82, 6.965, 4.541, 3.747, 3.365, 3.143, 2.998, 2.896, 2.821, 2.764, 2.718, 2.681, 2.650, 2.624, 2.602)


@dataclass(frozen=True)
class Verdict:
    """How a cost compares with its baseline. ratio: the middle; low: what it surely is at the least; most: allowed."""

    ratio: float
    low: float
    most: float

    @property
    def holds(self) -> bool:
        return self.low <= self.most


def verdict(pairs: Sequence[Sequence[float]], *, most: float) -> Verdict:
    """Judge the ratios of rounds, by the pair of processes that they are of.

    A process may be some percent faster than its twin for as long as it lives (where its memory lies, how its hashes
    fall), so slices of one pair are not independent: each pair of processes counts once, with its median.
    """
    logs = [log(median(rounds)) for rounds in pairs]
    middle = fmean(logs)
    wide = _T_99[len(logs) - 2] * stdev(logs) / sqrt(len(logs))
    return Verdict(exp(middle), exp(middle - wide), most)
