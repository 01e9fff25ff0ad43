"""What servers say of themselves: asked of real ones, misconfigured on purpose."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from floorwalker.store.inspection import StoreFacts, inspect_store
from floorwalker.store.link.address import read_address
from floorwalker.store.probes import probes_of
from tests.servers import fresh_namespace, lacking, running

STORE = Path(__file__).resolve().parents[2] / "middleware" / "floorwalker" / "store"


@pytest.fixture(scope="module")
def careless_server() -> Iterator[str]:
    """A server of its own, which the tests of this module set up badly."""
    binary = shutil.which("redis-server")
    if binary is None:
        lacking("redis-server")
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    yield from running([str(binary), *options], f"unix://{path}", folder)


@pytest.fixture
def client(careless_server: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(careless_server) as client:
        yield client
        client.execute_command("REPLICAOF", "NO", "ONE")
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("appendonly", "no")


async def asked(url: str) -> StoreFacts:
    return await inspect_store(read_address(url))


async def test_a_server_tells_what_it_is(store_url: str, peek: redis.Redis) -> None:
    before = set(peek.scan_iter("*doctor*"))
    facts = await asked(store_url)
    (node,) = facts.nodes
    assert (facts.failure, facts.refused, facts.silent) == ("", (), ())
    assert node.version >= (6, 2)
    assert abs(node.ahead_s) < 60
    assert (node.is_replica, node.policy) == (False, "noeviction")
    assert facts.cluster_state == ("ok" if "cluster" in store_url else "")
    assert set(peek.scan_iter("*doctor*")) == before


async def test_its_memory_and_files_are_told(careless_server: str, client: redis.Redis) -> None:
    client.config_set("maxmemory", "100mb")
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("appendonly", "yes")
    (node,) = (await asked(careless_server)).nodes
    assert (node.policy, node.most_bytes, node.appends, node.saves) == ("allkeys-lru", 100 << 20, True, False)
    assert 0 < node.used_bytes < node.most_bytes


async def test_a_replica_is_told_and_sent_nothing(careless_server: str, client: redis.Redis) -> None:
    client.execute_command("REPLICAOF", "127.0.0.1", "1")
    facts = await asked(careless_server)
    assert facts.nodes[0].is_replica
    assert facts.refused == ()


async def test_what_access_rules_forbid_is_told(careless_server: str, client: redis.Redis) -> None:
    socket = careless_server.removeprefix("unix://")
    client.acl_setuser("half", enabled=True, passwords=["+pw"], commands=["+@all", "-hset", "-config"], keys=["fw:*"])
    client.acl_setuser("else", enabled=True, passwords=["+pw"], commands=["+@all"], keys=["other:*"])
    half, elsewhere = [await asked(f"unix://{name}:pw@{socket}") for name in ("half", "else")]
    assert half.refused == ("HSET",)
    assert half.silent == ("CONFIG GET save",)
    assert "GET" in elsewhere.refused
    assert "PING" not in elsewhere.refused


async def test_a_full_server_refuses_nothing_for_good(careless_server: str, client: redis.Redis) -> None:
    client.config_set("maxmemory", "1")
    assert (await asked(careless_server)).refused == ()


@pytest.mark.parametrize("url", ["unix:///nonexistent/redis.sock", "redis://127.0.0.1:1/0"])
async def test_a_server_that_is_not_there_is_a_fact(url: str) -> None:
    facts = await asked(url)
    assert facts.failure.startswith("The store cannot be reached: ")
    assert facts.nodes == ()


async def test_a_wrong_password_is_a_fact_and_is_not_told(careless_server: str) -> None:
    facts = await asked(f"unix://nobody:hunter2@{careless_server.removeprefix('unix://')}")
    assert "invalid username-password pair" in facts.failure
    assert "hunter2" not in facts.failure


def test_every_command_that_is_used_is_asked_for() -> None:
    used: set[str] = set()
    for file in STORE.rglob("*.lua"):
        used |= set(re.findall(r"redis\.p?call\(\s*['\"]([A-Z]+)", file.read_text(encoding="utf-8")))
    for file in STORE.rglob("*.py"):
        if file.name not in ("inspection.py", "probes.py"):
            used |= set(re.findall(r"\bcall(?:_on)?\(\s*\"([A-Z]+)\"", file.read_text(encoding="utf-8")))
    assert {"GET", "EVALSHA", "XADD", "HINCRBY"} <= used
    assert used - set(probes_of("k")) == set()


async def test_every_probe_is_a_command_as_servers_take_it(store_url: str, peek: redis.Redis) -> None:
    if "cluster" in store_url:
        pytest.skip("a cluster takes no transaction from a plain client without its slot")
    key = f"fw:{fresh_namespace()}:probe"
    refused = {}
    for name, command in probes_of(key).items():
        connection = peek.connection_pool.get_connection()
        try:
            connection.send_command("MULTI")
            connection.read_response()
            connection.send_command(*command)
            refused[name] = connection.read_response()
            connection.send_command("DISCARD")
            connection.read_response()
        finally:
            peek.connection_pool.release(connection)
    assert {name for name, said in refused.items() if said != b"QUEUED"} == set()
