"""The spool: a folder in which steps wait beside memory, or in its place, while the store is away.

Files belong to one process each, told by a lock; those of a process that has ended are taken over by any other. What
is kept is written in the next turn of the spool's thread, all that came meanwhile at once.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial
from math import inf
from pathlib import Path

from floorwalker.store.spool.frames import Damage, Entry, Frame, Seal, frame_of
from floorwalker.store.spool.segment import SUFFIX
from floorwalker.store.spool.shelf import Kept, Piece, Shelf, Told
from floorwalker.store.spool.writing import Writing

logger = logging.getLogger(__name__)

SHELF_BYTES = 4 << 20
_SAY_AGAIN_S = 60.0
_TRY_AGAIN_S = 10.0


class Spool:
    """Belongs to the event loop it is first used in. most_bytes: of all files in the folder, about.

    place, keyspace: marks of the store for which steps wait, by its address and by what is fixed in it, which is empty
    while that is not known. Files that bear neither are another store's. clock: seconds since 1970. random_bytes: for
    names. seal: what hides the entries; None leaves them as they are.
    """

    def __init__(
        self,
        folder: Path,
        *,
        place: str,
        most_bytes: int,
        clock: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        seal: Seal | None = None,
    ) -> None:
        self.seal = seal
        self.live = 0
        self.lost = 0
        self.keyspace: Callable[[], str] = str
        self._place = place
        self._most_bytes = most_bytes
        self._clock = clock
        self._random_bytes = random_bytes
        self._writing = Writing(folder)
        self._shelves: list[Shelf] = []
        self._passed_by: set[str] = set()
        self._pending: list[Piece] = []
        self._writes = False
        self._under_way: asyncio.Future[None] | None = None
        self._written: asyncio.Future[None] | None = None
        self._bytes = 0
        self._broken_until = -inf
        self._say_at: dict[str, float] = {}
        self._said_others = False

    def holds(self, visitor: str) -> bool:
        """Whether something of theirs lies on disk alone, so that what comes later must wait behind it."""
        return any(visitor in shelf.visitors for shelf in self._shelves)

    def keep(self, entry: Entry, told: Told, *, is_alone: bool = False) -> Kept | None:
        """Write an entry down; None where there is no room, or no disk. told: hears, later, whether that was done.

        is_alone: it is kept nowhere else; it comes back from `read` then.
        """
        if 0 < self._broken_until - self._clock() <= _TRY_AGAIN_S:  # more, where the clock stepped back
            return None
        frame = frame_of(entry, self.seal)
        if self._bytes + len(frame) > self._most_bytes:
            self._note("the spool is full; what waits is in memory alone")
            return None
        shelf = self._open_shelf(is_alone=is_alone)
        shelf.size += len(frame)
        self._bytes += len(frame)
        if is_alone:
            shelf.visitors[entry.visitor] += 1
        self._pending.append(Piece(shelf, frame, told))
        self._write_soon()
        return self.kept(shelf, entry)

    def kept(self, shelf: Shelf, entry: Entry) -> Kept:
        """One more entry of this file that is to be settled."""
        shelf.live += 1
        self.live += 1
        return Kept(partial(self._settled, shelf, entry.visitor))

    def written(self) -> asyncio.Future[None]:
        """Done once all that was kept so far is written; a process may die then."""
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
            if not self._pending and not self._writes:
                self._written.set_result(None)
        written = self._written
        if written.done():
            self._written = None
        return written

    async def flush(self) -> None:
        """Wait until all is written, and the disk has it."""
        while self._pending or self._under_way is not None:
            self._write_now()
            if self._under_way is not None:
                await asyncio.wait([self._under_way])

    def alone(self) -> list[Shelf]:
        """The files that are to be read again, the oldest first; nothing more is written to them."""
        found = [shelf for shelf in self._shelves if shelf.is_alone and not shelf.is_sealed]
        for shelf in found:
            shelf.is_sealed = True
        return found

    async def adopt(self) -> list[Shelf]:
        """The files of processes that have ended, the oldest first; they are ours now."""
        try:
            look = partial(self._writing.adopt, self._marks(), frozenset(self._passed_by))
            shelves, others, failure = await self._writing.begin(look)
        except OSError as error:
            shelves, others, failure = [], False, error
        if others and not self._said_others:
            self._said_others = True
            logger.warning("files of another store lie in the spool, and are left to those who use it")
        if failure is not None:
            self._note(f"the spool cannot be read: {failure.strerror}")
        for shelf in shelves:
            shelf.is_sealed = True
        self._shelves += shelves
        self._writing.begin(self._writing.bytes).add_done_callback(self._measured)
        return shelves

    async def read(self, shelf: Shelf) -> list[Frame | Damage]:
        """What lies in a file, each entry of which is to be settled anew. Raises OSError."""
        await self.flush()
        self.live -= shelf.live
        shelf.live = 0
        return await self._writing.begin(partial(self._writing.read, shelf))

    def finish(self, shelf: Shelf) -> asyncio.Future[int]:
        """Everything in a file is settled: it goes; done when it is gone."""
        self._shelves.remove(shelf)
        self.live -= shelf.live
        shelf.is_retired, shelf.live = True, 0
        removed = self._writing.begin(partial(self._writing.remove, shelf))
        removed.add_done_callback(self._measured)
        return removed

    async def pass_by(self, shelf: Shelf) -> None:
        """Leave a file to whoever can read it."""
        self._shelves.remove(shelf)
        self._passed_by.add(f"{shelf.name}{SUFFIX}")
        await self._writing.begin(partial(self._writing.release, shelf))

    async def scrub(self, visitors: Collection[str]) -> int:
        """Take what waits of these visitors out of our own files; how many entries. Others' files, and what is read
        again from here, stop at the stone. Raises OSError."""
        if not self._shelves:
            return 0
        await self.flush()
        shelves = tuple(self._shelves)
        return await self._writing.begin(partial(self._writing.scrub, shelves, frozenset(visitors), self.seal))

    async def close(self) -> None:
        """Write what is left, and leave every file to whoever comes next."""
        await self.flush()
        released = [self._writing.begin(partial(self._writing.release, shelf)) for shelf in self._shelves]
        self._shelves.clear()
        if released:
            await asyncio.wait(released)
        self._writing.close()

    def _marks(self) -> frozenset[str]:
        """By which files are known as this store's."""
        return frozenset(filter(None, (self._place, self.keyspace())))

    def _open_shelf(self, *, is_alone: bool) -> Shelf:
        for shelf in reversed(self._shelves):
            if shelf.is_alone is is_alone and not shelf.is_sealed:
                if shelf.size < min(SHELF_BYTES, self._most_bytes // 4):
                    return shelf
                shelf.is_sealed = not is_alone
                break
        marks = ".".join(sorted(self._marks()))
        name = f"{int(self._clock() * 1e6):020d}-{self._random_bytes(6).hex()}.{marks}"
        shelf = Shelf(name, is_alone=is_alone)
        self._shelves.append(shelf)
        return shelf

    def _settled(self, shelf: Shelf, visitor: str) -> None:
        if shelf.is_retired:
            return
        shelf.leave(visitor)
        self.live -= 1
        if not shelf.live and not shelf.is_alone:
            self.finish(shelf)

    def _write_soon(self) -> None:
        if self._under_way is None and len(self._pending) == 1:
            asyncio.get_running_loop().call_soon(self._write_now)

    def _write_now(self) -> None:
        if self._under_way is not None or not self._pending:
            return
        pieces, self._pending = self._pending, []
        self._writes = True
        loop = asyncio.get_running_loop()

        def wrote(failure: OSError | None, in_folder: int) -> None:
            loop.call_soon_threadsafe(self._wrote, pieces, failure, in_folder)

        self._under_way = self._writing.begin(partial(self._writing.write, pieces, wrote))
        self._under_way.add_done_callback(self._synced)

    def _measured(self, done: asyncio.Future[int]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._bytes = done.result() + sum([len(piece.frame) for piece in self._pending])

    def _wrote(self, pieces: list[Piece], failure: OSError | None, in_folder: int) -> None:
        """What was written may be relied on."""
        self._writes = False
        self._bytes = in_folder + sum([len(piece.frame) for piece in self._pending])
        if failure is not None:
            self._broken_until = self._clock() + _TRY_AGAIN_S
            self._note(f"the spool cannot be written; what waits is in memory alone: {failure.strerror}")
            for shelf in {piece.shelf for piece in pieces}:
                shelf.is_sealed = not shelf.is_alone
        for piece in pieces:
            piece.told(failure is None)
        if not self._pending and self._written is not None:
            self._written.set_result(None)
            self._written = None

    def _synced(self, done: asyncio.Future[None]) -> None:
        self._under_way = None
        if not done.cancelled() and done.exception() is not None:
            logger.error("the spool failed", exc_info=done.exception())
            self._writes = False
        self._write_now()

    def _note(self, what: str) -> None:
        """Log it, at most once a minute."""
        kind, now = what.partition(":")[0], self._clock()
        if not 0 < self._say_at.get(kind, -inf) - now <= _SAY_AGAIN_S:
            self._say_at[kind] = now + _SAY_AGAIN_S
            logger.warning("%s", what)
