"""What outlasts the process: steps on disk, written down and read again."""

import asyncio
from collections.abc import Collection

from floorwalker.store.commits.desk import Desk
from floorwalker.store.couriers import Couriers
from floorwalker.store.disk import Disk


class Outlasting:
    """The part of `Store` by which steps wait in a spool, where there is one."""

    _desk: Desk
    _disk: Disk | None
    _couriers: Couriers

    @property
    def is_one_server(self) -> bool:
        """Whether the store is no cluster."""
        return self._couriers.is_one

    def server_of(self, visitor: str) -> str:
        """The name of the server that holds what belongs to a visitor; empty where the store is one server."""
        return self._couriers.server_of(self._desk.keyspace.known, visitor)

    def attend_spool(self) -> None:
        """Commit what processes that have ended left in the spool, now and whenever there is any.

        Needs `resume`. For as long as the running event loop lives; without a spool nothing happens.
        """
        if self._disk is not None:
            self._disk.attend()

    async def drain_spool(self) -> None:
        """The same, once: done when all that was found is settled."""
        if self._disk is not None:
            await self._disk.drain()

    async def scrub_spool(self, visitors: Collection[str]) -> int:
        """Take what waits of these visitors out of the files that this process writes; how many entries.

        What other processes wrote stops at the stone. Raises OSError.
        """
        return await self._desk.spool.scrub(visitors) if self._desk.spool is not None else 0

    @property
    def has_spool(self) -> bool:
        return self._disk is not None

    def written(self) -> asyncio.Future[None] | None:
        """Done once all that waits is on disk, for a store that is away or only late; None without a spool."""
        return self._disk.written(is_away=self._couriers.whole_away is not None) if self._disk is not None else None
