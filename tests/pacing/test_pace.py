"""A pace holds whoever is too fast, nobody else, and cannot be flushed."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.pacing.pace import Pace, Rate

SALT = b"s" * 16


def pace(per_minute: float = 60, burst: float = 5, cells: int = 1 << 10) -> Pace:
    return Pace(Rate(per_minute, burst), salt=SALT, cells=cells)


def test_a_burst_passes_and_then_one_at_a_time() -> None:
    one = pace()
    assert [one.take("a", 100.0) for _ in range(5)] == [0] * 5
    assert one.take("a", 100.0) == pytest.approx(1.0)
    assert one.take("a", 100.5) == pytest.approx(0.5)
    assert one.take("a", 101.0) == 0
    assert one.take("a", 101.0) > 0
    assert one.take("b", 101.0) == 0


def test_a_quiet_time_brings_the_burst_back_and_no_more() -> None:
    one = pace()
    for _ in range(5):
        one.take("a", 100.0)
    assert [one.take("a", 1e6) == 0 for _ in range(7)] == [True] * 5 + [False] * 2


def test_much_at_once_costs_as_much_as_one_by_one() -> None:
    one = pace()
    assert one.take("a", 100.0, cost=4) == 0
    assert one.take("a", 100.0, cost=2) == pytest.approx(1.0)
    assert one.take("a", 100.0, cost=1) == 0


def test_more_than_a_burst_costs_the_whole_burst_and_is_not_refused_for_ever() -> None:
    one = pace()
    assert one.take("a", 100.0, cost=1000) == 0
    assert one.take("a", 100.0) > 0


def test_what_is_given_back_may_be_done_again() -> None:
    one = pace()
    for _ in range(5):
        one.take("a", 100.0)
    one.give_back("a", 100.0)
    assert one.outstanding("a", 100.0) == pytest.approx(4)
    assert one.take("a", 100.0) == 0
    assert one.take("a", 100.0) > 0


def test_giving_back_what_was_not_taken_gives_nothing() -> None:
    one = pace()
    one.give_back("a", 100.0, cost=50)
    assert [one.take("a", 100.0) == 0 for _ in range(6)] == [True] * 5 + [False]


def test_a_clock_that_steps_back_by_more_than_a_breath_makes_nobody_wait() -> None:
    one = pace(burst=5)
    assert [one.take("anna", 10_000.0) for _ in range(3)] == [0.0] * 3
    assert [one.take("anna", 6_400.0) for _ in range(5)] == [0.0] * 5
    assert one.take("anna", 6_400.0) > 0


def test_a_clock_that_steps_back_a_little_gives_nobody_a_second_burst() -> None:
    one = pace(burst=5)
    assert [one.take("anna", 100.0) for _ in range(5)] == [0.0] * 5
    assert one.take("anna", 99.5) > 0


def test_a_hundred_thousand_others_do_not_flush_what_somebody_did() -> None:
    one = pace(per_minute=1)
    for _ in range(5):
        one.take("guilty", 100.0)
    for number in range(100_000):
        one.take(f"other {number}", 100.0)
    assert one.take("guilty", 100.0) > 0


def test_hundreds_of_fast_ones_hold_up_nearly_nobody_else() -> None:
    one = pace(cells=1 << 14)
    for number in range(300):
        for _ in range(10):
            one.take(f"guilty {number}", 100.0)
    held_up = sum(one.take(f"innocent {number}", 100.0) > 0 for number in range(3000))
    assert held_up <= 6


def test_memory_does_not_grow() -> None:
    one = pace(cells=1 << 14)
    tracemalloc.start()
    try:
        for number in range(20_000):
            one.take(f"{number}", float(number))
        assert tracemalloc.get_traced_memory()[0] < 10_000
    finally:
        tracemalloc.stop()


steps = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30), st.integers(1, 3)), max_size=60)


@given(steps, st.floats(1, 600), st.integers(1, 20))
def test_nobody_ever_does_more_than_the_burst_and_the_rate_allow(
    taken: list[tuple[str, float, int]], per_minute: float, burst: int
) -> None:
    one, now = pace(per_minute, burst), 1000.0
    done: dict[str, list[tuple[float, float]]] = {}
    for who, later, cost in taken:
        now += later
        if one.take(who, now, cost) == 0:
            done.setdefault(who, []).append((now, min(cost, burst)))
    for all_of_one in done.values():
        for number, (began, _) in enumerate(all_of_one):
            for ended, _ in all_of_one[number:]:
                amount = sum(cost for at, cost in all_of_one[number:] if at <= ended)
                assert amount <= burst + (ended - began) * per_minute / 60 + 1e-6


@given(steps)
def test_whoever_waits_as_long_as_they_were_told_passes(taken: list[tuple[str, float, int]]) -> None:
    one, now = pace(burst=3), 1000.0
    for who, later, cost in taken:
        now += later
        wait_s = one.take(who, now, cost)
        if wait_s:
            now += wait_s
            assert one.take(who, now + 1e-6, cost) == 0
