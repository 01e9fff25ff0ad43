"""The table of gate-trial.json: how often the gate failed, by how much slower a tree was made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.whole.tables import markdown

Run = Mapping[str, Any]


def trial_table(runs: Sequence[Run]) -> str:
    """How many runs failed, by how much slower the tree was made; of the dearest kind of request of each run, what it
    cost and what it surely cost."""
    found: dict[float, list[Run]] = defaultdict(list)
    for run in runs:
        found[run["slower"]].append(run)
    rows = [
        [
            f"{slower:.0%} slower" if slower else "equal",
            str(len(tried)),
            str(sum(one["failed"] for one in tried)),
            _range(tried, 0),
            _range(tried, 1),
        ]
        for slower, tried in sorted(found.items())
    ]
    return markdown(("trees", "runs", "failed", "cost, × the other's", "surely"), rows)


def _range(tried: Sequence[Run], place: int) -> str:
    """place: of the figure in a run's row of a kind of request."""
    dearest = [max(found[place] for found in one.values() if isinstance(found, list)) for one in tried]
    return f"{min(dearest):.3f} – {max(dearest):.3f}"
