"""A Redis of one test's own, which may be killed, stopped, emptied and told to refuse."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import redis

from floorwalker.store.bundled.embedded import server_binary

_BEGINS_WITHIN_S = 20.0


class RedisServer:
    """A server with an append-only file. fsync: `always` loses nothing that it acknowledged, `everysec` may."""

    def __init__(self, fsync: str = "always") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fw-faults-"))
        self.socket = self.folder / "redis.sock"
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Until it answers."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "logfile": str(self.folder / "server.log"),
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([binary(), *words])
        ends = time.monotonic() + _BEGINS_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the server does not begin: {(self.folder / 'server.log').read_text()[-500:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """At once, with nothing said."""
        assert self._process is not None
        os.kill(self._process.pid, SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, SIGCONT)

    def empty(self) -> None:
        """What it kept is gone; only while it does not run."""
        shutil.rmtree(self.folder / "appendonlydir")

    def tell(self, *command: str) -> object:
        """One command of its operator."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*command)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.go_on()
            self.kill()
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        try:
            return self.tell("PING") is not None
        except redis.RedisError:
            return False


def binary() -> str:
    """Redis where it is on this machine, else the Valkey that comes with the package."""
    return shutil.which("redis-server") or str(server_binary())


def version() -> str:
    """Its name, as the table of results tells it."""
    told = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout.split()
    return f"{told[0]} {told[2].partition('=')[2]}"
