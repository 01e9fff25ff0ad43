"""Commits that replicas have before they count as stored: `WAIT`, once for all that one turn of the loop commits."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.link.resp import Packed

_SCRIPTS: Final = frozenset({"EVALSHA", "EVAL"})

Answer = asyncio.Future[Reply]


class Copies(Struct):
    """How commits came to replicas. wanted: so many are to have each. within_s: how long that is waited for.

    missed: how many were answered with fewer; they stand all the same, on those servers that have them.
    """

    wanted: int = 0
    within_s: float = 0.1
    missed: int = 0


class CopyingLink:
    """A way to one server that answers scripts once replicas have what they wrote, or it is too late.

    A server keeps the connection waiting on which it is asked to wait, so reads have one of their own. Where the
    connection breaks meanwhile the script fails with StoreUnavailable: nobody knows whether it will stand, and whoever
    sends it again finds out.
    """

    def __init__(self, reads: Link, scripts: Link, copies: Copies) -> None:
        self._reads = reads
        self._scripts = scripts
        self._copies = copies
        self._unconfirmed: list[tuple[Answer, Answer]] = []

    def call(self, *command: Word) -> Answer:
        if command[0] == "ASKING":  # it is about the next command, whichever way that goes
            self._scripts.call(*command).add_done_callback(_heard)
        if command[0] not in _SCRIPTS:
            return self._reads.call(*command)
        self._confirm_soon()
        return self._copied(self._scripts.call(*command))

    def send(self, command: Packed) -> Answer:
        self._confirm_soon()
        return self._copied(self._scripts.send(command))

    async def nodes(self) -> Sequence[Link]:
        return (self,)

    async def close(self) -> None:
        await self._scripts.close()
        await self._reads.close()

    def _confirm_soon(self) -> None:
        """Before the first script of this turn is sent, so that `WAIT` goes out with the last."""
        if not self._unconfirmed:
            asyncio.get_running_loop().call_soon(self._confirm)

    def _copied(self, written: Answer) -> Answer:
        answer: Answer = asyncio.get_running_loop().create_future()
        self._unconfirmed.append((answer, written))
        return answer

    def _confirm(self) -> None:
        written, self._unconfirmed = self._unconfirmed, []
        count = self._scripts.call("WAIT", self._copies.wanted, round(1000 * self._copies.within_s))
        count.add_done_callback(partial(self._confirmed, written))

    def _confirmed(self, written: list[tuple[Answer, Answer]], count: Answer) -> None:
        failure = StoreUnavailable("The store was closed.") if count.cancelled() else count.exception()
        copied = 0 if failure is not None else count.result()
        for answer, reply in written:
            refused = None if reply.cancelled() else reply.exception()
            if answer.done():
                continue
            if refused is not None or failure is not None:
                answer.set_exception(refused or StoreUnavailable(str(failure)))
                continue
            answer.set_result(reply.result())
            if isinstance(copied, int) and copied < self._copies.wanted:
                self._copies.missed += 1


def _heard(reply: Answer) -> None:
    """A failure is also that of the command behind it."""
    if not reply.cancelled():
        reply.exception()
