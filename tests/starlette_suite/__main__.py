"""Run Starlette's own tests without us and with every app wrapped by us, and compare. `make test-starlette`.

Usage: python tests/starlette_suite FOLDER, where FOLDER holds the `tests` of Starlette's source distribution. Prints a
table; the exit status is 1 if any test ends otherwise than without us, or anything of ours failed.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from floorwalker.store.bundled.embedded import EmbeddedServer

HERE = Path(__file__).resolve().parent
ROLES = {"nobody": "without us", "robot": "wrapped, clients as they are", "person": "wrapped, clients as people"}
EXPLAINED = {
    # An app that raises as soon as lifespan begins is one that does not speak it, for all a server can tell (ASGI,
    # lifespan protocol); Django is one. We answer for it, so the server hears of no exception. It is in the log.
    "tests/test_testclient.py::test_exception_in_middleware[asyncio]",
}
LONGEST_S = 120
ENDS = ("passed", "failed", "skipped", "xfailed")


@dataclass(frozen=True)
class Run:
    """What became of each test, by its name; apps that were wrapped, requests we took part in; what failed of ours."""

    outcomes: dict[str, str]
    counts: dict[str, int]
    failures: list[str]

    def other_than(self, plain: "Run") -> list[str]:
        """The tests that end otherwise than in that run."""
        names = self.outcomes.keys() | plain.outcomes.keys()
        return sorted(name for name in names if self.outcomes.get(name) != plain.outcomes.get(name))


def main(folder: Path) -> int:
    """Run, compare, tell; what is explained must be as explained."""
    with tempfile.TemporaryDirectory(prefix="fw-") as scratch:
        server = EmbeddedServer(Path(scratch) / "store", linger_s=5)
        store = f"unix://{server.start()}"
        try:
            started = {role: _start(folder, Path(scratch), role, store) for role in ROLES}
            runs = {role: _finished(process, Path(scratch), role) for role, process in started.items()}
        finally:
            server.stop()
    return _tell(runs)


def _start(folder: Path, scratch: Path, role: str, store: str) -> subprocess.Popen[str]:
    """One run of the suite in a process of its own."""
    rules = scratch / "rules"
    rules.mkdir(exist_ok=True)
    said = {
        "WRAPPED_AS": role,
        "OUTCOMES": str(scratch / f"{role}.json"),
        "RULES": str(rules),
        "PYTHONPATH": str(HERE),
        "FLOORWALKER_STORE": f"{store}?namespace={role}",
        "FLOORWALKER_SECRET_KEY": "a key for these tests and for nothing else",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "wrapping", "tests"]
    command += ["--basetemp", str(scratch / f"pytest-{role}")]
    log = (scratch / f"{role}.log").open("w")
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **said}, stdout=log, stderr=log, text=True)


def _finished(process: subprocess.Popen[str], scratch: Path, role: str) -> Run:
    try:
        process.wait(LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    outcomes = scratch / f"{role}.json"
    if not outcomes.exists():
        print((scratch / f"{role}.log").read_text()[-4000:])
        raise SystemExit(f"{ROLES[role]}: the run did not come to its end")
    told: dict[str, Any] = json.loads(outcomes.read_text())
    return Run(told["outcomes"], told["counts"], told["failures"])


def _tell(runs: dict[str, Run]) -> int:
    plain = runs["nobody"]
    differing = {role: run.other_than(plain) for role, run in runs.items()}
    print(f"{'Starlette’s own tests':32}{'tests':>7}" + "".join(f"{end:>9}" for end in ENDS), end="")
    print(f"{'apps wrapped':>14}{'requests met':>14}{'failures of ours':>18}{'other outcome':>15}")
    for role, run in runs.items():
        ends = Counter(run.outcomes.values())
        print(f"{ROLES[role]:32}{len(run.outcomes):>7}" + "".join(f"{ends[end]:>9}" for end in ENDS), end="")
        met = run.counts.get("requests", 0)
        print(f"{run.counts.get('apps', 0):>14}{met:>14}{len(run.failures):>18}{len(differing[role]):>15}")
    for role, run in runs.items():
        for name in differing[role]:
            why = " (explained)" if name in EXPLAINED else ""
            print(f"{ROLES[role]}: {name}: {run.outcomes.get(name)}, without us {plain.outcomes.get(name)}{why}")
        for failure in run.failures:
            print(f"{ROLES[role]}: {failure}")
    wrapped = {role: run for role, run in runs.items() if role != "nobody"}
    took_part = all(run.counts.get("requests") and not run.failures for run in wrapped.values())
    return int(not (plain.outcomes and took_part and all(set(differing[role]) == EXPLAINED for role in wrapped)))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
