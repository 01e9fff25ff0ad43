"""When something happened, by whose clock."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.collect.limits import AHEAD_S, OLDEST_S, SKEW_S
from floorwalker.collect.times import Received, fault_of, happened_at, read_time

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22T14:45:58.514Z", 1795358758.514),
        ("2026-11-22T14:45:25.518510+00:00", 1795358725.51851),
        ("2026-11-22T15:45:58+01:00", 1795358758),
        ("2026-11-22T15:45:58+0100", 1795358758),
        ("2026-11-22t14:45:58z", 1795358758),
        ("2026-11-22 14:45:58", 1795358758),
        ("2026-11-22T14:45:58", 1795358758),
        ("2026-11-22T14:45Z", 1795358700),
        ("2026-11-22", 1795305600),
        ("1795358758", None),
        ("yesterday", None),
        ("2026-13-01", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-22T25:00:00Z", None),
        ("2026-W47-7", None),
        ("0000-01-01", None),
        ("", None),
        ("2026-11-22T14:45:58Zjunk", None),
    ],
)
def test_times_are_iso_8601(text: str, at: float | None) -> None:
    assert read_time(text) == (at if at is None else pytest.approx(at, abs=1e-3))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2)))
def test_what_libraries_write_is_read_back(moment: datetime) -> None:
    assert read_time(moment.isoformat()) == pytest.approx(moment.timestamp(), abs=1e-3)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert read_time(text) is None or isinstance(read_time(text), float)


@pytest.mark.parametrize(
    ("told", "sent_at", "at"),
    [
        (None, None, NOW),
        (NOW - 10, None, NOW - 10),
        (NOW - 86_400, NOW - 1, NOW - 86_400),  # the way to here is no wrong clock
        (3600.0, 3610.0, NOW - 10),  # a clock that began at 1970
        (NOW + 7200, NOW + 7210, NOW - 10),  # one that is two hours ahead
        (NOW + 60, None, NOW),  # just ahead is now
        (NOW + 60, NOW, NOW),
    ],
)
def test_a_clock_that_is_wrong_is_put_right(told: float | None, sent_at: float | None, at: float) -> None:
    received = Received(NOW, sent_at)
    assert happened_at(told, received) == at
    assert fault_of(at, received) is None


@pytest.mark.parametrize(
    ("told", "sent_at", "named"),
    [
        (NOW + AHEAD_S + 1, None, "ahead"),
        (NOW + AHEAD_S + 1, NOW, "ahead"),
        (253402300799.0, None, "ahead"),
        (NOW - OLDEST_S - 1, None, "back"),
        (0.0, NOW, "back"),
        (-62135596800.0, None, "back"),
    ],
)
def test_absurd_times_are_refused(told: float, sent_at: float | None, named: str) -> None:
    received = Received(NOW, sent_at)
    assert named in (fault_of(happened_at(told, received), received) or "")


@given(st.floats(-1e11, 1e11), st.floats(0, 1e6))
def test_how_wrong_a_clock_is_does_not_matter(skew: float, ago: float) -> None:
    sent_at = NOW + skew
    at = happened_at(sent_at - ago, Received(NOW, sent_at))
    assert at == pytest.approx(NOW - ago, abs=SKEW_S + 1)
    assert at <= NOW
