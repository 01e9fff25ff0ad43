"""One connection that many callers share: what they send in one turn of the loop goes out in one write.

redis-py dials, authenticates, encrypts, packs and parses; a plain call of it costs several times as much processor time
as a joined one (benchmarks/parts/store_calls.py).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.replies import Reply, Word, refusal

Pack = Callable[[tuple[Word, ...]], bytes]


def packer() -> Pack:
    """What writes a command as the protocol wants it: hiredis where it is installed, at half of the time."""
    try:
        from hiredis import pack_command
    except ImportError:
        return pack
    return cast(Pack, pack_command)


def pack(command: tuple[Word, ...]) -> bytes:
    """A command as the protocol wants it; a third of the time that redis-py's general packing takes."""
    parts = [b"*%d\r\n" % len(command)]
    for word in command:
        raw = word if type(word) is bytes else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


class Link(Protocol):
    """A way to the store. A command once sent is never taken back: a caller may give up, its reply stays its own."""

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        """Send one command. The future raises StoreUnavailable, or StoreError where the server refused it."""

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
        self._unsent: list[tuple[tuple[Word, ...], asyncio.Future[Reply]]] = []
        self._unanswered: deque[tuple[asyncio.Future[Reply], float]] = deque()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: asyncio.Task[None] | None = None
        self._away: StoreUnavailable | None = None
        self._retires = False
        self._redial_at = 0.0

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        # Asking for the running loop is a system call (getpid), and this is the busiest place of all.
        loop = self._loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        if self._away is not None and loop.time() < self._redial_at:
            future.set_exception(StoreUnavailable(str(self._away)))
            return future
        if len(self._unsent) + len(self._unanswered) >= self._commands_in_flight:
            future.set_exception(StoreUnavailable("Too many commands wait for the store."))
            return future
        self._unsent.append((command, future))
        self._wake.set()
        if self._session is None:
            self._session = loop.create_task(self._serve())
        return future

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        if self._session is not None:
            self._session.cancel()
            await asyncio.wait([self._session])
            self._session = None
        self._fail_all(StoreUnavailable("The store was closed."))
        await self._dial.close()

    async def _serve(self) -> None:
        """Connect and talk until nobody has anything left to say to a connection that broke."""
        try:
            while True:
                await self._converse()
                if not self._unsent:
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
        self._away, self._retires = None, False
        failure = StoreUnavailable("The connection to the store was closed.")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(connection))
                group.create_task(self._read(connection))
                group.create_task(self._watch())
        except* RedisError as broken:
            failure = StoreUnavailable(f"The connection to the store broke: {broken.exceptions[0]}")
        except* (StoreUnavailable, OSError) as broken:
            failure = StoreUnavailable(str(broken.exceptions[0]))
        finally:
            self._fail_unanswered(failure)
            await self._dial.drop(connection)

    async def _write(self, connection: AbstractConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            if self._retires:  # what is asked now is for the next connection
                await loop.create_future()
            self._wake.clear()
            batch, self._unsent = self._unsent, []
            expires = loop.time() + self._reply_timeout_s
            self._unanswered.extend((future, expires) for _, future in batch)
            packed = b"".join([self._pack(command) for command, _ in batch])
            try:
                await connection.send_packed_command(packed, check_health=False)
            except RuntimeError as closed:  # what uvloop says of a connection that the server ended
                raise StoreUnavailable(f"The connection to the store broke: {closed}") from closed

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                reply = await connection.read_response(disconnect_on_error=False)
            except ResponseError as error:
                future = self._asked()
                if not future.done():
                    future.set_exception(refusal(error))
                self._retires = self._retires or isinstance(error, ReadOnlyError)
            else:
                future = self._asked()
                if not future.done():
                    future.set_result(reply)
            if self._retires and not self._unanswered:
                raise StoreUnavailable("The server behind this connection takes no writes any more.")

    def _asked(self) -> asyncio.Future[Reply]:
        """Who asked for the reply that came."""
        if not self._unanswered:
            raise StoreUnavailable("The store sent what nobody asked for.")
        return self._unanswered.popleft()[0]

    async def _watch(self) -> None:
        """End the connection when the oldest reply is overdue."""
        loop = asyncio.get_running_loop()
        while True:
            left = self._unanswered[0][1] - loop.time() if self._unanswered else self._reply_timeout_s
            if left <= 0:
                raise StoreUnavailable(f"The store did not answer within {self._reply_timeout_s:g} s.")
            await asyncio.sleep(left)

    def _fail_unanswered(self, failure: StoreUnavailable) -> None:
        while self._unanswered:
            future, _ = self._unanswered.popleft()
            if not future.done():
                future.set_exception(StoreUnavailable(str(failure)))

    def _fail_all(self, failure: StoreUnavailable) -> None:
        self._fail_unanswered(failure)
        unsent, self._unsent = self._unsent, []
        for _, future in unsent:
            if not future.done():
                future.set_exception(StoreUnavailable(str(failure)))
