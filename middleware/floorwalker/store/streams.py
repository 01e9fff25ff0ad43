"""Reading what was committed: events from the streams, counters of a day."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from msgspec import DecodeError, Struct

from floorwalker.core.events import Event
from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.pieces import fields_of
from floorwalker.store.records.codec import decode_event

ENTRIES_AT_ONCE = 500
KEYS_AT_ONCE = 256


class StreamEntry(Struct, frozen=True):
    """One event as it lies in its partition's stream. id: the stream's own, rising."""

    id: str
    pseudonym: str
    event: Event


def read_stream(link: Link, key: str) -> AsyncIterator[StreamEntry]:
    """A stream's entries from its beginning, in order."""
    return read_between(link, key, "-", "+")


async def read_between(link: Link, key: str, start: str, until: str) -> AsyncIterator[StreamEntry]:
    """A stream's entries between two ids, as XRANGE takes them, in order.

    What cannot be read, such as an entry of a newer release, is passed by.
    """
    while True:
        entries = await link.call("XRANGE", key, start, until, "COUNT", ENTRIES_AT_ONCE)
        if not isinstance(entries, list):
            raise StoreError("The store's answer has an unexpected form.")
        for one in entries:
            entry = readable_entry(one)
            if entry is not None:
                yield entry
        if len(entries) < ENTRIES_AT_ONCE:
            return
        start = f"({id_of(entries[-1])}"


async def read_together(link: Link, places: Sequence[tuple[str, str]]) -> AsyncIterator[StreamEntry]:
    """What streams hold of one person: of each (stream, pseudonym), as one in the order of the streams' clock."""
    if len(places) == 1:
        async for entry in _read_of(link, *places[0]):
            yield entry
        return
    entries = [entry for key, pseudonym in places async for entry in _read_of(link, key, pseudonym)]
    for entry in sorted(entries, key=lambda one: tuple(map(int, one.id.split("-")))):
        yield entry


async def _read_of(link: Link, key: str, pseudonym: str) -> AsyncIterator[StreamEntry]:
    async for entry in read_stream(link, key):
        if entry.pseudonym == pseudonym:
            yield entry


async def drop_entries(link: Link, key: str, pseudonyms: frozenset[str]) -> int:
    """Delete what a stream holds of these pseudonyms; how many entries that were."""
    dropped = 0
    found: list[str] = []
    async for entry in read_stream(link, key):
        if entry.pseudonym in pseudonyms:
            found.append(entry.id)
        if len(found) >= ENTRIES_AT_ONCE:
            dropped += await _delete(link, key, found)
            found = []
    return dropped + (await _delete(link, key, found) if found else 0)


async def read_stats(link: Link, keys: Keys, days: Iterable[str]) -> dict[str, dict[str, int]]:
    """Counters per day, summed over all partitions: {day: {field: value}}. Many are read in pieces, so two of them may
    be some milliseconds apart."""
    return {day: await _one_day(link, keys, lambda one: keys.stats(one, day)) for day in days}  # noqa: B023 - at once


async def read_splits(link: Link, keys: Keys, days: Iterable[str]) -> dict[str, dict[str, int]]:
    """The same by segment, as relays count it."""
    return {day: await _one_day(link, keys, lambda one: keys.splits(one, day)) for day in days}  # noqa: B023 - at once


async def _one_day(link: Link, keys: Keys, name: Callable[[int], str]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for first in range(0, keys.partitions, KEYS_AT_ONCE):
        partitions = range(first, min(first + KEYS_AT_ONCE, keys.partitions))
        for fields in await asyncio.gather(*(fields_of(link, name(one)) for one in partitions)):
            for field, value in fields.items():
                sums[field.decode(errors="replace")] += int(value)
    return dict(sums)


async def _delete(link: Link, key: str, ids: Sequence[str]) -> int:
    deleted = await link.call("XDEL", key, *ids)
    return deleted if isinstance(deleted, int) else 0


def readable_entry(reply: Reply) -> StreamEntry | None:
    """One entry, as the server gives it; None where it cannot be read."""
    try:
        return entry_of(reply)
    except (StoreError, DecodeError):
        return None


def id_of(entry: Reply) -> str:
    """The id of an entry, as the server gives it, whoever wrote it."""
    match entry:
        case [bytes(id_), *_]:
            return id_.decode()
        case _:
            raise StoreError("An entry of the stream has an unexpected form.")


def entry_of(reply: Reply) -> StreamEntry:
    """One entry, as the server gives it. Raises StoreError or DecodeError where it cannot be read."""
    match reply:
        case [bytes(id_), [b"v", bytes(pseudonym), b"e", bytes(payload)]]:
            return StreamEntry(id_.decode(), pseudonym.decode(), decode_event(payload))
        case _:
            raise StoreError("An entry of the stream has an unexpected form.")
