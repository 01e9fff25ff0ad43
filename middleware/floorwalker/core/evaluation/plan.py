"""The plan of a Ruleset: its segments compiled, in an order in which whoever asks for another comes after it."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import assert_never

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.evaluation.compiling import Compiler
from floorwalker.core.evaluation.counting import both, holds_between, score_between
from floorwalker.core.evaluation.moment import Asked, Moment
from floorwalker.core.evaluation.roll import Roll
from floorwalker.core.ruleset import Entry, Ruleset, Segment

_DEEP = 5  # segments one behind the other, before what they ask is answered in order instead of down in one go


class Plan:
    """segments: what each asks, in order, drafts left out. near: without those that ask for many, one behind the
    other.

    roll: who is in which of them; None where they ask for each other in a circle.
    block_names: every name that caps and counts may know.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self._compiler = Compiler()
        live = {name: segment for name, segment in ruleset.segments.items() if not segment.draft}
        depths = _in_order(live)
        self.segments: Mapping[str, Asked] = {name: self._segment(live[name]) for name in depths}
        ordered = {name: live[name] for name in depths}
        self.roll = None if _has_circles(ordered) else Roll(ordered, self.segments, self._compiler)
        self.near: Mapping[str, Asked] = {name: self.segments[name] for name, depth in depths.items() if depth <= _DEEP}
        self.block_names: tuple[str, ...] = tuple(dict.fromkeys(_block_names(ruleset)))

    def test(self, condition: Condition) -> Asked:
        """A condition as a closure, compiled at its first use."""
        return self._compiler.compile(condition)

    def points(self, segment: Segment) -> Callable[[Moment], tuple[float, float]]:
        """The least and the most that the segment's points add up to, asked of a Moment."""
        points = [(one.points, self.test(one.when)) for one in segment.points]
        return lambda moment: score_between((value, holds(moment)) for value, holds in points)

    def _segment(self, segment: Segment) -> Asked:
        when = None if segment.when is None else self.test(segment.when)
        if segment.score is None:
            return when or _never
        points = [(one.points, self.test(one.when)) for one in segment.points]
        scored = partial(_scored, segment.score, points)
        return scored if when is None else lambda moment: both(when(moment), scored(moment))


def _scored(asked: Range, points: list[tuple[float, Asked]], moment: Moment) -> bool | None:
    return holds_between(asked, *score_between((value, holds(moment)) for value, holds in points))


def _never(_: Moment) -> bool | None:
    return False


def _in_order(segments: Mapping[str, Segment]) -> dict[str, int]:
    """Segments after those that they ask for, each with how many `in` lie one behind the other below it. Where they
    ask for each other in a circle, some order of them."""
    asks_for = {name: sorted(set(_asked_segments(segment)) & segments.keys()) for name, segment in segments.items()}
    depths: dict[str, int] = {}
    begun: set[str] = set()
    for first in segments:
        stack = [first]
        while stack:
            name = stack[-1]
            waits_for = [other for other in asks_for[name] if other not in begun and other not in depths]
            begun.add(name)
            if waits_for:
                stack.extend(waits_for)
                continue
            stack.pop()
            if name not in depths:
                depths[name] = max([depths.get(other, 0) + 1 for other in asks_for[name]], default=0)
    return depths


def _has_circles(segments: Mapping[str, Segment]) -> bool:
    """Whether one of them, in their order, asks for itself or for a later one."""
    earlier: set[str] = set()
    for name, segment in segments.items():
        if any(other in segments and other not in earlier for other in _asked_segments(segment)):
            return True
        earlier.add(name)
    return False


def _asked_segments(segment: Segment) -> Iterator[str]:
    for condition in [segment.when, *(one.when for one in segment.points)]:
        if condition is not None:
            yield from _names_in(condition)


def _names_in(condition: Condition) -> Iterator[str]:
    match condition:
        case InSegment():
            yield from condition.names
        case All() | AnyCondition() | Not():
            for part in condition.of:
                yield from _names_in(part)
        case Test() | Behaviour() | Course() | Chance():
            pass
        case _:
            assert_never(condition)


def _block_names(ruleset: Ruleset) -> Iterator[str]:
    yield from ruleset.blocks
    for slot in ruleset.slots.values():
        yield slot.otherwise.name
        for entry in slot.show:
            yield from _names_of(entry)


def _names_of(entry: Entry) -> Iterator[str]:
    if entry.content is not None and entry.content.name:
        yield entry.content.name
    for nested in entry.show:
        yield from _names_of(nested)
