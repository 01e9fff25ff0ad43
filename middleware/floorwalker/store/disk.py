"""The disk beside a store: what waits is written down when the store goes away, and read again when it is back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.lanes import Lanes
from floorwalker.store.draining import Draining
from floorwalker.store.records.keyring import Keyring, Purpose
from floorwalker.store.settings import StoreSettings
from floorwalker.store.spool.frames import Seal
from floorwalker.store.spool.spool import Spool

AT_THE_END_S: Final = 5.0
MARK_CHARACTERS: Final = 16
_OWNER: Final = "spool"


def open_spool(
    folder: Path,
    settings: StoreSettings,
    *,
    place: str,
    clock: Callable[[], float],
    random_bytes: Callable[[int], bytes],
    keyring: Keyring,
) -> Spool:
    """A spool in that folder, sealed where there are data keys; nothing is written yet. place: marks the store."""
    return Spool(
        folder,
        place=place,
        most_bytes=settings.spool_bytes,
        clock=clock,
        random_bytes=random_bytes,
        seal=_seal_of(keyring),
    )


class Disk:
    """A store's spool at work."""

    def __init__(self, desk: Desk, lanes: Lanes, spool: Spool) -> None:
        self._desk = desk
        self._lanes = lanes
        self._spool = spool
        self._draining = Draining(desk, lanes, spool)
        self._keeping: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        spool.keyspace = self._keyspace

    def attend(self) -> None:
        """Commit what lies there, now and whenever there is any, as long as the running event loop lives."""
        self._draining.start()

    async def drain(self) -> None:
        """Commit what lies there now."""
        await self._draining.drain()

    def outage_began(self) -> None:
        """Write down what waits in memory."""
        self._keep_all()

    def outage_ended(self) -> None:
        """Look at once for what lies on disk alone."""
        self._draining.wake()

    def written(self, *, is_away: bool) -> asyncio.Future[None]:
        """Done once all that waits is written. is_away: of the store, as is known; then whatever comes is written."""
        keeping = self._keeping if is_away else self._keep_all()
        if keeping is None or keeping.done():
            return self._spool.written()
        return self._desk.loop.create_task(self._kept_and_written(keeping))

    def _keep_all(self) -> asyncio.Task[None]:
        """A round over all that waits; one under way may have passed by what came last, so another follows it."""
        if self._next is None:
            self._next = self._keeping = self._desk.loop.create_task(
                self._round(self._keeping), name="floorwalker: fill the spool"
            )
        return self._next

    async def _round(self, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._next = None
        await self._lanes.keep_all()

    async def _kept_and_written(self, keeping: asyncio.Task[None]) -> None:
        await asyncio.wait([keeping])
        await self._spool.written()

    async def end(self) -> None:
        """Write down whatever waits, within a few seconds; nothing is read any more."""
        await self._draining.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_THE_END_S):
                await self._lanes.keep_all()
                await self._spool.flush()

    def _keyspace(self) -> str:
        """A mark of what was fixed when the keyspace was first used; empty where that is not known yet."""
        keys = self._desk.keyspace.known
        return "" if keys is None else sha256(b"spool " + keys.people).hexdigest()[:MARK_CHARACTERS]


def _seal_of(keyring: Keyring) -> Seal:
    def opened(sealed: bytes) -> bytes:
        plain = keyring.open(sealed, Purpose.SPOOL, _OWNER)
        if plain is None:
            raise ValueError("no data key opens it")
        return plain

    def sealed(plain: bytes) -> bytes:
        return keyring.seal(plain, Purpose.SPOOL, _OWNER)

    return Seal(sealed if keyring.seals else None, opened)
