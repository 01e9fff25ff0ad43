"""The time that we may take of a request, on top of the app's own."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any, Final

from msgspec import Struct

SPAN_S: Final = 0.01  # a turn of the loop that takes longer is somebody's own work, not the store's
_NOTHING_S: Final = 1e-6

Waiter = asyncio.Future[None]


class Ticker:
    """Counts down the budgets of all who wait in one event loop, every SPAN_S as long as anybody does.

    A timer for each would cost every page 2.4 µs (uvloop).
    """

    __slots__ = ("_is_armed", "_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[asyncio.Future[Any], Budget] = {}
        self._is_armed = False

    def join(self, coming: asyncio.Future[Any], budget: "Budget") -> Callable[[asyncio.Future[Any], None], object]:
        """Let the future fail with TimeoutError once the budget is spent. What it gives is to be called with the future
        and None by who waits no more."""
        if not self._is_armed:
            self._loop.call_later(SPAN_S, self._tick())
            self._is_armed = True
        budget.counted_at = self._loop.time()
        self._waiting[coming] = budget
        return self._waiting.pop

    def _tick(self) -> Callable[[], None]:
        """What counts down: a step that calls nothing of ours, since whoever it did not wake would wait for ever."""
        loop, waiting = self._loop, self._waiting

        def tick() -> None:
            now, next_s = loop.time(), SPAN_S
            for coming, budget in waiting.items():
                left_s = budget.left_s = budget.left_s - min(now - budget.counted_at, SPAN_S)
                budget.counted_at = now
                if left_s > _NOTHING_S:
                    next_s = min(next_s, left_s)
                elif not coming.done():
                    coming.set_exception(TimeoutError())
            self._is_armed = bool(waiting)
            if waiting:
                loop.call_later(next_s, tick)

        return tick


class Budget(Struct, eq=False, gc=False):
    """Counts down while we wait; what the app does meanwhile costs nothing, even where it holds up the whole loop.

    ticker: of the loop in which answers are waited for. counted_at: up to when it has counted.
    """

    left_s: float
    _ticker: Ticker | None = None
    counted_at: float = 0.0

    async def wait_for_answer(self, coming: asyncio.Future[Any]) -> bool:
        """As `wait`, for what this request alone has asked for; whether it is done in time.

        It ends with the wait: cancelled where who waits is, else it fails with TimeoutError. So it is awaited itself,
        and nothing stands between: that costs a page half of what `wait` does, and no turn of the loop.
        """
        ticker = self._ticker
        if ticker is None or self.left_s < SPAN_S or isinstance(coming, asyncio.Task):
            return await self.wait(coming)
        leave = ticker.join(coming, self)
        try:
            await coming
        except Exception:  # noqa: BLE001 - it is told to whoever reads the answer
            if self.left_s <= _NOTHING_S:
                self.left_s = 0.0
                return False
        finally:
            leave(coming, None)
        self.left_s -= min(coming.get_loop().time() - self.counted_at, SPAN_S)
        return True

    async def wait(self, future: asyncio.Future[Any], *, at_most_s: float = inf) -> bool:
        """Wait for a future as long as the budget lasts, without cancelling it; whether it is done.

        Time is counted in spans of 10 ms, and none counts for more: an answer that came while another request's handler
        blocked the loop has arrived in time, it was only not looked at.
        """
        left_s = min(self.left_s, at_most_s)
        if future.done() or left_s <= 0:
            return future.done()
        loop = future.get_loop()  # asking for the running one is a system call
        while left_s > 0 and not future.done():
            began, span_s = loop.time(), min(SPAN_S, left_s)
            waiter: Waiter = loop.create_future()
            wake = _waking(waiter)
            timer = loop.call_later(span_s, wake)
            future.add_done_callback(wake)
            try:
                await waiter
            finally:
                timer.cancel()
                future.remove_done_callback(wake)
            spent_s = min(loop.time() - began, span_s) if future.done() else span_s
            self.left_s -= spent_s
            left_s -= spent_s
        return future.done()


def _waking(waiter: Waiter) -> Callable[..., None]:
    """What wakes whoever waits: a step that calls nothing of ours, since one that fails would let them wait for ever.

    It is what asyncio.wait does for many futures, for one, and no more than that.
    """

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    return wake
