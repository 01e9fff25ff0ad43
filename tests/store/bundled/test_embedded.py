"""The embedded server: one for all, through the death of any, and gone when nobody needs it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest
import redis

from floorwalker.errors import ConfigurationError, StoreUnavailable
from floorwalker.store import open_store
from floorwalker.store.bundled.embedded import EmbeddedServer, runtime_folder
from floorwalker.store.bundled.supervisor import SERVER_LOCK, SUPERVISOR_LOCK
from tests.conftest import ROOT
from tests.store.steps import view


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever runs for it in the end is stopped."""
    yield tmp_path / "data"
    EmbeddedServer(tmp_path / "data").stop()
    wait_until_gone(tmp_path / "data")


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    """The folder's server, not started yet."""
    with EmbeddedServer(folder) as one:
        yield one


def wait_until_gone(folder: Path) -> None:
    """Come back once the kernel says that neither supervisor nor server hold their locks."""
    for name in (SUPERVISOR_LOCK, SERVER_LOCK):
        if (folder / name).exists():
            with (folder / name).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)


def worker_on(folder: Path, hits: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.hitter", f"embedded:{folder}", "v1", str(hits)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def server_of(socket: Path) -> int:
    """The server's process id."""
    with redis.Redis(unix_socket_path=str(socket)) as client:
        return int(client.info("server")["process_id"])


def parent_of(pid: int) -> int:
    return int(subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, check=True).stdout)


async def test_what_is_stored_is_there_after_the_server_was_stopped(folder: Path) -> None:
    store = open_store(f"embedded:{folder}")
    await store.commit("v1", None, view)
    await store.close()
    EmbeddedServer(folder).stop()
    wait_until_gone(folder)
    again = open_store(f"embedded:{folder}")
    profile = (await again.load("v1")).profile
    assert profile is not None
    assert profile.visits == 1
    await again.close()


def test_many_that_start_at_once_share_one_server(folder: Path) -> None:
    servers = [EmbeddedServer(folder) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        (socket,) = set(pool.map(lambda server: server.start(), servers))
    for server in servers:
        server.release()
    server_of(socket)


async def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    workers = [worker_on(folder, 5) for _ in range(3)]
    assert [worker.communicate("go\n", timeout=30)[0] for worker in workers] == ["ready\n5\n"] * 3
    store = open_store(f"embedded:{folder}")
    profile = (await store.load("v1")).profile
    assert profile is not None
    assert profile.visits == 15
    await store.close()


def test_the_server_stops_when_the_last_lease_is_closed(folder: Path) -> None:
    first, second = EmbeddedServer(folder, linger_s=0), EmbeddedServer(folder, linger_s=0)
    socket = first.start()
    pid = server_of(socket)
    assert second.start() == socket
    first.release()
    assert server_of(socket) == pid
    second.release()
    wait_until_gone(folder)
    assert not socket.exists()


def test_the_server_outlives_a_worker_that_is_killed(folder: Path, server: EmbeddedServer) -> None:
    worker = worker_on(folder, 1)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    pid = server_of(server.start())
    assert os.getsid(pid) != os.getsid(worker.pid)
    worker.kill()
    worker.communicate()
    assert server_of(server.start()) == pid


async def test_a_killed_server_comes_back_with_its_data(folder: Path, server: EmbeddedServer) -> None:
    store = open_store(f"embedded:{folder}")
    await store.commit("v1", None, view)
    os.kill(server_of(server.start()), signal.SIGKILL)
    committed = await store.commit("v1", None, view)
    assert committed.loaded is not None
    assert committed.loaded.profile is not None
    assert committed.loaded.profile.visits == 2
    await store.close()


async def test_a_killed_supervisor_is_replaced(folder: Path, server: EmbeddedServer) -> None:
    store = open_store(f"embedded:{folder}")
    await store.commit("v1", None, view)
    pid = server_of(server.start())
    os.kill(parent_of(pid), signal.SIGKILL)
    wait_until_gone(folder)
    committed = await store.commit("v1", None, view)
    assert committed.loaded is not None
    assert committed.loaded.profile is not None
    assert committed.loaded.profile.visits == 2
    assert server_of(server.start()) != pid
    await store.close()


def test_stale_sockets_are_no_hindrance(folder: Path, server: EmbeddedServer) -> None:
    socket = server.start()
    server.stop()
    wait_until_gone(folder)
    socket.parent.mkdir(mode=0o700)
    socket.write_text("stale")
    (socket.parent / "lease.sock").write_text("stale")
    server_of(server.start())


def test_a_long_folder_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("a" * 100) / ("b" * 100)
    assert len(os.fsencode(runtime_folder(long) / "valkey.sock")) < 104
    monkeypatch.setattr("tempfile.tempdir", str(long))
    assert len(os.fsencode(runtime_folder(long) / "valkey.sock")) < 104


def test_folders_and_sockets_are_this_users_alone(folder: Path, server: EmbeddedServer) -> None:
    socket = server.start()
    assert [path.stat().st_mode & 0o077 for path in (folder, socket.parent, socket.parent.parent, socket)] == [0] * 4


def test_a_server_that_cannot_run_says_why(folder: Path) -> None:
    folder.mkdir()
    (folder / "appendonlydir").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"ended at once; .*server\.log says why"):
        EmbeddedServer(folder).start()


def test_without_a_server_for_this_machine_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)
    with pytest.raises(ConfigurationError, match="no server for this machine; set the store to"):
        open_store(f"embedded:{tmp_path}")


def test_a_folder_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        open_store(f"embedded:{tmp_path}/file/data")
