"""The bytes of one connection: commands go out, and each reply goes to whoever asked for it, in order."""

import asyncio
from collections import deque
from collections.abc import Callable

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ReadOnlyError, RedisError

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.replies import Reply, refusal
from floorwalker.store.link.resp import MORE, reader


class Asked:
    """What is not answered yet, in order: commands that are not sent, and who asks; the last of them asked those."""

    __slots__ = ("askers", "unsent")

    def __init__(self) -> None:
        self.unsent: list[bytes] = []
        self.askers: deque[asyncio.Future[Reply]] = deque()

    def fail(self, failure: StoreUnavailable, *, but: int = 0) -> None:
        """Tell all who ask, but for so many of the last."""
        while len(self.askers) > but:
            asker = self.askers.popleft()
            if not asker.done():
                asker.set_exception(StoreUnavailable(str(failure)))


class Wire(asyncio.Protocol):
    """Takes a connection over that redis-py has dialled and authenticated.

    redis-py's own reading takes three and a half times as many bytecodes: coroutines and a buffer for each reply.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        asked: Asked,
        *,
        reply_timeout_s: float,
        writable: Callable[[], None],
    ) -> None:
        """asked: nothing of it was sent on any other connection. writable: is called when more may be written again."""
        self.broken: asyncio.Future[StoreUnavailable] = asyncio.get_running_loop().create_future()
        """Why the connection is of no use any more, once it is."""
        self.is_leaving = False
        """Whether nothing more is to be asked, since the server became a replica."""
        self._askers, self._unsent = asked.askers, asked.unsent
        self._is_full = False
        replies = reader()
        self._feed, self._read = replies.feed, replies.gets
        self._reply_timeout_s = reply_timeout_s
        self._writable = writable
        self._sent = 0
        self._expiries: deque[tuple[int, float]] = deque()  # of each write: how many were sent by then, and until when
        writer = connection._writer  # no public name leads to the transport
        assert writer is not None  # it is connected
        self._transport: asyncio.WriteTransport = writer.transport
        writer.transport.set_protocol(self)

    def send(self, now: float) -> None:
        """Send all that is unsent in one write, unless it has to wait. now: seconds of the loop's clock."""
        if self._is_full or self.is_leaving or self.broken.done():
            return
        unsent = self._unsent
        commands = unsent[0] if len(unsent) == 1 else b"".join(unsent)
        self._sent += len(unsent)
        unsent.clear()
        self._expiries.append((self._sent, now + self._reply_timeout_s))
        try:
            self._transport.write(commands)
        except RuntimeError as closed:  # what uvloop says of a connection that the server ended
            self._break(f"The connection to the store broke: {closed}")

    async def watch(self) -> StoreUnavailable:
        """Wait until the connection breaks, or the oldest reply is overdue; why."""
        clock = asyncio.get_running_loop().time
        while not self.broken.done():
            answered = self._sent - (len(self._askers) - len(self._unsent))
            while self._expiries and self._expiries[0][0] <= answered:
                self._expiries.popleft()
            left = self._expiries[0][1] - clock() if self._expiries else self._reply_timeout_s
            if left <= 0:
                return StoreUnavailable(f"The store did not answer within {self._reply_timeout_s:g} s.")
            await asyncio.wait([self.broken], timeout=left)
        return self.broken.result()

    def data_received(self, data: bytes) -> None:
        if self.broken.done():  # nobody knows any more whose the rest is
            return
        askers, read, unsent = self._askers, self._read, len(self._unsent)
        try:
            self._feed(data)
            while (reply := read()) is not MORE:
                if len(askers) == unsent:
                    self._break("The store sent what nobody asked for.")
                    return
                asker = askers.popleft()
                if isinstance(reply, RedisError):
                    self._refuse(asker, reply)
                elif not asker.done():
                    asker.set_result(reply)
        except RedisError as error:
            self._break(f"The connection to the store broke: {error}")
            return
        if len(askers) == unsent:
            self._expiries.clear()
            if self.is_leaving:
                self._break("The server behind this connection takes no writes any more.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(f"The connection to the store broke: {exc}" if exc else "The connection to the store was closed.")

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._writable()

    def _refuse(self, asker: asyncio.Future[Reply], error: RedisError) -> None:
        if not asker.done():
            asker.set_exception(refusal(error))
        self.is_leaving = self.is_leaving or isinstance(error, ReadOnlyError)

    def _break(self, why: str) -> None:
        if not self.broken.done():
            self.broken.set_result(StoreUnavailable(why))
