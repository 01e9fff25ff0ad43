"""What lies under a key of any type, piece by piece, in bounded memory."""

from collections.abc import AsyncIterator, Iterable

from floorwalker.errors import StoreError
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.pieces import PIECES_AT_ONCE, listed, scanned


async def contents_of(link: Link, key: bytes, type_: str) -> AsyncIterator[bytes]:
    """Every string, member, field, value or entry of a key; nothing where it is gone. Raises StoreError."""
    match type_:
        case "string":
            yield _bytes(await link.call("GET", key))
        case "hash" | "set" | "zset":
            async for some in scanned(link, {"hash": "HSCAN", "set": "SSCAN", "zset": "ZSCAN"}[type_], key):
                for one in some:
                    yield _bytes(one)
        case "list":
            async for items in listed(link, key):
                for item in items:
                    yield item
        case "stream":
            async for piece in _streamed(link, key):
                yield piece
        case "none":
            return
        case _:
            raise StoreError(f"The key {key!r} is of an unexpected type.")


async def is_packed(link: Link, stream: bytes) -> bool:
    """Whether entries of a stream lie together, so that the bytes of a deleted one stay until its neighbours go."""
    told = _list(await link.call("XINFO", "STREAM", stream))
    fields = dict(zip(map(_bytes, told[::2]), told[1::2], strict=True))
    match fields.get(b"radix-tree-keys"), fields.get(b"length"):
        case int(pieces), int(length):
            return pieces < length or (pieces > 0 and length == 0)
        case _:
            raise StoreError("The store's answer has an unexpected form.")


async def _streamed(link: Link, key: bytes) -> AsyncIterator[bytes]:
    start = "-"
    while True:
        entries = _list(await link.call("XRANGE", key, start, "+", "COUNT", PIECES_AT_ONCE))
        for entry in entries:
            for piece in _flat(entry):
                yield piece
        if len(entries) < PIECES_AT_ONCE:
            return
        start = f"({_bytes(_list(entries[-1])[0]).decode()}"


def _flat(entry: Reply) -> Iterable[bytes]:
    match entry:
        case [bytes(id_), list(fields)]:
            return [id_, *map(_bytes, fields)]
        case _:
            raise StoreError("An entry of the stream has an unexpected form.")


def _list(reply: Reply) -> list[Reply]:
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return reply


def _bytes(reply: Reply) -> bytes:
    """A piece; a number where the server says one."""
    return reply if isinstance(reply, bytes) else str(reply).encode() if reply is not None else b""
