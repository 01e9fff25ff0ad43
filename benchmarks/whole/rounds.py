"""Rounds: every variant of a page in turn, again and again, so that a noisy machine is noisy to all of them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SERVER_CPU, LOAD_CPU = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")


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


@dataclass
class Server:
    """A uvicorn process under measurement, pinned to one core."""

    variant: str
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    def cpu_seconds(self) -> float:
        """User and system time so far (proc(5): fields 14 and 15 of stat)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def servers(variants: tuple[str, ...], *, settings: dict[str, str]) -> Iterator[dict[str, Server]]:
    """One server a variant, up and answering; ended at the end by their process ids."""
    running: dict[str, Server] = {}
    try:
        for variant in variants:
            running[variant] = _start(variant, settings)
        for server in running.values():
            _wait(server)
        yield running
    finally:
        for server in running.values():
            server.process.terminate()
        for server in running.values():
            server.process.wait(20)


def _start(variant: str, settings: dict[str, str]) -> Server:
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.site.serve", "--variant", variant, "--port", str(port)]
    command += ["--cpu", str(_cpu(SERVER_CPU))]
    for name, value in settings.items():
        command += [f"--{name}", value] if value else [f"--{name}"]
    return Server(variant, port, subprocess.Popen(command))


def _cpu(wanted: int) -> int:
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[min(wanted, len(allowed) - 1)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    for _ in range(200):
        if server.process.poll() is not None:
            raise SystemExit(f"the {server.variant} server ended with status {server.process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"the {server.variant} server does not answer")


def load(server: Server, page: str, *, cookies: str, seconds: float, rate: float = 0.0) -> dict[str, float]:
    """One run of the load generator, pinned to the other core."""
    command = [sys.executable, "-m", "benchmarks.whole.load", "--port", str(server.port), "--path", page]
    command += ["--connections", "32", "--seconds", str(seconds), "--rate", str(rate)]
    command += ["--cpu", str(_cpu(LOAD_CPU)), "--cookies", cookies]
    done = subprocess.run(command, capture_output=True, check=True, timeout=seconds + 60)
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def measure(server: Server, page: str, number: int, *, cookies: str, seconds: float, rate: float) -> Sample:
    """Throughput and CPU in a closed loop; latency in an open one at a moderate rate."""
    before = server.cpu_seconds()
    busy = load(server, page, cookies=cookies, seconds=seconds)
    cpu = server.cpu_seconds() - before
    calm = load(server, page, cookies=cookies, seconds=seconds, rate=rate)
    return Sample(
        variant=server.variant,
        page=page,
        round=number,
        requests_per_second=busy["requests_per_second"],
        cpu_us=1e6 * cpu / max(1.0, busy["requests"]),
        p50_ms=calm["p50_ms"],
        p99_ms=calm["p99_ms"],
        failures=int(busy["failures"] + calm["failures"]),
    )
