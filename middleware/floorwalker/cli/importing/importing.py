"""Importing: a file is read whole, laid out by person, then told to the store; some people at a time."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from floorwalker.cli.importing.columns import check_header
from floorwalker.cli.importing.file import Line, RowFile
from floorwalker.cli.importing.rows import Row, RowReader, Wrong, order_of
from floorwalker.cli.importing.spool import Spool
from floorwalker.cli.importing.works import Doing, Work, works_of
from floorwalker.cli.walks.visitor_walk import Counter, NobodyThere, person_by_email
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Committed, Outcome

PEOPLE_AT_ONCE: Final = 48
ROWS_AT_ONCE: Final = 128  # of one person: as many steps as one commit takes
PATIENCE_S: Final = 30.0
_ERASED: Final = "this visitor was erased"
_AGAIN: Final = "run the import again: what stands counts once"
_STANDS: Final = frozenset((Outcome.STORED, Outcome.KNOWN, Outcome.DEFERRED))


class Imported(Struct):
    """What became of a file. told: works by kind that changed something; known: those that were there already."""

    people: int = 0
    told: Tally[str] = field(default_factory=Tally)
    known: Tally[str] = field(default_factory=Tally)


def read_all(file: RowFile, spool: Spool, counter: Counter, *, keeps_raw: bool, seen: Callable[[int], None]) -> None:
    """Every line of the file, kept or rejected. seen: hears how many bytes are read."""
    if file.is_csv:
        check_header(file.columns)
    reader = RowReader(now=counter.now, zone=ZoneInfo(counter.corridor.ruleset.site.timezone))
    for line in file.lines():
        if keeps_raw:
            spool.keep_raw(line.number, line.raw)
        _read_one(line, reader, spool)
        if line.number % 1000 == 0:
            seen(file.position())


def _read_one(line: Line, reader: RowReader, spool: Spool) -> None:
    if line.why:
        spool.unread += 1
        spool.reject(line.number, line.why)
        return
    try:
        spool.keep(reader.read(line.number, line.fields))
    except Wrong as wrong:
        spool.unread += 1
        spool.reject(line.number, str(wrong), order=_order_named(line))


def _order_named(line: Line) -> str:
    """The order to which a wrong row belongs, which cannot be told in part."""
    try:
        return order_of(line.fields) if "event" not in line.fields else ""
    except Wrong:
        return ""


class Importing:
    """One file's way into the store. told: hears how many rows are dealt with."""

    def __init__(
        self, counter: Counter, spool: Spool, *, dry_run: bool = False, told: Callable[[int], None] = lambda _: None
    ) -> None:
        self._counter = counter
        self._spool = spool
        self._dry_run = dry_run
        self._told = told
        self.imported = Imported()

    async def run(self) -> Imported:
        """Tell it all. Raises StoreError; what stands by then stands, and a repetition goes on from there."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            for (who, name), rows in groupby(self._spool.rows(), key=attrgetter("who", "name")):
                self.imported.people += 1
                before: asyncio.Task[None] | None = None
                for some in _parts(rows):
                    if before is not None:
                        await before  # one person's rows are told in their order
                    before = asyncio.create_task(self._tell(who, name, some))
                    under_way.add(before)
                    under_way = await _room(under_way, PEOPLE_AT_ONCE)
            await _room(under_way, 1)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        return self.imported

    async def _tell(self, who: str, name: str, rows: Sequence[Row]) -> None:
        """Some rows of one person."""
        try:
            visitor = await self._visitor(who, name)
        except NobodyThere as nobody:
            self._reject([row.line for row in rows], str(nobody))
        else:
            works = list(self._works(rows, visitor))
            if self._dry_run:
                self.imported.told.update(work.kind for work in works)
            else:
                await self._commit(works, visitor)
        self._told(len(rows))

    async def _visitor(self, who: str, name: str) -> str:
        """Whose rows these are. Raises NobodyThere; a user of the site may be somebody new."""
        store = self._counter.store
        if who == "user":
            return await store.person(name)
        if who == "email":
            return (await person_by_email(store, name)).visitor
        loaded = await store.load(name)
        if loaded.profile is None:
            raise NobodyThere("nobody has this visitor's id" if not loaded.erased else _ERASED)
        return loaded.visitor

    def _works(self, rows: Sequence[Row], visitor: str) -> Iterator[Work]:
        fitting = [row for row in rows if not self._is_spoilt(row)]
        for work in works_of(fitting, visitor, now=self._counter.now):
            match work:
                case Work():
                    yield work
                case (lines, why):
                    self._reject(lines, why)

    def _is_spoilt(self, row: Row) -> bool:
        """Whether the row's order cannot be told whole; then that is noted."""
        if not row.order or row.event:
            return False
        seen = self._spool.order(row.order)
        if seen.wrong:
            self._reject([row.line], f"line {seen.wrong} of the same order cannot be taken")
        elif seen.whose != f"{row.who} {row.name}":
            self._reject([row.line], f"this order is somebody else's in line {seen.first}")
        else:
            return False
        return True

    async def _commit(self, works: Sequence[Work], visitor: str) -> None:
        store, corridor, now = self._counter.store, self._counter.corridor, self._counter.now
        doings = [Doing(work, visitor, corridor, now=now) for work in works]
        futures = [
            store.submit(visitor, None, doing, message=work.message.id)
            for doing, work in zip(doings, works, strict=True)
        ]
        for work, doing, outcome in zip(works, doings, await self._settled(futures), strict=True):
            if outcome is Outcome.ERASED:
                self._reject(work.lines, _ERASED)
            elif outcome not in _STANDS:
                raise StoreUnavailable(f"the store did not take all of it ({outcome}); {_AGAIN}")
            elif outcome is Outcome.KNOWN or not doing.changed:
                self.imported.known[work.kind] += 1
            else:
                self.imported.told[work.kind] += 1

    async def _settled(self, futures: Sequence[asyncio.Future[Committed]]) -> list[Outcome]:
        """What became of each. Raises StoreUnavailable where the store stays away."""
        pending: set[asyncio.Future[Committed]] = set(futures)
        while pending:
            _, pending = await asyncio.wait(pending, timeout=PATIENCE_S)
            if pending and self._counter.store.health().away:
                raise StoreUnavailable(f"the store went away; {_AGAIN}")
        return [future.result().outcome for future in futures]

    def _reject(self, lines: Sequence[int], why: str) -> None:
        for line in lines:
            self._spool.reject(line, why)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Some rows at a time; those of one order stay together."""
    part: list[Row] = []
    for row in rows:
        if len(part) >= ROWS_AT_ONCE and not (row.order and row.order == part[-1].order):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


async def _room(under_way: set[asyncio.Task[None]], places: int) -> set[asyncio.Task[None]]:
    """Those that are not done, once they are fewer than these places. Raises what one of them did."""
    while len(under_way) >= places:
        done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    return under_way
