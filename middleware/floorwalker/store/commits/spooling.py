"""What waits, as an entry of the spool, and back."""

import asyncio
from typing import assert_never

from msgspec import DecodeError

from floorwalker.errors import RecordTooNew
from floorwalker.store.commits.attempt import Committed, Step
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.commits.joining import EventAlone
from floorwalker.store.commits.waiting import Alone, Backlog, Forget, Join, Waiting
from floorwalker.store.records.codec import decode_event, encode_event
from floorwalker.store.spool.frames import Entry, TooNew, Unreadable, Work

OWN_ONLY = b"own"

Doubt = tuple[int, int]


def entry_of(visitor: str, waiting: Waiting, doubt: Doubt | None) -> Entry | None:
    """What is to be written down; None where there is nothing, or it cannot tell what it is made of.

    doubt: the writer and number of the commit that it was last tried in.
    """
    work, raw, person, user = Work.STEP, b"", "", ""
    match waiting.work:
        case None:
            return None
        case Join():
            work, raw = Work.JOIN, encode_event(waiting.work.identified)
            person, user = waiting.work.person, waiting.work.user
        case EventAlone() as event:
            work, raw = Work.JOIN, encode_event(event.identified)
            visitor, person = event.anonymous, visitor
        case Forget():
            work = Work.FORGET_EVENTS if waiting.work.events_only else Work.ERASE
            raw = OWN_ONLY if waiting.work.own_only else b""
        case _:
            if waiting.raw is None:
                return None
            raw = waiting.raw
    writer, sequence = doubt or waiting.doubt or (0, 0)
    return Entry(
        work,
        visitor,
        waiting.since,
        waiting.message,
        waiting.confirmed,
        waiting.keeps_life,
        writer,
        sequence,
        raw,
        person,
        user,
    )


def waiting_of(entry: Entry, backlog: Backlog, future: asyncio.Future[Committed], resume: Resume) -> Waiting:
    """What an entry asks for, to be queued again. Raises the spool's TooNew or Unreadable."""
    waiting = Waiting(
        backlog,
        _work_of(entry, resume),
        future,
        since=entry.since,
        confirmed=entry.confirmed,
        message=entry.message,
        keeps_life=entry.keeps_life,
    )
    waiting.is_admitted = True
    if entry.sequence:
        waiting.doubt = (entry.writer, entry.sequence)
    return waiting


def _work_of(entry: Entry, resume: Resume) -> Alone | Step:
    match entry.work:
        case Work.STEP:
            try:
                return resume(entry.raw)
            except RecordTooNew as error:
                raise TooNew from error
        case Work.JOIN:
            try:
                return Join(entry.person, decode_event(entry.raw), entry.user)
            except DecodeError as error:
                raise Unreadable from error
        case Work.ERASE:
            return Forget(own_only=entry.raw == OWN_ONLY)
        case Work.FORGET_EVENTS:
            return Forget(events_only=True)
        case never:
            assert_never(never)
