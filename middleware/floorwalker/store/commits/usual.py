"""The usual commit, made and packed in one go: one step of somebody known, which leaves a profile and some events."""

from binascii import hexlify
from typing import Final
from zlib import crc32

from msgspec import Struct

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.commits.attempt import WRITERS_KEPT, Commit, life_s_of, sums
from floorwalker.store.keys import Keys
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.replies import Word
from floorwalker.store.link.resp import Packed, word
from floorwalker.store.records.codec import ADDRESSED, SCHEMA_WRITTEN, encode_event, encode_profile
from floorwalker.store.records.found import Loaded
from floorwalker.store.records.keyring import Keyring
from floorwalker.store.records.record import IDENTITY_BYTES, Body, Record, State, Writer, next_version, with_writer
from floorwalker.store.scripts import script
from floorwalker.store.settings import StoreSettings

MOST: Final = 16  # events, and counters
_LIVE: Final = State.LIVE  # to ask a class for a member takes eight times as long
_WORDS: Final = 14  # of a commit of which nothing happened


class Usual(Struct, frozen=True, gc=False):
    """A commit as it is sent, and what stands in the store once it is done."""

    loaded: Loaded
    command: Packed


class _Beside(Struct, frozen=True, gc=False):
    """What a commit says around the record, packed: before its keys, of further keys, before its events and behind."""

    begin: bytes
    names: bytes
    bounds: bytes
    rest: bytes


class UsualCommits:
    """Makes them: what all of one keyspace say is packed once."""

    def __init__(self, keyspace: Keyspace, settings: StoreSettings, keyring: Keyring) -> None:
        self._keyspace = keyspace
        self._settings = settings
        self._spool_life_s = settings.spool_life_s
        self._seals = keyring.seals
        lives = (settings.profile_life_s, min(settings.passing_life_s, settings.profile_life_s))
        self._lives = {life_s: b"\r\n" + word(life_s) for life_s in lives}
        self._run = _words("EVALSHA", script("commit").sha)
        self._keys: Keys | None = None
        self._partitions = 0
        self._heads: tuple[tuple[bytes, bytes, bytes], ...] = ()
        self._bounds = b""
        self._with_events: tuple[_Beside, ...] = ()

    def usual(self, base: Loaded, profile: Profile, effects: Effects, commit: Commit) -> Usual | None:
        """What `compose` makes of these, at half of its time; None where there is more to see to.

        base: of somebody who is here. commit: of a step alone, without messages and anybody's history.
        """
        keys, old = self._keyspace.known, base.record
        if old is None or not old.confirmed or old.deferred or old.body.pending is not None or base.locked:
            return None
        if effects.marks or len(effects.counts) > MOST or len(effects.events) > MOST or commit.writer is None:
            return None
        if keys is None or self._seals:
            return None
        events = []
        for event in effects.events:
            if event.name in ADDRESSED:
                return None
            raw = encode_event(event)
            events.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
        if keys is not self._keys:
            self._learn(keys)
        record = self._following(old, profile, commit, commit.writer, keys.layout)
        stored = record.encode()
        command = self._packed(base, stored, life_s_of(profile, self._settings), old.body.pseudonym, events, effects)
        return Usual(Loaded(base.visitor, profile, record, stored[:IDENTITY_BYTES]), command)

    def _following(self, old: Record, profile: Profile, commit: Commit, who: int, layout: int) -> Record:
        at, before = int(commit.now), old.body
        writer, forget_before = Writer(who, commit.sequence, at), at - self._spool_life_s
        body = Body(
            before.visitor,
            before.pseudonym,
            before.created,
            encode_profile(profile, layout),
            with_writer(before.writers, writer, forget_before=forget_before, at_most=WRITERS_KEPT),
            None,
            before.moved_to,
            before.merge,
            before.aliases,
            before.identified,
        )
        version, schema = next_version(old.version), max(SCHEMA_WRITTEN, old.schema)
        return Record(_LIVE, old.epoch, version, body, True, False, schema, layout)

    def _packed(
        self, base: Loaded, stored: bytes, life_s: int, pseudonym: bytes, events: list[bytes], effects: Effects
    ) -> Packed:
        """The words that `Told` says, as bytes."""
        visitor, called = base.visitor.encode(), hexlify(pseudonym)
        head, record, stream = self._heads[crc32(visitor) % self._partitions]
        beside = self._with_events[len(events)]
        if effects.counts or effects.due is not None:
            beside = self._beside(effects, head, visitor, len(events))
        pieces = (
            beside.begin,
            b"$%d\r\n" % (len(record) + len(visitor)),
            record,
            visitor,
            stream,
            beside.names,
            _IDENTITY,
            base.identity,
            b"\r\n$%d\r\n" % len(stored),
            stored,
            self._lives[life_s],
            b"$%d\r\n" % len(called),
            called,
            beside.bounds,
            *events,
            beside.rest,
        )
        return Packed(record, b"".join(pieces))

    def _beside(self, effects: Effects, head: bytes, visitor: bytes, events: int) -> _Beside:
        names: list[bytes] = []
        places: dict[str, bytes] = {}
        counters: list[bytes] = []
        tallies = [(count.day, count.field, count.by) for count in effects.counts]
        for day, field, by in tallies if len(tallies) == 1 else sums(tallies):
            if day not in places:
                names.append(word(b"%bstats:%b" % (head, day.encode())))
                places[day] = _NUMBERS[2 + len(names)]
            counters += (places[day], word(field), word(by))
        rest = b""
        if effects.due is not None:
            names.append(word(head + b"due"))
            rest = _words("due", 2 + len(names), visitor, format(effects.due, ".3f") if effects.due else 0)
        words = _WORDS + len(names) + events + len(counters) + (4 if rest else 0)
        begin = b"*%d\r\n%b%b" % (words, self._run, _NUMBERS[2 + len(names)])
        bounds = self._bounds + _NUMBERS[events] + _NUMBERS[len(counters) // 3]
        return _Beside(begin, b"".join(names), bounds, b"".join(counters) + rest)

    def _learn(self, keys: Keys) -> None:
        """Pack what all commits in this keyspace say."""
        settings = self._settings
        self._keys, self._partitions = keys, keys.partitions
        heads = [keys.head(n).encode() for n in range(keys.partitions)]
        self._heads = tuple([(one, one + b"profile:", b"\r\n" + word(one + b"events")) for one in heads])
        kept = settings.events_kept // keys.partitions or 1
        self._bounds = b"\r\n" + _words(kept, settings.counters_life_s, settings.events_life_s)
        self._with_events = tuple([self._beside(NOTHING, b"", b"", events) for events in range(MOST + 1)])


def _words(*said: Word) -> bytes:
    return b"".join([word(one) for one in said])


_IDENTITY = b"$%d\r\n" % IDENTITY_BYTES
_NUMBERS = tuple([word(n) for n in range(MOST + 4)])
"""As they are packed: of events, of counters, and of keys, which are a record, a stream, days and `due`."""
