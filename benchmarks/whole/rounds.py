"""Rounds: every variant of a page in turn, again and again, so that a noisy machine is noisy to all of them."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.whole.servers import LOAD_CPU, Server, core

_PATIENCE_S = 120


@dataclass(frozen=True)
class CalmPlan:
    """How latency is measured: at so many requests a second, in so many slices of so many seconds a round."""

    rate: float
    slices: int
    slice_s: float


@dataclass(frozen=True)
class Sample:
    """One variant, one page, one round. cpu_us: the server's user and system time per request, microseconds. timed: so
    many requests are behind p50 and p99."""

    variant: str
    page: str
    round: int
    requests_per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    failures: int
    timed: int = 0


def load(
    server: Server, page: str, *, cookies: str, seconds: float, rate: float = 0.0, connections: int = 32
) -> dict[str, float]:
    """One run of the load generator, pinned to the other core."""
    told = _told(server, page, cookies, "--seconds", seconds, "--rate", rate, "--connections", connections)
    return {name: float(value) for name, value in told.items() if name != "latencies_ms"}


def busy(
    server: Server, page: str, *, cookies: str, seconds: float, connections: int = 32
) -> tuple[dict[str, float], float]:
    """One run as fast as the server answers, and its microseconds of CPU for each request."""
    before = server.cpu_seconds()
    found = load(server, page, cookies=cookies, seconds=seconds, connections=connections)
    return found, 1e6 * (server.cpu_seconds() - before) / max(1.0, found["requests"])


class Calm:
    """Latencies of one variant at a moderate rate, slice by slice."""

    def __init__(self) -> None:
        self.failures = 0
        self._latencies_ms: list[float] = []

    def add(self, server: Server, page: str, *, cookies: str, seconds: float, rate: float) -> None:
        """One slice more."""
        told = _told(server, page, cookies, "--seconds", seconds, "--rate", rate, "--latencies")
        self.failures += told["failures"]
        self._latencies_ms += told["latencies_ms"]

    @property
    def timed(self) -> int:
        """So many requests."""
        return len(self._latencies_ms)

    def percentile_ms(self, part: float) -> float:
        """What that part of the requests took at most; 0 where there was none."""
        ordered = sorted(self._latencies_ms) or [0.0]
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measured(
    running: Mapping[str, Server], page: str, number: int, *, cookies: str, seconds: float, calm: CalmPlan
) -> Iterator[Sample]:
    """One round: all variants as fast as they answer, one after the other; then their latencies in short slices, one
    variant's right after another's, so that what stalls the machine for some seconds meets all of them."""
    fast = {variant: busy(server, page, cookies=cookies, seconds=seconds) for variant, server in running.items()}
    slices = {variant: Calm() for variant in running}
    for _ in range(calm.slices):
        for variant, server in running.items():
            slices[variant].add(server, page, cookies=cookies, seconds=calm.slice_s, rate=calm.rate)
    for variant, (found, cpu_us) in fast.items():
        timed = slices[variant]
        yield Sample(
            variant=variant,
            page=page,
            round=number,
            requests_per_second=found["requests_per_second"],
            cpu_us=cpu_us,
            p50_ms=timed.percentile_ms(0.5),
            p99_ms=timed.percentile_ms(0.99),
            failures=int(found["failures"]) + timed.failures,
            timed=timed.timed,
        )


def _told(server: Server, page: str, cookies: str, *options: object) -> dict[str, Any]:
    """What the load generator says of one run."""
    command = [sys.executable, "-m", "benchmarks.whole.load", "--port", str(server.port), "--path", page]
    command += ["--cookies", cookies, "--cpu", str(core(LOAD_CPU)), *map(str, options)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE_S)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
