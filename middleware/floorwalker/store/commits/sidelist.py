"""The side list at work: steps for a record that only a newer release reads are put aside, and that release folds them
before anything else. None is lost by it, and none counts twice."""

import logging
from collections.abc import Sequence

from msgspec import DecodeError

from floorwalker.core.effects import NOTHING
from floorwalker.errors import RecordTooNew, StoreError
from floorwalker.store.commits.attempt import Commit, Committed, Outcome, compose
from floorwalker.store.commits.batch import Batch
from floorwalker.store.commits.crossing import Crossing, Deliver
from floorwalker.store.commits.deferred import Entry, encode_entry, entries_in
from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.commits.joining import EventAlone
from floorwalker.store.commits.waiting import Backlog, Join, Waiting
from floorwalker.store.link.replies import Word
from floorwalker.store.losses import Loss
from floorwalker.store.pieces import listed
from floorwalker.store.records.codec import decode_event, encode_event
from floorwalker.store.records.found import Found, Loaded, TooNew
from floorwalker.store.records.record import IDENTITY_BYTES, State, mark_deferred
from floorwalker.store.scripts import script

logger = logging.getLogger(__name__)

MESSAGE_BYTES = 12
SEED_BYTES = 8


async def put_aside(desk: Desk, deliver: Deliver, base: TooNew, batch: Batch, commit: Commit) -> Found:
    """Put a batch's steps aside and tell who waits; the record as it lies there then, which may be another by now.

    Steps that cannot tell what they are made of are dropped and counted.
    """
    for one in batch.part():
        desk.losses.add(Loss.TOO_NEW)
        one.settle(Committed(Outcome.TOO_NEW))
    if not batch.has_news:
        return base
    keys = await desk.keyspace.keys()
    visitor, settings = base.visitor, desk.settings
    entries = [entry_of(desk, visitor, one, commit.sequence, place) for place, one in enumerate(batch.news)]
    head = mark_deferred(base.stored, confirmed=commit.confirmed)
    record_life_s = settings.profile_life_s if commit.confirmed else 0
    arguments: list[Word] = [base.stored[:IDENTITY_BYTES], head, settings.profile_life_s, record_life_s, *entries]
    names = [keys.profile(visitor), keys.deferred(visitor)]
    reply = await deliver(lambda: script("defer").run(desk.link, names, arguments))
    if reply != 1:
        return desk.read(visitor, as_bytes(reply))
    batch.settle(Committed(Outcome.DEFERRED))
    return TooNew(visitor, head + base.stored[len(head) :])


def entry_of(desk: Desk, visitor: str, one: Waiting, sequence: int = 0, place: int = 0) -> bytes:
    """A step as it lies in that visitor's side list; it needs to be able to tell what it is made of.

    sequence: of the commit of this worker that may hold it, if any may.
    """
    joins, raw = "", one.raw or b""
    if isinstance(one.work, EventAlone):
        one.work.name(_message(desk))
        one.message = one.work.identified.id
        joins, raw = one.work.anonymous, encode_event(one.work.identified)
    one.message = one.message or _message(desk)
    writer, sequence = one.doubt or (desk.writer if sequence else 0, sequence)
    return encode_entry(Entry(writer, sequence, place, raw, one.message, one.confirmed, joins), visitor, desk.keyring)


async def settled(desk: Desk, deliver: Deliver, base: Loaded) -> Found:
    """The record once what was put aside is in it; the very same where that is to be left to somebody else.

    The record's version vouches that the list is whole. Raises StoreError.
    """
    found: Found = base
    keys = await desk.keyspace.keys()
    while isinstance(found, Loaded) and _waits(found):
        side_list = keys.deferred(found.visitor)
        stored = await deliver(lambda name=side_list: _listed(desk, name))  # type: ignore[misc]
        waiting = _waiting(desk, entries_in(stored, found.visitor, desk.keyring))
        if waiting is None or not await _joined(desk, deliver, found.visitor, waiting):
            return found
        found = await _committed(desk, deliver, found, waiting)
    return found


async def _listed(desk: Desk, side_list: str) -> list[bytes]:
    return [one async for some in listed(desk.link, side_list) for one in some]


def _waits(found: Loaded) -> bool:
    record = found.record
    return record is not None and record.deferred and record.state is State.LIVE and found.profile is not None


def _waiting(desk: Desk, entries: Sequence[Entry] | None) -> list[Waiting] | None:
    """What was put aside, as steps; None where it is for a newer release, or for who has the key."""
    resume = desk.resume()
    if entries is None or resume is None:
        return None
    waiting = []
    for entry in entries:
        try:
            step = _arriving(desk, entry) if entry.joins else resume(entry.raw)
        except RecordTooNew:
            return None
        except DecodeError:
            logger.exception("a step failed and is not stored")
            continue
        future = desk.loop.create_future()
        one = Waiting(Backlog(), step, future, since=0.0, confirmed=entry.confirmed, message=entry.message)
        one.doubt = (entry.writer, entry.sequence)
        waiting.append(one)
    return waiting


def _arriving(desk: Desk, entry: Entry) -> EventAlone:
    seed = int.from_bytes(desk.random_bytes(SEED_BYTES), "big")
    return EventAlone(desk.joining(), decode_event(entry.raw), seed, anonymous=entry.joins)


async def _joined(desk: Desk, deliver: Deliver, person: str, waiting: Sequence[Waiting]) -> bool:
    """Let those come in who wait to join; whether this release could. Where there is no history, the event remains."""
    for one in waiting:
        if isinstance(one.work, EventAlone) and not await _joins(desk, deliver, person, one.work):
            return False
    return True


async def _joins(desk: Desk, deliver: Deliver, person: str, work: EventAlone) -> bool:
    anonymous = await deliver(lambda: desk.look(work.anonymous))
    if isinstance(anonymous, Loaded):
        anonymous = await settled(desk, deliver, anonymous)
    try:
        committed = await Crossing(desk, deliver).join(work.anonymous, anonymous, Join(person, work.identified))
    except StoreError:
        raise
    except Exception as failure:  # what the rules make of two histories; the event itself may do
        logger.error("a step failed and is not stored", exc_info=failure)
        return True
    return committed is None or committed.outcome is not Outcome.DEFERRED


async def _committed(desk: Desk, deliver: Deliver, base: Loaded, waiting: list[Waiting]) -> Found:
    """The record with all of it in and the list gone; or another one, which came meanwhile."""
    batch = Batch()
    batch.take(waiting, len(waiting))
    batch.has_news_for(base)
    # Not numbered: a number would say of the steps that wait in the lane that they stand, too. Messages count once.
    commit = Commit(None, 0, desk.clock(), confirmed=batch.is_confirmed)
    while base.profile is not None:
        profile, effects = batch.run(base.profile, NOTHING)
        attempt = compose(
            base,
            profile or base.profile,
            effects,
            batch.described(commit),
            keys=await desk.keyspace.keys(),
            settings=desk.settings,
            random_bytes=desk.random_bytes,
            keyring=desk.keyring,
            folded_side_list=True,
        )
        names, arguments = attempt.keys, attempt.arguments
        reply = await deliver(lambda n=names, a=arguments: script("commit").run(desk.link, n, a))  # type: ignore[misc]
        if reply == 1:
            return attempt.loaded
        if not isinstance(reply, list):
            return desk.read(base.visitor, as_bytes(reply))
        batch.learn({attempt.messages[place - 1] for place in reply if isinstance(place, int)})
    return base


def tell_alone(desk: Desk, anonymous: str, one: Waiting, join: Join, *, leaves_join: bool) -> None:
    """Make of a wish to join the step of its event alone. leaves_join: only a newer release, or who has the key, can
    let the history come in, and is to find the wish in the person's side list."""
    seed = int.from_bytes(desk.random_bytes(SEED_BYTES), "big")
    one.work = EventAlone(desk.joining(), join.identified, seed, anonymous=anonymous)
    if leaves_join:
        one.work.left = entry_of(desk, join.person, one)


def _message(desk: Desk) -> str:
    return f"aside:{desk.random_bytes(MESSAGE_BYTES).hex()}"
