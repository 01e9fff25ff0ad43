"""How many visitors an experiment needs."""

from math import ceil
from statistics import NormalDist


def visitors_needed(
    *, mean: float, variance: float, effect: float, control: float, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Of both groups together, until a relative difference of `effect` is seen with that power in a two-sided test.

    mean, variance: of one visitor's value, as it is without any effect; of a rate p they are p and p·(1 - p).
    control: the share of visitors in control. The normal approximation for two means with groups of unequal size
    (Chow, Shao and Wang, "Sample Size Calculations in Clinical Research", 3.2). Raises ValueError where there is
    nothing to compare: a mean or an effect of 0, a share of 0 or 1.
    """
    if mean <= 0 or effect == 0 or not 0 < control < 1:
        raise ValueError("there is nothing to compare")
    normal = NormalDist()
    reach = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    return ceil(reach**2 * variance * (1 / control + 1 / (1 - control)) / (mean * effect) ** 2)
