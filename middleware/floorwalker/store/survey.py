"""Every record of a keyspace, one after the other: for whoever counts people, never for a page."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable

from msgspec import Struct

from floorwalker.errors import StoreError
from floorwalker.store.commits.desk import as_bytes
from floorwalker.store.keys import Keys, prefix
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.records.found import Found, Loaded, TooNew, read_found
from floorwalker.store.records.record import State

KEYS_AT_ONCE = 500

Read = Callable[[str, bytes | None], Found]


class Survey(Struct):
    """What a walk over the records met. live: those that it gave.

    Passed by: moved (pointers to another record, or on their way there), erased (stones), too_new (a newer release
    wrote them), unreadable.
    """

    live: int = 0
    moved: int = 0
    erased: int = 0
    too_new: int = 0
    unreadable: int = 0


async def read_profiles(
    link: Link, keys: Keys, survey: Survey, *, pause_s: float, read: Read = read_found
) -> AsyncIterator[Loaded]:
    """Every live record of a keyspace, node by node, in no order, some hundreds in memory at a time.

    A record that stands from beginning to end comes once. What is written meanwhile comes or not; a visitor who
    is merged into another meanwhile may come as both. pause_s: after every batch, for the server to see to others.
    read: what lies under a visitor's key, from what the store answered.
    """
    for node in await link.nodes():
        before: frozenset[str] = frozenset()
        async for names in _scan(node, keys):
            # A server whose table shrinks gives some names of the batch before once more.
            fresh = frozenset(names) - before
            for found in await _read(link, keys, fresh, read):
                if (loaded := _counted(found, survey)) is not None:
                    yield loaded
            before = frozenset(names)
            await asyncio.sleep(pause_s)


async def _scan(node: Link, keys: Keys) -> AsyncIterator[list[str]]:
    """The visitors of one node, by its cursor."""
    pattern = f"{prefix(keys.namespace)}{{*}}:profile:*"
    cursor: bytes = b"0"
    while True:
        reply = await node.call("SCAN", cursor, "MATCH", pattern, "COUNT", KEYS_AT_ONCE)
        match reply:
            case [bytes(cursor), list(found)]:
                yield _visitors(found, keys)
            case _:
                raise StoreError("The store's answer has an unexpected form.")
        if cursor == b"0":
            return


def _visitors(found: Iterable[Reply], keys: Keys) -> list[str]:
    """The visitors whose records lie under these keys; a key that only looks like a record's is left out."""
    visitors = []
    for key in found:
        name = key.decode(errors="surrogateescape") if isinstance(key, bytes) else ""
        visitor = name.partition("}:profile:")[2]
        if visitor.isprintable() and keys.profile(visitor) == name:
            visitors.append(visitor)
    return visitors


async def _read(link: Link, keys: Keys, visitors: Iterable[str], read: Read) -> list[Found]:
    """What lies there, asked for by partition: one lies on one node."""
    by_partition: dict[int, list[str]] = defaultdict(list)
    for visitor in visitors:
        by_partition[keys.partition_of(visitor)].append(visitor)
    asked = [link.call("MGET", *map(keys.profile, some)) for some in by_partition.values()]
    found: list[Found] = []
    for some, reply in zip(by_partition.values(), await asyncio.gather(*asked), strict=True):
        if not isinstance(reply, list) or len(reply) != len(some):
            raise StoreError("The store's answer has an unexpected form.")
        found += [read(visitor, as_bytes(stored)) for visitor, stored in zip(some, reply, strict=True)]
    return found


def _counted(found: Loaded | TooNew, survey: Survey) -> Loaded | None:
    """The record if it is a live one."""
    if isinstance(found, TooNew):
        survey.too_new += 1
        return None
    if found.record is None:
        survey.unreadable += bool(found.identity)  # else it is gone since the scan
        return None
    match found.record.state:
        case State.ERASED:
            survey.erased += 1
        case State.MOVED | State.MOVING:
            survey.moved += 1
        case State.LIVE if found.profile is not None:
            survey.live += 1
            return found
        case _:
            survey.unreadable += 1
    return None
