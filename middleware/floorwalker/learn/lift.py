"""Lift: by how much the mean of one group lies above another's, relative to it, with an interval.

Both intervals are of the logarithm of the ratio of two means (delta method), so they are never below -100 % and treat
halving like doubling. `planned_lift` holds for one look at an end that was planned; `anytime_lift` for as many looks as
one likes: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central
limit theory and asymptotic confidence sequences" (Annals of Statistics 52, 2024), applied to the log ratio.
"""

from math import exp, log, sqrt
from statistics import NormalDist

from msgspec import Struct

LEAST_EVENTS = 5  # of fewer in an arm, nothing is said: the normal limit is too far away


class Sample(Struct, frozen=True):
    """What a group of visitors came to: how many they are, the sum of their values, the sum of the squares.

    events: how many of them have a value other than nothing.
    """

    visitors: int
    total: float
    squares: float
    events: int

    @classmethod
    def of_shares(cls, visitors: int, converted: int) -> "Sample":
        """Visitors of whom so many did something once."""
        return cls(visitors, converted, converted, converted)

    @property
    def mean(self) -> float:
        return self.total / self.visitors if self.visitors else 0.0

    @property
    def variance(self) -> float:
        """Of one visitor's value; unbiased."""
        if self.visitors < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.mean) / (self.visitors - 1))

    @property
    def tells(self) -> bool:
        """Whether there is enough of it for an interval."""
        return self.events >= LEAST_EVENTS and self.mean > 0

    @property
    def relative_error(self) -> float:
        """The variance of the mean's logarithm."""
        return self.variance / (self.visitors * self.mean**2)


class Lift(Struct, frozen=True):
    """A relative difference: 0.1 is ten per cent more. low, high: its interval."""

    estimate: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether no difference at all lies outside the interval."""
        return self.low > 0 or self.high < 0


def planned_lift(treatment: Sample, control: Sample, *, alpha: float = 0.05) -> Lift | None:
    """The lift with an interval that covers it in 1 - alpha of all experiments looked at once, at their planned end.

    None where either group says too little.
    """
    if not (treatment.tells and control.tells):
        return None
    error = sqrt(treatment.relative_error + control.relative_error)
    return _around(treatment, control, NormalDist().inv_cdf(1 - alpha / 2) * error)


def anytime_lift(treatment: Sample, control: Sample, *, planned: int, alpha: float = 0.05) -> Lift | None:
    """The lift with an interval that covers it at every look in 1 - alpha of all experiments, however often one looks.

    planned: the number of visitors, both groups together, at which the interval is to be narrowest. None where either
    group says too little.
    """
    if not (treatment.tells and control.tells):
        return None
    seen = treatment.visitors + control.visitors
    deviation = sqrt(seen * (treatment.relative_error + control.relative_error))
    return _around(treatment, control, deviation * half_width(seen, planned=max(planned, 1), alpha=alpha))


def half_width(seen: int, *, planned: int, alpha: float) -> float:
    """Of the confidence sequence after so many observations, for a standard deviation of 1."""
    squared = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / planned
    grown = seen * squared + 1
    return sqrt(2 * grown / (seen**2 * squared) * log(sqrt(grown) / alpha))


def _around(treatment: Sample, control: Sample, half: float) -> Lift:
    ratio = treatment.mean / control.mean
    return Lift(ratio - 1, ratio * exp(-half) - 1, ratio * exp(min(half, 50.0)) - 1)
