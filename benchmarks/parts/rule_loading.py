"""`python -m benchmarks.parts.rule_loading`: how long a large folder of rules takes, until it serves.

All warnings are found on the way, as a site does when it starts or a file is saved.
"""

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.site.large_rules import write_large_rules
from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.asgi.rules.rulebook import load_rulebook
from floorwalker.html.blocks import BlockRenderer, template_sources
from floorwalker.rulefile import check, read, read_files, read_templates

NOW = 1_800_000_000.0


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-rules-") as name:
        rules, templates = write_large_rules(Path(name), segments=options.segments, slots=options.slots)
        if options.profile:
            _profile(lambda: load_rulebook(rules, templates, now=NOW), by=options.profile)
            return 0
        return report(rules, templates, rounds=options.rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.rule_loading", description=__doc__)
    parser.add_argument("--segments", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", default="", metavar="SORT", help="profile one load instead: cumtime, tottime")
    return parser


def report(rules: Path, templates: Path, *, rounds: int) -> int:
    """Print what the folder holds, what is warned of, and the CPU time that it takes; 1 where it cannot be loaded."""
    checks = content_checks(BlockRenderer(template_sources(read_templates(templates))), now=NOW)
    ruleset, problems = check(rules, templates, checks=checks)
    if ruleset is None:
        print("\n".join(str(problem) for problem in problems[:5]), file=sys.stderr)
        return 1
    files = read_files(rules, templates)
    size = sum(map(len, files.rules.values()))
    held = f"{len(ruleset.segments):,} segments, {len(ruleset.slots):,} slots"
    print(f"{held}, {size / 1000:,.0f} KB in {len(files.rules)} files")
    print(f"warnings: {dict(sorted(Counter(problem.code for problem in problems).items()))}")
    for what, act in {
        "read and check": lambda: read(files.rules, files.templates, checks=checks),
        "load_rulebook, all of it": lambda: load_rulebook(rules, templates, now=NOW),
    }.items():
        seconds = [_cpu_seconds(act) for _ in range(rounds)]
        best = f"{min(seconds) * 1000:,.0f} ms least, of CPU"
        print(f"{what:<26} {median(seconds) * 1000:8,.0f} ms median of {rounds}, {best}")
    return 0


def _cpu_seconds(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def _profile(act: Callable[[], object], *, by: str) -> None:
    profile = cProfile.Profile()
    profile.runcall(act)
    pstats.Stats(profile).sort_stats(by).print_stats(45)


if __name__ == "__main__":
    sys.exit(main())
