"""Entries of the spool as bytes: frames one after the other, each told apart from what is torn or damaged.

offset  bytes
     0      2  fb 77
     2      1  schema of the entry
     3      1  flags: 1 sealed, 2 void (its entry was taken out)
     4      4  length of what follows the head, big-endian
     8      4  CRC-32 of bytes 2 to 7 and of what follows the head
    12      …  the entry: a MessagePack array, or what `seal` made of it
"""

import struct
from collections.abc import Callable, Iterator
from enum import StrEnum
from zlib import crc32

from msgspec import DecodeError, Struct, msgpack

SCHEMA = 1
MAGIC = b"\xfbw"
HEAD_BYTES = 12
LARGEST_BYTES = 1 << 20
SEALED, VOID = 1, 2

_HEAD = struct.Struct(">2sBBII")

Turned = Callable[[bytes], bytes]


class Seal(Struct, frozen=True):
    """What hides entries from whoever has no key. seal: None hides no more. open raises ValueError for what it cannot
    open."""

    seal: Turned | None
    open: Turned


class Work(StrEnum):
    """What an entry asks for."""

    STEP = "step"
    JOIN = "join"
    ERASE = "erase"
    FORGET_EVENTS = "forget events"


class Entry(Struct, frozen=True, array_like=True):
    """One thing that waits. since: seconds since 1970. message: by which it is known once it is committed.

    writer, sequence: the commit that it was last tried in, which may stand. raw: what the step is made of, or the
    event of a join. person, user: whom somebody joins, by the visitor's id or by the site's own.
    """

    work: Work
    visitor: str
    since: float
    message: str = ""
    confirmed: bool = True
    keeps_life: bool = False
    writer: int = 0
    sequence: int = 0
    raw: bytes = b""
    person: str = ""
    user: str = ""


class Frame(Struct, frozen=True):
    """One frame in a file, whole. offset, size: in bytes, with its head."""

    offset: int
    size: int
    schema: int
    flags: int
    content: bytes


class Damage(Struct, frozen=True):
    """Bytes that are no frame: the torn end of a write, or garbage."""

    offset: int
    size: int


class TooNew(Exception):
    """A newer release wrote this entry; it is left to that release."""


class Unreadable(Exception):
    """An entry that cannot be read: sealed with a key that is not here, or no entry at all."""


def frame_of(entry: Entry, seal: Seal | None) -> bytes:
    """An entry as it lies in a file."""
    content = _encoder.encode(entry)
    if seal is None or seal.seal is None:
        return _framed(content, 0)
    return _framed(seal.seal(content), SEALED)


def void_frame(size: int) -> bytes:
    """A frame of so many bytes in which nothing is."""
    return _framed(bytes(size - HEAD_BYTES), VOID)


def entry_in(frame: Frame, seal: Seal | None) -> Entry | None:
    """The entry of a frame; None where it was taken out. Raises TooNew or Unreadable."""
    if frame.flags & VOID:
        return None
    if frame.schema > SCHEMA or frame.flags & ~(SEALED | VOID):
        raise TooNew
    try:
        return _entries.decode(_opened(frame, seal))
    except (DecodeError, ValueError) as error:
        raise Unreadable from error


def frames_in(stored: bytes) -> Iterator[Frame | Damage]:
    """What lies in a file, in order. What is no frame is passed over up to the next one."""
    offset = 0
    while offset < len(stored):
        frame = _frame_at(stored, offset)
        if frame is not None:
            yield frame
            offset += frame.size
            continue
        following = _next_frame(stored, offset + 1)
        yield Damage(offset, following - offset)
        offset = following


def _next_frame(stored: bytes, offset: int) -> int:
    while (offset := stored.find(MAGIC, offset)) >= 0:
        if _frame_at(stored, offset) is not None:
            return offset
        offset += 1
    return len(stored)


def _frame_at(stored: bytes, offset: int) -> Frame | None:
    if len(stored) - offset < HEAD_BYTES:
        return None
    magic, schema, flags, length, crc = _HEAD.unpack_from(stored, offset)
    begin, end = offset + HEAD_BYTES, offset + HEAD_BYTES + length
    if magic != MAGIC or length > LARGEST_BYTES or end > len(stored):
        return None
    content = stored[begin:end]
    if crc != _crc(schema, flags, content):
        return None
    return Frame(offset, end - offset, schema, flags, content)


def _framed(content: bytes, flags: int) -> bytes:
    return _HEAD.pack(MAGIC, SCHEMA, flags, len(content), _crc(SCHEMA, flags, content)) + content


def _crc(schema: int, flags: int, content: bytes) -> int:
    return crc32(content, crc32(bytes((schema, flags)) + len(content).to_bytes(4, "big")))


def _opened(frame: Frame, seal: Seal | None) -> bytes:
    if not frame.flags & SEALED:
        return frame.content
    if seal is None:
        raise ValueError("sealed, and there is no key")
    return seal.open(frame.content)


_encoder = msgpack.Encoder()
_entries = msgpack.Decoder(Entry)
