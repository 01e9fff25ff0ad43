"""A visitor's history on its way to a person: frozen, committed to the person, turned into a pointer.

Three scripts on two partitions, each of which may be repeated. A worker that dies between any two leaves a record that
says *moving* and holds all that is needed to go on; whoever meets it goes on.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from floorwalker.core.memory.persons import marks
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreError
from floorwalker.store.commits.attempt import Attempt, Commit, Committed, Outcome, compose
from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.commits.erasing import erase
from floorwalker.store.commits.joining import arrived
from floorwalker.store.commits.messages import carry_messages
from floorwalker.store.commits.telling import Told
from floorwalker.store.commits.waiting import Join
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.naming import is_person, mark_of
from floorwalker.store.records.codec import SCHEMA_SEALED, encode_event
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded, TooNew
from floorwalker.store.records.keyring import Keyring, Purpose
from floorwalker.store.records.record import Alias, Body, Record, State, next_version
from floorwalker.store.scripts import script

logger = logging.getLogger(__name__)

MERGE_BYTES = 12

T = TypeVar("T")

_NOBODY = Profile(seed=0)


class Deliver(Protocol):
    """Sends something, and again where its answer was lost, as long as somebody waits. Raises StoreError."""

    def __call__(self, send: Callable[[], Awaitable[T]], /) -> Awaitable[T]: ...


class Crossing:
    """Moves histories, by its caller's own way to the store."""

    def __init__(self, desk: Desk, deliver: Deliver, *, depth: int = 0) -> None:
        self._desk = desk
        self._deliver = deliver
        self._depth = depth

    async def join(self, visitor: str, base: Found | None, join: Join) -> Committed | None:
        """Let a visitor's history join a person's; None where none may, and the event is to be committed alone.

        `Outcome.DEFERRED` where only a newer release can, or who has the key: it is to be told of the wish.
        """
        merge = self._desk.random_bytes(MERGE_BYTES)
        found = base or await self._look(visitor)
        while isinstance(found, Loaded) and found.record is not None:
            if found.record.body.merge == merge:
                return await self._concluded(found, found.record)
            if found.record.state is State.MOVING:
                if await self.finish(found) is None:
                    return None
                found = await self._look(visitor)
            elif not _may_join(found, join):
                return None
            else:
                person = await self._look(join.person)
                if isinstance(person, TooNew) or not found.is_plain:
                    return Committed(Outcome.DEFERRED)
                if person.record and person.record.state is not State.LIVE:
                    return None
                frozen = _frozen(found, join, merge, self._desk.keyring)
                # What is going to fail, fails before the freeze.
                arrived(frozen, person.profile, self._desk.joining(), self._desk.keyring)
                found = await self._rewrite(found, frozen, self._desk.settings.stone_s)
        return Committed(Outcome.DEFERRED) if isinstance(found, TooNew) else None

    async def finish(self, frozen: Loaded) -> Committed | None:
        """Do what is left to do of a move that began; None where this release cannot. Raises StoreError."""
        if frozen.record is None or not frozen.record.body.moved_to or frozen.profile is None:
            return None
        while True:
            try:
                person = await self._committed(frozen, frozen.record.body)
            except _UnmergeableError as failure:
                logger.error("a merge failed, and its visitor stays frozen", exc_info=failure.__cause__)
                return None
            if isinstance(person, TooNew):
                return None
            if person.erased:
                await self._deliver(lambda: erase(self._desk, frozen.visitor, follow=False))
                return Committed(Outcome.ERASED, person)
            if person.record is None or await self._carry(frozen.visitor, person.visitor):
                pointer = _pointer(frozen, frozen.record, person.visitor)
                await self._rewrite(frozen, pointer, self._desk.settings.profile_life_s)
                return Committed(Outcome.STORED, person)

    async def _concluded(self, mine: Loaded, record: Record) -> Committed:
        """The end of this caller's own move, to which somebody else may have come first."""
        if record.state is State.MOVING:
            return await self.finish(mine) or Committed(Outcome.DEFERRED)
        person = await self._person(record.body.moved_to)
        return Committed(Outcome.STORED, person if isinstance(person, Loaded) else None)

    async def _committed(self, frozen: Loaded, body: Body) -> Found:
        """The person with the history in, by this call or by an earlier one. Raises _UnmergeableError."""
        person = await self._person(body.moved_to)
        is_told = False
        while isinstance(person, Loaded) and not person.erased and not _has_taken_in(person, body):
            attempt = self._attempt(person, frozen, body, await self._keys(), is_told=is_told)
            reply = await self._run(attempt.keys, attempt.arguments)
            if reply == 1:
                return attempt.loaded
            if not isinstance(reply, list):
                person = await self._led(self._desk.read(person.visitor, as_bytes(reply)))
            elif 1 in reply:
                return person
            else:
                is_told = True
        return person

    def _attempt(self, person: Loaded, frozen: Loaded, body: Body, keys: Keys, *, is_told: bool) -> Attempt:
        """is_told: the event itself was committed before."""
        try:
            profile, effects, message = arrived(
                frozen, person.profile, self._desk.joining(), self._desk.keyring, is_told=is_told
            )
        except Exception as failure:
            raise _UnmergeableError from failure
        merge = f"merge:{body.merge.hex()}"
        messages = (merge, message) if message else (merge,)
        alias = Alias(frozen.visitor, body.pseudonym)
        return compose(
            person,
            profile,
            effects,
            Commit(None, 0, self._desk.clock(), confirmed=True, messages=messages, joined=alias),
            keys=keys,
            settings=self._desk.settings,
            random_bytes=self._desk.random_bytes,
            keyring=self._desk.keyring,
        )

    async def _person(self, visitor: str) -> Found:
        return await self._led(await self._look(visitor))

    async def _led(self, found: Found) -> Found:
        """Where a record leads: moves under way are finished, pointers followed."""
        for _ in range(POINTERS_FOLLOWED + 1):
            record = found.record if isinstance(found, Loaded) else None
            if not isinstance(found, Loaded) or record is None or record.state not in (State.MOVING, State.MOVED):
                return found
            if record.state is State.MOVING:
                if self._depth >= POINTERS_FOLLOWED:
                    break
                await Crossing(self._desk, self._deliver, depth=self._depth + 1).finish(found)
            found = await self._look(record.body.moved_to)
        raise StoreError("A visitor's pointers lead nowhere.")

    async def _rewrite(self, old: Loaded, new: Loaded, life_s: int) -> Found:
        """Put one record of a visitor in the place of another; what lies there then."""
        assert new.record is not None  # made by `_frozen` or `_pointer`
        keys = await self._keys()
        told = Told(keys, new.visitor)
        if new.moved_to:
            told.look_again(0)
            told.drop(keys.messages(new.visitor))
            told.drop(keys.deferred(new.visitor))
            gone = [(mark_of(keys.people, one.trait, one.value), True) for one in marks(old.profile, _NOBODY)]
            told.find(gone)
        stored = new.record.encode()
        head = told.head(old.identity, stored, life_s, "", 0, self._desk.settings)
        reply = await self._run(told.names, [*head, *told.rest])
        return new if reply == 1 else self._desk.read(new.visitor, as_bytes(reply))

    async def _carry(self, visitor: str, person: str) -> bool:
        return await self._deliver(lambda: carry_messages(self._desk, visitor, person))

    async def _keys(self) -> Keys:
        known = self._desk.keyspace.known
        return known if known is not None else await self._deliver(self._desk.keyspace.keys)

    async def _look(self, visitor: str) -> Found:
        return await self._deliver(lambda: self._desk.look(visitor))

    async def _run(self, keys: list[str], arguments: list[Word]) -> Reply:
        return await self._deliver(lambda: script("commit").run(self._desk.link, keys, arguments))


class _UnmergeableError(Exception):
    """The two could not be made one; the cause says why."""


def _may_join(found: Loaded, join: Join) -> bool:
    """Whether this history is one that no person has yet; an id that was once a person's is never another's. What of it
    no data key opens would be lost on the way."""
    profile = found.profile
    if is_person(found.visitor) or found.locked:
        return False
    is_live = found.record is not None and found.record.state is State.LIVE
    return is_live and profile is not None and not profile.user and found.visitor != join.person


def _has_taken_in(person: Loaded, body: Body) -> bool:
    return person.record is not None and Alias(body.visitor, body.pseudonym) in person.record.body.aliases


def _frozen(found: Loaded, join: Join, merge: bytes, keyring: Keyring) -> Loaded:
    """The record that nobody may change any more, with what is to come of it."""
    record = found.record
    assert record is not None  # `_may_join` saw it
    identified = keyring.hide(encode_event(join.identified), Purpose.MOVE, found.visitor)
    if keyring.seals:
        record = replace(record, schema=max(record.schema, SCHEMA_SEALED))
    body = replace(record.body, moved_to=join.person, merge=merge, identified=identified)
    return _next(found, record, State.MOVING, body, keeps_profile=True)


def _pointer(found: Loaded, record: Record, person: str) -> Loaded:
    """What stays of a visitor whose history is with a person. The writers stay, for those whose reply was lost."""
    old = record.body
    body = Body(old.visitor, old.pseudonym, old.created, writers=old.writers, moved_to=person, merge=old.merge)
    return _next(found, record, State.MOVED, body, keeps_profile=False)


def _next(found: Loaded, record: Record, state: State, body: Body, *, keeps_profile: bool) -> Loaded:
    following = replace(record, state=state, version=next_version(record.version), body=body)
    return Loaded(found.visitor, found.profile if keeps_profile else None, following, following.identity)
