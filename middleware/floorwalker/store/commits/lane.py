"""One queue per visitor and worker: what waits is folded into one commit, and a following load reads through it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.commits.attempt import Attempt, Commit, Committed, Outcome, compose
from floorwalker.store.commits.batch import Batch
from floorwalker.store.commits.crossing import Crossing
from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.commits.erasing import erase_once
from floorwalker.store.commits.forgetting import forget_events
from floorwalker.store.commits.sidelist import put_aside, settled, tell_alone
from floorwalker.store.commits.waiting import ALONE, Forget, Join, Waiting, fail_all
from floorwalker.store.courier import Courier
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.losses import Loss
from floorwalker.store.naming import person_id
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded, TooNew
from floorwalker.store.scripts import script

logger = logging.getLogger(__name__)

_STORED: Final = Outcome.STORED

T = TypeVar("T")

Made = Attempt | Loaded
"""An attempt, or of a usual commit what stands in the store once it is done."""


class Yard(Protocol):
    """Where the lanes of one worker lie."""

    def reroute(self, target: str, waiting: list[Waiting]) -> None:
        """Queue what came to one visitor, and is another's to do."""

    def attend(self, lane: "Lane", in_doubt: Commit | None) -> None:
        """Run a lane; see `Lane.run`."""

    def ended(self, visitor: str) -> None:
        """Nothing waits for this visitor any more."""


class Lane(Struct, eq=False):
    """The queue of one visitor. It lives as long as something waits in it.

    The first commit goes out at once where nothing stands in its way, and mostly that is all. Whatever else comes up
    is a task's work, which the yard starts: `run`.
    """

    _desk: Desk
    _yard: Yard
    visitor: str
    waiting: list[Waiting]
    _batch: Batch = field(default_factory=Batch)
    _base: Found | None = None
    _tried: Commit | None = None

    def begin(self, base: Loaded, one: Waiting, courier: Courier) -> bool:
        """Send the first commit, of one step; False where that takes a task."""
        self._base, desk = base, self._desk
        keys, work = desk.keyspace.known, one.work
        if keys is None or work is None or isinstance(work, ALONE) or not base.is_plain or not courier.has_room:
            return False
        try:
            commit = Commit(desk.writer, next(desk.sequences), desk.clock(), one.confirmed)
            done = one.done_on(base.profile, work)
            if done is None:
                self._batch.taken.clear()
                return False
            profile, effects = done
            usual = None if one.message or one.keeps_life else desk.usual_commits.usual(base, profile, effects, commit)
            if usual is not None:
                self._tried = commit
                courier.post(desk.link.send(usual.command), partial(self._answered, courier, usual.loaded, commit))
                return True
            attempt = self._compose(base, profile, effects, commit, keys)
            self._tried = commit
            reply = script("commit").send(desk.link, attempt.keys, attempt.arguments)
            courier.post(reply, partial(self._answered, courier, attempt, commit))
        except Exception:  # unforeseen: the task tries it once more, and fails these callers alone
            logger.exception("steps could not be sent at once")
            self._yard.attend(self, self._tried)
        return True

    def _answered(self, courier: Courier, attempt: Made, commit: Commit, reply: asyncio.Future[Reply]) -> None:
        stands, taken = courier.received(reply) and reply.result() == 1, self._batch.taken
        if stands and isinstance(attempt, Loaded) and len(taken) == 1 and not self.waiting:  # as most often
            taken.pop().settle(Committed(_STORED, attempt))
            self._yard.ended(self.visitor)
            return
        if not taken:  # abandoned
            return
        try:
            stands = self._stands(attempt, commit, reply.result())
        except Exception as failure:
            if not isinstance(failure, StoreError):
                logger.exception("an answer of the store could not be read")
            self._yard.attend(self, commit)
            return
        if stands and not self.waiting:
            self._yard.ended(self.visitor)
        else:
            self._yard.attend(self, None)

    async def run(self, in_doubt: Commit | None = None) -> None:
        """Commit until nothing waits; what is not settled when the end comes early fails with StoreUnavailable.

        in_doubt: the commit of what was taken already, which may stand; so nothing must join it before that is known.
        """
        try:
            while self._batch or self.waiting:
                if in_doubt is None:
                    self._tried = None
                    self._take_more()
                await self._settle_or_drop(in_doubt or self._name_commit())
                in_doubt = None
        except Exception:
            logger.exception("a visitor's steps could not be stored")
        finally:
            self._yard.ended(self.visitor)
            self.abandon()

    def held(self) -> Iterator[tuple[Waiting, tuple[int, int] | None]]:
        """All that is not settled, in order, and the commit in which it was last tried: that one may stand."""
        tried = self._tried
        doubt = None if tried is None or tried.writer is None else (tried.writer, tried.sequence)
        yield from ((one, doubt) for one in self._batch.taken)
        yield from ((one, None) for one in self.waiting)

    def abandon(self) -> None:
        """Fail whatever is not settled; what is on disk stays there."""
        waiting, self.waiting = [*self._batch.release(), *self.waiting], []
        for one in waiting:
            if one.kept is not None:
                one.leave_on_disk()
        waiting = [one for one in waiting if not one.future.done()]
        fail_all(waiting, StoreUnavailable("The store was closed."))

    async def _settle_or_drop(self, commit: Commit) -> None:
        wish = self._batch.wish
        try:
            match wish.work if wish is not None else None:
                case Join() as join if wish is not None:
                    await self._join(wish, join)
                case Forget() as forget:
                    await self._forget(forget)
                case _:
                    await self._settle_batch(commit)
        except StoreUnavailable:
            self._drop(Loss.EXPIRED, Outcome.EXPIRED)
        except StoreError as failure:
            self._desk.losses.add(Loss.REFUSED, self._batch.steps)
            fail_all(self._batch.release(), failure)
        except Exception as failure:
            logger.exception("steps could not be stored")
            self._desk.losses.add(Loss.FAILED, self._batch.steps)
            fail_all(self._batch.release(), failure)

    async def _settle_batch(self, commit: Commit) -> None:
        """Find what lies there, and act on it, until every caller of the batch has an answer."""
        admitted = False
        keys = await self._keys()
        while self._batch.has_news:
            base = self._base or Loaded(self.visitor)
            if not self._batch.has_news_for(base):
                break
            if isinstance(base, TooNew) and not base.moves_to:
                self._base = await put_aside(self._desk, self._deliver, base, self._batch, commit)
            elif isinstance(base, TooNew):
                self._follow(base.moves_to)
                return
            elif base.moved_to:
                self._follow(base.moved_to)
                return
            elif base.erased:
                self._drop(Loss.ERASED, Outcome.ERASED, base)
            elif base.is_moving:
                await self._finish_move(base)
            elif not (admitted := admitted or self._admits(base, commit)):
                await self._turn_away()
            elif not await self._commit(base, commit, keys) and self._batch and self._take_more():
                commit = self._name_commit()  # a batch whose steps all failed takes nothing: a wish is not for here
        self._batch.settle(Committed(Outcome.STORED, self._readable()))

    async def _commit(self, base: Loaded, commit: Commit, keys: Keys) -> bool:
        """One attempt; True when it stands in the store, by this attempt or by one whose reply was lost."""
        if base.record is not None and base.record.deferred:
            found = await settled(self._desk, self._deliver, base)
            if found is not base:
                self._base = found
                return False
        profile, effects = self._batch.run(base.profile, NOTHING)
        if profile is None or not self._batch.has_news:
            return False
        attempt = self._compose(base, profile, effects, commit, keys)
        self._tried = commit
        return self._stands(attempt, commit, await self._run_script("commit", attempt.keys, attempt.arguments))

    def _compose(
        self,
        base: Loaded,
        profile: Profile,
        effects: Effects,
        commit: Commit,
        keys: Keys,
    ) -> Attempt:
        return compose(
            base,
            profile,
            effects,
            self._batch.described(commit),
            keys=keys,
            settings=self._desk.settings,
            random_bytes=self._desk.random_bytes,
            keyring=self._desk.keyring,
        )

    def _stands(self, attempt: Made, commit: Commit, reply: Reply) -> bool:
        """Whether the commit is in the store, by this attempt or an earlier one; then its callers are told."""
        if reply == 1:
            self._base = attempt if isinstance(attempt, Loaded) else self._done(attempt)
        elif isinstance(reply, list) and isinstance(attempt, Attempt):
            self._base = attempt.base
            self._batch.learn({attempt.messages[place - 1] for place in reply if isinstance(place, int)})
            return False
        else:
            self._base = self._desk.read(self.visitor, as_bytes(reply))
            if not commit.is_in(self._base):
                return False
        self._batch.settle(Committed(Outcome.STORED, self._readable()))
        return True

    def _done(self, attempt: Attempt) -> Loaded:
        if attempt.held_back:
            self._desk.losses.add(Loss.HELD_BACK, attempt.held_back)
        return attempt.loaded

    def _readable(self) -> Loaded | None:
        return self._base if isinstance(self._base, Loaded) else None

    async def _join(self, one: Waiting, join: Join) -> None:
        """Let this history join a person's. Where none may, the event goes to the person alone."""
        keys = await self._keys()
        if not join.person:
            one.work = join = replace(join, person=person_id(keys.people, join.user))
            if join.person == self.visitor:
                self._batch.settle(Committed(Outcome.KNOWN))
                return
        try:
            found = self._base or await self._look()
            if isinstance(found, Loaded) and found.record is not None and found.record.deferred:
                found = await settled(self._desk, self._deliver, found)
            committed = await self._crossing.join(self.visitor, found, join)
        except StoreError:
            raise
        except Exception as failure:  # like a step's own, it goes to its caller
            logger.error("a step failed and is not stored", exc_info=failure)
            fail_all(self._batch.release(), failure)
            return
        self._base = None
        if committed is not None and committed.outcome is not Outcome.DEFERRED:
            self._batch.settle(committed)
            return
        tell_alone(self._desk, self.visitor, one, join, leaves_join=committed is not None)
        self._yard.reroute(join.person, self._batch.release())

    async def _forget(self, wish: Forget) -> None:
        """What was queued before stands or was dropped; what comes later finds the stone."""
        desk, visitor = self._desk, self.visitor
        if wish.events_only:
            await self._deliver(lambda: forget_events(desk, visitor))
        else:
            await self._deliver(lambda: erase_once(desk, visitor, own_only=wish.own_only))
        self._base = None
        self._batch.settle(Committed(Outcome.STORED))

    @property
    def _crossing(self) -> Crossing:
        return Crossing(self._desk, self._deliver)

    async def _finish_move(self, base: Loaded) -> None:
        """A frozen record: what is left of its move is done; where only a newer release can, its steps wait."""
        if await self._crossing.finish(base) is None:
            if not self._still_wanted():
                raise StoreUnavailable("The visitor's merge does not end.")
            await asyncio.sleep(self._desk.settings.probe_longest_s)
        self._base = await self._look()

    async def _keys(self) -> Keys:
        known = self._desk.keyspace.known
        return known if known is not None else await self._deliver(self._desk.keyspace.keys)

    async def _run_script(self, name: str, keys: list[str], arguments: list[Word]) -> Reply:
        return await self._deliver(lambda: script(name).run(self._desk.link, keys, arguments))

    async def _deliver(self, send: Callable[[], Awaitable[T]], /) -> T:
        return await self._desk.courier_of(self.visitor).deliver(send, still_wanted=self._still_wanted)

    async def _turn_away(self) -> None:
        """Too many new visitors; but one of whom nothing is known yet may be an old one."""
        if self._base is None:
            self._base = await self._look()
        else:
            self._drop(Loss.FLOOD, Outcome.FLOOD)

    async def _look(self) -> Found:
        return await self._deliver(lambda: self._desk.look(self.visitor))

    def _follow(self, target: str) -> None:
        """The history went to another visitor, and so do the steps, in order."""
        batch = self._batch.release()
        for one in batch:
            one.hops += 1
        lost = [one for one in batch if one.hops > POINTERS_FOLLOWED]
        fail_all(lost, StoreError("A visitor's pointers lead nowhere."))
        self._yard.reroute(target, [one for one in batch if one.hops <= POINTERS_FOLLOWED])

    def _admits(self, base: Loaded, commit: Commit) -> bool:
        known = base.record is not None or commit.confirmed or self._batch.is_admitted
        return known or self._desk.new_visitors.take()

    def _name_commit(self) -> Commit:
        return self._desk.next_commit(confirmed=self._batch.is_confirmed)

    def _take_more(self) -> bool:
        before = self.waiting
        self.waiting = self._batch.take(before, self._desk.settings.steps_per_commit)
        return len(self.waiting) < len(before)

    def _still_wanted(self) -> bool:
        """A step waits so long; the wish to be forgotten as long as the process lives."""
        wish = self._batch.wish
        if wish is not None and isinstance(wish.work, Forget):
            return True
        return self._batch.waits_since(self._desk.clock() - self._desk.settings.spool_life_s)

    def _drop(self, loss: Loss, outcome: Outcome, base: Loaded | None = None) -> None:
        self._desk.losses.add(loss, self._batch.steps)
        self._batch.settle(Committed(outcome, base))
