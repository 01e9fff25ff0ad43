"""`python -m benchmarks.gate`: fails where a request costs surely more CPU than at the recorded baseline.

This tree and the baseline's serve the same site in turn, in short slices on one core; about a minute. Where the
baseline's commit is not at hand, or does not serve, the recorded ratios to a reference are asked, with a wider margin.
`--accept` makes the last commit the baseline: do it knowingly, and say why in the commit that holds it.
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean, median

from benchmarks.gate.baseline import Baseline, named, tree_of
from benchmarks.gate.compared import note
from benchmarks.gate.pairs import ROOT, Ratios, WorkerEnded, as_json, reference_ratios, tree_ratios
from benchmarks.gate.verdict import Verdict, verdict
from benchmarks.whole.conditions import conditions

MOST = 1.05  # over the baseline's tree, surely
MOST_RECORDED = 1.30  # over the recorded ratio: another machine has another ratio


def main() -> int:
    options = _parser().parse_args()
    if options.accept:
        return _accept(options)
    baseline = Baseline.read()
    if options.against:
        baseline = Baseline(*named(options.against), baseline.ratios)
    verdicts, ratios = _against(baseline, options)
    if options.json:
        Path(options.json).write_text(as_json(ratios) + "\n")
    if options.out:
        file = Path(options.out, "gate.json")
        note(file, verdicts, commit=baseline.commit, date=baseline.date, made=conditions())
    print(f"{'CPU of a request':<18}{'ratio':>7}{'surely':>8}{'most':>7}")
    for work, found in verdicts.items():
        says = "" if found.holds else "   SLOWER"
        print(f"{work:<18}{found.ratio:7.3f}{found.low:8.3f}{found.most:7.2f}{says}")
    return 0 if all(found.holds for found in verdicts.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--accept", nargs="?", const="HEAD", metavar="COMMIT", help="make it the baseline; without, the last"
    )
    parser.add_argument("--recorded", action="store_true", help="compare with the recorded ratios")
    parser.add_argument(
        "--pairs", type=int, default=6, choices=range(3, 17), metavar="N", help="of processes, one after the other"
    )
    parser.add_argument("--rounds", type=int, default=24, help="of one slice each, for each pair and kind of request")
    parser.add_argument(
        "--slower", type=float, default=-1.0, metavar="SHARE", help="try the gate: make this tree slower by that share"
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="another tree than this one")
    parser.add_argument("--against", default="", metavar="COMMIT", help="compare with another commit, side by side")
    parser.add_argument("--json", default="", help="a file for the ratios of all rounds")
    parser.add_argument("--out", default="", help="a folder for gate.json, to which this comparison is added")
    return parser


def _against(baseline: Baseline, options: argparse.Namespace) -> tuple[dict[str, Verdict], Ratios]:
    with tree_of(baseline.commit) as other:
        if other is not None and not options.recorded:
            try:
                return _beside(other, baseline, options)
            except WorkerEnded:
                print("the baseline's tree or this one does not serve the site")
        if options.against:
            raise SystemExit(f"{options.against} does not serve the site beside this tree")
    return _recorded(baseline, options)


def _beside(other: Path, baseline: Baseline, options: argparse.Namespace) -> tuple[dict[str, Verdict], Ratios]:
    print(f"against {baseline.commit[:12]} of {baseline.date}, side by side")
    ratios = tree_ratios(options.tree, other, pairs=options.pairs, rounds=options.rounds, slower=options.slower)
    return {work: verdict(found, most=MOST) for work, found in ratios.items()}, ratios


def _recorded(baseline: Baseline, options: argparse.Namespace) -> tuple[dict[str, Verdict], Ratios]:
    print(f"against the ratios recorded of {baseline.commit[:12]} of {baseline.date}: less sure, so a wider margin")
    found = reference_ratios(options.tree, pairs=options.pairs, rounds=options.rounds, slower=options.slower)
    ratios = {
        work: [[one / baseline.ratios[work] for one in rounds] for rounds in pairs] for work, pairs in found.items()
    }
    return {work: verdict(pairs, most=MOST_RECORDED) for work, pairs in ratios.items()}, ratios


def _accept(options: argparse.Namespace) -> int:
    commit, date = named(options.accept)
    with tree_of(commit) as tree:
        assert tree is not None
        found = reference_ratios(tree, pairs=options.pairs, rounds=options.rounds)
    ratios = {work: round(fmean(median(rounds) for rounds in pairs), 4) for work, pairs in found.items()}
    Baseline(commit, date, ratios).write()
    print(f"the baseline is {commit[:12]} now: {ratios}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
