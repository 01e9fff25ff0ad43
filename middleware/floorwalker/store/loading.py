"""A record on its way."""

import asyncio
from collections.abc import Callable

from floorwalker.errors import RecordTooNew
from floorwalker.store.commits.desk import as_bytes
from floorwalker.store.link.replies import Reply
from floorwalker.store.records.found import Found, Loaded, TooNew


class Loading:
    """One visitor's record, asked for. `arrived` may be waited for; whoever waits no longer gives it up.

    It is decoded when it is read: a profile that nobody looks at yet would only be work for the garbage collector.
    """

    __slots__ = ("_read", "arrived", "visitor")

    def __init__(
        self,
        visitor: str,
        arrived: asyncio.Future[Reply] | asyncio.Future[Loaded],
        read: Callable[[str, bytes | None], Found],
    ) -> None:
        """read: what lies under a visitor's key, from what the store answered."""
        self.visitor = visitor
        self._read = read
        self.arrived = arrived

    def read(self) -> Loaded:
        """What arrived; it may point to another visitor. Raises as `Store.load` does."""
        found = self.arrived.result()
        return found if isinstance(found, Loaded) else readable(self._read(self.visitor, as_bytes(found)))

    def give_up(self) -> None:
        """Nobody will read it, or not again."""
        if not self.arrived.done():
            self.arrived.cancel()
        elif not self.arrived.cancelled():
            self.arrived.exception()


def readable(found: Loaded | TooNew) -> Loaded:
    """What this release can read. Raises RecordTooNew."""
    if isinstance(found, TooNew):
        raise RecordTooNew("A newer release wrote this visitor's record.")
    return found
