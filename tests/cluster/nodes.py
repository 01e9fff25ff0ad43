"""A server of one test's own, by either name: alone, of a cluster, or a sentinel."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import redis

from benchmarks.ports import free_port
from floorwalker.store.bundled.embedded import server_binary
from tests.servers import lacking

WITHIN_S = 30.0
_LOOK_AGAIN_S = 0.02


def binary_of(product: str) -> str:
    """The one that comes with the package, or Debian's."""
    found = str(server_binary()) if product == "valkey" else shutil.which("redis-server")
    return found or lacking("redis-server")


class Node:
    """One process on a port of the loopback interface, with an append-only file that is written at every command."""

    def __init__(self, product: str, **options: object) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="fw-node-"))
        self._binary = binary_of(product)
        self._options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self.folder,
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            "repl-diskless-sync-delay": 0,
            "logfile": self.folder / "server.log",
            **options,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._client = redis.Redis(port=self.port, socket_timeout=10, protocol=2)
        self._client.response_callbacks.clear()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "Node":
        """Until it answers."""
        self._process = subprocess.Popen(self.command())
        self._until_it_answers()
        return self

    def restart(self, **options: object) -> None:
        """On the same files, with more options."""
        self._options |= options
        self.start()

    def command(self) -> list[str]:
        words = [word for name, value in self._options.items() for word in (f"--{name}", str(value))]
        return [self._binary, *words]

    def tell(self, *command: object) -> Any:
        """One command of its operator."""
        return self._client.execute_command(*command)  # type: ignore[no-untyped-call]

    def asked(self, section: str) -> dict[str, str]:
        """What INFO says."""
        lines = self.tell("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def kill(self) -> None:
        """At once, with nothing said."""
        assert self._process is not None
        os.kill(self._process.pid, SIGKILL)
        self._process.wait()

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, SIGCONT)

    def end(self) -> None:
        """As an operator ends it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def kept_aside(self) -> Path:
        """A new folder with what it has written so far."""
        aside = Path(tempfile.mkdtemp(prefix="fw-remains-"))
        shutil.copytree(self.folder / "appendonlydir", aside / "appendonlydir")
        return aside

    def close(self) -> None:
        if self.lives:
            self.go_on()
            self.kill()
        self._client.close()
        shutil.rmtree(self.folder)

    def _until_it_answers(self) -> None:
        def answers() -> bool:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"a node does not begin: {(self.folder / 'server.log').read_text()[-500:]}")
            try:
                return self.tell("PING") is not None
            except redis.RedisError:
                return False

        until(answers)


def until(holds: Callable[[], object], *, within_s: float = WITHIN_S) -> None:
    """Ask again and again, so long at most."""
    ends = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError("it does not come to pass")
        time.sleep(_LOOK_AGAIN_S)
