"""The lookout: visitors are judged again when time alone may have changed which watched segments they are in."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from floorwalker.core.advance import Corridor
from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import FloorwalkerError, StoreError, StoreUnavailable
from floorwalker.store import Loaded, Outcome, Store

logger = logging.getLogger(__name__)

DUE_AT_ONCE = 200
POSTPONED_S = 3600.0

WATCHED = "watched"  # the note that says under which watched segments everybody was judged


class Gone(FloorwalkerError):
    """Between its load and its commit a record expired; nothing is to be made of it."""


class Lookout:
    """Looks at who is due, and, once the watched segments are others, at everybody: what is new tells nothing then.

    corridor: of the rules in force. Any number of lookouts may share a store: a change is told once.
    """

    def __init__(self, store: Store, corridor: Callable[[], Corridor], *, clock: Callable[[], float]) -> None:
        self._store = store
        self._corridor = corridor
        self._clock = clock
        self._begun_with: str | None = None

    async def round(self) -> int:
        """Look at some who are due; how many those were. Raises StoreError."""
        await self._begin()
        now = self._clock()
        visitors = await self._store.due(now, DUE_AT_ONCE)
        await asyncio.gather(*(self._look_at(visitor, now) for visitor in visitors))
        return len(visitors)

    async def _look_at(self, visitor: str, now: float) -> None:
        relaying = await self._store.relaying()
        try:
            loaded = await self._store.load(visitor)
            if loaded.profile is None or loaded.visitor != visitor:
                await relaying.forget_due(visitor, loaded)
            elif not await self._judged(loaded, now):
                await relaying.postpone_due(visitor, now + POSTPONED_S)
        except StoreUnavailable:
            raise
        except (StoreError, Gone) as failure:  # such as a record of a newer release
            logger.warning("a visitor who is due cannot be judged now: %s", failure)
            await relaying.postpone_due(visitor, now + POSTPONED_S)

    async def _judged(self, loaded: Loaded, now: float) -> bool:
        corridor = self._corridor()

        def step(base: Profile | None) -> tuple[Profile, Effects]:
            if base is None:
                raise Gone("The record expired meanwhile.")
            return corridor.looked_again(base, now)

        committed = await self._store.commit(loaded.visitor, loaded, step, confirmed=False, keeps_life=True)
        return committed.outcome in (Outcome.STORED, Outcome.ERASED)

    async def _begin(self) -> None:
        """Where the watched segments are others than those that relays began with, everybody is judged once, so that
        time tells of them, too."""
        corridor = self._corridor()
        if corridor.watched == self._begun_with:
            return
        relaying = await self._store.relaying()
        if corridor.watched and (await relaying.notes()).get(WATCHED, "") != corridor.watched:
            await self._judge_everybody(corridor)
        if self._corridor().watched == corridor.watched:
            await relaying.note(WATCHED, corridor.watched)
            self._begun_with = corridor.watched

    async def _judge_everybody(self, corridor: Corridor) -> None:
        some: list[Loaded] = []
        count = 0
        async for loaded in self._store.profiles():
            if loaded.profile is not None and not corridor.has_judged(loaded.profile):
                some.append(loaded)
            if len(some) >= DUE_AT_ONCE:
                count += await self._judge(some)
                some = []
        count += await self._judge(some)
        logger.info("other segments are watched now: %d visitors were judged, and nobody is told", count)

    async def _judge(self, some: Sequence[Loaded]) -> int:
        now = self._clock()
        failed = await asyncio.gather(*(self._judged(one, now) for one in some), return_exceptions=True)
        for failure in failed:
            if isinstance(failure, BaseException) and not isinstance(failure, Gone):
                raise failure
        return len(some)
