"""`python -m benchmarks [--smoke]`: wrapped and plain app in turn, with a control; a table, JSON and a plot."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.pages import PAGES
from benchmarks.rounds import Sample, measure, servers
from benchmarks.rules import write_rules
from benchmarks.visitors import returning_visitors

VARIANTS = ("plain", "control", "no-op", "session", "floorwalker")


def main() -> int:
    options = _parser().parse_args()
    pages = tuple(options.pages) if options.pages else (PAGES[:1] + PAGES[2:3] if options.smoke else PAGES)
    variants = (
        tuple(options.variants) if options.variants else (("plain", "floorwalker") if options.smoke else VARIANTS)
    )
    rounds, seconds, visitors = (1, 0.5, 200) if options.smoke else (options.rounds, options.seconds, options.visitors)
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as name:
        samples = _run(
            Path(name), pages, variants, rounds=rounds, seconds=seconds, visitors=visitors, rate=options.rate
        )
    figures = Figures(samples)
    print(figures.table())
    if options.out:
        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        figures.write_json(out / "results.json")
        figures.write_plot(out / "results.svg")
    return 1 if any(sample.failures for sample in samples) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one short round of two pages: does it still run?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run of the load generator")
    parser.add_argument("--visitors", type=int, default=20_000, help="returning visitors with a profile and a cookie")
    parser.add_argument("--rate", type=float, default=300.0, help="requests a second where latency is measured")
    parser.add_argument("--pages", nargs="*", choices=PAGES)
    parser.add_argument("--variants", nargs="*", choices=VARIANTS)
    parser.add_argument("--out", default="", help="a folder for results.json and results.svg")
    return parser


def _run(
    folder: Path, pages: tuple[str, ...], variants: tuple[str, ...], *, rounds: int, seconds: float, visitors: int,
    rate: float,
) -> list[Sample]:  # fmt: skip
    """Every page, every round, every variant in turn; each starts a round first as often as the others."""
    rules, templates = write_rules(folder)
    store = f"embedded:{folder / 'store'}"
    cookies = folder / "cookies"
    asyncio.run(returning_visitors(visitors, store=store, rules=rules, cookies=cookies))
    settings = {"rules": str(rules), "templates": str(templates), "store": store}
    samples = []
    with servers(variants, settings=settings) as running:
        for page in pages:
            for number in range(rounds):
                turn = number % len(variants)
                for variant in variants[turn:] + variants[:turn]:
                    print(f"\r{page} round {number + 1}/{rounds} {variant:<12}", end="", file=sys.stderr, flush=True)
                    sample = measure(
                        running[variant], page, number, cookies=str(cookies), seconds=seconds, rate=rate
                    )  # fmt: skip
                    samples.append(sample)
    print(file=sys.stderr)
    return samples


if __name__ == "__main__":
    sys.exit(main())
