"""A run as results.json keeps it, and as it is printed and drawn."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.whole.budgets import RATIOS, Row, as_json
from benchmarks.whole.conditions import told
from benchmarks.whole.figures import Figures
from benchmarks.whole.run import Plan
from benchmarks.whole.tables import budget_table, line_table, ratio_plot

Results = dict[str, Any]


def results(
    made: dict[str, object], plan: Plan, figures: Figures, tuned: Figures | None, pieces: Sequence[Row]
) -> Results:
    """All of a run: its conditions, the budgets worst first, each page and variant, and every sample."""
    rows = sorted([*figures.rows(), *pieces], key=lambda row: -row.severity)
    return {
        "made": made,
        "plan": asdict(plan),
        "budgets": [as_json(row) for row in rows],
        "pages": [asdict(line) for line in figures.lines()],
        "tuned": [asdict(line) for line in tuned.lines()] if tuned else [],
        "failures": figures.failures + (tuned.failures if tuned else 0),
        "samples": [asdict(sample) for sample in figures.samples],
        "tuned_samples": [asdict(sample) for sample in tuned.samples] if tuned else [],
    }


def printed(found: Results) -> str:
    """The tables, worst first, and under which conditions they were made."""
    parts = [budget_table(found["budgets"]), line_table(found["pages"])]
    if found["tuned"]:
        parts.append("with the collector tuned, in every variant:\n\n" + line_table(found["tuned"]))
    return "\n\n".join([*parts, f"failed requests: {found['failures']}", told(found["made"])])


def drawn(found: Results) -> str:
    """Throughput page by page, as SVG."""
    return ratio_plot(found["pages"], {page: budget.must for page, budget in RATIOS.items()})
