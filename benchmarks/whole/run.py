"""One run: every page, every round, every variant in turn; each starts a round first as often as the others."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.site.rules import write_rules
from benchmarks.site.visitors import returning_visitors
from benchmarks.whole.budgets import LATENCY_PAGE
from benchmarks.whole.rounds import CalmPlan, Sample, measured
from benchmarks.whole.servers import Server, benchmark_app, servers

_SLICE_S = 1.0
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
        """About how long it takes: one fast run a sample, the slices at a moderate rate, and what is around them."""
        calm = [self.calm(page) for page in self.pages]
        round_s = sum(self.seconds + 0.4 + one.slices * (one.slice_s + 0.4) for one in calm)
        return len(self.variants) * self.rounds * round_s / 60 + 0.2

    def calm(self, page: str) -> CalmPlan:
        """How a page's latency is measured in one round: by three times as many requests where it has a budget."""
        slice_s = min(_SLICE_S, self.seconds)
        slices = round(self.seconds / slice_s) * (3 if page == LATENCY_PAGE else 1)
        return CalmPlan(self.rate, slices, slice_s)


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
            sample
            for page, number, turned in _turns(plan, running)
            for sample in measured(
                turned, page, number, cookies=str(cookies), seconds=plan.seconds, calm=plan.calm(page)
            )
        ]


def _turns(plan: Plan, running: Mapping[str, Server]) -> Iterator[tuple[str, int, Mapping[str, Server]]]:
    """Each round of each page, with the servers in the order of that round."""
    for page in plan.pages:
        for number in range(plan.rounds):
            print(f"\r{page:<12} round {number + 1}/{plan.rounds}", end="", file=sys.stderr, flush=True)
            turn = number % len(plan.variants)
            variants = plan.variants[turn:] + plan.variants[:turn]
            yield page, number, {variant: running[variant] for variant in variants}
    print(file=sys.stderr)
