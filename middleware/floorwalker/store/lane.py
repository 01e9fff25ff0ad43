"""One queue per visitor and worker: what waits is folded into one commit, and a following load reads through it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.attempt import Attempt, Commit, Committed, Outcome, compose
from floorwalker.store.deferred import entries_of, steps_of
from floorwalker.store.desk import Desk, as_bytes
from floorwalker.store.found import Loaded, TooNew, read_found
from floorwalker.store.keys import Keys
from floorwalker.store.losses import Loss
from floorwalker.store.record import IDENTITY_BYTES, State, mark_deferred
from floorwalker.store.replies import Reply, Word
from floorwalker.store.scripts import script
from floorwalker.store.waiting import Waiting

logger = logging.getLogger(__name__)

POINTERS_FOLLOWED = 4

T = TypeVar("T")

Found = Loaded | TooNew
Reroute = Callable[[str, list[Waiting]], None]
Attend = Callable[["Lane", Commit | None], None]


class Lane:
    """The queue of one visitor. It lives as long as something waits in it.

    The first commit goes out at once where nothing stands in its way, and mostly that is all. Whatever else comes up
    is a task's work, which `attend` starts: `run`.
    """

    def __init__(
        self,
        desk: Desk,
        visitor: str,
        base: Found | None,
        *,
        reroute: Reroute,
        attend: Attend,
        ended: Callable[[str], None],
    ) -> None:
        self._desk = desk
        self.visitor = visitor
        self._base: Found | None = base if base is not None and base.visitor == visitor else None
        self._reroute = reroute
        self._attend = attend
        self._ended = ended
        self._batch: list[Waiting] = []
        self.waiting: list[Waiting] = []

    def begin(self) -> bool:
        """Send the first commit; False where that takes a task."""
        base, keys, courier = self._base, self._desk.keyspace.known, self._desk.courier
        if keys is None or not isinstance(base, Loaded) or not base.is_plain or not courier.has_room:
            return False
        self._take_more()
        commit = self._name_commit()
        profile, effects = self._run_steps(base.profile, NOTHING)
        if profile is None or not self._batch:
            return False
        attempt = self._compose(base, profile, effects, commit, keys)
        reply = script("commit").send(self._desk.link, attempt.keys, attempt.arguments)
        courier.post(reply, partial(self._answered, attempt, commit))
        return True

    def _answered(self, attempt: Attempt, commit: Commit, reply: asyncio.Future[Reply]) -> None:
        if not self._batch:  # abandoned
            return
        try:
            stands = self._stands(attempt, commit, reply.result())
        except StoreError:
            self._attend(self, commit)
            return
        if stands and not self.waiting:
            self._ended(self.visitor)
        else:
            self._attend(self, None)

    async def run(self, in_doubt: Commit | None = None) -> None:
        """Commit until nothing waits; what is not settled when the end comes early fails with StoreUnavailable.

        in_doubt: the commit of what was taken already, which may stand; so nothing must join it before that is known.
        """
        try:
            while self._batch or self.waiting:
                if in_doubt is None:
                    self._take_more()
                await self._settle_or_drop(in_doubt or self._name_commit())
                in_doubt = None
        finally:
            self._ended(self.visitor)
            self.abandon()

    def abandon(self) -> None:
        """Fail whatever is not settled."""
        self._fail([*self._batch, *self.waiting], StoreUnavailable("The store was closed."))
        self._batch, self.waiting = [], []

    async def _settle_or_drop(self, commit: Commit) -> None:
        try:
            await self._settle_batch(commit)
        except StoreUnavailable:
            self._drop(Loss.EXPIRED, Outcome.EXPIRED)
        except StoreError as failure:
            self._desk.losses.add(Loss.REFUSED, self._steps)
            batch, self._batch = self._batch, []
            self._fail(batch, failure)

    async def _settle_batch(self, commit: Commit) -> None:
        """Find what lies there, and act on it, until every caller of the batch has an answer."""
        admitted = False
        keys = await self._keys()
        while self._steps:
            base = self._base or Loaded(self.visitor)
            if isinstance(base, TooNew):
                if await self._put_aside(base, commit, keys):
                    return
            elif base.moved_to:
                self._follow(base.moved_to)
                return
            elif base.erased:
                self._drop(Loss.ERASED, Outcome.ERASED, base)
            elif base.record is not None and base.record.state is State.MOVING:
                await self._wait_for_merge(keys)
            elif not (admitted := admitted or self._admits(base, commit)):
                await self._turn_away(keys)
            elif not await self._commit(base, commit, keys) and self._take_more():
                commit = self._name_commit()
        self._settle(Committed(Outcome.STORED, self._readable()))

    async def _commit(self, base: Loaded, commit: Commit, keys: Keys) -> bool:
        """One attempt; True when it stands in the store, by this attempt or by one whose reply was lost."""
        folded, profile, effects = await self._folded_side_list(base, keys)
        profile, effects = self._run_steps(profile, effects)
        if profile is None:
            return False
        attempt = self._compose(base, profile, effects, commit, keys, folded_side_list=folded)
        return self._stands(attempt, commit, await self._run_script("commit", attempt.keys, attempt.arguments))

    def _compose(
        self,
        base: Loaded,
        profile: Profile,
        effects: Effects,
        commit: Commit,
        keys: Keys,
        *,
        folded_side_list: bool = False,
    ) -> Attempt:
        return compose(
            base,
            profile,
            effects,
            commit,
            keys=keys,
            settings=self._desk.settings,
            random_bytes=self._desk.random_bytes,
            folded_side_list=folded_side_list,
        )

    def _stands(self, attempt: Attempt, commit: Commit, reply: Reply) -> bool:
        """Whether the commit is in the store, by this attempt or an earlier one; then its callers are told."""
        if reply == 1:
            self._base = attempt.loaded
            if attempt.held_back:
                self._desk.losses.add(Loss.HELD_BACK, attempt.held_back)
        else:
            self._base = read_found(self.visitor, as_bytes(reply))
            if not self._holds(self._base, commit):
                return False
        self._settle(Committed(Outcome.STORED, self._readable()))
        return True

    @staticmethod
    def _holds(found: Found, commit: Commit) -> bool:
        record = found.record if isinstance(found, Loaded) else None
        return record is not None and record.holds(commit.writer, commit.sequence)

    def _readable(self) -> Loaded | None:
        return self._base if isinstance(self._base, Loaded) else None

    def _run_steps(self, profile: Profile | None, effects: Effects) -> tuple[Profile | None, Effects]:
        for one in tuple(self._batch):
            if one.step is None:
                continue
            try:
                profile, more = one.step(profile)
            except Exception as failure:  # it goes to its own caller; the others' steps go on
                logger.error("a step failed and is not stored", exc_info=failure)
                self._batch.remove(one)
                one.fail(failure)
            else:
                effects = effects.then(more)
        return profile, effects

    async def _folded_side_list(self, base: Loaded, keys: Keys) -> tuple[bool, Profile | None, Effects]:
        """What older releases put aside comes first. The record's version vouches that the list is whole."""
        profile, effects = base.profile, NOTHING
        if base.record is None or not base.record.deferred or self._desk.resume is None:
            return False, profile, effects
        side_list = keys.deferred(self.visitor)
        listed = await self._deliver(lambda: self._desk.link.call("LRANGE", side_list, 0, -1))
        entries = [one for one in listed if isinstance(one, bytes)] if isinstance(listed, list) else []
        for step in steps_of(entries, base.record, self._desk.resume):
            profile, more = step(profile)
            effects = effects.then(more)
        return True, profile, effects

    async def _put_aside(self, base: TooNew, commit: Commit, keys: Keys) -> bool:
        raws = [one.raw for one in self._batch if one.raw is not None]
        if not raws:
            self._drop(Loss.TOO_NEW, Outcome.TOO_NEW)
            return True
        names = [keys.profile(self.visitor), keys.deferred(self.visitor)]
        head = mark_deferred(base.stored)
        entries = entries_of(raws, writer=commit.writer, sequence=commit.sequence)
        life_s = self._desk.settings.profile_life_s
        reply = await self._run_script("defer", names, [base.stored[:IDENTITY_BYTES], head, life_s, *entries])
        if reply != 1:
            self._base = read_found(self.visitor, as_bytes(reply))
            return False
        self._base = TooNew(self.visitor, head + base.stored[len(head) :])
        self._settle(Committed(Outcome.DEFERRED))
        return True

    async def _keys(self) -> Keys:
        known = self._desk.keyspace.known
        return known if known is not None else await self._deliver(self._desk.keyspace.keys)

    async def _run_script(self, name: str, keys: list[str], arguments: list[Word]) -> Reply:
        return await self._deliver(lambda: script(name).run(self._desk.link, keys, arguments))

    async def _deliver(self, send: Callable[[], Awaitable[T]]) -> T:
        return await self._desk.courier.deliver(send, still_wanted=self._still_wanted)

    async def _wait_for_merge(self, keys: Keys) -> None:
        """A frozen record: whoever merges it finishes; until then its steps wait as in an outage."""
        if not self._still_wanted():
            raise StoreUnavailable("The visitor's merge does not end.")
        await asyncio.sleep(self._desk.settings.probe_longest_s)
        await self._look(keys)

    async def _turn_away(self, keys: Keys) -> None:
        """Too many new visitors; but one of whom nothing is known yet may be an old one."""
        if self._base is None:
            await self._look(keys)
        else:
            self._drop(Loss.FLOOD, Outcome.FLOOD)

    async def _look(self, keys: Keys) -> None:
        key = keys.profile(self.visitor)
        self._base = read_found(self.visitor, as_bytes(await self._deliver(lambda: self._desk.link.call("GET", key))))

    def _follow(self, target: str) -> None:
        """The history went to another visitor, and so do the steps, in order."""
        batch, self._batch = self._batch, []
        for one in batch:
            one.hops += 1
        lost = [one for one in batch if one.hops > POINTERS_FOLLOWED]
        self._fail(lost, StoreError("A visitor's pointers lead nowhere."))
        self._reroute(target, [one for one in batch if one.hops <= POINTERS_FOLLOWED])

    def _admits(self, base: Loaded, commit: Commit) -> bool:
        return base.record is not None or commit.confirmed or self._desk.new_visitors.take()

    def _name_commit(self) -> Commit:
        return self._desk.next_commit(confirmed=any(one.confirmed for one in self._batch))

    def _take_more(self) -> bool:
        room = self._desk.settings.steps_per_commit - len(self._batch)
        taken, self.waiting = self.waiting[:room], self.waiting[room:]
        self._batch += taken
        return bool(taken)

    def _still_wanted(self) -> bool:
        oldest = self._desk.clock() - self._desk.settings.spool_life_s
        return any(one.since >= oldest for one in self._batch)

    @property
    def _steps(self) -> int:
        return sum(one.step is not None for one in self._batch)

    def _drop(self, loss: Loss, outcome: Outcome, base: Loaded | None = None) -> None:
        self._desk.losses.add(loss, self._steps)
        self._settle(Committed(outcome, base))

    def _settle(self, committed: Committed) -> None:
        batch, self._batch = self._batch, []
        for one in batch:
            one.settle(committed)

    def _fail(self, waiting: list[Waiting], failure: BaseException) -> None:
        for one in waiting:
            one.fail(failure)
