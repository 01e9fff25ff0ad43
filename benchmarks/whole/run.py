"""One run: every page, every round, every variant in turn; each starts a round first as often as the others."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.site.rules import write_rules
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.rounds import Sample, measure
from benchmarks.whole.servers import benchmark_app, servers

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
    frozen: bool = False

    @property
    def minutes(self) -> float:
        """About how long it takes: two runs of the load generator a sample, and what is around them."""
        return len(self.pages) * len(self.variants) * self.rounds * (2 * self.seconds + 0.6) / 60 + 0.2


def run(folder: Path, plan: Plan) -> list[Sample]:
    """Fill the store, start a server a variant, and measure. Raises SystemExit where a server does not answer."""
    rules, templates = write_rules(folder)
    store = f"embedded:{folder / 'store'}"
    cookies = folder / "cookies"
    asyncio.run(returning_visitors(plan.visitors, store=store, rules=rules, cookies=cookies))
    settings = {"rules": str(rules), "templates": str(templates), "store": store}
    if plan.frozen:
        settings["frozen"] = ""
    with servers({variant: benchmark_app(variant, settings) for variant in plan.variants}) as running:
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
