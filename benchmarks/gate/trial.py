"""`python -m benchmarks.gate.trial`: how often the gate fails where a tree is slower by so much, and where it is not.

The baseline's tree stands against itself, slowed down by a known share. A minute for each run.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.gate.__main__ import MOST
from benchmarks.gate.baseline import Baseline, tree_of
from benchmarks.gate.pairs import tree_ratios
from benchmarks.gate.verdict import verdict
from benchmarks.gate.worker import WORKS
from benchmarks.whole.tables import markdown

RESULTS = Path(__file__).parents[1] / "results" / "gate-trial.json"
_TURN = (0.05, 0.0, 0.10, 0.0, 0.20, 0.0, 0.40, 0.0)


def main() -> None:
    """Prints a line a run, and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate.trial", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help=f"each of them {len(_TURN)} runs, half of them of equals")
    parser.add_argument("--tree", type=Path, help="instead of the baseline's")
    parser.add_argument("--out", type=Path, default=RESULTS, help="a JSON file: runs are added, one after the other")
    options = parser.parse_args()
    with tree_of(Baseline.read().commit) as recorded:
        tree = options.tree or recorded
        if tree is None:
            raise SystemExit("the baseline's commit is not at hand")
        runs = json.loads(options.out.read_text()) if options.out.exists() else []
        for slower in _TURN * options.turns:
            runs.append(_run(tree, slower))
            print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
            options.out.write_text(json.dumps(runs, indent=1) + "\n")
    print(trial_table(runs))


def trial_table(runs: Sequence[Mapping[str, Any]]) -> str:
    """How many runs failed, by how much slower the tree was made, and the figures that decided."""
    found: dict[float, list[Mapping[str, Any]]] = defaultdict(list)
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


def _range(tried: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Of the figure that decides: the dearest kind of request of each run, what it surely costs."""
    sure = [max(one[work][1] for work in WORKS) for one in tried]
    return f"{min(sure):.3f}", f"{max(sure):.3f}"


def _run(tree: Path, slower: float) -> dict[str, object]:
    ratios = tree_ratios(tree, tree, pairs=6, rounds=24, slower=slower)
    found = {work: verdict(pairs, most=MOST) for work, pairs in ratios.items()}
    rounded = {work: [round(one.ratio, 3), round(one.low, 3)] for work, one in found.items()}
    return {"slower": slower, "failed": not all(one.holds for one in found.values()), **rounded}


if __name__ == "__main__":
    main()
