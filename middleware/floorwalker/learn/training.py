"""From a sample of people to a table that may be kept, or a plain word on what is missing."""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.learn.lifecycle import Fit, Foretold, completed, fit, foretold, label_of
from floorwalker.learn.returns import Sample

LEAST_PEOPLE, LEAST_RETURNED, LEAST_WEEKS = 500, 100, 8.0


class Trained(Struct, frozen=True):
    """A table and what speaks for it. check: of a fit to what was before the holdout; labels: people by lifecycle;
    sampled: of how many people the sample is."""

    table: LifecycleTable
    fit: Fit
    check: list[Foretold]
    labels: Mapping[str, int]
    sampled: int


def missing(sample: Sample) -> str:
    """What there is too little of; empty where there is enough."""
    returned = sum(one.now.count > 0 for one in sample.people)
    needed = (
        (len(sample.people), LEAST_PEOPLE, "people"),
        (returned, LEAST_RETURNED, "people who came back"),
        (int(sample.weeks), int(LEAST_WEEKS), "weeks since the first of them came"),
    )
    return ", ".join(f"{found:,} of {least:,} {what}" for found, least, what in needed if found < least)


def trained(sample: Sample, counted: str, *, currency: str, holdout_weeks: float) -> Trained:
    """Fit to all of them; and, for the check, to what was before the holdout alone."""
    whole = fit([one.now for one in sample.people], counted=counted)
    table = completed(whole.table, sample.people, currency=currency)
    before = [one.before for one in sample.people if one.before is not None]
    check = foretold(fit(before, counted=counted).table, sample.people, holdout_weeks) if before else []
    labels = Counter(label_of(table, one) for one in sample.people)
    return Trained(table, whole, check, labels, sample.met)
