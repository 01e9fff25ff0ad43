"""The embedded server's supervisor: a small process of its own that keeps one server for one data folder.

Run as a script, never imported by the package, so that it starts within 40 ms. It detaches, is elected by `flock`,
starts the server, says `ready` to every lease (a connection to its socket), restarts the server should it die, and
stops it some seconds after the last lease closed. The kernel frees the lock and closes the leases of whoever dies.
"""

import ctypes
import fcntl
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

SUPERVISOR_LOCK = "supervisor.lock"
SERVER_LOCK = "server.lock"  # held by the server itself, so two can never write one file
SERVER_PID = "server.pid"
ENDPOINT = "endpoint"  # says where the sockets are
FAILURE = "failure"  # says why the server could not run
LEASE_SOCKET = "lease.sock"
SERVER_SOCKET = "valkey.sock"
ELECTION_S = 3.0
START_S = 60.0  # reading a large file takes its time
STOP_S = 15.0
PROBE_S = 1.0
TURN_S = 0.01
HOUSEKEEPING_S = 60.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Order:
    """What a supervisor is asked to do, as JSON on its command line."""

    folder: str
    runtime: str
    binary: str
    linger_s: float


class Refused(Exception):
    """Why the server cannot run."""


def main(arguments: list[str]) -> None:
    """Detach, stand for election, supervise until nobody needs the server."""
    order = Order(**json.loads(arguments[1]))
    if os.fork():
        os._exit(0)
    folder = Path(order.folder)
    if elected(folder) is not None:
        Supervisor(folder, Path(order.runtime), order.binary, order.linger_s).run()


def elected(folder: Path) -> int | None:
    """The lock's descriptor, kept open until we exit; None where a living supervisor has it."""
    lock = os.open(folder / SUPERVISOR_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + ELECTION_S
    while time.monotonic() < deadline:
        if locked(lock):
            return lock
        if answers(folder):
            return None
        time.sleep(TURN_S)
    return None


def locked(descriptor: int) -> bool:
    """Take an exclusive lock if it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def answers(folder: Path) -> bool:
    """Whether a supervisor of this folder takes leases."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect((folder / ENDPOINT).read_text() + "/" + LEASE_SOCKET)
        return True
    return False


def private_folder(path: Path) -> None:
    """Make a folder that is ours alone; refuse one that somebody else could have prepared."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Refused(f"{path} must be a folder of this user alone (mode 0700)")


def die_with_parent() -> None:
    """In the server's process, on Linux: get SIGTERM when the supervisor is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """One server, its leases, and when to stop."""

    def __init__(self, folder: Path, runtime: Path, binary: str, linger_s: float) -> None:
        self._folder = folder
        self._runtime = runtime
        self._binary = binary
        self._linger_s = linger_s
        self._events = selectors.DefaultSelector()
        self._alarm = socket.socketpair()
        self._leases: set[socket.socket] = set()
        self._server: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._ready = False
        self._stopping = False
        self._idle_since = time.monotonic()

    def run(self) -> None:
        """Until the last lease has been closed for a while, or somebody asked to stop."""
        self._wake_on_signals()
        try:
            listener = self._open_door()
            self._end_orphan()
            self._start_server()
            while not self._stopping:
                self._turn(listener)
        except Refused as reason:
            (self._folder / FAILURE).write_text(str(reason))
        finally:
            self._close()

    def _wake_on_signals(self) -> None:
        """Let the death of the server, and a word from the system, end the wait at once."""
        signal.signal(signal.SIGTERM, self._asked_to_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for end in self._alarm:
            end.setblocking(False)
        signal.set_wakeup_fd(self._alarm[1].fileno())
        self._events.register(self._alarm[0], selectors.EVENT_READ)

    def _open_door(self) -> socket.socket:
        private_folder(self._runtime.parent)
        private_folder(self._runtime)
        path = self._runtime / LEASE_SOCKET
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(128)
        listener.setblocking(False)
        self._events.register(listener, selectors.EVENT_READ)
        fresh = self._folder / f"{ENDPOINT}.new"
        fresh.write_text(str(self._runtime))
        fresh.rename(self._folder / ENDPOINT)
        return listener

    def _end_orphan(self) -> None:
        """A server whose supervisor was killed still holds its lock: end it before another opens its files."""
        lock = os.open(self._folder / SERVER_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + STOP_S
        asked = False
        while not locked(lock):
            if not asked:
                with suppress(OSError, ValueError):
                    os.kill(int((self._folder / SERVER_PID).read_text()), signal.SIGTERM)
                asked = True
            if time.monotonic() > deadline:
                raise Refused("another server still holds the folder")
            time.sleep(TURN_S)
        os.close(lock)

    def _start_server(self) -> None:
        lock = os.open(self._folder / SERVER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        if not locked(lock):
            raise Refused("another server holds the folder")
        (self._runtime / SERVER_SOCKET).unlink(missing_ok=True)
        command = [self._binary, *self._options()]
        try:
            self._server = subprocess.Popen(  # noqa: S603 - the server we ship, our own options
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(lock,),
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only
            )
        except OSError as error:
            raise Refused(str(error)) from error
        finally:
            os.close(lock)
        (self._folder / SERVER_PID).write_text(str(self._server.pid))
        self._started_at = time.monotonic()
        self._ready = False

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._runtime / SERVER_SOCKET),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            # Else the bytes of an entry that was deleted stay until its neighbours go. Costs 62 bytes for each.
            "stream-node-max-entries": "1",
            "daemonize": "no",
            "logfile": str(self._folder / "server.log"),
            "loglevel": "warning",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _turn(self, listener: socket.socket) -> None:
        for key, _ in self._events.select(self._patience()):
            if key.fileobj is listener:
                self._admit(listener)
            elif key.fileobj is self._alarm[0]:
                self._alarm[0].recv(64)
            elif isinstance(key.fileobj, socket.socket):
                self._hear(key.fileobj)
        self._look_after_server()
        self._keep_house()
        if self._leases:
            self._idle_since = time.monotonic()
        elif time.monotonic() - self._idle_since >= self._linger_s:
            self._stopping = True

    def _patience(self) -> float:
        if not self._ready:
            return TURN_S
        if self._leases:
            return HOUSEKEEPING_S
        return max(0.0, self._idle_since + self._linger_s - time.monotonic())

    def _admit(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError, ConnectionError):
            lease, _ = listener.accept()
            lease.setblocking(False)
            self._leases.add(lease)
            self._events.register(lease, selectors.EVENT_READ)
            if self._ready:
                lease.send(b"ready\n")

    def _hear(self, lease: socket.socket) -> None:
        try:
            said = lease.recv(64)
        except ConnectionError:
            said = b""
        if said.startswith(b"stop"):
            self._stopping = True
        elif not said:
            self._drop(lease)

    def _drop(self, lease: socket.socket) -> None:
        self._leases.discard(lease)
        self._events.unregister(lease)
        lease.close()

    def _look_after_server(self) -> None:
        assert self._server is not None
        if self._server.poll() is not None:
            if not self._ready:
                raise Refused(f"the server ended at once; {self._folder / 'server.log'} says why")
            self._start_server()
        elif not self._ready and self._server_answers():
            self._ready = True
            self._tell_ready()
        elif not self._ready and time.monotonic() - self._started_at > START_S:
            raise Refused(f"the server does not answer; {self._folder / 'server.log'} says why")

    def _server_answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(PROBE_S)
            probe.connect(str(self._runtime / SERVER_SOCKET))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        return False

    def _keep_house(self) -> None:
        """Cleaners of temporary folders remove what looks old; without its sockets a server is of no use."""
        for name in (LEASE_SOCKET, SERVER_SOCKET) if self._ready else ():
            try:
                os.utime(self._runtime / name)
            except FileNotFoundError:
                self._stopping = True

    def _tell_ready(self) -> None:
        for lease in tuple(self._leases):
            with suppress(OSError):
                lease.send(b"ready\n")

    def _asked_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _close(self) -> None:
        """The door first, so that nobody takes a lease of a server that is about to stop; the leases last."""
        with suppress(OSError):
            (self._runtime / LEASE_SOCKET).unlink(missing_ok=True)
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        with suppress(OSError):
            self._runtime.rmdir()
        for lease in tuple(self._leases):
            self._drop(lease)


if __name__ == "__main__":
    main(sys.argv)
