"""Two trees in turn, in short slices on one core: what one costs over the other.

Neighbouring slices meet the same noise, so the ratio of the two is taken, and they come strictly in turn: a slice after
one of its own process would find its caches warm (measured: 5 % cheaper).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from benchmarks.gate.worker import REFERENCE, WORKS

ROOT = Path(__file__).resolve().parents[2]
Ratios = Mapping[str, Sequence[Sequence[float]]]


class WorkerEnded(Exception):
    """A tree does not serve the benchmark's site."""


class Worker:
    """A process that serves one tree."""

    def __init__(self, lines: IO[str], answers: IO[str]) -> None:
        self._lines, self._answers = lines, answers

    def ready(self) -> None:
        """Wait until it serves. Raises WorkerEnded."""
        if self._answers.readline().strip() != "ready":
            raise WorkerEnded

    def microseconds(self, work: str) -> float:
        """CPU for each request of one slice. Raises WorkerEnded."""
        self._lines.write(work + "\n")
        self._lines.flush()
        said = self._answers.readline()
        if not said:
            raise WorkerEnded
        return float(said)


@contextmanager
def workers(trees: Sequence[Path], *, slower: float) -> Iterator[list[Worker]]:
    """A process a tree on the same core, serving; the first of them slower by that share."""
    with ExitStack() as ended:
        started = [
            ended.enter_context(_worker(tree, slower=min(slower, 0.0) if place else slower))
            for place, tree in enumerate(trees)
        ]
        for worker in started:
            worker.ready()
        yield started


@contextmanager
def _worker(tree: Path, *, slower: float) -> Iterator[Worker]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tree / "middleware"), str(ROOT)))}
    command = [sys.executable, "-m", "benchmarks.gate.worker", "--cpu", str(min(os.sched_getaffinity(0)))]
    command += ["--slower", str(slower)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Worker(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def tree_ratios(mine: Path, other: Path, *, pairs: int, rounds: int, slower: float = -1.0) -> Ratios:
    """By work, by pair of processes, by round: what a slice of ours costs over the other's. Raises WorkerEnded."""
    found: dict[str, list[list[float]]] = {work: [] for work in WORKS}
    for _ in range(pairs):
        with workers((mine, other), slower=slower) as (ours, theirs):
            rows = [
                {work: ours.microseconds(work) / theirs.microseconds(work) for work in WORKS} for _ in range(rounds)
            ]
        for work, per_pair in found.items():
            per_pair.append([row[work] for row in rows])
    return found


def reference_ratios(mine: Path, *, pairs: int, rounds: int, slower: float = -1.0) -> Ratios:
    """The same over a piece of work of the same process that knows nothing of us. Raises WorkerEnded."""
    found: dict[str, list[list[float]]] = {work: [] for work in WORKS}
    for _ in range(pairs):
        with workers([mine], slower=slower) as (ours,):
            rows = [
                {work: ours.microseconds(work) / ours.microseconds(REFERENCE) for work in WORKS} for _ in range(rounds)
            ]
        for work, per_pair in found.items():
            per_pair.append([row[work] for row in rows])
    return found


def as_json(ratios: Ratios) -> str:
    return json.dumps({work: [[round(one, 4) for one in rounds] for rounds in pairs] for work, pairs in ratios.items()})
