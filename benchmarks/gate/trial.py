"""`python -m benchmarks.gate.trial`: how often the gate fails where a tree is slower by so much, and where it is not.

The baseline's tree stands against itself, slowed down by a known share. A minute for each run.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.gate.__main__ import MOST
from benchmarks.gate.baseline import Baseline, tree_of
from benchmarks.gate.pairs import tree_ratios
from benchmarks.gate.verdict import Verdict, verdict

_TURN = (0.0, 0.05, 0.0, 0.10, 0.0, 0.20, 0.0, 0.40)


def main() -> None:
    """Prints a line a run, and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate.trial", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help=f"each of them {len(_TURN)} runs, half of them of equals")
    parser.add_argument("--tree", type=Path, help="instead of the baseline's")
    parser.add_argument("--out", default="", help="a JSON file for all runs, written after each")
    options = parser.parse_args()
    with tree_of(Baseline.read().commit) as recorded:
        tree = options.tree or recorded
        if tree is None:
            raise SystemExit("the baseline's commit is not at hand")
        runs: list[dict[str, object]] = []
        failed: dict[float, list[bool]] = defaultdict(list)
        for slower in _TURN * options.turns:
            found = _run(tree, slower)
            failed[slower].append(any(not one.holds for one in found.values()))
            runs.append({"slower": slower, "failed": failed[slower][-1], **_rounded(found)})
            print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
            if options.out:
                Path(options.out).write_text(json.dumps(runs, indent=1) + "\n")
    for slower, results in sorted(failed.items()):
        print(f"{slower:+6.0%} {sum(results):3} of {len(results)} runs failed")


def _run(tree: Path, slower: float) -> dict[str, Verdict]:
    ratios = tree_ratios(tree, tree, pairs=6, rounds=24, slower=slower)
    return {work: verdict(pairs, most=MOST) for work, pairs in ratios.items()}


def _rounded(found: dict[str, Verdict]) -> dict[str, object]:
    return {work: [round(one.ratio, 3), round(one.low, 3)] for work, one in found.items()}


if __name__ == "__main__":
    main()
