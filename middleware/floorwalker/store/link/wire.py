"""The bytes of one connection: commands go out, and each reply goes to whoever asked for it, in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ReadOnlyError, RedisError

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.replies import Reply, refusal
from floorwalker.store.link.resp import MORE, reader

Asker = asyncio.Future[Reply]


class Wire(asyncio.Protocol):
    """Takes a connection over that redis-py has dialled and authenticated.

    redis-py's own reading costs eight times as much per reply: coroutines, a buffer and a time limit for each.
    """

    def __init__(self, connection: AbstractConnection, *, reply_timeout_s: float, writable: Callable[[], None]) -> None:
        """writable: is called when more may be written again."""
        self.broken: asyncio.Future[StoreUnavailable] = asyncio.get_running_loop().create_future()
        """Why the connection is of no use any more, once it is."""
        self.is_leaving = False
        """Whether nothing more is to be asked, since the server became a replica."""
        self.unanswered: deque[Asker] = deque()
        self._is_full = False
        self._reader = reader()
        self._reply_timeout_s = reply_timeout_s
        self._writable = writable
        self._sent = 0
        self._expiries: deque[tuple[int, float]] = deque()  # of each write: how many were sent with it, and until when
        writer = connection._writer  # no public name leads to the transport
        assert writer is not None  # it is connected
        self._transport: asyncio.WriteTransport = writer.transport
        writer.transport.set_protocol(self)

    @property
    def takes_more(self) -> bool:
        """Whether commands may be sent now."""
        return not (self._is_full or self.is_leaving or self.broken.done())

    def send(self, commands: Sequence[bytes], askers: Sequence[Asker], now: float) -> None:
        """Send packed commands in one write. now: seconds of the loop's clock."""
        self.unanswered.extend(askers)
        self._sent += len(askers)
        self._expiries.append((self._sent, now + self._reply_timeout_s))
        try:
            self._transport.write(b"".join(commands))
        except RuntimeError as closed:  # what uvloop says of a connection that the server ended
            self._break(f"The connection to the store broke: {closed}")

    async def watch(self) -> StoreUnavailable:
        """Wait until the connection breaks, or the oldest reply is overdue; why."""
        clock = asyncio.get_running_loop().time
        while not self.broken.done():
            left = self._expiries[0][1] - clock() if self._expiries else self._reply_timeout_s
            if left <= 0:
                return StoreUnavailable(f"The store did not answer within {self._reply_timeout_s:g} s.")
            await asyncio.wait([self.broken], timeout=left)
        return self.broken.result()

    def data_received(self, data: bytes) -> None:
        if self.broken.done():  # nobody knows any more whose the rest is
            return
        try:
            self._receive(data)
        except RedisError as error:
            self._break(f"The connection to the store broke: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(f"The connection to the store broke: {exc}" if exc else "The connection to the store was closed.")

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._writable()

    def _receive(self, data: bytes) -> None:
        unanswered, read = self.unanswered, self._reader.gets
        self._reader.feed(data)
        while (reply := read()) is not MORE:
            if not unanswered:
                self._break("The store sent what nobody asked for.")
                return
            asker = unanswered.popleft()
            if isinstance(reply, RedisError):
                self._refuse(asker, reply)
            elif not asker.done():
                asker.set_result(reply)
        answered, expiries = self._sent - len(unanswered), self._expiries
        while expiries and expiries[0][0] <= answered:
            expiries.popleft()
        if self.is_leaving and not unanswered:
            self._break("The server behind this connection takes no writes any more.")

    def _refuse(self, asker: Asker, error: RedisError) -> None:
        if not asker.done():
            asker.set_exception(refusal(error))
        self.is_leaving = self.is_leaving or isinstance(error, ReadOnlyError)

    def _break(self, why: str) -> None:
        if not self.broken.done():
            self.broken.set_result(StoreUnavailable(why))
