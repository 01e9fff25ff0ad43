"""`python -m benchmarks`: what floorwalker costs a site, measured side by side with the plain app.

The whole table takes about half an hour of two cores: five rounds of three seconds for six pages and five variants,
as fast as they answer and at a moderate rate, then three rounds of two pages with the collector tuned, then single
pieces of work. `--smoke` takes half a minute and says only whether it still runs. Written are results.json and
results.svg; `python -m benchmarks.publish` puts them into the docs.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.parts.rule_loading import report as load_rules
from benchmarks.site.large_rules import write_large_rules
from benchmarks.site.pages import PAGES
from benchmarks.whole import pieces
from benchmarks.whole.conditions import conditions
from benchmarks.whole.figures import Figures
from benchmarks.whole.report import Results, drawn, printed, results
from benchmarks.whole.run import VARIANTS, Plan, run

_TUNED = ("/static10", "/jinja50")


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-", ignore_cleanup_errors=True) as name:
        if options.smoke:
            return _smoke(Path(name), options)
        found = _measured(Path(name), options)
    print(printed(found))
    if options.out:
        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        (out / "results.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        (out / "results.svg").write_text(drawn(found))
    return 1 if found["failures"] else 0


def _measured(folder: Path, options: argparse.Namespace) -> Results:
    made = conditions()
    plan = Plan(
        pages=tuple(options.pages or PAGES),
        variants=tuple(options.variants or VARIANTS),
        rounds=options.rounds,
        seconds=options.seconds,
        visitors=options.visitors,
        rate=options.rate,
        frozen=options.frozen,
    )
    print(f"about {plan.minutes:.0f} minutes", file=sys.stderr)
    figures = Figures(run(_made(folder / "as-it-is"), plan))
    if not options.all:
        return results(made, plan, figures, None, [])
    tuned = replace(plan, pages=_TUNED, rounds=min(3, plan.rounds), frozen=True)
    return results(made, plan, figures, Figures(run(_made(folder / "tuned"), tuned)), pieces.rows())


def _smoke(folder: Path, options: argparse.Namespace) -> int:
    if load_rules(*write_large_rules(folder / "large", segments=100, slots=20), rounds=1):
        return 1
    plan = Plan((PAGES[0], PAGES[2]), ("plain", "floorwalker"), rounds=1, seconds=0.5, visitors=200, rate=options.rate)
    found = results(conditions(), plan, Figures(run(_made(folder / "smoke"), plan)), None, [])
    print(printed(found))
    return 1 if found["failures"] else 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--smoke", action="store_true", help="one short round of two pages: does it still run?")
    parser.add_argument("--all", action="store_true", help="the tuned variant and single pieces of work, too")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run of the load generator")
    parser.add_argument("--visitors", type=int, default=20_000, help="returning visitors with a profile and a cookie")
    parser.add_argument("--rate", type=float, default=300.0, help="requests a second where latency is measured")
    parser.add_argument("--pages", nargs="*", choices=PAGES)
    parser.add_argument("--variants", nargs="*", choices=VARIANTS)
    parser.add_argument("--frozen", action="store_true", help="the collector tuned as docs/owners.md says, everywhere")
    parser.add_argument("--out", default="", help="a folder for results.json and results.svg")
    return parser


if __name__ == "__main__":
    sys.exit(main())
