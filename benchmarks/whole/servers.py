"""Servers under measurement: processes on one core, and what they take of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ports import free_port

SERVER_CPU, LOAD_CPU = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")
_WAIT_S = 60


@dataclass(frozen=True)
class Command:
    """How a server is started: `{port}` and `{cpu}` in its words are filled in. port: 0 for any that is free."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0


@dataclass
class Server:
    """A process under measurement, pinned to one core, with its children."""

    variant: str
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    def cpu_seconds(self) -> float:
        """User and system time so far, of its children too (proc(5): fields 14 and 15 of stat)."""
        return sum(map(_ticks, _family(self.process.pid))) / _TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


@contextmanager
def servers(commands: Mapping[str, Command]) -> Iterator[dict[str, Server]]:
    """A server a variant, up and answering; ended at the end by their process ids. Raises SystemExit."""
    running: dict[str, Server] = {}
    try:
        for variant, command in commands.items():
            running[variant] = _start(variant, command)
        for server in running.values():
            _wait(server)
        yield running
    finally:
        for server in running.values():
            server.process.terminate()
        for server in running.values():
            server.process.wait(_WAIT_S)


def benchmark_app(variant: str, settings: Mapping[str, str]) -> Command:
    """The benchmark's app behind uvicorn, as one variant has it; a setting without a value is a switch."""
    words = [sys.executable, "-m", "benchmarks.site.serve", "--variant", variant, "--port", "{port}", "--cpu", "{cpu}"]
    for name, value in settings.items():
        words += [f"--{name}", value] if value else [f"--{name}"]
    return Command(words)


def core(wanted: int) -> int:
    """The core of that number, or the last one there is."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[min(wanted, len(allowed) - 1)]


def _start(variant: str, command: Command) -> Server:
    port = command.port or free_port()
    words = [word.replace("{port}", str(port)).replace("{cpu}", str(core(SERVER_CPU))) for word in command.words]
    return Server(variant, port, subprocess.Popen(words, env={**os.environ, **command.environment}))


def _wait(server: Server) -> None:
    for _ in range(20 * _WAIT_S):
        if server.process.poll() is not None:
            raise SystemExit(f"the {server.variant} server ended with status {server.process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"the {server.variant} server does not answer")
