"""A namespace in which something of everything lies, and a way to compare two."""

import redis

from floorwalker.store import Store
from tests.store.people import identified
from tests.store.steps import named, view


async def fill(store: Store) -> None:
    """Visitors, a pointer, a stone, messages, counters, marks, and a stream with a group that has read part of it."""
    for number in range(30):
        await store.commit(f"visitor-{number}", None, named("a"), message=f"m{number}")
    await store.commit("new", None, view, confirmed=False)
    await store.commit("anna", None, view)
    await store.merge("visitor-1", "anna", identified("told"))
    await store.erase("visitor-2")
    await store.population.add_topics("2026-11-22", {"cars": 3})


def contents(client: redis.Redis, namespace: str) -> dict[str, object]:
    """Every key without its namespace: its type, what is in it, and whether it ends."""
    found: dict[str, object] = {}
    for key in client.scan_iter(f"fw:{namespace}:*", count=1000):
        kind = client.type(key).decode()
        found[key.decode().removeprefix(f"fw:{namespace}:")] = (
            kind,
            _value(client, kind, key),
            (client.ttl(key) + 30) // 60,
        )
    return found


def _value(client: redis.Redis, kind: str, key: bytes) -> object:
    match kind:
        case "string":
            return client.get(key)
        case "hash":
            return client.hgetall(key)
        case "zset":
            return client.zrange(key, 0, -1, withscores=True)
        case "list":
            return client.lrange(key, 0, -1)
        case _:
            groups = [
                (one["name"], one["last-delivered-id"], client.xpending_range(key, one["name"], "-", "+", 1000))
                for one in client.xinfo_groups(key)
            ]
            plain = [(g[0], g[1], [(p["message_id"], p["consumer"]) for p in g[2]]) for g in groups]
            return client.xrange(key), client.xinfo_stream(key)["last-generated-id"], plain
