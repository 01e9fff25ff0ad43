"""The curves: what grows, over which sizes, and whether there is a cliff on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.growth.shapes import Shape

CURVES: Mapping[str, tuple[str, Sequence[int]]] = {
    "segments": ("segments", (1, 10, 100, 300, 1000)),
    "slots": ("slots", (1, 3, 10, 25, 50)),
    "page_bytes": ("bytes of the page", (1_000, 10_000, 50_000, 200_000, 1_000_000)),
    "profile_bytes": ("bytes of the profile", (100, 500, 1_500, 4_000, 16_000)),
    "at_once": ("pages at once", (1, 4, 16, 64, 256)),
}
_STEEP = 1.3


def shape_of(measure: str, size: int) -> Shape:
    """The benchmark's site, but for one measure."""
    return Shape(**{measure: size})


@dataclass(frozen=True)
class Point:
    """What floorwalker adds to a page at one size, microseconds of CPU."""

    size: float
    added_us: float


def cliffs(points: Sequence[Point]) -> list[float]:
    """The sizes at which the cost has grown faster than the size itself since the point before, and by a third more."""
    return [
        after.size
        for before, after in pairwise(points)
        if after.added_us / max(1.0, before.added_us) > _STEEP * after.size / before.size
    ]
