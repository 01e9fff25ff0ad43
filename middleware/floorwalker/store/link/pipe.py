"""One connection that many callers share: what they send in one turn of the loop goes out in one write.

redis-py dials, authenticates and encrypts; a plain call of it costs several times as much processor time as a joined
one (benchmarks/store_calls.py).
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from redis.asyncio.connection import AbstractConnection

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.link.resp import Packed, packer
from floorwalker.store.link.wire import Asked, Wire


class Link(Protocol):
    """A way to the store. A command once sent is never taken back: a caller may give up, its reply stays its own."""

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        """Send one command. The future raises StoreUnavailable, or StoreError where the server refused it."""

    def send(self, command: Packed) -> asyncio.Future[Reply]:
        """The same of a command that is packed already."""

    async def nodes(self) -> Sequence["Link"]:
        """A way to each server that holds keys, for what asks all of them; they are let go with this link."""

    async def close(self) -> None:
        """Let go; what is under way fails with StoreUnavailable."""


class Dial(Protocol):
    """Makes connections, one at a time."""

    async def connect(self) -> AbstractConnection:
        """A connection that is ready for commands. Raises StoreUnavailable."""

    async def drop(self, connection: AbstractConnection) -> None:
        """Close a connection, whatever state it is in."""

    async def close(self) -> None:
        """Let go of everything."""


class Pipe:
    """A Link over one redis-py connection, made at first use and again after it broke.

    Belongs to the event loop it is first used in. While the store cannot be reached, calls fail at once but for one
    try every `redial_after_s`. At most `commands_in_flight` are unanswered; beyond them a call fails at once. A server
    that became a replica is left for another connection, once it has answered what it was asked.
    """

    def __init__(self, dial: Dial, *, reply_timeout_s: float, commands_in_flight: int, redial_after_s: float) -> None:
        self._dial = dial
        self._reply_timeout_s = reply_timeout_s
        self._commands_in_flight = commands_in_flight
        self._redial_after_s = redial_after_s
        self._pack = packer()
        self._asked = Asked()
        self._unsent, self._askers = self._asked.unsent, self._asked.askers
        self._wire: Wire | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: asyncio.Task[None] | None = None
        self._away: StoreUnavailable | None = None
        self._redial_at = 0.0

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        return self._ask(self._pack(command))

    def send(self, command: Packed) -> asyncio.Future[Reply]:
        return self._ask(command.whole)

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        if self._session is not None:
            self._session.cancel()
            await asyncio.wait([self._session])
            self._session = None
        self._fail_all(StoreUnavailable("The store was closed."))
        await self._dial.close()

    def _ask(self, packed: bytes) -> asyncio.Future[Reply]:
        loop, unsent, askers = self._loop, self._unsent, self._askers
        if loop is None:  # to ask for it is a system call (getpid), and this is the busiest place of all
            self._loop = loop = asyncio.get_running_loop()
        asker: asyncio.Future[Reply] = loop.create_future()
        if self._away is not None and loop.time() < self._redial_at:
            asker.set_exception(StoreUnavailable(str(self._away)))
        elif len(askers) >= self._commands_in_flight:
            asker.set_exception(StoreUnavailable("Too many commands wait for the store."))
        else:
            if not unsent:  # the first of this turn: the others go with it
                loop.call_soon(self._send)
            unsent.append(packed)
            askers.append(asker)
        return asker

    def _send(self) -> None:
        """Send what was asked in this turn; what no connection takes now waits."""
        loop, wire = self._loop, self._wire
        if loop is None or not self._unsent:
            return
        if wire is not None:
            wire.send(loop.time())
        elif self._session is None:
            self._session = loop.create_task(self._serve())

    async def _serve(self) -> None:
        """Connect and talk until nobody has anything left to say to a connection that broke."""
        try:
            while True:
                await self._converse()
                if not self._asked.unsent:
                    return
        except StoreUnavailable as failure:
            self._away = failure
            self._redial_at = asyncio.get_running_loop().time() + self._redial_after_s
            self._fail_all(failure)
        finally:
            self._session = None

    async def _converse(self) -> None:
        """One connection, from its first command until it breaks."""
        connection = await self._dial.connect()
        failure = StoreUnavailable("The connection to the store was closed.")
        self._away = None
        try:
            wire = Wire(connection, self._asked, reply_timeout_s=self._reply_timeout_s, writable=self._send)
            self._wire = wire
            self._send()
            failure = await wire.watch()
        finally:
            self._wire = None
            self._asked.fail(failure, but=len(self._asked.unsent))  # those are for the next connection
            await self._dial.drop(connection)

    def _fail_all(self, failure: StoreUnavailable) -> None:
        self._asked.unsent.clear()
        self._asked.fail(failure)
