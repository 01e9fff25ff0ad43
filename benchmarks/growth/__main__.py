"""`python -m benchmarks.growth`: what floorwalker adds to a page as one measure of the site grows; about two minutes.

Microseconds of CPU in this process, beyond the plain app's, every other measure as in the benchmark's site. A cliff is
where the cost grows by a third faster than the size. How costs grow with visitors in the store is another run, whose
JSON (benchmarks/results/million.json) the docs hold beside this.
"""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.growth.curves import CURVES, Point, cliffs, shape_of
from benchmarks.growth.shapes import page_us
from benchmarks.growth.table import growth_plot, growth_table
from benchmarks.whole.conditions import conditions, told


def main() -> int:
    """Prints the table; 1 where there is a cliff."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--curves", nargs="*", choices=CURVES, default=list(CURVES))
    parser.add_argument("--out", default="", help="a folder for growth.json and growth.svg")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-growth-", ignore_cleanup_errors=True) as folder:
        found = uvloop.run(_grown(Path(folder), options.curves))
    print(f"{growth_table(found)}\n\n{told(found['made'])}")
    if options.out:
        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        written = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        (out / "growth.json").write_text(written)
        (out / "growth.svg").write_text(growth_plot(found))
    return 1 if any(curve["cliffs"] for curve in found["curves"]) else 0


async def _grown(folder: Path, names: list[str]) -> dict[str, Any]:
    made = conditions()
    curves = [await _curve(name, folder) for name in names]
    print(file=sys.stderr)
    return {"made": made, "curves": curves}


async def _curve(name: str, folder: Path) -> dict[str, Any]:
    title, sizes = CURVES[name]
    points = []
    for size in sizes:
        print(f"\r{title}: {size:,}          ", end="", file=sys.stderr, flush=True)
        gc.collect()
        site = folder / f"{name}-{size}"
        ours, theirs = await page_us(shape_of(name, size), site, f"embedded:{folder / 'store'}")
        points.append(Point(size, round(ours - theirs, 1)))
        await asyncio.sleep(0)
    return {
        "name": name,
        "title": title,
        "points": [asdict(point) for point in points],
        "cliffs": cliffs(points),
    }


if __name__ == "__main__":
    sys.exit(main())
