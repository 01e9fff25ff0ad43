"""The gate decides by what surely differs, and knows its baseline."""

import json
import random
from pathlib import Path

import pytest

from benchmarks.gate.baseline import Baseline, tree_of
from benchmarks.gate.compared import compared_table, note
from benchmarks.gate.trial import SLOWED, missing
from benchmarks.gate.trial_table import trial_table
from benchmarks.gate.verdict import Verdict, verdict
from benchmarks.gate.worker import WORKS
from benchmarks.whole.conditions import conditions

MOST = 1.05


def noisy(ratio: float, *, by: float, seed: int) -> list[list[float]]:
    """Ratios as a noisy machine gives them: some of the rounds far off, each pair of processes a little."""
    dice = random.Random(seed)
    return [
        [ratio * leaning * dice.choice((1, 1, 1, 1 / (1 + by), 1 + by)) * dice.gauss(1, by / 4) for _ in range(24)]
        for leaning in (dice.gauss(1, 0.015) for _ in range(6))
    ]


@pytest.mark.parametrize("by", [0.01, 0.1, 0.3])
def test_equal_trees_hold_however_noisy_the_rounds(by: float) -> None:
    assert all(verdict(noisy(1.0, by=by, seed=seed), most=MOST).holds for seed in range(100))


def test_a_tree_that_costs_a_fifth_more_fails() -> None:
    assert not any(verdict(noisy(1.2, by=0.1, seed=seed), most=MOST).holds for seed in range(100))


def test_a_tree_that_costs_less_holds() -> None:
    assert verdict(noisy(0.5, by=0.1, seed=1), most=MOST).holds


def test_what_is_sure_is_less_than_the_middle() -> None:
    found = verdict([[1.1, 1.2, 1.3], [1.0, 1.1, 5.0], [1.2, 1.2, 1.2]], most=MOST)
    assert found.low < found.ratio
    assert found.ratio == pytest.approx((1.2 * 1.1 * 1.2) ** (1 / 3))


def test_the_recorded_baseline_knows_every_kind_of_request() -> None:
    recorded = Baseline.read()
    assert set(recorded.ratios) == set(WORKS)
    assert len(recorded.commit) == 40


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Baseline("a" * 40, "2026-11-23", {"page": 0.5})
    written.write(tmp_path / "baseline.json")
    assert Baseline.read(tmp_path / "baseline.json") == written


def test_a_commit_that_is_not_at_hand_has_no_tree() -> None:
    with tree_of("0" * 40) as tree:
        assert tree is None


def test_a_trial_goes_on_with_what_is_missing() -> None:
    whole = list(missing([], equal=6, slowed=2))
    assert (whole.count(0.0), len(whole)) == (6, 6 + 2 * len(SLOWED))
    for done in range(len(whole) + 1):
        rest = list(missing([{"slower": slower} for slower in whole[:done]], equal=6, slowed=2))
        assert sorted(whole[:done] + rest) == sorted(whole)
    assert 0.0 in whole[:2]
    assert set(SLOWED) <= set(whole[: 2 * len(SLOWED)])


def test_the_dearest_kind_of_request_decides_in_the_table() -> None:
    noted = {"at": "2026-11-23 08:00 UTC", "load": 0.4, "baseline": "abc"}
    run = {"slower": 0.1, "failed": True, **noted, "page": [1.12, 1.09], "data": [1.02, 1.01]}
    cheap = {**run, "page": [1.04, 1.01]}
    told = trial_table([run, cheap, {"slower": 0.0, "failed": False, "data": [1.0, 1.0]}])
    assert "| 1.040 – 1.120 | 1.010 – 1.090 |" in " ".join(told.split())
    assert "2 of the runs were noted with their circumstances" in told


def test_a_comparison_takes_the_place_of_the_one_with_the_same_commit(tmp_path: Path) -> None:
    made = conditions()
    for commit, ratio in (("b" * 40, 0.9), ("b" * 40, 0.5), ("a" * 40, 0.3)):
        date = "2026-11-23" if commit[0] == "b" else "2026-11-22"
        note(tmp_path / "gate.json", {"page": Verdict(ratio, ratio, MOST)}, commit=commit, date=date, made=made)
    rows = compared_table(json.loads((tmp_path / "gate.json").read_text())).splitlines()
    assert ["".join(row.split()) for row in rows[2:4]] == [
        "|aaaaaaaaaaaaof2026-11-22|0.30|",
        "|bbbbbbbbbbbbof2026-11-23|0.50|",
    ]
