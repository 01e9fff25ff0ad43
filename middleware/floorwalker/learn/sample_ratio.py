"""Whether the groups of an experiment are as large as they should be; if not, its figures are not to be trusted."""

from collections.abc import Sequence
from math import exp, lgamma, log

ALARM = 100.0
_CONCENTRATION = 100.0  # how near to what was planned another ratio is thought to lie


def sample_ratio_factor(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The Bayes factor for "the groups are not filled as planned" against "they are".

    counts: visitors of each group. shares: the part of everybody that each should get; they add up to 1. May be looked
    at after every visitor: groups that are filled as planned ever reach a factor of B in at most 1/B of experiments
    (Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022: a Dirichlet prior around the
    planned shares). Raises ValueError where a share is not above 0.
    """
    if any(share <= 0 for share in shares):
        raise ValueError("every group has a share above 0")
    priors = [_CONCENTRATION * share for share in shares]
    other = lgamma(_CONCENTRATION) - lgamma(_CONCENTRATION + sum(counts))
    other += sum(lgamma(prior + count) - lgamma(prior) for prior, count in zip(priors, counts, strict=True))
    planned = sum(count * log(share) for count, share in zip(counts, shares, strict=True))
    return exp(min(other - planned, 700.0))
