"""Steps one after the other: how often they were complete, and how far somebody came. Linear in what is remembered.

A mark is (position, step): the event at that position is that step. Of one event the later steps come first, so that no
event is two steps of one run.
"""

from collections.abc import Sequence
from math import inf

from msgspec import Struct

Mark = tuple[int, int]


def marks_of(steps: Sequence[Sequence[int]]) -> list[Mark]:
    """The marks of steps, each given by the positions at which it happened."""
    marks = [(position, step) for step, positions in enumerate(steps) for position in positions]
    return sorted(marks, key=lambda mark: (mark[0], -mark[1]))


class Runs(Struct, frozen=True, gc=False):
    """How often the steps were complete, none of the runs overlapping.

    done: when each step last followed those before it, in seconds since 1970; -inf is never.
    """

    count: int
    done: tuple[float, ...]

    @property
    def latest(self) -> float | None:
        """When the steps were last complete."""
        return self.done[-1] if self.done[-1] > -inf else None


def runs_of(
    marks: Sequence[Mark],
    times: Sequence[float],
    steps: int,
    *,
    gap: float | None = None,
    begun: int = 0,
    left: float = -inf,
) -> Runs:
    """Every run of all steps in their order, with at most `gap` seconds from one to the next.

    begun: so many steps may have been done before the first mark, each as late as `left`.
    """
    longest = inf if gap is None else gap
    # Of each step, when it last ended a way through the steps up to it: the latest is as good as any for what follows.
    # `since` forgets at each complete run, which counts the most runs that do not overlap; `ever` does not.
    since = [left] * begun + [-inf] * (steps - begun)
    ever = list(since)
    count, ended = 0, -1
    for position, step in marks:
        at = times[position]
        if _follows(ever, step, at, longest):
            ever[step] = at
        if position > ended and _follows(since, step, at, longest):
            since[step] = at
            if step == steps - 1:
                count, since, ended = count + 1, [-inf] * steps, position
    return Runs(count, tuple(ever))


def _follows(done: Sequence[float], step: int, at: float, longest: float) -> bool:
    return not step or (done[step - 1] > -inf and at - done[step - 1] <= longest)


class Pass(Struct, frozen=True, gc=False):
    """How far the latest pass through a funnel came. reached: when each step last was; -inf is before all marks."""

    reached: tuple[float, ...]


def pass_of(marks: Sequence[Mark], times: Sequence[float], steps: int, *, begun: int = 0) -> Pass:
    """The latest pass: it begins with the first step; after the last step, the first step begins a new one.

    begun: so many steps were done before the first mark. Of one event the latest step that is reached by then counts.
    """
    reached = [-inf] * begun
    done = -1
    for position, step in marks:
        if position == done or step > len(reached):
            continue
        if len(reached) == steps and step < steps - 1:
            if step > 0:
                continue
            reached = []
        reached[step : step + 1] = [times[position]]
        done = position
    return Pass(tuple(reached))
