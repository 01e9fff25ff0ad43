"""A reader of the streams: hands each event on to whatever takes it, and lets go of the rest."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby

from floorwalker.relay.settings import RelaySettings
from floorwalker.store.relaying.groups import Delivery, Group, order_of
from floorwalker.store.relaying.splits import NotYetError

logger = logging.getLogger(__name__)

Take = Callable[[Delivery], Awaitable[bool]]
"""Takes an event over and is done with it, in one step of the store; whether it was this call that did."""


class Reader:
    """Reads for one group. names: of the events that are taken. from_now: a new group begins with what comes now."""

    def __init__(
        self,
        group: Group,
        take: Take,
        *,
        names: Sequence[str],
        from_now: bool,
        settings: RelaySettings,
        clock: Callable[[], float],
    ) -> None:
        self._group = group
        self._take = take
        self._names = frozenset(names)
        self._from_now = from_now
        self._settings = settings
        self._clock = clock
        self._claim_at = self._gaps_at = float("-inf")
        self._held: dict[int, list[Delivery]] = {}

    async def open(self) -> None:
        """Make the group where it is not yet. Raises StoreError."""
        await self._group.open(from_now=self._from_now)

    async def round(self) -> int:
        """Take what there is, and now and then what a dead relay left; how many events came. Raises StoreError."""
        now = self._clock()
        if now >= self._gaps_at:
            await self._report_gaps()
            self._gaps_at = now + self._settings.gaps_every_s
        came = await self._resumed()
        async for some in self._group.read():
            came += await self._taken(some)
        if now >= self._claim_at:
            async for some in self._group.claim(idle_ms=int(self._settings.claim_after_s * 1000)):
                came += await self._taken(some)
            self._claim_at = now + self._settings.claim_after_s / 2
        return came

    async def leave(self) -> None:
        """The relay ends: what it is not done with stays for another."""
        await self._group.leave()

    async def _taken(self, some: Sequence[Delivery]) -> int:
        """In order within a partition, several partitions at a time."""
        await self._group.done([one for one in some if one.entry.event.name not in self._names])
        wanted = [one for one in some if one.entry.event.name in self._names]
        parts = groupby(sorted(wanted, key=lambda one: one.partition), key=lambda one: one.partition)
        await asyncio.gather(*(self._in_order(number, list(part)) for number, part in parts))
        return len(some)

    async def _resumed(self) -> int:
        """Go on with what had to wait; how much of it waits no more."""
        held, self._held = self._held, {}
        await asyncio.gather(*(self._in_order(number, part) for number, part in held.items()))
        return sum(map(len, held.values())) - sum(len(self._held.get(number, ())) for number in held)

    async def _in_order(self, partition: int, some: Sequence[Delivery]) -> None:
        """What has to wait holds up what follows it. It stays ours until another relay takes it for dead."""
        if partition in self._held:
            self._held[partition] = sorted([*self._held[partition], *some], key=lambda one: order_of(one.entry.id))
            return
        for number, one in enumerate(some):
            try:
                await self._take(one)
            except NotYetError:
                self._held[partition] = list(some[number:])
                return

    async def _report_gaps(self) -> None:
        for gap in await self._group.gaps(self._clock()):
            missed = "some" if gap.missed is None else gap.missed
            logger.error("%s events of partition %d were trimmed before %s read them", missed, gap.partition, gap.group)
