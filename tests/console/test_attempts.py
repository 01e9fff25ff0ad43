"""Attempts: so many and no more, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from floorwalker.console.attempts import (
    MOST_OF_ADDRESS,
    MOST_OF_BOTH,
    MOST_OF_NAME,
    MOST_REMEMBERED,
    SLOWEST_S,
    WINDOW_S,
    Attempts,
    network_of,
)


def test_one_name_from_one_address_may_fail_five_times_in_a_quarter_of_an_hour() -> None:
    attempts = Attempts()
    waits = [attempts.begin("anna", "192.0.2.1", 100.0 + n) for n in range(MOST_OF_BOTH + 3)]
    assert waits[:MOST_OF_BOTH] == [0] * MOST_OF_BOTH
    assert all(wait > 0 for wait in waits[MOST_OF_BOTH:])
    assert attempts.begin("anna", "192.0.2.2", 110.0) == 0
    assert attempts.begin("anna", "192.0.2.1", 100.0 + WINDOW_S) == 0


def test_an_address_may_not_go_through_the_names() -> None:
    attempts = Attempts()
    waits = [attempts.begin(f"name{n}", "192.0.2.1", 100.0) for n in range(MOST_OF_ADDRESS + 1)]
    assert waits.index(WINDOW_S) == MOST_OF_ADDRESS


def test_a_name_may_not_be_tried_from_everywhere() -> None:
    attempts = Attempts()
    waits = [attempts.begin("anna", f"192.0.2.{n}", 100.0) for n in range(MOST_OF_NAME + 1)]
    assert waits.index(WINDOW_S) == MOST_OF_NAME


def test_who_succeeds_begins_anew_and_the_address_keeps_the_rest() -> None:
    attempts = Attempts()
    for round_ in range(3):
        for n in range(MOST_OF_BOTH):
            assert attempts.begin("anna", "192.0.2.1", 100.0 + round_) == 0, n
        attempts.succeeded("anna", "192.0.2.1")
    assert attempts.begin("bob", "192.0.2.1", 110.0) == 0


def test_each_failure_is_answered_later() -> None:
    attempts = Attempts()
    slow = []
    for n in range(MOST_OF_BOTH):
        attempts.begin("anna", "192.0.2.1", 100.0 + n)
        slow.append(attempts.slowness_s("anna", "192.0.2.1", 100.0 + n))
    assert slow == sorted(slow)
    assert slow[0] > 0
    assert slow[-1] == SLOWEST_S


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3), st.floats(0, 1e6)), max_size=50))
def test_whatever_comes_nothing_is_negative(tries: list[tuple[str, str, float]]) -> None:
    attempts = Attempts()
    assert all(attempts.begin(name, address, at) >= 0 for name, address, at in tries)


def test_memory_is_bounded() -> None:
    attempts = Attempts()
    for n in range(MOST_REMEMBERED):
        attempts.begin(f"{n}", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", 100.0)
    assert len(attempts._counts) == MOST_REMEMBERED


def test_a_household_is_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("") == network_of("nonsense") == "unknown"
