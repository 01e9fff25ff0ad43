"""What the event loop knows of one file of the spool: how much of it is still wanted."""

from collections import Counter
from collections.abc import Callable

from floorwalker.store.spool.segment import Segment

Told = Callable[[bool], None]


class Shelf:
    """One file. is_alone: what lies in it lies nowhere else, so that it is read again once the store is back.

    live: entries that are not settled. visitors: who waits in it, where we wrote it as one that is alone. segment: the
    open file, made and changed by the spool's thread alone. written_at: when that was last written to, as it was read,
    in seconds since 1970.
    """

    __slots__ = ("is_alone", "is_retired", "is_sealed", "live", "name", "segment", "size", "visitors", "written_at")

    def __init__(self, name: str, *, is_alone: bool, segment: Segment | None = None) -> None:
        self.name = name
        self.is_alone = is_alone
        self.segment = segment
        self.visitors: Counter[str] = Counter()
        self.size = 0
        self.written_at = 0.0
        self.live = 0
        self.is_sealed = False
        self.is_retired = False

    def leave(self, visitor: str) -> None:
        """One of this visitor's entries is settled."""
        self.live -= 1
        if visitor in self.visitors:
            self.visitors[visitor] -= 1
            if not self.visitors[visitor]:
                del self.visitors[visitor]


class Kept:
    """An entry's place on disk, until it is settled. The file goes with the last of them."""

    __slots__ = ("_done", "_is_done")

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done
        self._is_done = False

    def done(self) -> None:
        """It is committed, or was dropped: nobody need read it again."""
        if not self._is_done:
            self._is_done = True
            self._done()


class Piece:
    """A frame on its way to a file. told: hears whether it got there."""

    __slots__ = ("frame", "shelf", "told")

    def __init__(self, shelf: Shelf, frame: bytes, told: Told) -> None:
        self.shelf = shelf
        self.frame = frame
        self.told = told
