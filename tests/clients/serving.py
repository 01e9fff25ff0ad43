"""Workers on one socket, as processes of their own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import ROOT


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket on loopback: whoever connects before a worker is there waits for it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as bound:
        yield bound


def host_of(bound: socket.socket) -> str:
    """What client libraries are told to send to."""
    return f"http://127.0.0.1:{bound.getsockname()[1]}/_floorwalker"


def start(bound: socket.socket, store: str, *, stumbles: int = 0) -> "subprocess.Popen[bytes]":
    """A worker on that socket; to be ended by its handle."""
    command = [sys.executable, "-m", "tests.clients.site", str(bound.fileno()), store, str(stumbles)]
    return subprocess.Popen(command, cwd=ROOT, pass_fds=[bound.fileno()])
