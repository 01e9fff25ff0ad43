"""The lanes of one worker: one per visitor for whom something waits."""

import asyncio
from functools import partial
from itertools import islice
from typing import Final

from floorwalker.store.commits.attempt import Commit, Committed, Outcome
from floorwalker.store.commits.batch import Batch
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.lane import Lane
from floorwalker.store.commits.spooling import entry_of
from floorwalker.store.commits.waiting import Alone, Forget, Waiting
from floorwalker.store.courier import Courier
from floorwalker.store.losses import Loss
from floorwalker.store.records.found import Loaded
from floorwalker.store.spool.spool import Spool

KEPT_AT_ONCE: Final = 50  # a millisecond
MESSAGE_BYTES: Final = 12
FORGETTING_BESIDE = 1000  # so many wishes to be forgotten find room where steps find none any more
ROOM_FOR_STRANGERS: Final = 0.5  # of the whole; the rest is for those who were known before they came


class Lanes:
    """Opens a lane when a first step comes, and closes it when the last one is settled."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lanes: dict[str, Lane] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._drained: asyncio.Future[None] | None = None
        self._room_for_anybody = desk.settings.steps_waiting * ROOM_FOR_STRANGERS

    def submit(self, visitor: str, base: Loaded | None, waiting: Waiting) -> None:
        """Queue a step; drop and count it where too many wait already, and no disk takes it."""
        desk = self._desk
        courier, spool, backlog = desk.courier_of(visitor), desk.spool, desk.backlog
        backlog.steps += 1
        is_away = courier.outage.away
        is_on_disk = spool is not None and spool.holds(visitor)
        if not is_away and not is_on_disk and backlog.steps <= self._room_for_anybody and not backlog.bytes:
            self._begin(visitor, base, waiting, courier)  # as most often
            return
        if is_away and not self._admits_now(visitor, waiting):
            self._drop(waiting, Loss.FLOOD, Outcome.FLOOD)
            return
        if is_away:
            waiting.pack(self._desk.resume())
        is_full = self._is_full(base, waiting)
        if spool is not None and (is_away or is_full or is_on_disk):
            is_alone = is_full or is_on_disk
            if self._keep(spool, visitor, waiting, None, is_alone=is_alone) and is_alone:
                return
        if is_full:
            self._drop(waiting, Loss.OVERFLOW, Outcome.OVERFLOW)
        else:
            self._begin(visitor, base, waiting, courier)

    def resubmit(self, visitor: str, waiting: Waiting) -> None:
        """Queue what lay on disk."""
        self._desk.backlog.steps += 1
        self._enqueue(visitor, [waiting])

    async def keep_all(self) -> None:
        """Write down whatever waits in memory, some at a time, as far as there is room."""
        spool = self._desk.spool
        if spool is None:
            return
        for visitor in tuple(self._lanes):
            while (lane := self._lanes.get(visitor)) is not None:
                unkept = list(islice(((one, doubt) for one, doubt in lane.held() if one.is_to_be_kept), KEPT_AT_ONCE))
                if not unkept:
                    break
                for one, doubt in unkept:
                    one.pack(self._desk.resume())
                    if not self._keep(spool, visitor, one, doubt) and not one.is_untold:
                        return
                await asyncio.sleep(0)

    def hold(self, visitor: str) -> bool:
        """Whether anything waits for this visitor."""
        return visitor in self._lanes

    def read(self, visitor: str) -> asyncio.Future[Committed] | None:
        """The record once all that waits now is settled; None where nothing waits."""
        lane = self._lanes.get(visitor)
        if lane is None:
            return None
        reading = Waiting(self._desk.backlog, None, self._desk.loop.create_future(), since=self._desk.clock())
        lane.waiting.append(reading)
        return reading.future

    def reroute(self, target: str, waiting: list[Waiting]) -> None:
        """Queue what came to one visitor, and is another's to do."""
        self._enqueue(target, waiting)

    def attend(self, lane: Lane, in_doubt: Commit | None) -> None:
        """Run a lane; see `Lane.run`."""
        self._tasks[lane.visitor] = self._desk.loop.create_task(lane.run(in_doubt))

    def ended(self, visitor: str) -> None:
        """Nothing waits for this visitor any more."""
        del self._lanes[visitor]
        if self._tasks:
            self._tasks.pop(visitor, None)
        if self._drained is not None and not self._lanes:
            self._drained.set_result(None)
            self._drained = None

    async def drain(self, timeout_s: float) -> None:
        """Wait until nothing waits, or for so long."""
        if self._lanes:
            self._drained = self._drained or self._desk.loop.create_future()
            await asyncio.wait([self._drained], timeout=timeout_s)

    async def close(self) -> int:
        """Fail whatever waits, and is not on disk; how many steps that were."""
        failed = self._desk.backlog.failed
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for lane in self._lanes.values():  # those without a task, or whose task never began
            lane.abandon()
        self._lanes.clear()
        self._tasks.clear()
        return self._desk.backlog.failed - failed

    def _is_full(self, base: Loaded | None, waiting: Waiting) -> bool:
        backlog, settings = self._desk.backlog, self._desk.settings
        share = 1.0 if _is_known(base, waiting) else ROOM_FOR_STRANGERS
        beside = FORGETTING_BESIDE if isinstance(waiting.work, Forget) else 0
        return backlog.steps > settings.steps_waiting * share + beside or backlog.bytes > settings.bytes_waiting * share

    def _admits_now(self, visitor: str, waiting: Waiting) -> bool:
        """New visitors are counted when they come, however long they wait."""
        waiting.is_admitted = waiting.confirmed or visitor in self._lanes or self._desk.new_visitors.take()
        return waiting.is_admitted

    def _keep(
        self,
        spool: Spool,
        visitor: str,
        waiting: Waiting,
        doubt: tuple[int, int] | None,
        *,
        is_alone: bool = False,
    ) -> bool:
        """Write down what waits; whether that is going to be done. is_alone: memory does not hold it."""
        if not waiting.message and not isinstance(waiting.work, Alone):
            waiting.message = f"spool:{self._desk.random_bytes(MESSAGE_BYTES).hex()}"
        entry = entry_of(visitor, waiting, doubt)
        if entry is None:
            waiting.is_untold = True
            return False
        kept = spool.keep(entry, partial(self._written, waiting, is_alone), is_alone=is_alone)
        waiting.kept = kept
        return kept is not None

    def _written(self, waiting: Waiting, is_alone: bool, is_written: bool) -> None:
        if is_written and is_alone:
            waiting.leave_on_disk()
        elif not is_written and is_alone:
            self._drop(waiting, Loss.OVERFLOW, Outcome.OVERFLOW)
        elif not is_written and waiting.kept is not None:
            waiting.kept.done()
            waiting.kept = None

    def _drop(self, waiting: Waiting, loss: Loss, outcome: Outcome) -> None:
        self._desk.losses.add(loss)
        waiting.settle(Committed(outcome))

    def _begin(self, visitor: str, base: Loaded | None, waiting: Waiting, courier: Courier) -> None:
        """Queue a step; where nothing waits it is sent at once."""
        lane = self._lanes.get(visitor)
        if lane is not None:
            lane.waiting.append(waiting)
            return
        lane = self._lanes[visitor] = Lane(self._desk, self, visitor, [], Batch([waiting]))
        if base is None or base.visitor != visitor or not lane.begin(base, waiting, courier):
            self.attend(lane, None)

    def _enqueue(self, visitor: str, waiting: list[Waiting]) -> None:
        lane = self._lanes.get(visitor)
        if lane is not None:
            lane.waiting += waiting
            return
        lane = self._lanes[visitor] = Lane(self._desk, self, visitor, waiting)
        self.attend(lane, None)


def _is_known(base: Loaded | None, waiting: Waiting) -> bool:
    """Whether this is of somebody whose cookie had come back before; nothing was loaded: whether it comes back now."""
    return waiting.confirmed if base is None else base.confirmed
