"""`python -m benchmarks.publish`: the tables in the docs, made anew from the JSON of benchmarks/results.

A page holds a table between `<!-- figures: NAME -->` and `<!-- /figures -->`, and a figure within a sentence between
`<!-- value: NAME -->` and `<!-- /value -->`. `--check` changes nothing, and exits with 1 where a page does not say what
the JSON says.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.million.table import pace_table, reader_table, weight_table
from benchmarks.values import VALUES, sizing
from benchmarks.whole.conditions import told
from benchmarks.whole.tables import budget_table, line_table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_MARKED = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
_VALUE = re.compile(r"(<!-- value: ([a-z-]+) -->).*?(<!-- /value -->)")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = list(outdated())
    for page, text in stale:
        print(page.relative_to(ROOT))
        if not check:
            page.write_text(text)
    return 1 if check and stale else 0


def outdated(pages: tuple[Path, ...] = PAGES) -> Iterator[tuple[Path, str]]:
    """Each page that does not hold what the JSON says, and what it should be. Raises KeyError for an unknown name."""
    for page in pages:
        written = page.read_text()
        text = published(written)
        if text != written:
            yield page, text


def published(text: str) -> str:
    """A page with every table and figure in it made anew. Raises KeyError for an unknown name."""
    text = _MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)
    return _VALUE.sub(lambda found: f"{found[1]}{VALUES[found[2]](_read)}{found[3]}", text)


def _read(name: str) -> Any:
    path = RESULTS / name
    return json.loads(path.read_text()) if path.exists() else None


def _of_results(make: Callable[[Mapping[str, Any]], str]) -> Callable[[], str]:
    return lambda: make(_read("results.json"))


def _tuned(found: Mapping[str, Any]) -> str:
    return line_table(found["tuned"]) if found["tuned"] else "Not in the recorded run: `make bench` measures it."


def _gate() -> str:
    from benchmarks.gate.compared import compared_table

    return compared_table(_read("gate.json") or {})


def _gate_trial() -> str:
    found = _read("gate-trial.json")
    if found is None:
        return "Not tried yet: `python -m benchmarks.gate.trial`."
    from benchmarks.gate.trial_table import trial_table

    return trial_table(found)


def _compared() -> str:
    found = _read("compare.json")
    if found is None:
        return "Not measured yet: `make bench-compare`."
    from benchmarks.compare.table import compare_table

    return f"{compare_table(found)}\n\n{told(found['made'])}"


def _where() -> str:
    found = _read("where.json")
    if found is None:
        return "Not measured yet: `python -m benchmarks.parts.where`."
    from benchmarks.parts.where_table import where_table

    return f"{where_table(found)}\n\n{told(found['made'])}"


def _floor() -> str:
    found = _read("floor.json")
    if found is None:
        return "Not measured yet: `python -m benchmarks.parts.floor`."
    from benchmarks.parts.floor_table import floor_table

    return f"{floor_table(found)}\n\n{told(found['made'])}"


def _costs() -> str:
    found = _read("costs.json")
    if found is None:
        return "Not measured yet: `python -m benchmarks.parts.costs`."
    from benchmarks.parts.costs_table import costs_table

    return f"{costs_table(found)}\n\n{told(found['made'])}"


def _grown() -> str:
    found = _read("growth.json")
    if found is None:
        return "Not measured yet: `python -m benchmarks.growth`."
    from benchmarks.growth.table import growth_table

    return f"{growth_table(found)}\n\n{told(found['made'])}"


def _of_million(make: Callable[[Mapping[str, Any]], str]) -> Callable[[], str]:
    def made() -> str:
        found = _read("million.json")
        return f"{make(found)}\n\n{told(found['made'])}"

    return made


TABLES: Mapping[str, Callable[[], str]] = {
    "budgets": _of_results(lambda found: budget_table(found["budgets"])),
    "pages": _of_results(lambda found: line_table(found["pages"])),
    "tuned": _of_results(_tuned),
    "made": _of_results(lambda found: told(found["made"])),
    "gate": _gate,
    "gate-trial": _gate_trial,
    "compare": _compared,
    "growth": _grown,
    "where": _where,
    "floor": _floor,
    "costs": _costs,
    "million-weights": _of_million(weight_table),
    "million-paces": _of_million(pace_table),
    "million-readers": _of_million(reader_table),
    "hundred-million": lambda: sizing(_read("million.json"), _read("results.json")).table(),
}
"""By the name between the marks; each is read from benchmarks/results when it is asked for."""

if __name__ == "__main__":
    sys.exit(main())
