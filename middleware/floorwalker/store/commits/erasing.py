"""Erasing: a stone where the record was, and nothing left that hangs on it."""

from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.naming import mark_of
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded, read_found
from floorwalker.store.records.record import EPOCH_BYTES, IDENTITY_BYTES, Alias, Body, Record, State, stone
from floorwalker.store.scripts import script
from floorwalker.store.streams import drop_entries


async def erase(desk: Desk, visitor: str, *, follow: bool = True, hops: int = POINTERS_FOLLOWED) -> int:
    """Erase a visitor and all who joined them; how many stream entries went with them.

    follow: and to whom a pointer or a move leads. May be repeated: the stone keeps what leads to all of them until
    they are erased.
    """
    keys = await desk.keyspace.keys()
    found = await desk.look(visitor)
    while True:
        body = found.record.body if isinstance(found, Loaded) and found.record is not None else Body(visitor)
        marked = stone(visitor, desk.random_bytes(EPOCH_BYTES), body.pseudonym, body.aliases, body.moved_to)
        reply = await _lay(desk, keys, found, marked)
        if reply == 1:
            break
        found = read_found(visitor, as_bytes(reply))
    dropped = await _drop(desk, keys, visitor, body.pseudonym)
    for alias in body.aliases:
        dropped += await _erase_alias(desk, keys, alias, found)
    if follow and body.moved_to and hops:
        dropped += await erase(desk, body.moved_to, hops=hops - 1)
    await _lay(desk, keys, Loaded(visitor, record=marked, identity=marked.identity), _clean(desk, visitor))
    return dropped


async def _lay(desk: Desk, keys: Keys, found: Found, laid: Record) -> Reply:
    """Put a stone in the place of what was found: 1, or what lies there by now."""
    visitor = found.visitor
    partition = keys.partition_of(visitor)
    names = [
        keys.profile(visitor),
        keys.messages(visitor),
        keys.deferred(visitor),
        keys.due(partition),
        keys.found(partition),
        keys.outbox(visitor),
    ]
    identity = found.identity if isinstance(found, Loaded) else found.stored[:IDENTITY_BYTES]
    arguments: list[Word] = [identity, laid.encode(), desk.settings.stone_s, visitor, *_members(keys, visitor, found)]
    return await script("erase").run(desk.link, names, arguments)


async def _erase_alias(desk: Desk, keys: Keys, alias: Alias, person: Found) -> int:
    """Whoever joined: the pointer they left, their stream, and under what they were found."""
    members = _members(keys, alias.visitor, person)
    if members:
        await desk.link.call("ZREM", keys.found(keys.partition_of(alias.visitor)), *members)
    left = await desk.look(alias.visitor)
    if isinstance(left, Loaded) and left.record and left.record.state in (State.MOVING, State.MOVED):
        return await erase(desk, alias.visitor, follow=False)
    return await _drop(desk, keys, alias.visitor, alias.pseudonym)


async def _drop(desk: Desk, keys: Keys, visitor: str, pseudonym: bytes) -> int:
    if not pseudonym:
        return 0
    partition = keys.partition_of(visitor)
    await desk.link.call("DEL", keys.exposed(partition, pseudonym.hex()))
    stream = keys.events(partition)
    return await drop_entries(desk.link, stream, frozenset((pseudonym.hex(),)))


def _members(keys: Keys, visitor: str, found: Found) -> list[str]:
    """What the index may hold of a visitor: whatever is no trait of theirs is not in it."""
    profile = found.profile if isinstance(found, Loaded) else None
    traits = profile.traits if profile is not None else {}
    return [f"{mark_of(keys.people, trait, value)}:{visitor}" for trait, value in traits.items()]


def _clean(desk: Desk, visitor: str) -> Record:
    return stone(visitor, desk.random_bytes(EPOCH_BYTES), b"")
