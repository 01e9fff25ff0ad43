"""What the whole population seeks: counted by each worker, added up in the store, put in force as priors."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

from msgspec import json

from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.core.priors import Priors, smoothed
from floorwalker.errors import FloorwalkerError, StoreUnavailable
from floorwalker.store import Committed, Outcome, Store

logger = logging.getLogger(__name__)

EVERY_S = 30.0
DAYS = 28
_SETTLED_DAYS = 2  # before these nothing is added any more
_TOPICS_WAITING = 1000
_END_S = 0.5
_STORED: Final = Outcome.STORED  # an enum's attributes cost more than a name

Commit = asyncio.Future[Committed]


class Population:
    """Counts what was seen, adds it to the store's counters about every 30 seconds, and reads those of all workers.

    Off any page's path; what could not be added for sure is not added again, since shares want no exactness. A store
    that is away leaves the priors as they are. Belongs to the event loop it is started in.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float], random: Callable[[int], bytes]) -> None:
        """clock: seconds since 1970. random: so many random bytes, so that workers do not all come at once."""
        self._store = store
        self._clock = clock
        self._random = random
        self._seen: Counter[str] = Counter()
        self._days: dict[str, dict[str, int]] = {}
        self._version: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._said = False

    def count(self, topics: Iterable[str], commit: Commit) -> None:
        """A page of these topics was seen; it counts once its commit stands."""
        commit.add_done_callback(partial(self._committed, topics))

    def start(self, publisher: Publisher) -> None:
        """Refresh now and from time to time, as long as the running event loop lives."""
        if self._task is None:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._keep_fresh(publisher), name="floorwalker: know the population")

    async def close(self) -> None:
        """Refresh no more; what was counted is added while the store is there, for a moment at most."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._seen and not self._store.health().away:
            try:
                async with asyncio.timeout(_END_S):
                    await self.add()
            except (FloorwalkerError, TimeoutError) as failure:
                logger.warning("what the last visitors sought is not counted: %s", failure)

    async def refresh(self, publisher: Publisher) -> None:
        """Add what was counted, and put in force what all workers counted. Raises what the store raises."""
        await self.add()
        counts = await self._last_days()
        table = await self._store.population.lifecycle() or LifecycleTable()
        priors = priors_of(counts, publisher.rulebook.corridor.named_topics, table)
        if priors.version != self._version:
            publisher.take_priors(priors)
            self._version = priors.version

    async def add(self) -> None:
        """Add what was counted here. Raises StoreUnavailable."""
        seen, self._seen = self._seen, Counter()
        await self._store.population.add_topics(self._day(0), seen)

    async def _keep_fresh(self, publisher: Publisher) -> None:
        while True:
            try:
                if not self._store.health().away:
                    await self.refresh(publisher)
                    self._said = False
            except StoreUnavailable:
                pass  # whoever loads visitors says so
            except FloorwalkerError as failure:
                if not self._said:
                    logger.warning("what the population seeks stays as it was: %s", failure)
                self._said = True
            await asyncio.sleep(EVERY_S * (0.5 + self._random(1)[0] / 255))

    def _committed(self, topics: Iterable[str], commit: Commit) -> None:
        if commit.cancelled() or commit.exception() is not None or commit.result().outcome is not _STORED:
            return
        for topic in topics:
            if topic in self._seen or len(self._seen) < _TOPICS_WAITING:
                self._seen[topic] += 1

    async def _last_days(self) -> Mapping[str, int]:
        """How often each topic was seen in the last 28 days; those that cannot change any more are read once."""
        days = [self._day(ago) for ago in range(DAYS)]
        asked = [day for number, day in enumerate(days) if number < _SETTLED_DAYS or day not in self._days]
        found = await self._store.population.topics(asked)
        self._days = {day: found[day] if day in found else self._days[day] for day in days}
        whole: Counter[str] = Counter()
        for counts in self._days.values():
            whole.update(counts)
        return whole

    def _day(self, ago: int) -> str:
        return _day(self._clock(), ago)


async def read_priors(store: Store, named: frozenset[str], *, now: float) -> Priors:
    """What a store knows of the population now, as its workers decide by it. Raises what the store raises."""
    days = await store.population.topics([_day(now, ago) for ago in range(DAYS)])
    whole: Counter[str] = Counter()
    for counts in days.values():
        whole.update(counts)
    return priors_of(whole, named, await store.population.lifecycle() or LifecycleTable())


def priors_of(counts: Mapping[str, int], named: frozenset[str], table: LifecycleTable) -> Priors:
    """The priors of these counts; the same ones have the same version. named: topics that the rules name."""
    topics = smoothed(counts, named)
    told = json.encode([{topic: round(share, 4) for topic, share in topics.items()}, table], order="sorted")
    return Priors(sha256(told).hexdigest()[:12], topics, table)


def _day(now: float, ago: int) -> str:
    return (datetime.fromtimestamp(now, UTC) - timedelta(days=ago)).date().isoformat()
