"""The lanes of one worker: one per visitor for whom something waits."""

import asyncio

from floorwalker.store.commits.attempt import Commit, Committed, Outcome
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.lane import Lane
from floorwalker.store.commits.waiting import Forget, Waiting
from floorwalker.store.losses import Loss
from floorwalker.store.records.found import Loaded

FORGETTING_BESIDE = 1000  # so many wishes to be forgotten find room where steps find none any more


class Lanes:
    """Opens a lane when a first step comes, and closes it when the last one is settled."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lanes: dict[str, Lane] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._drained: asyncio.Future[None] | None = None

    def submit(self, visitor: str, base: Loaded | None, waiting: Waiting) -> None:
        """Queue a step; drop and count it where too many wait already."""
        most = self._desk.settings.steps_waiting + (FORGETTING_BESIDE if isinstance(waiting.work, Forget) else 0)
        if self._desk.backlog.steps > most:
            self._desk.losses.add(Loss.OVERFLOW)
            waiting.settle(Committed(Outcome.OVERFLOW))
            return
        self._enqueue(visitor, base, [waiting])

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

    async def drain(self, timeout_s: float) -> None:
        """Wait until nothing waits, or for so long."""
        if self._lanes:
            self._drained = self._drained or self._desk.loop.create_future()
            await asyncio.wait([self._drained], timeout=timeout_s)

    async def close(self) -> None:
        """Fail whatever waits."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for lane in self._lanes.values():  # those without a task, or whose task never began
            lane.abandon()
        self._lanes.clear()
        self._tasks.clear()

    def _enqueue(self, visitor: str, base: Loaded | None, waiting: list[Waiting]) -> None:
        lane = self._lanes.get(visitor)
        if lane is not None:
            lane.waiting += waiting
            return
        lane = Lane(self._desk, visitor, base, reroute=self._reroute, attend=self._attend, ended=self._ended)
        self._lanes[visitor] = lane
        lane.waiting += waiting
        if not lane.begin():
            self._attend(lane, None)

    def _attend(self, lane: Lane, in_doubt: Commit | None) -> None:
        self._tasks[lane.visitor] = self._desk.loop.create_task(lane.run(in_doubt))

    def _reroute(self, target: str, waiting: list[Waiting]) -> None:
        self._enqueue(target, None, waiting)

    def _ended(self, visitor: str) -> None:
        del self._lanes[visitor]
        self._tasks.pop(visitor, None)
        if not self._lanes and self._drained is not None:
            self._drained.set_result(None)
            self._drained = None
