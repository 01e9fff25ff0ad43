"""`python -m benchmarks [--smoke]`: wrapped and plain app in turn, with a control; a table, JSON and a plot."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.parts.rule_loading import report
from benchmarks.site.large_rules import write_large_rules
from benchmarks.site.pages import PAGES
from benchmarks.site.rules import write_rules
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.figures import Figures
from benchmarks.whole.rounds import Sample, measure, servers

VARIANTS = ("plain", "control", "no-op", "session", "floorwalker")


@dataclass(frozen=True)
class Plan:
    """One run: which pages and variants, how often and how long, and whether the collector is tuned in all of them."""

    pages: tuple[str, ...]
    variants: tuple[str, ...]
    rounds: int
    seconds: float
    visitors: int
    rate: float
    frozen: bool


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as name:
        if options.smoke and report(*write_large_rules(Path(name, "large"), segments=100, slots=20), rounds=1):
            return 1
        samples = _run(Path(name), _plan(options))
    figures = Figures(samples)
    print(figures.table())
    if options.out:
        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        figures.write_json(out / "results.json")
        figures.write_plot(out / "results.svg")
    return 1 if any(sample.failures for sample in samples) else 0


def _plan(options: argparse.Namespace) -> Plan:
    if options.smoke:
        pages, variants = (PAGES[0], PAGES[2]), ("plain", "floorwalker")
        return Plan(pages, variants, rounds=1, seconds=0.5, visitors=200, rate=options.rate, frozen=False)
    return Plan(
        pages=tuple(options.pages or PAGES),
        variants=tuple(options.variants or VARIANTS),
        rounds=options.rounds,
        seconds=options.seconds,
        visitors=options.visitors,
        rate=options.rate,
        frozen=options.frozen,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one short round of two pages: does it still run?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run of the load generator")
    parser.add_argument("--visitors", type=int, default=20_000, help="returning visitors with a profile and a cookie")
    parser.add_argument("--rate", type=float, default=300.0, help="requests a second where latency is measured")
    parser.add_argument("--pages", nargs="*", choices=PAGES)
    parser.add_argument("--variants", nargs="*", choices=VARIANTS)
    parser.add_argument("--frozen", action="store_true", help="the collector tuned as docs/owners.md says, everywhere")
    parser.add_argument("--out", default="", help="a folder for results.json and results.svg")
    return parser


def _run(folder: Path, plan: Plan) -> list[Sample]:
    """Every page, every round, every variant in turn; each starts a round first as often as the others."""
    rules, templates = write_rules(folder)
    store = f"embedded:{folder / 'store'}"
    cookies = folder / "cookies"
    asyncio.run(returning_visitors(plan.visitors, store=store, rules=rules, cookies=cookies))
    settings = {"rules": str(rules), "templates": str(templates), "store": store}
    if plan.frozen:
        settings["frozen"] = ""
    with servers(plan.variants, settings=settings) as running:
        return [
            measure(running[variant], page, number, cookies=str(cookies), seconds=plan.seconds, rate=plan.rate)
            for page, number, variant in _turns(plan)
        ]


def _turns(plan: Plan) -> Iterator[tuple[str, int, str]]:
    for page in plan.pages:
        for number in range(plan.rounds):
            turn = number % len(plan.variants)
            for variant in plan.variants[turn:] + plan.variants[:turn]:
                print(f"\r{page} round {number + 1}/{plan.rounds} {variant:<12}", end="", file=sys.stderr, flush=True)
                yield page, number, variant
    print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
