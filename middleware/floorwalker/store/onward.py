"""The streams read on from where somebody stopped: page by page, each partition by itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct

from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.streams import ENTRIES_AT_ONCE, StreamEntry, id_of, readable_entry

PARTITIONS_AT_ONCE = 64
FROM_THE_BEGINNING = "-"


class Page(Struct, frozen=True):
    """Some entries of a stream, in order. last: the id of the last, for whoever reads on. unreadable: passed by."""

    entries: tuple[StreamEntry, ...]
    last: str
    unreadable: int = 0


class Onward(Struct, frozen=True):
    """The streams of one site."""

    link: Link
    keys: Keys

    @property
    def mark(self) -> str:
        """Which keyspace this is, of no use to whoever reads it: a place in one is none in another."""
        told = f"{self.keys.namespace}:{self.keys.partitions}".encode()
        return blake2b(told, key=self.keys.people[:64], digest_size=12, person=b"fw-keyspace").hexdigest()

    async def firsts(self, after: Mapping[int, str]) -> dict[int, str]:
        """Of each partition that holds anything behind these ids, the id of the first of it."""
        found: dict[int, str] = {}
        for first in range(0, self.keys.partitions, PARTITIONS_AT_ONCE):
            some = range(first, min(first + PARTITIONS_AT_ONCE, self.keys.partitions))
            asked = [self._range(one, after.get(one, ""), "+", 1) for one in some]
            for partition, reply in zip(some, await asyncio.gather(*asked), strict=True):
                for entry in _entries(reply):
                    found[partition] = id_of(entry)
        return found

    async def pages(self, partition: int, *, after: str, until: str) -> AsyncIterator[Page]:
        """What a stream holds behind an id, up to and with `until`; some hundreds of entries at a time.

        after: empty for the beginning. until: an id, or milliseconds since 1970.
        """
        while True:
            entries = _entries(await self._range(partition, after, until, ENTRIES_AT_ONCE))
            if not entries:
                return
            read = [one for one in map(readable_entry, entries) if one is not None]
            after = id_of(entries[-1])
            yield Page(tuple(read), after, len(entries) - len(read))
            if len(entries) < ENTRIES_AT_ONCE:
                return

    def _range(self, partition: int, after: str, until: str, count: int) -> "asyncio.Future[Reply]":
        start = f"({after}" if after else FROM_THE_BEGINNING
        return self.link.call("XRANGE", self.keys.events(partition), start, until, "COUNT", count)


def before(moment: datetime) -> str:
    """The id behind which a stream holds what came at that moment or later."""
    return f"{max(0, int(moment.timestamp() * 1000) - 1)}-18446744073709551615"


def _entries(reply: Reply) -> list[Reply]:
    if isinstance(reply, list):
        return reply
    raise StoreError("The store's answer has an unexpected form.")
