"""A record on its way."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from floorwalker.errors import RecordTooNew
from floorwalker.store.commits.desk import as_bytes
from floorwalker.store.link.replies import Reply
from floorwalker.store.records.found import Found, Loaded, TooNew


class Loading(Struct, eq=False):
    """One visitor's record, asked for. `arrived` may be waited for; whoever waits no longer gives it up.

    It is decoded when it is read: a profile that nobody looks at yet would only be work for the garbage collector. What
    lies under a visitor's key, from what the store answered, is for `_read` to say.
    """

    visitor: str
    arrived: asyncio.Future[Reply] | asyncio.Future[Loaded]
    _read: Callable[[str, bytes | None], Found]

    def read(self) -> Loaded:
        """What arrived; it may point to another visitor. Raises as `Store.load` does."""
        came = self.arrived.result()
        found = came if isinstance(came, Loaded) else self._read(self.visitor, as_bytes(came))
        return found if isinstance(found, Loaded) else readable(found)

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
