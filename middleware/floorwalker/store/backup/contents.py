"""One key as frames, whatever type it is, and frames as the commands that bring it back."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from floorwalker.errors import StoreError
from floorwalker.store.backup.frames import Entries, Fields, Frame, Group, Listed, Ranked, Text, Tip
from floorwalker.store.keys import prefix
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.pieces import listed, scanned

AT_ONCE: Final = 500


async def text_frames(link: Link, namespace: str, name: str, value: bytes, now_ms: int) -> AsyncIterator[Frame]:
    """A string that was read already."""
    yield Text(_short(namespace, name), await _until(link, name, now_ms), value)


async def typed_frames(link: Link, namespace: str, name: str, *, now_ms: int) -> AsyncIterator[Frame]:
    """Everything that lies under a key; nothing where it is gone."""
    key = _short(namespace, name)
    match await link.call("TYPE", name):
        case b"string" | "string":
            value = await link.call("GET", name)
            if isinstance(value, bytes):
                yield Text(key, await _until(link, name, now_ms), value)
        case b"hash" | "hash":
            until, is_first = await _until(link, name, now_ms), True
            async for pairs in scanned(link, "HSCAN", name):
                if pairs:
                    yield Fields(key, until, is_first, _words(pairs))
                    is_first = False
        case b"zset" | "zset":
            until, is_first = await _until(link, name, now_ms), True
            async for pairs in scanned(link, "ZSCAN", name):
                if pairs:
                    yield Ranked(key, until, is_first, _words(pairs))
                    is_first = False
        case b"list" | "list":
            until, is_first = await _until(link, name, now_ms), True
            async for items in listed(link, name):
                yield Listed(key, until, is_first, tuple(items))
                is_first = False
        case b"stream" | "stream":
            async for frame in _stream(link, key, name, now_ms):
                yield frame
        case b"none" | "none":
            return
        case other:
            raise StoreError(f"A key of the namespace has a type that no key of ours has: {other!r}.")


async def _stream(link: Link, key: str, name: str, now_ms: int) -> AsyncIterator[Frame]:
    """How far its readers were told first: what they are told meanwhile they are told again."""
    groups = [await _group(link, key, name, told) for told in _told(await link.call("XINFO", "GROUPS", name))]
    about = _told([await link.call("XINFO", "STREAM", name)])[0]
    last = _word(about["last-generated-id"])
    start = "-"
    while True:
        entries = [_entry(one) for one in _many(await link.call("XRANGE", name, start, last, "COUNT", AT_ONCE))]
        if entries:
            yield Entries(key, tuple(entries))
            start = f"({entries[-1][0].decode()}"
        if len(entries) < AT_ONCE:
            break
    yield Tip(key, last, _number(about.get("entries-added")), await _until(link, name, now_ms))
    for group in groups:
        yield group


async def _group(link: Link, key: str, stream: str, told: dict[str, Reply]) -> Group:
    name, start = _word(told["name"]), "-"
    pending: list[tuple[bytes, bytes]] = []
    while True:
        some = _many(await link.call("XPENDING", stream, name, start, "+", AT_ONCE))
        for one in some:
            match one:
                case [bytes(entry), bytes(reader), *_]:
                    pending.append((reader, entry))
                    start = f"({entry.decode()}"
                case _:
                    raise StoreError("The store's answer has an unexpected form.")
        if len(some) < AT_ONCE:
            return Group(key, name, _word(told["last-delivered-id"]), _number(told.get("entries-read")), tuple(pending))


def commands(frame: Frame, namespace: str) -> Iterator[tuple[str | bytes | int, ...]]:
    """What brings a frame back, in order; nothing for those that hold no key."""
    head = prefix(namespace)
    match frame:
        case Text(key, until_ms, value):
            yield ("SET", head + key, value, "PXAT", until_ms) if until_ms else ("SET", head + key, value)
        case Fields(key, until_ms, is_first, words):
            yield from _whole(head + key, until_ms, is_first, ("HSET", head + key, *words))
        case Ranked(key, until_ms, is_first, words):
            ranked = [word for member, score in zip(words[::2], words[1::2], strict=True) for word in (score, member)]
            yield from _whole(head + key, until_ms, is_first, ("ZADD", head + key, *ranked))
        case Listed(key, until_ms, is_first, words):
            yield from _whole(head + key, until_ms, is_first, ("RPUSH", head + key, *words))
        case Entries(key, entries):
            for id_, fields in entries:
                yield ("XADD", head + key, id_, *fields)
        case Group(key, name, delivered, _, pending):
            yield ("XGROUP", "CREATE", head + key, name, delivered, "MKSTREAM")
            for reader, entry in pending:
                yield ("XCLAIM", head + key, name, reader, 0, entry, "FORCE", "JUSTID")


def _whole(
    key: str, until_ms: int, is_first: bool, command: tuple[str | bytes | int, ...]
) -> Iterator[tuple[str | bytes | int, ...]]:
    if is_first:
        yield ("DEL", key)
    yield command
    if until_ms:
        yield ("PEXPIREAT", key, until_ms)


def _short(namespace: str, name: str) -> str:
    return name.removeprefix(prefix(namespace))


async def _until(link: Link, name: str, now_ms: int) -> int:
    left = await link.call("PTTL", name)
    return now_ms + left if isinstance(left, int) and left > 0 else 0


def _entry(reply: Reply) -> tuple[bytes, tuple[bytes, ...]]:
    match reply:
        case [bytes(id_), list(fields)]:
            return id_, _words(fields)
        case _:
            raise StoreError("An entry of the stream has an unexpected form.")


def _told(reply: Reply) -> list[dict[str, Reply]]:
    """What the server tells of several things, each as name, value, name, …"""
    return [
        {_word(name).decode(): value for name, value in zip(one[::2], one[1::2], strict=True)}
        for one in map(_many, _many(reply))
    ]


def _many(reply: Reply) -> list[Reply]:
    if isinstance(reply, list):
        return reply
    raise StoreError("The store's answer has an unexpected form.")


def _words(reply: Reply) -> tuple[bytes, ...]:
    return tuple(map(_word, _many(reply)))


def _word(reply: Reply) -> bytes:
    if isinstance(reply, bytes):
        return reply
    raise StoreError("The store's answer has an unexpected form.")


def _number(reply: Reply) -> int:
    return reply if isinstance(reply, int) else -1
