"""Paths, found by the pattern that they fit."""

from collections.abc import Callable, Collection, Set
from functools import lru_cache

from floorwalker.core.conditions.patterns import path_pattern


class Paths:
    """Paths, by their first segment: of a hundred, few begin as a pattern does, and only they are matched."""

    __slots__ = ("_all", "_by_first")

    def __init__(self, paths: Collection[str]) -> None:
        self._all = paths
        self._by_first: dict[str, list[str]] = {}
        for path in paths:
            first = path.split("/", 2)[1] if path[:1] == "/" else ""
            self._by_first.setdefault(first, []).append(path)

    @property
    def first_segments(self) -> Set[str]:
        """With which segments they begin; empty of `/`."""
        return self._by_first.keys()

    def within(self, pattern: str) -> list[str]:
        """The paths that the pattern fits."""
        head, first, fits = _read(pattern)
        near = self._all if "*" in first else self._by_first.get(first, ())
        return [path for path in near if path.startswith(head) and fits(path)]


@lru_cache(4096)
def _read(pattern: str) -> tuple[str, str, Callable[[str], object]]:
    """With what a path begins that the pattern fits, its first segment, and whether it fits."""
    first = literal_path(pattern).split("/", 2)[1]
    return literal_path(pattern.partition("*")[0]), first, path_pattern(pattern).match


def first_segment(path: str) -> str:
    """The first segment of a path; empty of `/`."""
    return path.split("/", 2)[1] if path.startswith("/") else ""


def literal_path(pattern: str) -> str:
    """A path pattern without wildcards, in the form in which paths are compared."""
    return "/" + "/".join([segment for segment in pattern.split("/") if segment])
