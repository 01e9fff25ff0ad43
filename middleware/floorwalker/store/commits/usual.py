"""The usual commit, made and packed in one go: one step of somebody known, which leaves a profile and some events."""

from binascii import hexlify
from zlib import crc32

from msgspec import Struct

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.commits.attempt import WRITERS_KEPT, Commit, life_s_of, sums
from floorwalker.store.keys import Keys
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.replies import Word
from floorwalker.store.link.resp import Packed, word
from floorwalker.store.records.codec import ADDRESSED, SCHEMA_WRITTEN, encode_event, encode_profile
from floorwalker.store.records.found import Loaded
from floorwalker.store.records.keyring import Keyring
from floorwalker.store.records.record import IDENTITY_BYTES, Body, Record, State, Writer, with_writer
from floorwalker.store.scripts import script
from floorwalker.store.settings import StoreSettings

MOST = 16  # events, and counters
_WORDS = 14  # of a commit without events


class Usual(Struct, frozen=True, gc=False):
    """A commit as it is sent, and what stands in the store once it is done."""

    loaded: Loaded
    command: Packed


class UsualCommits:
    """Makes them: what all of one keyspace say is packed once."""

    def __init__(self, keyspace: Keyspace, settings: StoreSettings, keyring: Keyring) -> None:
        self._keyspace = keyspace
        self._settings = settings
        self._seals = keyring.seals
        self._keys: Keys | None = None
        lives = (settings.profile_life_s, min(settings.passing_life_s, settings.profile_life_s))
        self._lives = {life_s: b"\r\n" + word(life_s) for life_s in lives}
        self._partitions = 0
        self._begin = _words("EVALSHA", script("commit").sha)
        self._bounds = b""
        self._names: tuple[tuple[bytes, bytes, bytes], ...] = ()

    def usual(self, base: Loaded, profile: Profile, effects: Effects, commit: Commit) -> Usual | None:
        """What `compose` makes of these, at a third of its time; None where there is more to see to.

        commit: of a step alone, without messages and anybody's history.
        """
        old = base.record
        if old is None or not old.confirmed or old.deferred or old.body.pending is not None or base.locked:
            return None
        if effects.marks or len(effects.counts) > MOST or commit.writer is None or self._seals:
            return None
        events = [encode_event(event) for event in effects.events if event.name not in ADDRESSED]
        keys = self._keyspace.known
        if keys is None or not len(events) == len(effects.events) <= MOST:
            return None
        version, body = (old.version + 1) % (1 << 32), self._next_body(old.body, profile, commit, commit.writer)
        record = Record(State.LIVE, old.epoch, version, body, True, False, max(SCHEMA_WRITTEN, old.schema))
        stored = record.encode()
        if keys is not self._keys:
            self._learn(keys)
        command = self._packed(base, stored, life_s_of(profile, self._settings), body.pseudonym, events, effects)
        return Usual(Loaded(base.visitor, profile, record, stored[:IDENTITY_BYTES]), command)

    def _next_body(self, old: Body, profile: Profile, commit: Commit, who: int) -> Body:
        at = int(commit.now)
        writer, forget_before = Writer(who, commit.sequence, at), at - self._settings.spool_life_s
        return Body(
            old.visitor,
            old.pseudonym,
            old.created,
            encode_profile(profile),
            with_writer(old.writers, writer, forget_before=forget_before, at_most=WRITERS_KEPT),
            None,
            old.moved_to,
            old.merge,
            old.aliases,
            old.identified,
        )

    def _packed(
        self, base: Loaded, stored: bytes, life_s: int, pseudonym: bytes, events: list[bytes], effects: Effects
    ) -> Packed:
        """The words that `Told` says, as bytes."""
        visitor, called, numbers = base.visitor.encode(), hexlify(pseudonym), _NUMBERS
        record, stream, head = self._names[crc32(visitor) % self._partitions]
        beside = _NOTHING_BESIDE
        if effects.counts or effects.due is not None:
            beside = _beside(effects, head, visitor)
        pieces = [
            b"*%d\r\n" % (_WORDS + len(events) + beside.words),
            self._begin,
            numbers[2 + len(beside.names)],
            b"$%d\r\n" % (len(record) + len(visitor)),
            record,
            visitor,
            stream,
            *beside.names,
            _IDENTITY,
            base.identity,
            b"\r\n$%d\r\n" % len(stored),
            stored,
            self._lives[life_s],
            b"$%d\r\n" % len(called),
            called,
            self._bounds,
            numbers[len(events)],
            numbers[len(beside.counters) // 3],
        ]
        for event in events:
            pieces += (b"$%d\r\n" % len(event), event, b"\r\n")
        if beside is not _NOTHING_BESIDE:
            pieces += (*beside.counters, *beside.rest)
        return Packed(record, b"".join(pieces))

    def _learn(self, keys: Keys) -> None:
        """Pack what all commits in this keyspace say."""
        settings = self._settings
        self._keys, self._partitions = keys, keys.partitions
        heads = [keys.head(n).encode() for n in range(keys.partitions)]
        self._names = tuple([(one + b"profile:", b"\r\n" + word(one + b"events"), one) for one in heads])
        kept = settings.events_kept // keys.partitions or 1
        self._bounds = b"\r\n" + _words(kept, settings.counters_life_s, settings.events_life_s)


class _Beside(Struct):
    """What is written beside the record, in packed words. names: keys, but for the record and the stream."""

    names: list[bytes] = []
    counters: list[bytes] = []
    rest: list[bytes] = []

    @property
    def words(self) -> int:
        return len(self.names) + len(self.counters) + len(self.rest)


def _beside(effects: Effects, head: bytes, visitor: bytes) -> _Beside:
    beside = _Beside()
    for day, field, by in sums([(count.day, count.field, count.by) for count in effects.counts]):
        beside.counters += (_place(beside, b"%bstats:%b" % (head, day.encode())), word(field), word(by))
    if effects.due is not None:
        at = format(effects.due, ".3f") if effects.due else 0
        beside.rest.extend((word("due"), _place(beside, head + b"due"), word(visitor), word(at)))
    return beside


def _place(beside: _Beside, name: bytes) -> bytes:
    """Which key it is, counted from 1."""
    packed = word(name)
    if packed not in beside.names:
        beside.names.append(packed)
    return word(beside.names.index(packed) + 3)


def _words(*said: Word) -> bytes:
    return b"".join([word(one) for one in said])


_NOTHING_BESIDE = _Beside()
_NUMBERS = tuple([word(n) for n in range(MOST + 3)])
_IDENTITY = b"$%d\r\n" % IDENTITY_BYTES
