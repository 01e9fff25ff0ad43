"""What streams and relays hold of somebody under a pseudonym, taken away: and of all whose history came in by it."""

from msgspec import DecodeError

from floorwalker.core.events import MERGED
from floorwalker.errors import StoreError
from floorwalker.store.commits.desk import Desk
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.records.codec import decode_event
from floorwalker.store.relaying.groups import groups_of
from floorwalker.store.streams import ENTRIES_AT_ONCE

Place = tuple[int, str]
"""A partition, and a pseudonym in its stream."""


async def unstream(desk: Desk, visitor: str, pseudonym: bytes) -> int:
    """Delete what lies under a pseudonym; how many entries of streams went.

    Entries go before relays are told that they are done with them, and those before what relays noted of the pseudonym:
    so a relay that has one in hand writes nothing afterwards. May be repeated. Raises StoreUnavailable.
    """
    if not pseudonym:
        return 0
    keys = await desk.keyspace.keys()
    places: list[Place] = [(keys.partition_of(visitor), pseudonym.hex())]
    dropped = 0
    for place in places:  # grows with those who are met
        count, joined = await _drop(desk.link, keys, place)
        dropped += count
        places += [one for one in joined if one not in places]
    return dropped


async def _drop(link: Link, keys: Keys, place: Place) -> tuple[int, list[Place]]:
    """How many entries went, and who had joined by them."""
    partition, pseudonym = place
    stream = keys.events(partition)
    groups = [one.name for one in await groups_of(link, stream)]
    dropped, joined, start = 0, list[Place](), "-"
    while True:
        entries = await link.call("XRANGE", stream, start, "+", "COUNT", ENTRIES_AT_ONCE)
        if not isinstance(entries, list):
            raise StoreError("The store's answer has an unexpected form.")
        theirs = dict(_theirs(entries, pseudonym.encode()))
        if theirs:
            dropped += await _delete(link, stream, groups, list(theirs))
            joined += [one for payload in theirs.values() for one in _joined_by(payload, keys)]
        if len(entries) < ENTRIES_AT_ONCE:
            break
        start = f"({_id_of(entries[-1])}"
    await link.call("DEL", keys.exposed(partition, pseudonym))
    return dropped, joined


def _theirs(entries: list[Reply], pseudonym: bytes) -> list[tuple[str, bytes]]:
    """Ids and payloads of those under a pseudonym, whatever release wrote them."""
    found = []
    for entry in entries:
        match entry:
            case [bytes(id_), [b"v", bytes(whose), b"e", bytes(payload), *_]] if whose == pseudonym:
                found.append((id_.decode(), payload))
    return found


async def _delete(link: Link, stream: str, groups: list[str], ids: list[str]) -> int:
    deleted = await link.call("XDEL", stream, *ids)
    for group in groups:
        await link.call("XACK", stream, group, *ids)
    return deleted if isinstance(deleted, int) else 0


def _joined_by(payload: bytes, keys: Keys) -> list[Place]:
    """Whose history came in by this entry; the record knows the latest of them only."""
    try:
        event = decode_event(payload)
    except DecodeError:
        return []
    partition, whose = event.properties.get("partition"), event.properties.get("from")
    if event.name != MERGED or not isinstance(partition, int) or not isinstance(whose, str):
        return []
    return [(partition, whose)] if 0 <= partition < keys.partitions and whose else []


def _id_of(entry: Reply) -> str:
    match entry:
        case [bytes(id_), *_]:
            return id_.decode()
        case _:
            raise StoreError("An entry of the stream has an unexpected form.")
