"""Sightings: whatever is told of weeks and silences is true of what really happened."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.memory.asked.sightings import (
    WEEK,
    Between,
    Return,
    Sighting,
    latest_of,
    may_return,
    sure_return,
    weeks_with,
)

HALF = WEEK // 2
TIMES = st.lists(st.integers(0, 16).map(lambda half: half * HALF), max_size=7).map(sorted)


@st.composite
def remembered(draw: st.DrawFn) -> tuple[list[int], list[Sighting]]:
    """What really happened, and what is remembered of it: times blurred, and perhaps more than there was."""
    times = draw(TIMES)
    seen = []
    for at in times:
        early, late = (draw(st.sampled_from([0, 0, HALF // 3, WEEK])) for _ in range(2))
        seen.append(Sighting(at - early, at + late, draw(st.sampled_from([True, True, False]))))
    more = draw(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 4)), max_size=2))
    seen += [Sighting(first * HALF, (first + long) * HALF, sure=False) for first, long in more]
    return times, draw(st.permutations(seen))


def exactly(times: Sequence[int]) -> list[Sighting]:
    return [Sighting(at, at) for at in times]


def weeks_of(times: Sequence[int], until: int, of: int) -> int:
    inside = [
        [at for at in times if until - (week + 1) * WEEK <= at <= until and (week == 0 or at < until - week * WEEK)]
        for week in range(of)
    ]
    return sum(map(bool, inside))


def returned(times: Sequence[int], start: int, silence: int) -> bool:
    return any(after - before >= silence and after >= start for before, after in pairwise(times))


NOW = 17 * HALF
UNTIL = st.integers(0, NOW)
OF = st.integers(1, 6)
SILENCES = st.integers(1, 6).map(lambda half: half * HALF)


@given(remembered(), OF)
@settings(max_examples=150, deadline=None)
def test_the_weeks_lie_between_what_is_told(case: tuple[list[int], list[Sighting]], of: int) -> None:
    times, sightings = case
    told = weeks_with(sightings, NOW, of)
    assert told.least <= weeks_of(times, NOW, of) <= told.most


@given(TIMES, UNTIL, OF)
def test_exact_times_tell_the_weeks_exactly(times: list[int], until: int, of: int) -> None:
    expected = weeks_of(times, until, of)
    assert weeks_with(exactly(times), until, of) == Between(expected, expected)


@given(remembered())
@settings(max_examples=120, deadline=None)
def test_the_latest_time_lies_between_what_is_told(case: tuple[list[int], list[Sighting]]) -> None:
    times, sightings = case
    told = latest_of(sightings)
    if told is None:
        assert not times
    else:
        assert told.least <= (times[-1] if times else -inf) <= told.most


@given(remembered(), UNTIL, SILENCES)
@settings(max_examples=120, deadline=None)
def test_a_sure_return_was_one_and_what_cannot_be_was_none(
    case: tuple[list[int], list[Sighting]], start: int, silence: int
) -> None:
    times, sightings = case
    sure, possible = sure_return(sightings, start, silence), may_return(sightings, start, silence)
    assert sure is None or possible
    if sure is not None:
        assert returned(times, start, silence)
    if not possible:
        assert not returned(times, start, silence)


@given(TIMES, UNTIL, SILENCES)
@settings(max_examples=150, deadline=None)
def test_exact_times_tell_returns_exactly(times: list[int], start: int, silence: int) -> None:
    expected = returned(times, start, silence)
    assert may_return(exactly(times), start, silence) is expected
    assert (sure_return(exactly(times), start, silence) is not None) is expected


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([Sighting(0, 0), Sighting(WEEK, WEEK)], Return(WEEK, WEEK)),
        ([Sighting(0, HALF), Sighting(2 * WEEK, 3 * WEEK)], Return(2 * WEEK, 2 * WEEK - HALF)),
        ([Sighting(0, 0, sure=False), Sighting(WEEK, WEEK)], None),
        ([Sighting(0, 0), Sighting(WEEK, WEEK, sure=False)], None),
        ([Sighting(0, 0), Sighting(0, WEEK, sure=False), Sighting(WEEK, WEEK)], None),
        ([], None),
    ],
)
def test_a_return_is_told_with_the_silence_before_it(sightings: list[Sighting], expected: Return | None) -> None:
    assert sure_return(sightings, 0, WEEK) == expected
