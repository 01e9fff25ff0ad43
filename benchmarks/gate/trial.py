"""`python -m benchmarks.gate.trial`: how often the gate fails where a tree is slower by so much, and where it is not.

The baseline's tree stands against itself, slowed down by a known share: twenty runs of equals and five of each share,
three quarters of an hour in all. Each is written down once it is done; started again, it goes on with what is missing.
`--anew` forgets what was recorded: do so for another machine, or after the gate was changed.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.gate.__main__ import MOST
from benchmarks.gate.baseline import Baseline, tree_of
from benchmarks.gate.pairs import tree_ratios
from benchmarks.gate.trial_table import trial_table
from benchmarks.gate.verdict import verdict

RESULTS = Path(__file__).parents[1] / "results" / "gate-trial.json"
SLOWED: Final = (0.05, 0.10, 0.20, 0.40)


def main() -> None:
    """Prints a line a run, and the table."""
    options = _parser().parse_args()
    baseline = Baseline.read()
    with tree_of(baseline.commit) as recorded:
        tree = options.tree or recorded
        if tree is None:
            raise SystemExit("the baseline's commit is not at hand")
        has_runs = options.out.exists() and not options.anew
        runs: list[Mapping[str, Any]] = json.loads(options.out.read_text()) if has_runs else []
        wanted = list(missing(runs, equal=options.equal, slowed=options.slowed))
        for number, slower in enumerate(wanted):
            print(f"run {number + 1} of {len(wanted)}, slower by {slower:.0%}", file=sys.stderr, flush=True)
            made = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}", "load": round(os.getloadavg()[0], 1)}
            runs.append({**_run(tree, slower), **made, "baseline": baseline.commit[:12]})
            print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
            options.out.write_text(json.dumps(runs, indent=1) + "\n")
    print(trial_table(runs))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate.trial", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--equal", type=int, default=20, help="runs of equals that there are to be in the end")
    parser.add_argument("--slowed", type=int, default=5, help="runs of each share that there are to be in the end")
    parser.add_argument("--tree", type=Path, help="instead of the baseline's")
    parser.add_argument("--anew", action="store_true", help="forget what was recorded")
    parser.add_argument("--out", type=Path, default=RESULTS, help="a JSON file: runs are added, one after the other")
    return parser


def missing(runs: Sequence[Mapping[str, Any]], *, equal: int, slowed: int) -> Iterator[float]:
    """By how much slower the tree is in each run that is still to come; equals lie between the others, evenly, so that
    a trial that ends early has some of each."""
    done = Counter(run["slower"] for run in runs)
    others = [share for turn in range(slowed) for share in SLOWED if done[share] <= turn]
    equals = max(0, equal - done[0.0])
    for place in range(max(len(others), equals)):
        if place < equals:
            yield 0.0
        if place < len(others):
            yield others[place]


def _run(tree: Path, slower: float) -> dict[str, object]:
    ratios = tree_ratios(tree, tree, pairs=6, rounds=24, slower=slower)
    found = {work: verdict(pairs, most=MOST) for work, pairs in ratios.items()}
    rounded = {work: [round(one.ratio, 3), round(one.low, 3)] for work, one in found.items()}
    return {"slower": slower, "failed": not all(one.holds for one in found.values()), **rounded}


if __name__ == "__main__":
    main()
