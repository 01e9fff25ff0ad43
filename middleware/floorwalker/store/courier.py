"""Commands through outages: what could not be delivered is tried again once the store is back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.replies import WritesRefused

logger = logging.getLogger(__name__)

WHOLE = ""
"""The name of a store that is one server, and of a cluster of which nothing is known yet."""
_SAY_AGAIN_S = 60.0

T = TypeVar("T")


class Outage:
    """Whether the store is away. One probe asks for all who wait, ever more rarely while the answer stays no."""

    def __init__(
        self,
        probe: Callable[[], Awaitable[object]],
        *,
        first_s: float,
        longest_s: float,
        spread: Callable[[], float] = lambda: 0.5,
        who: str | None = WHOLE,
    ) -> None:
        """began, ended: are called when it does. spread: from 0 to 1, so that workers do not all ask at once. who: the
        server, where there are several; of None nothing is said."""
        self._spread = spread
        self._who = who
        self.away = False
        """Whether the last try failed and no probe has succeeded since."""
        self.began: Callable[[], None] = _nobody_listens
        self.ended: Callable[[], None] = _nobody_listens
        self._probe = probe
        self._first_s = first_s
        self._longest_s = longest_s
        self._delay_s = first_s
        self._back = asyncio.Event()
        self._back.set()
        self._probing: asyncio.Task[None] | None = None
        self._said: str | None = None
        self._said_at = -inf
        self._was_said = False
        self._takes_reads = True
        self.reason = ""

    @property
    def takes_reads(self) -> bool:
        """Whether the store may be read: it is not away, or refuses only writes."""
        return not self.away or self._takes_reads

    async def over(self) -> None:
        """Wait until a probe succeeds."""
        await self._back.wait()

    def failed(self, reason: StoreUnavailable) -> None:
        """A command failed; begin to probe."""
        if self._probing is None:
            self.reason = str(reason)
            self._takes_reads = isinstance(reason, WritesRefused)
            self._was_said = self._say(self.reason)
            self.away = True
            self._back.clear()
            self._probing = asyncio.get_running_loop().create_task(self._ask_until_back())
            self.began()

    def succeeded(self) -> None:
        """A command was answered; the next outage begins with short delays again."""
        self._delay_s = self._first_s

    def _say(self, reason: str) -> bool:
        """Log an outage. A server that answers probes and refuses commits is away many times a second: said once."""
        now = asyncio.get_running_loop().time()
        if reason == self._said and now - self._said_at < _SAY_AGAIN_S:
            return False
        if self._who is None:
            return False
        self._said, self._said_at = reason, now
        if self._who == WHOLE:
            logger.warning("the store is away; commits wait: %s", reason)
        else:
            logger.warning("a server of the store is away; what is of its visitors waits: %s: %s", self._who, reason)
        return True

    def _say_over(self) -> None:
        if self._who == WHOLE:
            logger.info("the store answers again; what waited is being committed")
        else:
            logger.info("a server of the store answers again, or others have what it held: %s", self._who)

    async def close(self) -> None:
        """Stop probing."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait([self._probing])

    async def _ask_until_back(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._delay_s * (0.5 + self._spread()))
                self._delay_s = min(2 * self._delay_s, self._longest_s)
                try:
                    await self._probe()
                except StoreUnavailable as still:
                    self.reason = str(still)
                    self._takes_reads = isinstance(still, WritesRefused)
                else:
                    if self._was_said:
                        self._say_over()
                    return
        finally:
            self._probing = None
            self.away = False
            self._back.set()
            self.ended()


def _nobody_listens() -> None:
    """An outage is of interest to whoever waits for its end."""


class Courier:
    """Delivers commands, some at a time, and keeps trying through outages."""

    def __init__(
        self, outage: Outage, *, at_once: int, blamed: Callable[[StoreUnavailable], Outage] | None = None
    ) -> None:
        """blamed: whose outage a failure is, where it may be another's."""
        self._blamed = blamed or (lambda _: outage)
        self._turns = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._posted = 0
        self.outage = outage

    @property
    def has_room(self) -> bool:
        """Whether a command may be posted now."""
        return self._posted < self._at_once and not self.outage.away

    def post(self, reply: asyncio.Future[T], answered: Callable[[asyncio.Future[T]], None]) -> None:
        """Look after a command that was sent without waiting for a turn, once; a failure is for `deliver` to mend.

        answered: is called with the reply, and hands it to `received` before all else.
        """
        self._posted += 1
        reply.add_done_callback(answered)

    def received(self, reply: asyncio.Future[T]) -> bool:
        """What was posted is answered; whether it was done."""
        self._posted -= 1
        failure = reply.exception()
        if failure is None:
            self.outage.succeeded()
        elif isinstance(failure, StoreUnavailable):
            self._blamed(failure).failed(failure)
        return failure is None

    async def deliver(self, send: Callable[[], Awaitable[T]], *, still_wanted: Callable[[], bool]) -> T:
        """The reply. Raises StoreUnavailable once nobody wants it any more, StoreError where the server refused."""
        outage = self.outage
        while True:
            if outage.away:
                await outage.over()
                if not still_wanted():
                    raise StoreUnavailable(outage.reason)
            async with self._turns:
                if outage.away:
                    continue
                try:
                    reply = await send()
                except StoreUnavailable as failure:
                    outage = self._blamed(failure)
                    outage.failed(failure)
                else:
                    outage.succeeded()
                    return reply
