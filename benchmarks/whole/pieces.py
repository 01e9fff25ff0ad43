"""Budgets of single pieces of work: each asks the module that measures it, and only when the row is wanted."""

from collections.abc import Mapping

from benchmarks.whole.budgets import PIECES, Row, row_of

Found = Mapping[str, float]


def rows() -> list[Row]:
    """Every piece's row; what cannot be measured here is a row that says so. Under a minute."""
    figures: dict[str, float] = {}
    for measure in (_classified, _scanned):
        figures |= measure()
    return [row_of(budget, [figures[name]] if name in figures else []) for name, budget in PIECES.items()]


def _classified() -> Found:
    from benchmarks.parts.classifying import classifying

    found = classifying((100, 1000))
    hundred, thousand = (found[f"mixed, {size} segments, 100 recent events"] for size in ("100", "1,000"))
    return {
        "classify 100 segments": hundred,
        "classify 1,000 segments": thousand,
        "100 → 1,000 segments, added to a page": (thousand - hundred) / 1000,
    }


def _scanned() -> Found:
    from benchmarks.parts.html_scan import measure

    return {"three markers in 50 KB": measure()["three markers in 50 KB, met before"][0]}
