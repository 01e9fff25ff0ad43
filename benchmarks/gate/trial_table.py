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
    table = markdown(("trees", "runs", "failed", "cost, × the other's", "surely"), rows)
    return "\n\n".join([table, *_circumstances(runs)])


def _circumstances(runs: Sequence[Run]) -> list[str]:
    """When runs were made and how busy the machine was before each, where that was noted."""
    noted = [run for run in runs if "load" in run]
    if not noted:
        return []
    times, loads = sorted(run["at"] for run in noted), sorted(run["load"] for run in noted)
    trees = ", ".join(dict.fromkeys(run["baseline"] for run in noted))
    return [
        f"{len(noted)} of the runs were noted with their circumstances: {times[0]} to {times[-1]}, the tree of "
        f"{trees}, load before each {loads[0]} to {loads[-1]}"
    ]


def _range(tried: Sequence[Run], place: int) -> str:
    """place: of the figure in a run's row of a kind of request."""
    dearest = [max(found[place] for found in one.values() if isinstance(found, list)) for one in tried]
    return f"{min(dearest):.3f} – {max(dearest):.3f}"
