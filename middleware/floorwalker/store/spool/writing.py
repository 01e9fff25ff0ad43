"""The thread that alone touches the spool's files, so that no disk ever holds up a page."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from floorwalker.store.spool.frames import Damage, Frame, Seal, TooNew, Unreadable, entry_in, frames_in, void_frame
from floorwalker.store.spool.segment import SUFFIX, Segment, bytes_in, segments_in
from floorwalker.store.spool.shelf import Piece, Shelf

Result = TypeVar("Result")
Wrote = Callable[[OSError | None, int], None]


class Writing:
    """One thread, begun when it is first needed; what it is told to do, it does in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread: ThreadPoolExecutor | None = None

    def begin(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Let the thread do something."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="floorwalker-spool")
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """What was begun is still done."""
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    def write(self, pieces: list[Piece], wrote: Wrote) -> None:
        """Write frames, and say so; then wait until the disk has them, which a power cut alone would ask for."""
        failure: OSError | None = None
        touched: list[Segment] = []
        try:
            for shelf, group in groupby(pieces, lambda piece: piece.shelf):
                if not shelf.is_retired:
                    touched.append(self._append(shelf, b"".join([piece.frame for piece in group])))
        except OSError as error:
            failure = error
        wrote(failure, self.bytes())
        for segment in touched:
            with suppress(OSError):
                segment.sync()

    def adopt(self, marks: frozenset[str], passed_by: frozenset[str]) -> tuple[list[Shelf], bool, OSError | None]:
        """The files of processes that have ended, the oldest first; whether there are others' too, whose names bear
        none of these marks; and what could not be opened."""
        failure: OSError | None = None
        shelves, others = [], False
        for path in segments_in(self._folder):
            if path.name in passed_by:
                continue
            if marks.isdisjoint(path.name.split(".")):
                others = True
                continue
            try:
                segment = Segment.adopt(path)
            except OSError as error:
                failure = error
                continue
            if segment is not None:
                shelves.append(Shelf(path.name.removesuffix(SUFFIX), is_alone=True, segment=segment))
        return shelves, others, failure

    def read(self, shelf: Shelf) -> list[Frame | Damage]:
        """What lies in a file."""
        if shelf.segment is None:
            return []
        shelf.written_at = shelf.segment.written_at
        return list(frames_in(shelf.segment.read()))

    def scrub(self, shelves: Iterable[Shelf], visitors: frozenset[str], seal: Seal | None) -> int:
        """Take the entries of these visitors out of files; how many."""
        taken = 0
        for shelf in shelves:
            if shelf.segment is None or shelf.is_retired:
                continue
            frames = [one for one in frames_in(shelf.segment.read()) if isinstance(one, Frame)]
            places = [(one.offset, void_frame(one.size)) for one in frames if _is_of(one, visitors, seal)]
            if places:
                shelf.segment.overwrite(places)
            taken += len(places)
        return taken

    def remove(self, shelf: Shelf) -> int:
        """Delete a file; how much lies in the folder then."""
        segment, shelf.segment = shelf.segment, None
        if segment is not None:
            segment.remove()
        return self.bytes()

    def release(self, shelf: Shelf) -> None:
        """Let go of a file that others are to find."""
        segment, shelf.segment = shelf.segment, None
        if segment is not None:
            with suppress(OSError):
                segment.sync()
            segment.release()

    def _append(self, shelf: Shelf, content: bytes) -> Segment:
        segment = shelf.segment
        if segment is not None and segment.is_gone:  # its folder was emptied: what was in it is written anew
            content = segment.read() + content
            segment.release()
            segment = None
        if segment is None:
            segment = shelf.segment = Segment.create(self._folder, shelf.name)
        segment.append(content)
        return segment

    def bytes(self) -> int:
        """How much lies in the folder."""
        try:
            return bytes_in(segments_in(self._folder))
        except OSError:
            return 0


def _is_of(frame: Frame, visitors: frozenset[str], seal: Seal | None) -> bool:
    try:
        entry = entry_in(frame, seal)
    except (TooNew, Unreadable):
        return False
    return entry is not None and entry.visitor in visitors
