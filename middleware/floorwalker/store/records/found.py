"""What was found under a visitor's key."""

import logging

from msgspec import DecodeError, Struct

from floorwalker.core.memory.profile import Profile
from floorwalker.errors import RecordTooNew
from floorwalker.store.records.codec import decode_profile
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.records.personal import made_whole
from floorwalker.store.records.record import IDENTITY_BYTES, Body, Record, State, body_of, decode_record, stone

logger = logging.getLogger(__name__)

POINTERS_FOLLOWED = 4

_LIVE, _MOVED, _ERASED = State.LIVE, State.MOVED, State.ERASED  # asked of every page


class Loaded(Struct, frozen=True, gc=False):
    """One visitor's record as it was read: the base of the next commit.

    visitor: whose record it is, after following pointers. profile: None for a new, an erased or a moved visitor.
    identity: what the next commit expects to find; empty where there is no record. locked: sealed parts of the profile
    that no data key opens.
    """

    visitor: str
    profile: Profile | None = None
    record: Record | None = None
    identity: bytes = b""
    locked: tuple[bytes, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether the visitor's cookie has come back once."""
        return self.record is not None and self.record.confirmed

    @property
    def is_plain(self) -> bool:
        """Whether the next commit has nothing to see to but this record."""
        record = self.record
        return record is not None and record.state is _LIVE and not record.deferred

    @property
    def erased(self) -> bool:
        """Whether a stone lies here: this visitor's id must not be used again."""
        return self.record is not None and self.record.state is _ERASED

    @property
    def moved_to(self) -> str:
        """The visitor who has taken this one's history over; empty where nobody has."""
        record = self.record
        return record.body.moved_to if record is not None and record.state is _MOVED else ""

    @property
    def is_moving(self) -> bool:
        """Whether this history is on its way to another visitor: what is left of that is to be done."""
        return self.record is not None and self.record.state is State.MOVING

    @property
    def epoch(self) -> bytes:
        """Random, new whenever the record is made anew; empty where there is none."""
        return self.record.epoch if self.record is not None else b""

    @property
    def version(self) -> int:
        """Another after each commit on this record; 0 where there is none."""
        return self.record.version if self.record is not None else 0

    @property
    def pseudonym(self) -> str:
        """What this visitor is called in the stream; empty where there is no record."""
        return self.record.body.pseudonym.hex() if self.record is not None else ""


class TooNew(Struct, frozen=True):
    """A record that only a newer release can read, as it lies there."""

    visitor: str
    stored: bytes

    @property
    def moves_to(self) -> str:
        """To whom this history is on its way, so that nothing is to be added to it; empty where it is not."""
        body = body_of(self.stored, self.visitor) if self.stored[1] == State.MOVING else None
        return body.moved_to if body is not None else ""


Found = Loaded | TooNew


def read_found(visitor: str, stored: bytes | None, keyring: Keyring = NO_KEYS) -> Found:
    """Read what lies under a visitor's key. What cannot be read, or is another's, counts as absent and is logged."""
    if stored is None:
        return Loaded(visitor)
    try:
        record = decode_record(stored, visitor)
        body = record.body
        profile = decode_profile(body.payload) if body.payload else None
    except RecordTooNew:
        if stored[1] == State.ERASED:
            left = body_of(stored, visitor) or Body(visitor)
            laid = stone(visitor, stored[2:10], left.pseudonym, left.aliases, left.moved_to)
            return Loaded(visitor, record=laid, identity=stored[:IDENTITY_BYTES])
        return _pointer(visitor, stored) or TooNew(visitor, stored)
    except (DecodeError, ValueError):
        logger.error("a visitor's record cannot be read and counts as absent")
        return Loaded(visitor, identity=stored[:IDENTITY_BYTES])
    if body.visitor != visitor:
        logger.error("a record lies under another visitor's key and counts as absent")
        return Loaded(visitor, identity=stored[:IDENTITY_BYTES])
    if body.sealed and profile is not None:
        profile, locked = made_whole(profile, body.sealed, visitor, keyring)
        return Loaded(visitor, profile, record, stored[:IDENTITY_BYTES], locked)
    return Loaded(visitor, profile, record, stored[:IDENTITY_BYTES])


def _pointer(visitor: str, stored: bytes) -> Loaded | None:
    """A pointer holds no profile, so one of any release is followed; None where it is none."""
    body = body_of(stored, visitor) if stored[1] == State.MOVED else None
    if body is None or body.visitor != visitor or not body.moved_to:
        return None
    version = int.from_bytes(stored[10:14], "big")
    record = Record(State.MOVED, stored[2:10], version, body, schema=stored[15], layout=stored[0])
    return Loaded(visitor, record=record, identity=stored[:IDENTITY_BYTES])
