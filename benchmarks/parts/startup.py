"""`python -m benchmarks.parts.startup`: from nothing to the first page, in cold processes; milliseconds.

A hundred rules, three slots. Importing, loading the rules, the server's start (the embedded store is already up, as a
site's Redis is), and the first page, which makes a visitor. Wall time and CPU, the median of the processes.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

BUDGET_MS = 1000.0
_STEPS = ("import", "rules", "start", "first page")


def main() -> int:
    """Prints the table; 1 where a start takes longer than a second of CPU."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.startup", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--once", nargs=3, metavar=("RULES", "TEMPLATES", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(asyncio.run(_started(*options.once))))
        return 0
    found = measure(options.rounds)
    print(f"{'':12}{'wall ms':>9}{'CPU ms':>9}")
    for step, (wall, cpu) in found.items():
        print(f"{step:12}{wall:9.0f}{cpu:9.0f}")
    return 0 if found["all of it"][1] <= BUDGET_MS else 1


def measure(rounds: int) -> Mapping[str, tuple[float, float]]:
    """Wall and CPU milliseconds of each step, and of all."""
    from benchmarks.site.rules import write_rules
    from floorwalker.store.bundled.embedded import EmbeddedServer

    with tempfile.TemporaryDirectory(prefix="fw-start-", ignore_cleanup_errors=True) as name:
        rules, templates = write_rules(Path(name))
        with EmbeddedServer(Path(name) / "data") as server:
            words = [str(rules), str(templates), f"unix://{server.start()}"]
            runs = [_cold(words) for _ in range(rounds)]
            server.stop()
    found = {step: _middle([run[step] for run in runs]) for step in _STEPS}
    found["all of it"] = _middle([[sum(run[step][kind] for step in _STEPS) for kind in (0, 1)] for run in runs])
    return found


def _middle(runs: list[list[float]]) -> tuple[float, float]:
    return median(wall for wall, _ in runs), median(cpu for _, cpu in runs)


def _cold(words: list[str]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "benchmarks.parts.startup", "--once", *words]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=dict(os.environ))
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


class _Watch:
    """What has passed since the step before, on the wall and of this process's CPU, milliseconds."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def step(self) -> list[float]:
        wall, cpu = time.perf_counter(), time.process_time()
        passed = [1e3 * (wall - self._wall), 1e3 * (cpu - self._cpu)]
        self._wall, self._cpu = wall, cpu
        return passed


async def _started(rules: str, templates: str, store: str) -> dict[str, list[float]]:
    watch, found = _Watch(), {}
    from floorwalker import PersonalizationMiddleware

    found["import"] = watch.step()
    from benchmarks.site.pages import app
    from benchmarks.site.requests import no_body, request, started, swallow

    plain = app()
    watch.step()
    served = PersonalizationMiddleware(plain, rules=rules, templates=templates, store=store, secret_key=["x" * 40])
    found["rules"] = watch.step()
    async with started(served):
        found["start"] = watch.step()
        await served(request("/static10"), no_body, swallow)
        found["first page"] = watch.step()
    return found


if __name__ == "__main__":
    sys.exit(main())
