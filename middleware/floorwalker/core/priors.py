"""Priors: what is known of the whole population. A value with a version: one decision uses one of them."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from floorwalker.core.lifecycle import LifecycleTable

STRENGTH = 0.5  # in event weights: what the population counts beside what somebody did
SMOOTHING_EVENTS = 100.0
MOST_TOPICS = 500


class Priors(Struct, frozen=True, dict=True):
    """What is known of the whole population, the only knowledge from outside that folding and deciding use.

    version: of these figures. topics: each topic's share of all interest, 0 to 1. lifecycle: how people come back.
    """

    version: str = ""
    topics: Mapping[str, float] = {}
    lifecycle: LifecycleTable = LifecycleTable()

    @property
    def strength(self) -> float:
        """What the population counts, in event weights; nothing where it is not known."""
        return STRENGTH if self.topics else 0.0

    @cached_property
    def heaviest(self) -> tuple[str, ...]:
        """The topics, the most sought first."""
        return tuple(sorted(self.topics, key=lambda topic: (-self.topics[topic], topic)))


NO_PRIORS = Priors()


def smoothed(counts: Mapping[str, int], known: frozenset[str] = frozenset()) -> dict[str, float]:
    """Each topic's share, of how often it was seen; the 500 most seen ones. known: topics that rules name.

    As if 100 more page views had been spread evenly over all topics and anything else: on a new site all are alike,
    after some thousand views the counts speak, and a site's only topic never has the whole.
    """
    topics = sorted({*counts, *known}, key=lambda topic: (-counts.get(topic, 0), topic))
    if not topics:
        return {}
    whole = sum(counts.values()) + SMOOTHING_EVENTS
    each = SMOOTHING_EVENTS / (len(topics) + 1)
    return {topic: (counts.get(topic, 0) + each) / whole for topic in topics[:MOST_TOPICS]}
