"""Other ways to a server: TCP with a password, sentinels, TLS options; and servers that are not there."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.asyncio.connection import Connection, SSLConnection

from benchmarks.ports import free_port
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Outcome, open_store
from floorwalker.store.link.address import GroupAddress, ServerAddress, read_address
from floorwalker.store.link.dial import sentinels_of, server_client
from tests.servers import lacking, running
from tests.store.conftest import Open
from tests.store.steps import view

PASSWORD = "s3cr3t/x"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """A Redis over TCP that asks for a password."""
    binary = shutil.which("redis-server") or lacking("redis-server")
    folder, port = Path(tempfile.mkdtemp(prefix="fw-")), free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
    for _ in running([*command, "--dir", str(folder)], f"redis://:s3cr3t%2Fx@127.0.0.1:{port}", folder):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def sentinel(guarded: str) -> Iterator[str]:
    """A sentinel of it."""
    binary = shutil.which("redis-server") or lacking("redis-server")
    folder, port = Path(tempfile.mkdtemp(prefix="fw-")), free_port()
    host, _, master = guarded.partition(":")
    config = folder / "sentinel.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor shop {host} {master} 1\n"
        f"sentinel auth-pass shop {PASSWORD}\n"
    )
    for _ in running([binary, str(config), "--sentinel"], f"redis://127.0.0.1:{port}", folder):
        yield f"127.0.0.1:{port}"


async def test_a_server_over_tcp_with_a_password_and_a_database(open_: Open, guarded: str) -> None:
    store = open_(f"redis://:s3cr3t%2Fx@{guarded}/2")
    assert (await store.commit("v1", None, view)).outcome is Outcome.STORED
    assert (await open_(f"redis://:s3cr3t%2Fx@{guarded}/3").load("v1")).profile is None


async def test_a_wrong_password_is_a_store_that_is_away(open_: Open, guarded: str) -> None:
    for url in (f"redis://{guarded}", f"redis://:wrong@{guarded}"):
        with pytest.raises(StoreUnavailable) as refused:
            await open_(url).load("v1")
        assert "wrong" not in str(refused.value).replace("WRONGPASS", "")


async def test_sentinels_are_asked_for_the_master(open_: Open, guarded: str, sentinel: str) -> None:
    store = open_(f"redis+sentinel://:s3cr3t%2Fx@127.0.0.1:1,{sentinel}/shop/4")
    assert (await store.commit("v1", None, view)).outcome is Outcome.STORED
    assert (await open_(f"redis://:s3cr3t%2Fx@{guarded}/4").load("v1")).profile is not None


async def test_sentinels_have_users_of_their_own(open_: Open, guarded: str, sentinel: str) -> None:
    with redis.Redis.from_url(f"redis://{sentinel}") as operator:
        operator.execute_command("ACL", "SETUSER", "asker", "on", ">p+ss", "+@all")
    url = f"redis+sentinel://:s3cr3t%2Fx@{sentinel}/shop/5?sentinel_username=asker&sentinel_password="
    assert (await open_(f"{url}p%2Bss").commit("v1", None, view)).outcome is Outcome.STORED
    with pytest.raises(StoreUnavailable) as refused:
        await open_(f"{url}wr0ng").load("v1")
    assert "wr0ng" not in str(refused.value)


@pytest.mark.parametrize(("options", "connection"), [("", SSLConnection), ("?sentinel_tls=no", Connection)])
def test_sentinels_are_asked_over_tls_where_the_servers_speak_it(options: str, connection: type) -> None:
    address = read_address(f"rediss+sentinel://a,b/shop{options}")
    assert isinstance(address, GroupAddress)
    clients = sentinels_of(address, timeout_s=1.0).sentinels
    assert [one.connection_pool.connection_class for one in clients] == [connection, connection]


async def test_a_service_that_the_sentinels_do_not_know_is_away(open_: Open, sentinel: str) -> None:
    with pytest.raises(StoreUnavailable):
        await open_(f"redis+sentinel://{sentinel}/other").load("v1")


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:1",
        "unix:///nowhere/redis.sock",
        "redis+sentinel://127.0.0.1:1/s",
        "redis+cluster://127.0.0.1:1",
    ],
)
async def test_a_server_that_is_not_there_stops_no_start_up(url: str) -> None:
    store = open_store(url)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await store.load("v1")
        with pytest.raises(StoreUnavailable):
            await store.ping()
    waiting = store.submit("v1", None, view)
    assert await store.flush(0.05) == 1
    assert store.health().away
    await store.close()
    with pytest.raises(StoreUnavailable):
        await waiting


def test_tls_checks_the_host_unless_told_otherwise() -> None:
    for options, checks in (("", True), ("?ssl_check_hostname=no&ssl_cert_reqs=none", False)):
        address = read_address(f"rediss://db{options}")
        assert isinstance(address, ServerAddress)
        connection = server_client(address, timeout_s=1).connection_pool.make_connection()
        assert connection.check_hostname is checks
