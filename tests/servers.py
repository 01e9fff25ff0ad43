"""Real servers for the tests: started once per run, each test in a namespace of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
import redis

from benchmarks.ports import free_port
from floorwalker.errors import ConfigurationError
from floorwalker.store.bundled.embedded import EmbeddedServer, server_binary

_numbers = count(1)


def fresh_namespace() -> str:
    """A namespace that no other test of this run has."""
    return f"t{next(_numbers)}"


def lacking(what: str) -> NoReturn:
    """Skip, or fail where everything is required."""
    if os.environ.get("FLOORWALKER_REQUIRE_ALL"):
        pytest.fail(f"{what} is required here and missing")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded Valkey, by its socket."""
    try:
        server = EmbeddedServer(tmp_path_factory.mktemp("valkey"), linger_s=5)
    except ConfigurationError:
        lacking("a Valkey binary")
    yield f"unix://{server.start()}"
    server.stop()


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """The same server, a fresh namespace."""
    return f"{valkey_server}?namespace={fresh_namespace()}"


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of Debian's redis-server, by its socket."""
    binary = shutil.which("redis-server")
    if binary is None:
        lacking("redis-server")
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    yield from running([str(binary), *options], f"unix://{path}", folder)


@pytest.fixture(scope="session")
def cluster_server() -> Iterator[str]:
    """The address of a cluster of one node: it refuses scripts across slots like any other."""
    try:
        binary = server_binary()
    except ConfigurationError:
        lacking("a Valkey binary")
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    port = free_port()
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        "--cluster-enabled",
        "yes",
    ]
    options += ["--cluster-port", str(free_port())]
    yield from running([str(binary), *options], f"redis://127.0.0.1:{port}", folder, clustered=True)


def running(command: list[str], url: str, folder: Path, *, clustered: bool = False) -> Iterator[str]:
    """Its address while it runs; the folder goes with it."""
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        with redis.Redis.from_url(url) as client:
            _wait_until(lambda: client.ping(), process)
            if clustered:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
                _wait_until(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")), process)
        yield url.replace("redis:", "redis+cluster:") if clustered else url
    finally:
        process.terminate()
        process.wait(10)
        log.close()
        shutil.rmtree(folder)


def _wait_until(holds: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Ask again and again, as long as the server runs."""
    while True:
        try:
            if holds():
                return
        except redis.ConnectionError:
            pass
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail("the server ended at once")
