"""One attempt to commit, made of a base and steps: pure, and made anew on every base."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.codec import SCHEMA_WRITTEN, encode_event, encode_profile
from floorwalker.store.found import Loaded
from floorwalker.store.keys import Keys
from floorwalker.store.record import IDENTITY_BYTES, Body, Pending, Record, State, Tally, Writer, with_writer
from floorwalker.store.replies import Word
from floorwalker.store.settings import StoreSettings

Step = Callable[[Profile | None], tuple[Profile, Effects]]

WRITERS_KEPT = 32
EPOCH_BYTES = 8
PSEUDONYM_BYTES = 8
EVENTS_HELD_BACK = 32
COUNTS_HELD_BACK = 64


class Outcome(StrEnum):
    """What became of a commit."""

    STORED = "stored"
    DEFERRED = "deferred"  # put aside for the newer release that wrote the record
    FLOOD = "flood"  # not stored: too many new visitors in this second
    OVERFLOW = "overflow"  # not stored: too many steps wait for a store that is away
    EXPIRED = "expired"  # not stored: waited longer than the spool's life
    ERASED = "erased"  # not stored: the visitor was erased
    TOO_NEW = "too new"  # not stored: a newer release wrote the record, and there was nothing to put aside


class Committed(Struct, frozen=True, gc=False):
    """The outcome of a commit. loaded: the record after it, where it was stored, or the stone."""

    outcome: Outcome
    loaded: Loaded | None = None


class Commit(Struct, frozen=True, gc=False):
    """Who commits, and when. now: seconds since 1970."""

    writer: int
    sequence: int
    now: float
    confirmed: bool


class Attempt(Struct, frozen=True, gc=False):
    """What commit.lua is to do, and what stands in the store once it has done it."""

    loaded: Loaded
    keys: list[str]
    arguments: list[Word]
    held_back: int = 0


def compose(
    base: Loaded,
    profile: Profile,
    effects: Effects,
    commit: Commit,
    *,
    keys: Keys,
    settings: StoreSettings,
    random_bytes: Callable[[int], bytes],
    folded_side_list: bool = False,
) -> Attempt:
    """The attempt that puts `profile` in the place of `base`; `effects` wait inside an unconfirmed record.

    random_bytes: for a record made anew.
    """
    old = base.record
    confirmed = commit.confirmed or base.confirmed
    waiting = (old.body.pending if old is not None else None) or Pending()
    events = [*waiting.events, *[encode_event(event) for event in effects.events]]
    counts = _sums([*waiting.counts, *[(count.day, count.field, count.by) for count in effects.counts]])
    pending = None if confirmed else Pending(tuple(events[:EVENTS_HELD_BACK]), tuple(counts[:COUNTS_HELD_BACK]))
    epoch, body = _origin(base, commit, random_bytes)
    record = Record(
        state=State.LIVE,
        epoch=epoch,
        version=(old.version + 1) % (1 << 32) if old is not None else 1,
        body=_next_body(body, commit, encode_profile(profile), pending, settings),
        confirmed=confirmed,
        deferred=old is not None and old.deferred and not folded_side_list,
        schema=SCHEMA_WRITTEN,
    )
    if confirmed:
        return _attempt(base, profile, record, events, counts, keys, settings, folded_side_list)
    lost = max(0, len(events) - EVENTS_HELD_BACK) + max(0, len(counts) - COUNTS_HELD_BACK)
    attempt = _attempt(base, profile, record, [], [], keys, settings, folded_side_list)
    return replace(attempt, held_back=lost) if lost else attempt


def _attempt(
    base: Loaded,
    profile: Profile,
    record: Record,
    events: list[bytes],
    counts: list[Tally],
    keys: Keys,
    settings: StoreSettings,
    folded_side_list: bool,
) -> Attempt:
    """The script's keys and arguments."""
    stored = record.encode()
    names, numbers = _counters(base.visitor, counts, keys, folded_side_list)
    arguments: list[Word] = [
        base.identity,
        stored,
        settings.profile_life_s if record.confirmed else settings.unconfirmed_life_s,
        record.body.pseudonym.hex(),
        max(1, settings.events_kept // keys.partitions),
        int(folded_side_list),
        settings.counters_life_s,
        len(events),
        *events,
        *numbers,
    ]
    return Attempt(Loaded(base.visitor, profile, record, stored[:IDENTITY_BYTES]), names, arguments)


def _origin(base: Loaded, commit: Commit, random_bytes: Callable[[int], bytes]) -> tuple[bytes, Body]:
    """Epoch and body to go on from."""
    if base.record is not None:
        return base.record.epoch, base.record.body
    fresh = random_bytes(EPOCH_BYTES + PSEUDONYM_BYTES)
    return fresh[:EPOCH_BYTES], Body(base.visitor, fresh[EPOCH_BYTES:], int(commit.now))


def _next_body(old: Body, commit: Commit, payload: bytes, pending: Pending | None, settings: StoreSettings) -> Body:
    at = int(commit.now)
    writers = with_writer(
        old.writers,
        Writer(commit.writer, commit.sequence, at),
        forget_before=at - settings.spool_life_s,
        at_most=WRITERS_KEPT,
    )
    return replace(old, payload=payload, writers=writers, pending=pending)


def _sums(counts: Sequence[Tally]) -> list[Tally]:
    """One tally per counter, in the order of first mention."""
    sums: dict[tuple[str, str], int] = {}
    for day, field, by in counts:
        sums[day, field] = sums.get((day, field), 0) + by
    return [(day, field, by) for (day, field), by in sums.items()]


def _counters(
    visitor: str, counts: Sequence[Tally], keys: Keys, folded_side_list: bool
) -> tuple[list[str], list[Word]]:
    """The script's keys, and its triples (index into the keys, field, by)."""
    partition = keys.partition_of(visitor)
    names = [keys.profile(visitor), keys.events(partition)]
    if folded_side_list:
        names.append(keys.deferred(visitor))
    index: dict[str, int] = {}
    triples: list[Word] = []
    for day, field, by in counts:
        if day not in index:
            names.append(keys.stats(partition, day))
            index[day] = len(names)
        triples += [index[day], field, by]
    return names, triples
