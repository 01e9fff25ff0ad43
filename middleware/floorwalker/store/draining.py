"""What lies on disk is committed: of this process where it lies nowhere else, and of processes that have ended."""

import asyncio
import logging
from typing import Final

from floorwalker.store.commits.attempt import Committed
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.lanes import Lanes
from floorwalker.store.commits.spooling import waiting_of
from floorwalker.store.losses import Loss
from floorwalker.store.spool.frames import SEALED, Damage, Entry, Frame, TooNew, Unreadable, Work, entry_in
from floorwalker.store.spool.shelf import Shelf
from floorwalker.store.spool.spool import Spool

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 5.0
AT_ONCE: Final = 200


class Draining:
    """Looks for files now and then, and hands their entries to the lanes, in order. Nothing counts twice by it.

    Belongs to the event loop in which it runs.
    """

    def __init__(self, desk: Desk, lanes: Lanes, spool: Spool) -> None:
        self._desk = desk
        self._lanes = lanes
        self._spool = spool
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, as long as the running event loop lives."""
        if self._task is None:
            self._task = self._desk.loop.create_task(self._run(), name="floorwalker: drain the spool")

    def wake(self) -> None:
        """Look now: the store may be back."""
        self._wake.set()

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def drain(self) -> None:
        """One look: everything that nobody holds in memory is committed."""
        resume = self._desk.resume()
        if resume is None:
            return
        for shelf in await self._spool.adopt():
            await self._emptied(shelf, resume)
        while found := self._spool.alone():
            for shelf in found:
                await self._emptied(shelf, resume)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._desk.couriers.away:
                await self._lanes.keep_all()  # a disk that was full may have room again
            if self._desk.couriers.whole_away is None:
                await self._look()
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        try:
            await self.drain()
        except OSError as failure:
            logger.warning("the spool cannot be read: %s", failure.strerror)

    async def _emptied(self, shelf: Shelf, resume: Resume) -> None:
        """Every entry of a file is settled, or the file is left to somebody who can read it."""
        has_more = False
        under_way: set[asyncio.Future[Committed]] = set()
        for found in await self._spool.read(shelf):
            try:
                entry = self._entry(found)
                if entry is not None:
                    under_way.add(self._begun(shelf, entry, resume))
            except TooNew:
                has_more = True
            except Unreadable:
                has_more = has_more or (isinstance(found, Frame) and bool(found.flags & SEALED))
                self._lose(Loss.UNREADABLE)
            if len(under_way) >= AT_ONCE:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        if under_way:
            await asyncio.wait(under_way)
        if has_more and shelf.written_at > self._desk.clock() - self._desk.settings.stone_s:
            logger.warning("steps on disk are left to whoever can read them: %s", shelf.name)
            await self._spool.pass_by(shelf)
            return
        if has_more:
            logger.warning("steps on disk are dropped, since nobody could read them for too long: %s", shelf.name)
        await self._spool.finish(shelf)

    def _entry(self, found: Frame | Damage) -> Entry | None:
        if isinstance(found, Damage):
            self._lose(Loss.UNREADABLE)
            return None
        entry = entry_in(found, self._spool.seal)
        if entry is None or entry.work in (Work.ERASE, Work.FORGET_EVENTS):
            return entry
        if entry.since < self._desk.clock() - self._desk.settings.spool_life_s:
            self._lose(Loss.EXPIRED)
            return None
        return entry

    def _begun(self, shelf: Shelf, entry: Entry, resume: Resume) -> asyncio.Future[Committed]:
        waiting = waiting_of(entry, self._desk.backlog, self._desk.loop.create_future(), resume)
        waiting.kept = self._spool.kept(shelf, entry)
        self._lanes.resubmit(entry.visitor, waiting)
        return waiting.future

    def _lose(self, loss: Loss) -> None:
        self._spool.lost += 1
        self._desk.losses.add(loss)
