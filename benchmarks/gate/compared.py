"""gate.json: what a request costs beside what it cost at other commits, one comparison for each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.gate.verdict import Verdict
from benchmarks.whole.conditions import told
from benchmarks.whole.tables import markdown

Json = Mapping[str, Any]


def note(file: Path, verdicts: Mapping[str, Verdict], *, commit: str, date: str, made: Json) -> None:
    """Add one comparison, in the place of an earlier one with the same commit. date: the commit's."""
    found = json.loads(file.read_text()) if file.exists() else {}
    works = {work: {"ratio": round(one.ratio, 3), "surely": round(one.low, 3)} for work, one in verdicts.items()}
    found[commit[:12]] = {"date": date, "made": made, "works": works}
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def compared_table(found: Json) -> str:
    """A row for each commit, and where each comparison was made; the oldest commit first."""
    if not found:
        return "Not compared yet: `python -m benchmarks.gate --out benchmarks/results`."
    ordered = sorted(found.items(), key=lambda one: (one[1]["date"], one[1]["made"]["date"]))
    works = list(ordered[0][1]["works"])
    rows = [
        (f"{commit} of {one['date']}", *(f"{one['works'][work]['ratio']:.2f}" for work in works))
        for commit, one in ordered
    ]
    made = "\n\n".join(dict.fromkeys(told(one["made"]) for _, one in ordered))
    return f"{markdown(('× what it took at', *works), rows)}\n\n{made}"
