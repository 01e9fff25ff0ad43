"""Text patterns compared: whether all that fits one fits another, and whether nothing fits both. False: not certain."""

from collections.abc import Sequence
from functools import lru_cache

from floorwalker.core.conditions.patterns import phrase_pattern, wildcard

_ANYTHING = "\0"
"""Stands for what a `*` took: no literal part of a pattern fits it, so only another `*` can take it."""

_SAID_OF_FLAGS = (("yes", "true"), ("no", "false"))
"""One value may be written either way, so a text that is one of them may be the other, too."""


def glob_within(one: str, other: str) -> bool:
    """Whether every folded text that fits `one` fits `other`; `*` is anything."""
    return _fits(other, one.replace("*", _ANYTHING))


def _fits(pattern: str, text: str) -> bool:
    return wildcard(pattern).match(text) is not None if "*" in pattern else pattern == text


def globs_apart(one: str, other: str) -> bool:
    """Whether no value fits both, however it is written."""
    if any(_fits_any(one, said) and _fits_any(other, said) for said in _SAID_OF_FLAGS):
        return False
    return _texts_apart(one, other)


def _fits_any(pattern: str, texts: Sequence[str]) -> bool:
    return any(_fits(pattern, text) for text in texts)


def _texts_apart(one: str, other: str) -> bool:
    if "*" not in one:
        return not _fits(other, one)
    if "*" not in other:
        return not _fits(one, other)
    ours, theirs = one.split("*"), other.split("*")
    heads, tails = sorted((ours[0], theirs[0]), key=len), sorted((ours[-1], theirs[-1]), key=len)
    return not (heads[1].startswith(heads[0]) and tails[1].endswith(tails[0]))


def phrase_within(one: str, other: str) -> bool:
    """Whether every text that holds the phrase `one` holds `other`."""
    return phrase_pattern(other).search(f" {one.replace('*', _ANYTHING)} ") is not None


@lru_cache(4096)
def path_within(one: str, other: str) -> bool:
    """Whether every path that fits `one` fits `other`."""
    return _segments_within(tuple(_segments(one)), tuple(_segments(other)))


@lru_cache(4096)
def _segments_within(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if not theirs:
        return not ours
    if theirs[0] == "**":
        return _segments_within(ours, theirs[1:]) or (bool(ours) and _segments_within(ours[1:], theirs))
    if not ours or ours[0] == "**":
        return False
    return glob_within(ours[0], theirs[0]) and _segments_within(ours[1:], theirs[1:])


@lru_cache(4096)
def paths_apart(one: str, other: str) -> bool:
    """Whether no path fits both."""
    ours, theirs = _segments(one), _segments(other)
    if _too_short(ours, theirs) or _too_short(theirs, ours):
        return True
    heads = zip(_head(ours), _head(theirs), strict=False)
    tails = zip(_head(ours[::-1]), _head(theirs[::-1]), strict=False)
    return any(_texts_apart(a, b) for pairs in (heads, tails) for a, b in pairs)


def _segments(pattern: str) -> list[str]:
    return [segment for segment in pattern.split("/") if segment]


def _head(segments: list[str]) -> list[str]:
    return segments[: segments.index("**")] if "**" in segments else segments


def _too_short(fixed: list[str], other: list[str]) -> bool:
    """Whether one has no `**`, and fewer segments than the other needs; without any `**`, another number of them."""
    if "**" in fixed:
        return False
    needed = len(other) - other.count("**")
    return len(fixed) < needed if "**" in other else len(fixed) != needed
