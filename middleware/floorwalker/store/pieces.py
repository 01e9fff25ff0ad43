"""Large keys read piece by piece: no command takes a server longer than some hundred elements do, no reply is long."""

from collections.abc import AsyncIterator

from floorwalker.errors import StoreError
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word

PIECES_AT_ONCE = 500
LARGE_VALUES = b"{rules}:files"  # what keys end with of which a single value may have megabytes


async def scanned(link: Link, command: str, key: str | bytes) -> AsyncIterator[list[Reply]]:
    """What HSCAN, SSCAN or ZSCAN gives, some at a time. What stands from beginning to end comes, perhaps twice.

    A server gives what is small whole, so that it is as it was at one instant.
    """
    cursor, at_once = b"0", 1 if _name(key).endswith(LARGE_VALUES) else PIECES_AT_ONCE
    while True:
        match await link.call(command, key, cursor, "COUNT", at_once):
            case [bytes(cursor), list(found)]:
                yield found
            case _:
                raise StoreError("The store's answer has an unexpected form.")
        if cursor == b"0":
            return


async def fields_of(link: Link, key: str | bytes) -> dict[bytes, bytes]:
    """A hash, each field once."""
    found: dict[bytes, bytes] = {}
    async for some in scanned(link, "HSCAN", key):
        found.update(zip(words(some[::2]), words(some[1::2]), strict=True))
    return found


async def listed(link: Link, key: str | bytes) -> AsyncIterator[list[bytes]]:
    """The items of a list in order, some at a time."""
    first = 0
    while True:
        found = words(await link.call("LRANGE", key, first, first + PIECES_AT_ONCE - 1))
        if found:
            yield found
        if len(found) < PIECES_AT_ONCE:
            return
        first += PIECES_AT_ONCE


async def between(link: Link, key: str, least: Word, most: Word) -> AsyncIterator[list[bytes]]:
    """Members of a sorted set whose scores are alike, in their order, as ZRANGEBYLEX has it; some at a time."""
    while True:
        found = words(await link.call("ZRANGEBYLEX", key, least, most, "LIMIT", 0, PIECES_AT_ONCE))
        if found:
            yield found
        if len(found) < PIECES_AT_ONCE:
            return
        least = b"(" + found[-1]


def words(reply: Reply) -> list[bytes]:
    """A reply that is a list of strings. Raises StoreError."""
    if isinstance(reply, list) and all(isinstance(one, bytes) for one in reply):
        return [one for one in reply if isinstance(one, bytes)]
    raise StoreError("The store's answer has an unexpected form.")


def _name(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key
