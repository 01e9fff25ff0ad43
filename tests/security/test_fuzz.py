"""A short run of every fuzzer: its seeds, and some hundred inputs made of them. `make fuzz` runs longer."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.engines import Run, by_hypothesis, inputs, seeds_of
from fuzz.targets import TARGETS

EXAMPLES = 20


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_written_by_hand_holds(name: str) -> None:
    seeds = seeds_of(name)
    assert len(seeds) >= 2
    for data in seeds:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_made_of_it_holds(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(inputs(name)))


def test_a_failure_is_found_and_its_input_is_kept(tmp_path: Path) -> None:
    def fails_where_a_slot_ends(data: bytes) -> None:
        assert b"<!--/slot" not in data[1:]

    with pytest.raises(AssertionError):
        by_hypothesis("page", fails_where_a_slot_ends, seconds=30, finds=tmp_path)  # a seed itself fails

    calls = []

    def fails_at_last(data: bytes) -> None:
        calls.append(data)
        assert len(calls) < 20 or len(data) < 4

    run = by_hypothesis("cookie", fails_at_last, seconds=30, finds=tmp_path)
    assert run != Run(run.executions, run.seconds)
    assert len(Path(run.found).read_bytes()) >= 4
    assert "AssertionError" in run.why
