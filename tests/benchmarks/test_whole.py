"""What a run shows: budgets and how they stand, worst first, and what was not measured is said to be so."""

import math

import pytest

from benchmarks.whole.budgets import Budget, Row, Standing, as_json, row_of
from benchmarks.whole.figures import Figures
from benchmarks.whole.rounds import Sample
from benchmarks.whole.tables import budget_table, markdown

MORE = Budget("throughput", 0.9, 0.95, at_least=True)
LESS = Budget("cost", 6, 4, "µs")


def sample(variant: str, number: int, *, rps: float, cpu_us: float, page: str = "/static10") -> Sample:
    return Sample(variant, page, number, rps, cpu_us, p50_ms=0.1, p99_ms=0.2, failures=0)


@pytest.mark.parametrize(
    ("budget", "figure", "standing"),
    [
        (MORE, 0.89, Standing.MISSED),
        (MORE, 0.90, Standing.MET),
        (MORE, 0.95, Standing.AIM),
        (LESS, 6.1, Standing.MISSED),
        (LESS, 6.0, Standing.MET),
        (LESS, 4.0, Standing.AIM),
        (LESS, math.nan, Standing.UNKNOWN),
    ],
)
def test_a_figure_stands_to_its_budget(budget: Budget, figure: float, standing: Standing) -> None:
    assert Row(budget, figure).standing == standing


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    row = row_of(LESS, [])
    assert row.standing == Standing.UNKNOWN
    assert as_json(row)["figure"] is None
    assert "not measured" in budget_table([as_json(row)])


def test_the_worst_is_the_one_furthest_from_its_budget() -> None:
    half, twice, tenth = Row(MORE, 0.45), Row(LESS, 18), row_of(LESS, [])
    assert sorted([tenth, half, twice], key=lambda row: -row.severity) == [twice, half, tenth]


def test_ratios_are_taken_within_a_round() -> None:
    figures = Figures(
        [
            sample("plain", 0, rps=1000, cpu_us=20),
            sample("floorwalker", 0, rps=100, cpu_us=320),
            sample("plain", 1, rps=500, cpu_us=40),
            sample("floorwalker", 1, rps=100, cpu_us=640),
        ]
    )
    assert figures.ratios("/static10", "floorwalker") == [0.1, 0.2]
    assert figures.added("/static10", "floorwalker", "cpu_us") == [300, 600]
    ours = next(line for line in figures.lines() if line.variant == "floorwalker")
    assert (ours.ratio, ours.lowest, ours.highest) == (pytest.approx(0.15), 0.1, 0.2)


def test_cpu_is_compared_with_what_a_session_adds() -> None:
    figures = Figures(
        [
            sample("plain", 0, rps=1000, cpu_us=20),
            sample("session", 0, rps=500, cpu_us=40),
            sample("floorwalker", 0, rps=100, cpu_us=80),
        ]
    )
    beside = next(row for row in figures.rows() if "SessionMiddleware" in row.budget.unit)
    assert beside.figure == 3


def test_a_table_is_aligned() -> None:
    lines = markdown(("a", "b"), [["one", "2"], ["three", "40"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
