"""What was fixed when a keyspace was first used."""

import asyncio
from collections.abc import Callable
from typing import Final

from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys, meta_key
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.naming import SECRET_BYTES
from floorwalker.store.records.codec import LAYOUT_FULL, LAYOUT_SHORT
from floorwalker.store.scripts import script

_FIXED: Final = ("partitions", "people", "layout")


class Keyspace:
    """The keyspace of one namespace: how many partitions it has, the secret by which people are named, and how records
    are laid out. All are read once, and set where nobody has yet.

    A keyspace that says nothing of layouts is that of a release that knew of one: workers of it may be about.
    """

    def __init__(self, link: Link, namespace: str, *, partitions: int, random_bytes: Callable[[int], bytes]) -> None:
        self._link = link
        self._namespace = namespace
        self._partitions = partitions
        self._random_bytes = random_bytes
        self.known: Keys | None = None

    async def keys(self) -> Keys:
        """The layout. Raises StoreUnavailable, or StoreError where the keyspace is not ours."""
        if self.known is None:
            key = meta_key(self._namespace)
            secret = self._random_bytes(SECRET_BYTES).hex()
            if not await self._link.call("EXISTS", key):
                await self._link.call("HSETNX", key, "layout", LAYOUT_SHORT)
            await asyncio.gather(
                self._link.call("HSETNX", key, "partitions", self._partitions),
                self._link.call("HSETNX", key, "people", secret),
            )
            self.known = self._read(key, await self._link.call("HMGET", key, *_FIXED))
        return self.known

    async def confirm(self) -> None:
        """See that it is still what is known here, and write it down again in a store that came back empty.

        Raises WritesRefused where the server takes no writes, or StoreUnavailable.
        """
        if self.known is not None:
            key = meta_key(self._namespace)
            known: list[Word] = [self.known.partitions, self.known.people.hex(), self.known.layout]
            found = self._read(key, await script("confirm").run(self._link, [key], known))
            self.known = self.known if found == self.known else found

    async def lay_out(self, layout: int) -> Keys:
        """Records are laid out so from now on, by whoever reads of it: workers when they start. Raises
        StoreUnavailable."""
        await self.keys()
        key = meta_key(self._namespace)
        await self._link.call("HSET", key, "layout", layout)
        self.known = self._read(key, await self._link.call("HMGET", key, *_FIXED))
        return self.known

    def _read(self, key: str, fixed: Reply) -> Keys:
        match fixed:
            case [bytes(partitions), bytes(people), how] if (
                partitions.isdigit() and int(partitions) and _is_hex(people)
            ):
                layout = LAYOUT_FULL if how in (None, b"1") else LAYOUT_SHORT  # the latest known here, of any later one
                return Keys(self._namespace, int(partitions), bytes.fromhex(people.decode()), layout)
            case _:
                raise StoreError(f"The key {key} holds no number of partitions; is this another program's store?")


def _is_hex(text: bytes) -> bool:
    try:
        return len(bytes.fromhex(text.decode())) == SECRET_BYTES
    except ValueError:
        return False
