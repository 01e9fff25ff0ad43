"""One attempt to commit, made of a base and steps: pure, and made anew on every base."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.commits.telling import Messages, Told
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Word
from floorwalker.store.naming import mark_of
from floorwalker.store.records.codec import (
    ADDRESSED,
    SCHEMA_SEALED,
    SCHEMA_WRITTEN,
    addressed,
    encode_event,
    encode_profile,
)
from floorwalker.store.records.found import Found, Loaded
from floorwalker.store.records.keyring import NO_KEYS, Keyring
from floorwalker.store.records.personal import parted
from floorwalker.store.records.record import (
    EPOCH_BYTES,
    IDENTITY_BYTES,
    Alias,
    Body,
    Pending,
    Record,
    State,
    Tally,
    Writer,
    next_version,
    with_writer,
)
from floorwalker.store.settings import StoreSettings

Step = Callable[[Profile | None], tuple[Profile, Effects]]

WRITERS_KEPT = 32
PSEUDONYM_BYTES = 8
EVENTS_HELD_BACK = 32
COUNTS_HELD_BACK = 64
MARKS_HELD_BACK = 16
ALIASES_KEPT = 32


class Outcome(StrEnum):
    """What became of a commit."""

    STORED = "stored"
    KNOWN = "known"  # nothing to do: the step's message was committed before
    DEFERRED = "deferred"  # put aside for the newer release that wrote the record
    SPOOLED = "spooled"  # written down on disk; whoever reads the spool commits it
    FLOOD = "flood"  # not stored: too many new visitors in this second
    OVERFLOW = "overflow"  # not stored: too many steps wait for a store that is away
    TOO_MUCH = "too much"  # not stored: one visitor does more in a minute than is stored
    EXPIRED = "expired"  # not stored: waited longer than the spool's life
    ERASED = "erased"  # not stored: the visitor was erased
    TOO_NEW = "too new"  # not stored: a newer release wrote the record, and there was nothing to put aside


class Committed(Struct, frozen=True, gc=False):
    """The outcome of a commit. loaded: the record after it, where it was stored, or the stone."""

    outcome: Outcome
    loaded: Loaded | None = None


class Commit(Struct, frozen=True, gc=False):
    """Who commits, and when. writer: None for what its message alone makes count once. now: seconds since 1970.

    messages: the senders' ids of the steps. keeps_life: the record's time to live stays as it is. joined: whose
    history came in. left: entries for the side list, whose joins only a newer release can make.
    """

    writer: int | None
    sequence: int
    now: float
    confirmed: bool
    messages: tuple[str, ...] = ()
    keeps_life: bool = False
    joined: Alias | None = None
    left: tuple[bytes, ...] = ()

    def is_in(self, found: Found) -> bool:
        """Whether that record has it already."""
        record = found.record if isinstance(found, Loaded) else None
        return record is not None and self.writer is not None and record.holds(self.writer, self.sequence)


class Attempt(Struct, frozen=True, gc=False):
    """What commit.lua is to do, and what stands in the store once it has done it. messages: by their places."""

    base: Loaded
    loaded: Loaded
    keys: list[str]
    arguments: list[Word]
    held_back: int = 0
    messages: tuple[str, ...] = ()


def compose(
    base: Loaded,
    profile: Profile,
    effects: Effects,
    commit: Commit,
    *,
    keys: Keys,
    settings: StoreSettings,
    random_bytes: Callable[[int], bytes],
    keyring: Keyring = NO_KEYS,
    folded_side_list: bool = False,
) -> Attempt:
    """The attempt that puts `profile` in the place of `base`; `effects` wait inside an unconfirmed record.

    random_bytes: for a record made anew. keyring: seals what is personal.
    """
    old = base.record
    confirmed = commit.confirmed or (old is not None and old.confirmed)
    waited = (old.body.pending if old is not None else None) or _NOTHING_WAITS
    released = _together(waited, effects, _sent(effects, base, commit, keys), commit, keys)
    pending = None if confirmed else _held_back(released)
    epoch, body = _origin(base, commit, random_bytes)
    rest, sealed = parted(profile, base.locked, base.visitor, keyring)
    record = Record(
        state=State.LIVE,
        epoch=epoch,
        version=next_version(old.version) if old is not None else 1,
        body=_next_body(body, commit, encode_profile(rest, keys.layout), sealed, pending, settings),
        confirmed=confirmed,
        deferred=bool(commit.left) or (old is not None and old.deferred and not folded_side_list),
        schema=max(SCHEMA_SEALED if sealed else SCHEMA_WRITTEN, 0 if old is None else old.schema),
        layout=keys.layout,
    )
    told = Told(keys, base.visitor)
    if commit.messages or (waited.has_messages and confirmed):
        told.remember(_messages(commit, confirmed, settings), settings.messages_kept)
    if folded_side_list:
        told.drop(keys.deferred(base.visitor))
    for entry in commit.left:
        told.put_aside(entry, settings.profile_life_s)
    life_s = 0 if commit.keeps_life and old is not None and old.confirmed == confirmed else None
    attempt = _attempt(base, profile, record, told, _NOTHING_WAITS if pending else released, settings, life_s)
    if commit.messages or pending is not None:
        return replace(attempt, messages=commit.messages, held_back=_beyond(released, pending))
    return attempt


def _attempt(
    base: Loaded,
    profile: Profile,
    record: Record,
    told: Told,
    released: Pending,
    settings: StoreSettings,
    life_s: int | None,
) -> Attempt:
    """The script's keys and arguments. life_s: None for that of such a record."""
    stored = record.encode()
    if released.counts:
        told.count(released.counts)
    if released.due is not None:
        told.look_again(released.due)
    if released.found:
        told.find(released.found)
    if life_s is None:
        life_s = life_s_of(profile, settings) if record.confirmed else settings.unconfirmed_life_s
    head = told.head(base.identity, stored, life_s, record.body.pseudonym.hex(), len(released.events), settings)
    arguments = [*head, *released.events, *told.counters, *told.rest]
    loaded = Loaded(base.visitor, profile, record, stored[:IDENTITY_BYTES], base.locked)
    return Attempt(base, loaded, told.names, arguments)


def life_s_of(profile: Profile, settings: StoreSettings) -> int:
    """How long a confirmed record stays: shorter of somebody who may be a scanner that sends its cookie back."""
    if profile.visits != 1 or profile.user or profile.orders is not None or profile.traits or profile.notes is not None:
        return settings.profile_life_s
    return min(settings.passing_life_s, settings.profile_life_s)


def _sent(effects: Effects, base: Loaded, commit: Commit, keys: Keys) -> list[bytes]:
    """The events as they will lie in the stream."""
    if ADDRESSED.isdisjoint([event.name for event in effects.events]):  # as most often
        return [encode_event(event) for event in effects.events]
    joined = None if commit.joined is None else keys.partition_of(commit.joined.visitor)
    return [encode_event(addressed(event, base.visitor, joined=joined)) for event in effects.events]


def _together(waited: Pending, effects: Effects, sent: Sequence[bytes], commit: Commit, keys: Keys) -> Pending:
    """What waited, and what came now."""
    if waited is _NOTHING_WAITS and not effects.counts and not effects.marks:  # as most often
        return Pending(tuple(sent), due=effects.due, has_messages=bool(commit.messages))
    counts, found = waited.counts, waited.found
    if effects.counts:
        counts = tuple(sums([*counts, *[(count.day, count.field, count.by) for count in effects.counts]]))
    if waited.marks:
        found = (*found, *[(mark_of(keys.people, trait, value), gone) for trait, value, gone in waited.marks])
    if effects.marks:
        found = (*found, *[(mark_of(keys.people, mark.trait, mark.value), mark.gone) for mark in effects.marks])
    events = (*waited.events, *sent)
    due = waited.due if effects.due is None else effects.due
    return Pending(events, counts, due, (), waited.has_messages or bool(commit.messages), found)


def _held_back(released: Pending) -> Pending:
    """As much of it as an unconfirmed record may hold."""
    return replace(
        released,
        events=released.events[:EVENTS_HELD_BACK],
        counts=released.counts[:COUNTS_HELD_BACK],
        found=released.found[-MARKS_HELD_BACK:],
    )


def _beyond(released: Pending, pending: Pending | None) -> int:
    """How much of it found no room."""
    if pending is None:
        return 0
    return len(released.events) - len(pending.events) + len(released.counts) - len(pending.counts)


def _messages(commit: Commit, confirmed: bool, settings: StoreSettings) -> Messages:
    now = int(commit.now)
    life_s = settings.messages_life_s if confirmed else settings.unconfirmed_life_s
    return Messages(commit.messages, now, now + settings.messages_life_s, life_s)


def _origin(base: Loaded, commit: Commit, random_bytes: Callable[[int], bytes]) -> tuple[bytes, Body]:
    """Epoch and body to go on from."""
    if base.record is not None:
        return base.record.epoch, base.record.body
    fresh = random_bytes(EPOCH_BYTES + PSEUDONYM_BYTES)
    return fresh[:EPOCH_BYTES], Body(base.visitor, fresh[EPOCH_BYTES:], int(commit.now))


def _next_body(
    old: Body,
    commit: Commit,
    payload: bytes,
    sealed: tuple[bytes, ...],
    pending: Pending | None,
    settings: StoreSettings,
) -> Body:
    at = int(commit.now)
    writers = old.writers
    if commit.writer is not None:
        writer = Writer(commit.writer, commit.sequence, at)
        writers = with_writer(writers, writer, forget_before=at - settings.spool_life_s, at_most=WRITERS_KEPT)
    body = replace(old, payload=payload, sealed=sealed, writers=writers, pending=pending)
    if commit.joined is None:
        return body
    others = [one for one in old.aliases if one.visitor != commit.joined.visitor]
    return replace(body, aliases=(*others, commit.joined)[-ALIASES_KEPT:])


def sums(counts: Sequence[Tally]) -> list[Tally]:
    """One tally per counter, in the order of first mention."""
    sums: dict[tuple[str, str], int] = {}
    for day, field, by in counts:
        sums[day, field] = sums.get((day, field), 0) + by
    return [(day, field, by) for (day, field), by in sums.items()]


_NOTHING_WAITS = Pending()
