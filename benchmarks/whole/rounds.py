"""Rounds: every variant of a page in turn, again and again, so that a noisy machine is noisy to all of them."""

import json
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.whole.servers import LOAD_CPU, Server, core


@dataclass(frozen=True)
class Sample:
    """One variant, one page, one round. cpu_us: the server's user and system time per request, microseconds."""

    variant: str
    page: str
    round: int
    requests_per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    failures: int


def load(
    server: Server, page: str, *, cookies: str, seconds: float, rate: float = 0.0, connections: int = 32
) -> dict[str, float]:
    """One run of the load generator, pinned to the other core."""
    command = [sys.executable, "-m", "benchmarks.whole.load", "--port", str(server.port), "--path", page]
    command += ["--connections", str(connections), "--seconds", str(seconds), "--rate", str(rate)]
    command += ["--cpu", str(core(LOAD_CPU)), "--cookies", cookies]
    done = subprocess.run(command, capture_output=True, check=True, timeout=seconds + 60)
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def busy(
    server: Server, page: str, *, cookies: str, seconds: float, connections: int = 32
) -> tuple[dict[str, float], float]:
    """One run as fast as the server answers, and its microseconds of CPU for each request."""
    before = server.cpu_seconds()
    found = load(server, page, cookies=cookies, seconds=seconds, connections=connections)
    return found, 1e6 * (server.cpu_seconds() - before) / max(1.0, found["requests"])


def measure(server: Server, page: str, number: int, *, cookies: str, seconds: float, rate: float) -> Sample:
    """Throughput and CPU in a closed loop; latency in an open one at a moderate rate."""
    fast, cpu_us = busy(server, page, cookies=cookies, seconds=seconds)
    calm = load(server, page, cookies=cookies, seconds=seconds, rate=rate)
    return Sample(
        variant=server.variant,
        page=page,
        round=number,
        requests_per_second=fast["requests_per_second"],
        cpu_us=cpu_us,
        p50_ms=calm["p50_ms"],
        p99_ms=calm["p99_ms"],
        failures=int(fast["failures"] + calm["failures"]),
    )
