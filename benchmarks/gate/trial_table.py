"""The table of gate-trial.json: how often the gate failed, by how much slower a tree was made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.whole.tables import markdown

Run = Mapping[str, Any]


def trial_table(runs: Sequence[Run]) -> str:
    """How many runs failed, by how much slower the tree was made, and the figures that decided."""
    found: dict[float, list[Run]] = defaultdict(list)
    for run in runs:
        found[run["slower"]].append(run)
    rows = [
        [
            f"{slower:.0%} slower" if slower else "equal",
            str(len(tried)),
            str(sum(one["failed"] for one in tried)),
            *_range(tried),
        ]
        for slower, tried in sorted(found.items())
    ]
    return markdown(("trees", "runs", "failed", "surely, least", "surely, most"), rows)


def _range(tried: Sequence[Run]) -> tuple[str, str]:
    """Of the figure that decides: the dearest kind of request of each run, what it surely costs."""
    sure = [max(found[1] for found in one.values() if isinstance(found, list)) for one in tried]
    return f"{min(sure):.3f}", f"{max(sure):.3f}"
