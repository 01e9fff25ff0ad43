"""Steps in order, against every way through them tried out."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import inf

from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorwalker.core.memory.asked.order import Runs, marks_of, pass_of, runs_of

Happened = list[tuple[int, frozenset[int]]]
"""Events: seconds after the one before, and which steps it is."""


@st.composite
def happened(draw: st.DrawFn, steps: int, most: int = 9) -> Happened:
    which = st.frozensets(st.integers(0, steps - 1), max_size=steps)
    return draw(st.lists(st.tuples(st.integers(0, 3), which), max_size=most))


def laid_out(events: Happened, steps: int) -> tuple[list[list[int]], list[int]]:
    """The positions of each step, and every event's time."""
    times, at = [], 0
    for gap, _ in events:
        at += gap
        times.append(at)
    return [[number for number, (_, of) in enumerate(events) if step in of] for step in range(steps)], times


def every_run(events: Happened, times: Sequence[int], steps: int, gap: int | None) -> list[tuple[int, int]]:
    """The first and last position of every way through all steps."""
    return [
        (chosen[0], chosen[-1])
        for chosen in combinations(range(len(events)), steps)
        if all(step in events[position][1] for step, position in enumerate(chosen))
        and all(gap is None or times[after] - times[before] <= gap for before, after in pairwise(chosen))
    ]


def most_apart(runs: list[tuple[int, int]], start: int = -1) -> int:
    """The most of them of which none overlap."""
    return max([1 + most_apart(runs, last) for first, last in runs if first > start], default=0)


CASES = st.integers(1, 3).flatmap(
    lambda steps: st.tuples(st.just(steps), happened(steps), st.one_of(st.none(), st.integers(0, 4)))
)


@given(CASES)
@example((2, [(0, frozenset({0, 1})), (0, frozenset({0, 1})), (0, frozenset({0, 1}))], None))
@example((3, [(0, frozenset({0})), (2, frozenset({0})), (1, frozenset({1})), (1, frozenset({2}))], 1))
@settings(max_examples=140, deadline=None)
def test_runs_are_those_that_trying_out_every_way_finds(case: tuple[int, Happened, int | None]) -> None:
    steps, events, gap = case
    positions, times = laid_out(events, steps)
    runs = every_run(events, times, steps, gap)
    found = runs_of(marks_of(positions), times, steps, gap=gap)
    assert found.count == most_apart(runs)
    assert found.latest == max([times[last] for _, last in runs], default=None)


@given(CASES, st.integers(0, 2), st.integers(0, 3))
@settings(max_examples=140, deadline=None)
def test_steps_done_before_are_like_events_at_that_time(
    case: tuple[int, Happened, int | None], begun: int, waited: int
) -> None:
    steps, events, gap = case
    begun = min(begun, steps - 1)
    before: Happened = [(0, frozenset({step})) for step in range(begun)]
    then = [(waited + events[0][0], events[0][1]), *events[1:]] if events else []
    whole, all_times = laid_out(before + then, steps)
    expected = runs_of(marks_of(whole), all_times, steps, gap=gap)
    positions, times = laid_out(then, steps)
    found = runs_of(marks_of(positions), times, steps, gap=gap, begun=begun, left=0)
    assert (found.count, found.latest) == (expected.count, expected.latest)


@given(st.integers(2, 4).flatmap(lambda steps: st.tuples(st.just(steps), happened(steps, 20))))
@settings(max_examples=120, deadline=None)
def test_before_the_end_a_pass_has_come_as_far_as_the_steps_can_be_followed(case: tuple[int, Happened]) -> None:
    steps, events = case
    unfinished: Happened = [(gap, of - {steps - 1}) for gap, of in events]
    positions, times = laid_out(unfinished, steps)
    reached = pass_of(marks_of(positions), times, steps).reached
    followed = [runs_of(marks_of(positions[:part]), times, part).count > 0 for part in range(1, steps)]
    assert len(reached) == sum(followed)
    assert all(at in times for at in reached)


def one(*steps: int) -> Happened:
    return [(1, frozenset({step})) for step in steps]


def walked(*steps: int, begun: int = 0) -> tuple[float, ...]:
    positions, times = laid_out(one(*steps), 3)
    return pass_of(marks_of(positions), times, 3, begun=begun).reached


def test_a_pass_begins_anew_with_the_first_step_after_the_last() -> None:
    assert walked(0, 1, 2) == (1, 2, 3)
    assert walked(0, 1, 2, 1) == (1, 2, 3)
    assert walked(0, 1, 2, 2) == (1, 2, 4)
    assert walked(0, 1, 2, 0) == (4,)
    assert walked(0, 1, 2, 1, 0, 1) == (5, 6)


def test_what_was_done_before_is_continued() -> None:
    assert walked(1, 2, begun=1) == (-inf, 1, 2)
    assert walked(0, begun=3) == (1,)
    assert walked(begun=2) == (-inf, -inf)


def test_nothing_is_no_run() -> None:
    assert runs_of([], [], 2) == Runs(0, (-inf, -inf))
    assert runs_of([], [], 2).latest is None
