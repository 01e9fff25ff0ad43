"""`python -m benchmarks.parts.costs [--out FOLDER]`: what single pieces of work cost, all in one run; two minutes.

Microseconds of CPU, the least or the median of several rounds, as each piece of `benchmarks/parts` has it: the stages
of a page, what each feature adds, calls of the store, and pages that are read.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.parts import features, html_scan, store_calls
from benchmarks.parts.costs_table import costs_table
from benchmarks.parts.stages import Stages
from benchmarks.site.rules import write_rules
from benchmarks.whole.conditions import conditions
from floorwalker.store.bundled.embedded import EmbeddedServer

Found = Mapping[str, float]
_ROUNDS, _VISITORS, _CALLS = 9, 640, 3200


def main() -> None:
    """Prints the table; with --out, writes costs.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.costs", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--out", default="", help="a folder for costs.json")
    options = parser.parse_args()
    made = conditions()
    with tempfile.TemporaryDirectory(prefix="fw-bench-", ignore_cleanup_errors=True) as name:
        found = {"made": made, "pieces": _measured(Path(name))}
    print(costs_table(found))
    if options.out:
        Path(options.out, "costs.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _measured(folder: Path) -> dict[str, dict[str, float]]:
    """Microseconds by name, by what they are of."""
    found: dict[str, Found] = {
        "a page of 10 KB, stage by stage, its blocks shown before": _stages(folder / "stages"),
        "a page where nothing is asked, from the address to its step, and with more": _features(folder),
        "what comes in by the other doors": asyncio.run(features.at_doors(folder, _ROUNDS, _VISITORS)),
        "a call of the store, 32 at once": _calls(folder / "calls"),
        "reading a page": {name: took for name, (took, _) in html_scan.measure().items()},
    }
    return {of: {name: round(took, 1) for name, took in pieces.items()} for of, pieces in found.items()}


def _stages(folder: Path) -> Found:
    folder.mkdir()
    rules, templates = write_rules(folder)
    return Stages(rules, templates, page="/static10").measure()


def _features(folder: Path) -> Found:
    return features.in_rules(folder, _ROUNDS)


def _calls(folder: Path) -> Found:
    with EmbeddedServer(folder) as server:
        found: dict[str, Any] = uvloop.run(store_calls.measure(str(server.start()), visitors=_CALLS, rounds=5))
        server.stop()
    return {name: many for name, (_, many) in found.items()}


if __name__ == "__main__":
    main()
