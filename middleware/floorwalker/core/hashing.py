"""Stable shares of visitors, from a seed and a name, never from dice."""

from hashlib import blake2b
from math import inf, log1p

_SCALE = 1 / (1 << 53)


def seed_of(visitor: str) -> int:
    """The seed that a new profile keeps for good: 64 bits, from the visitor's id."""
    return int.from_bytes(blake2b(visitor.encode(), digest_size=8, person=b"fw-seed").digest(), "big")


def share(seed: int, name: str) -> float:
    """Where this seed stands in the experiment `name`: uniform in [0, 1), the same for ever.

    A share of p holds the visitors below p, so raising p keeps those already in.
    """
    digest = blake2b(seed.to_bytes(8, "big") + name.encode(), digest_size=8, person=b"fw-share").digest()
    return (int.from_bytes(digest, "big") >> 11) * _SCALE


def draw(seed: int, name: str, weight: float) -> float:
    """When the alternative `name` comes up for this seed; of several the earliest is drawn, each by its weight's share.

    An exponentially distributed time of rate `weight`: weighted rendezvous hashing. One alternative's time depends on
    nothing but its own name and weight. So one that is left out gives its part to the others by their weights, and
    everybody else keeps theirs; a greater weight only moves people towards it. Weight 0 never comes up.
    """
    return -log1p(-share(seed, name)) / weight if weight > 0 else inf
