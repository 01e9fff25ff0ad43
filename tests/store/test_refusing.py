"""A server that is there and takes no writes: what it holds is read on, and what waits is committed once it does."""

from collections.abc import Callable

import pytest
import redis

from floorwalker.store import Outcome
from tests.servers import fresh_namespace
from tests.store.conftest import Open, client_of
from tests.store.steps import view

Turn = Callable[[redis.Redis], object]

WAYS: dict[str, tuple[Turn, Turn]] = {
    "read-only": (
        lambda server: server.execute_command("REPLICAOF", "127.0.0.1", "1"),
        lambda server: server.execute_command("REPLICAOF", "NO", "ONE"),
    ),
    "out of memory": (
        lambda server: server.config_set("maxmemory", 1),
        lambda server: server.config_set("maxmemory", 0),
    ),
    "no replicas": (
        lambda server: server.config_set("min-replicas-to-write", 1),
        lambda server: server.config_set("min-replicas-to-write", 0),
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_loads_go_on_while_commits_wait(
    open_: Open, redis_server: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    refuse, recover = WAYS[way]
    store = open_(f"{redis_server}?namespace={fresh_namespace()}")
    for visitor in ("v1", "v2"):
        await store.commit(visitor, None, view)
    with client_of(redis_server) as server:
        refuse(server)
        try:
            waiting = [store.submit("v1", None, view) for _ in range(3)]
            assert await store.flush(0.05) == 3
            for visitor in ("v1", "v2") * 20:
                profile = (await store.load(visitor)).profile
                assert profile is not None
                assert profile.visits == 1
                assert store.health().away
        finally:
            recover(server)
    assert {(await one).outcome for one in waiting} == {Outcome.STORED}
    profile = (await store.load("v1")).profile
    assert profile is not None
    assert profile.visits == 4
    assert not store.health().away
    assert caplog.text.count("the store is away") == 1


async def test_a_store_that_came_back_empty_names_people_as_before(open_: Open, redis_server: str) -> None:
    url = f"{redis_server}?namespace={fresh_namespace()}"
    store = open_(url)
    person = await store.person("ada")
    with client_of(redis_server) as server:
        _empty(server, url)
        server.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await store.commit("v1", None, view)
    newcomer = open_(url)
    assert await newcomer.person("ada") == await store.person("ada") == person


async def test_who_was_named_anew_meanwhile_is_named_so_by_all(open_: Open, redis_server: str) -> None:
    url = f"{redis_server}?namespace={fresh_namespace()}"
    store = open_(url)
    before = await store.person("ada")
    with client_of(redis_server) as server:
        _empty(server, url)
        newcomer = open_(url)
        person = await newcomer.person("ada")
        server.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await store.commit("v1", None, view)
    assert await store.person("ada") == await newcomer.person("ada")
    assert await store.person("ada") == person != before


def _empty(server: redis.Redis, url: str) -> None:
    for key in server.scan_iter(f"fw:{url.rpartition('namespace=')[2]}:*", count=1000):
        server.delete(key)
