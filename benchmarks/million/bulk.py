"""Visitors stored in bulk: the very bytes that a commit writes, without asking for each what is known already.

A record is composed once for each history, then told apart by visitor, epoch, pseudonym and seed, all of fixed length.
`same_as_composed` holds the two together.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from redis import Redis

from benchmarks.million.crowd import HISTORIES, Crowd, name_of
from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Loaded, StoreSettings
from floorwalker.store.commits.attempt import Attempt, Commit, compose
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Word
from floorwalker.store.records.codec import LAYOUT_SHORT
from floorwalker.store.records.record import HEAD_BYTES

AT_ONCE: Final = 2_000
SEED_BASE: Final = 1 << 63  # MessagePack writes every seed from here on in nine bytes
_SEED: Final = SEED_BASE + 0x0123_4567_89AB_CDEF
_FRESH: Final = b"<epoch->PSEUDONY"
_RECORD, _LIFE, _EVENTS = 1, 2, 7  # places among the commit script's arguments


class Mould(Struct, frozen=True):
    """What all visitors of one history have in common. life: of the record, in seconds."""

    record: bytes
    life: int
    events: tuple[Word, ...]
    counts: tuple[tuple[str, str, int], ...]


class Bulk:
    """Writes visitors into one namespace. now: of their commits, seconds since 1970."""

    def __init__(self, redis: Redis, crowd: Crowd, keys: Keys, settings: StoreSettings, *, now: float) -> None:
        self._redis, self._crowd, self._keys, self._settings = redis, crowd, keys, settings
        self._commit = Commit(Random(1).getrandbits(64) | SEED_BASE, 1, now, confirmed=True)
        self._moulds: dict[tuple[str, int], Mould] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def store(self, numbers: Iterable[int]) -> None:
        """All of these, with their events and counters."""
        pipe, waiting = self._redis.pipeline(transaction=False), 0
        cap = self._settings.events_kept // self._keys.partitions
        for number in numbers:
            mould, name, fresh = self._mould(number), name_of(number), fresh_of(number)
            partition = self._keys.partition_of(name)
            pipe.set(self._keys.profile(name), cast(mould, number), ex=mould.life)
            for event in mould.events:
                stream = self._keys.events(partition)
                pipe.xadd(stream, {"v": fresh[8:].hex(), "e": event}, maxlen=cap)
            for day, field, by in mould.counts:
                self._counts[self._keys.stats(partition, day), field] += by
            if (waiting := waiting + 1) % AT_ONCE == 0:
                pipe.execute()
        for (key, field), by in self._counts.items():
            pipe.hincrby(key, field, by)
        self._counts.clear()
        pipe.execute()

    def same_as_composed(self, number: int) -> bool:
        """Whether what is written for a visitor is, byte for byte, what a commit of theirs writes."""
        profile, effects = self._history(number)
        attempt = self._composed(name_of(number), profile, seed_of(number), effects, fresh_of(number))
        return attempt.arguments[_RECORD] == cast(self._mould(number), number)

    def _history(self, number: int) -> tuple[Profile, Effects]:
        return self._crowd.histories[self._crowd.kind_of(number)][number % HISTORIES]

    def _mould(self, number: int) -> Mould:
        key = self._crowd.kind_of(number), number % HISTORIES
        if key not in self._moulds:
            profile, effects = self._history(number)
            attempt = self._composed(name_of(0), profile, _SEED, effects, _FRESH)
            events = tuple(attempt.arguments[_EVENTS + 2 : _EVENTS + 2 + len(effects.events)])
            counts = tuple((one.day, one.field, one.by) for one in effects.counts)
            record, life = attempt.arguments[_RECORD], attempt.arguments[_LIFE]
            assert isinstance(record, bytes)
            assert isinstance(life, int)
            self._moulds[key] = Mould(record, life, events, counts)
        return self._moulds[key]

    def _composed(self, name: str, profile: Profile, seed: int, effects: Effects, fresh: bytes) -> Attempt:
        base, made = Loaded(name), replace(profile, seed=seed)
        given = {"keys": self._keys, "settings": self._settings}
        return compose(base, made, effects, self._commit, random_bytes=lambda _: fresh, **given)  # type: ignore[arg-type]


def cast(mould: Mould, number: int) -> bytes:
    """The record of one visitor."""
    fresh, record = fresh_of(number), mould.record
    record = record.replace(_FRESH[:8], fresh[:8], 1).replace(_FRESH[8:], fresh[8:], 1)
    record = record.replace(_SEED.to_bytes(8, "big"), seed_of(number).to_bytes(8, "big"), 1)
    name, its_name = (name_of(one).encode() for one in (0, number))
    if record[0] == LAYOUT_SHORT:  # how the id ends, as MessagePack has it
        name, its_name = (b"\xa4" + one[-4:] for one in (name, its_name))
    return record[:HEAD_BYTES] + record[HEAD_BYTES:].replace(name, its_name, 1)


def seed_of(number: int) -> int:
    """A visitor's seed."""
    return SEED_BASE + number * 2_654_435_761


def fresh_of(number: int) -> bytes:
    """A visitor's epoch and pseudonym."""
    return Random(number).randbytes(16)
