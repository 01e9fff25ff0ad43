"""The record: everything that one key holds of one visitor, and how it lies in bytes.

    offset  bytes
         0      1  layout: 1 in full, 2 in short; the first 16 bytes keep their meaning in every later layout
         1      1  state: L live, M moving, P moved (a pointer), E erased (a stone)
         2      8  epoch: random, new whenever the record is made anew
        10      4  version: big-endian, another after each commit: three bytes at random, one that counts
        14      1  flags: 1 confirmed, 2 raw events wait in the side list
        15      1  schema of the payload
        16      …  MessagePack array: `Body`; later fields are appended, and have defaults

In short the visitor is the end of their id alone, as the key has the whole, and the profile says nothing twice.
Epoch and version are all that the scripts compare, so equal heads mean equal records, and a script never decodes one.
That is why a version is not only counted: a server may lose a commit, in a failover or a power cut, and another takes
its place in the count; what was worked out on the one that was lost must not pass for worked out on the other.
"""

import struct
from enum import IntEnum
from random import getrandbits

from msgspec import DecodeError, Struct, msgpack
from msgspec.structs import force_setattr, replace

from floorwalker.errors import RecordTooNew
from floorwalker.store.records.codec import LAYOUT_FULL, LAYOUT_SHORT, SCHEMA_READ, SCHEMA_WRITTEN

LAYOUT = LAYOUT_FULL
HEAD_BYTES = 16
IDENTITY_BYTES = 14  # layout, state, epoch and version: what a commit expects to find; commit.lua knows it too
EPOCH_BYTES = 8
CONFIRMED = 1
DEFERRED = 2
SCHEMA_OF_STONES = 0xFF  # above any that is written: a release that cannot read a record still knows a stone


class State(IntEnum):
    """What has become of a record."""

    LIVE = ord("L")
    MOVING = ord("M")
    MOVED = ord("P")
    ERASED = ord("E")


Tally = tuple[str, str, int]  # day, field, by
Marking = tuple[str, str, bool]  # trait, value, gone
Finding = tuple[str, bool]  # the hash of a trait and its value, gone


class Pending(Struct, frozen=True, array_like=True, gc=False):
    """Effects of an unconfirmed visitor, held back until the cookie has come back.

    marks: as an earlier release kept them; found: the same without the values. has_messages: senders' ids were
    remembered, for as short a time as the record.
    """

    events: tuple[bytes, ...] = ()
    counts: tuple[Tally, ...] = ()
    due: float | None = None
    marks: tuple[Marking, ...] = ()
    has_messages: bool = False
    found: tuple[Finding, ...] = ()


class Writer(Struct, frozen=True, array_like=True, gc=False):
    """The last commit of one worker. at: seconds since 1970."""

    id: int
    sequence: int
    at: int


class Alias(Struct, frozen=True, array_like=True, gc=False):
    """Somebody whose history came in, and what the stream calls them."""

    visitor: str
    pseudonym: bytes


class Body(Struct, frozen=True, array_like=True, gc=False):
    """What a record holds behind its head. created: seconds since 1970. payload: the profile, in the head's schema.

    merge: names the move to another visitor, under way or done. aliases: the latest who came in. identified: while
    the record moves, the event that moves it. sealed: what is personal in the profile, where data keys are given.
    """

    visitor: str
    pseudonym: bytes = b""
    created: int = 0
    payload: bytes = b""
    writers: tuple[Writer, ...] = ()
    pending: Pending | None = None
    moved_to: str = ""
    merge: bytes = b""
    aliases: tuple[Alias, ...] = ()
    identified: bytes = b""
    sealed: tuple[bytes, ...] = ()


class Record(Struct, frozen=True, gc=False):
    """One visitor's record, read."""

    state: State
    epoch: bytes
    version: int
    body: Body
    confirmed: bool = False
    deferred: bool = False
    schema: int = SCHEMA_WRITTEN
    layout: int = LAYOUT

    def holds(self, writer: int, sequence: int) -> bool:
        """Whether that commit of that worker is already in this record."""
        return any(one.id == writer and one.sequence >= sequence for one in self.body.writers)

    @property
    def identity(self) -> bytes:
        """What a commit on this record expects to find."""
        return self.head()[:IDENTITY_BYTES]

    def head(self) -> bytes:
        """The first 16 bytes."""
        flags = self.confirmed | self.deferred << 1
        return _HEAD.pack(self.layout, self.state, self.epoch, self.version, flags, self.schema)

    def encode(self) -> bytes:
        """The whole record as bytes. What the body does not say at its end is not written: 8 bytes of most."""
        body = self.body
        name = body.visitor if self.layout != LAYOUT_SHORT else body.visitor[-_ENDING:]
        said = (name, body.pseudonym, body.created, body.payload, body.writers)
        if body.sealed or body.identified or body.aliases or body.merge or body.moved_to:
            rest = (body.pending, body.moved_to, body.merge, body.aliases, body.identified, body.sealed)
            return self.head() + _encode((*said, *rest))
        return self.head() + _encode(said if body.pending is None else (*said, body.pending))


def decode_record(stored: bytes, visitor: str = "") -> Record:
    """Read a record. visitor: under whose key it lies; a record in short knows only how their id ends. Raises
    RecordTooNew where a later release wrote it, ValueError where it is none."""
    try:
        layout, state, epoch, version, flags, schema = _head_in(stored)
        if layout > LAYOUT_SHORT or schema > SCHEMA_READ:
            raise RecordTooNew("A newer release wrote this record; it is left to that release.")
        body = _body_in(stored[HEAD_BYTES:])
        if layout == LAYOUT_SHORT and body.visitor == visitor[-_ENDING:]:
            force_setattr(body, "visitor", visitor)  # nobody else has seen it yet
        confirmed, deferred = _FLAGS[flags & 3]
        return Record(_STATES[state], epoch, version, body, confirmed, deferred, schema, layout)
    except (DecodeError, KeyError, struct.error) as error:
        raise ValueError("not a record") from error


def next_version(version: int) -> int:
    """The version after one more commit: none of the 255 before it, and that of another commit on the same record only
    by a chance of 1 in 2 ** 24."""
    return getrandbits(24) << 8 | (version + 1) & 0xFF  # told apart, not kept secret; forked workers draw differently


def mark_deferred(stored: bytes, *, confirmed: bool) -> bytes:
    """The head of any stored record, of any release, with its flag set and its next version.

    confirmed: the cookie has come back meanwhile.
    """
    version = next_version(int.from_bytes(stored[10:14], "big"))
    return stored[:10] + version.to_bytes(4, "big") + bytes((stored[14] | DEFERRED | CONFIRMED * confirmed,))


def body_of(stored: bytes, visitor: str) -> Body | None:
    """What a record of any release holds under that visitor's key, as far as it is laid out as ours; None where it is
    not."""
    try:
        body = _body_in(stored[HEAD_BYTES:])
        if stored[0] == LAYOUT_SHORT and body.visitor == visitor[-_ENDING:]:
            return replace(body, visitor=visitor)
        return body if stored[0] in (LAYOUT_FULL, LAYOUT_SHORT) else None
    except (DecodeError, IndexError, UnicodeDecodeError):
        return None


def plain_stone(epoch: bytes) -> bytes:
    """What stays of an erased visitor: a head, and not even the id. Every release knows it for a stone."""
    return _HEAD.pack(LAYOUT, State.ERASED, epoch, 0, 0, SCHEMA_OF_STONES)


def stone(visitor: str, epoch: bytes, pseudonym: bytes, aliases: tuple[Alias, ...] = (), moved_to: str = "") -> Record:
    """What stands where an erased visitor's record was: the id, and until all is erased, what leads to it."""
    body = Body(visitor, pseudonym, moved_to=moved_to, aliases=aliases)
    return Record(state=State.ERASED, epoch=epoch, version=0, body=body)


def with_writer(writers: tuple[Writer, ...], writer: Writer, *, forget_before: int, at_most: int) -> tuple[Writer, ...]:
    """The writers after one more commit: those since `forget_before`, the latest `at_most` of them."""
    if len(writers) == 1 and writers[0].id == writer.id:  # as most often
        return (writer,)
    others = [one for one in writers if one.id != writer.id and one.at >= forget_before]
    if len(others) >= at_most:
        others = sorted(others, key=lambda one: one.at)[len(others) - at_most + 1 :]
    return (*others, writer)


_HEAD = struct.Struct(">BB8sIBB")
_ENDING = 4  # characters of an id, by which a record is known that lies under another's key
_STATES = {state.value: state for state in State}
_FLAGS = ((False, False), (True, False), (False, True), (True, True))  # confirmed, deferred
_head_in = _HEAD.unpack_from
_encode = msgpack.Encoder().encode
_body_in = msgpack.Decoder(Body).decode
