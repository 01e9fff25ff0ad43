"""Events out of the streams, day by day, each once: what an earlier run has written is not written again."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from msgspec import Struct

from floorwalker.export.folder import EventFolder
from floorwalker.export.rows import event_rows, stored_at
from floorwalker.store.onward import Onward, Page, before

ROWS_OF_A_BATCH: Final = 1_000_000
PARTITIONS_AT_ONCE: Final = 4
_DAY: Final = timedelta(days=1)


class Exported(Struct):
    """What a run wrote. unreadable: entries of a newer release, or damaged ones, which are in no file."""

    rows: int = 0
    days: int = 0
    files: int = 0
    unreadable: int = 0


class EventExport:
    """One run. It reads what was stored before it began, some thousand entries in memory at a time.

    By day, since a file is about one: so one is open at a time, and its row groups are large. pause_s: after every some
    thousand entries, for the server to see to others. told: hears how many rows there are.
    """

    def __init__(
        self,
        onward: Onward,
        folder: EventFolder,
        *,
        now: datetime,
        pause_s: float = 0.005,
        told: Callable[[int], None] = lambda _: None,
        rows_of_a_batch: int = ROWS_OF_A_BATCH,
    ) -> None:
        self._onward, self._folder, self._now = onward, folder, now
        self._pause_s, self._told, self._rows_of_a_batch = pause_s, told, rows_of_a_batch
        self._last: dict[int, str] = {}
        self._in_batch = 0
        self.exported = Exported()

    async def run(self, since: datetime | None = None) -> Exported:
        """Write all that is new. since: nothing that was stored earlier. Raises StoreUnavailable, OSError."""
        with self._folder.held(self._onward.mark):
            self._last = dict(self._folder.cursor.last)
            firsts = await self._onward.firsts(self._begins(since))
            for day in _days([stored_at(one) for one in firsts.values()], self._now):
                ends = datetime.combine(day + _DAY, time(), UTC)
                await self._day([one for one, first in firsts.items() if stored_at(first) < ends], ends, since)
            self.exported.files = self._folder.files
        return self.exported

    def _begins(self, since: datetime | None) -> dict[int, str]:
        """Behind which entry each partition is read."""
        if since is None:
            return self._last
        earliest = before(since)
        return {one: max(self._last.get(one, ""), earliest, key=_order) for one in range(self._onward.keys.partitions)}

    async def _day(self, partitions: list[int], ends: datetime, since: datetime | None) -> None:
        until = min(before(ends), _latest(self._now), key=_order)
        begins, rows_before = self._begins(since), self.exported.rows
        for first in range(0, len(partitions), PARTITIONS_AT_ONCE):
            some = partitions[first : first + PARTITIONS_AT_ONCE]
            await asyncio.gather(*(self._partition(one, begins.get(one, ""), until) for one in some))
            await asyncio.sleep(self._pause_s)
        self._commit()
        self.exported.days += self.exported.rows > rows_before

    async def _partition(self, partition: int, after: str, until: str) -> None:
        async for page in self._onward.pages(partition, after=after, until=until):
            self._write(partition, page)
            if self._in_batch >= self._rows_of_a_batch:
                self._commit()

    def _write(self, partition: int, page: Page) -> None:
        """A page is written, and noted as read, in one go: a commit falls between two."""
        rows = event_rows(partition, page)
        for day, some in groupby(rows, key=lambda row: row.stored_at.date()):
            self._folder.write(day, list(some))
        self._last[partition] = page.last
        self._in_batch += len(rows)
        self.exported.rows += len(rows)
        self.exported.unreadable += page.unreadable
        self._told(self.exported.rows)

    def _commit(self) -> None:
        self._folder.commit(self._last)
        self._in_batch = 0


def _days(moments: Iterable[datetime], now: datetime) -> Iterable[date]:
    """From the first of them to now."""
    first = min(moments, default=None)
    if first is None:
        return []
    return [first.date() + _DAY * number for number in range((now.date() - first.date()).days + 1)]


def _latest(now: datetime) -> str:
    return str(int(now.timestamp() * 1000))


def _order(entry: str) -> tuple[int, int]:
    """By what ids of a stream are compared; none is before all."""
    begin, _, end = entry.partition("-")
    return int(begin or -1), int(end) if end else 1 << 64
