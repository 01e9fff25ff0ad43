"""The lanes of one worker: one per visitor for whom something waits."""

import asyncio
import logging
from functools import partial

from floorwalker.errors import StoreUnavailable
from floorwalker.store.attempt import Committed, Outcome
from floorwalker.store.desk import Desk
from floorwalker.store.found import Loaded
from floorwalker.store.lane import Lane
from floorwalker.store.losses import Loss
from floorwalker.store.waiting import Waiting

logger = logging.getLogger(__name__)


class Lanes:
    """Opens a lane when a first step comes, and closes it when the last one is settled."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, visitor: str, base: Loaded | None, waiting: Waiting) -> None:
        """Queue a step; drop and count it where too many wait already."""
        if self._desk.backlog.steps > self._desk.settings.steps_waiting:
            self._desk.losses.add(Loss.OVERFLOW)
            waiting.settle(Committed(Outcome.OVERFLOW))
            return
        self._enqueue(visitor, base, [waiting])

    def read(self, visitor: str) -> asyncio.Future[Committed] | None:
        """The record once all that waits now is settled; None where nothing waits."""
        lane = self._lanes.get(visitor)
        if lane is None:
            return None
        reading = Waiting(self._desk.backlog, None, since=self._desk.clock())
        lane.waiting.append(reading)
        return reading.future

    async def drain(self, timeout_s: float) -> None:
        """Wait until nothing waits, or for so long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while self._tasks and (left := deadline - loop.time()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=left)

    async def close(self) -> None:
        """Fail whatever waits."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _enqueue(self, visitor: str, base: Loaded | None, waiting: list[Waiting]) -> None:
        lane = self._lanes.get(visitor)
        if lane is None:
            lane = self._lanes[visitor] = Lane(self._desk, visitor, base, self._reroute)
            task = asyncio.get_running_loop().create_task(lane.run())
            self._tasks.add(task)
            task.add_done_callback(partial(self._ended, visitor, lane))
        lane.waiting += waiting

    def _reroute(self, target: str, waiting: list[Waiting]) -> None:
        self._enqueue(target, None, waiting)

    def _ended(self, visitor: str, lane: Lane, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        del self._lanes[visitor]
        if task.cancelled():
            lane.abandon(StoreUnavailable("The store was closed."))
        elif (failure := task.exception()) is not None:
            logger.error("a visitor's steps could not be committed", exc_info=failure)
            lane.abandon(failure)
        elif lane.waiting:
            left, lane.waiting = lane.waiting, []
            self._enqueue(visitor, None, left)
