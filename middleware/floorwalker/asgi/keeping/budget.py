"""The time that we may take of a request, on top of the app's own."""

import asyncio
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any, Final

SPAN_S: Final = 0.01  # a turn of the loop that takes longer is somebody's own work, not the store's

Waiter = asyncio.Future[None]


class Ticker:
    """Wakes all who wait in one event loop, SPAN_S after the first of them came: one timer for all of them.

    A timer for each would cost every page 2.4 µs (uvloop).
    """

    __slots__ = ("_is_armed", "_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: set[Waiter] = set()
        self._is_armed = False

    def join(self, waiter: Waiter) -> Callable[[], object]:
        """Be woken with the others. What it gives is to be called by who waits no more."""
        if not self._is_armed:
            self._loop.call_later(SPAN_S, self._tick())
            self._is_armed = True
        self._waiting.add(waiter)
        return partial(self._waiting.discard, waiter)

    def _tick(self) -> Callable[[], None]:
        """What wakes them: a step that calls nothing of ours, since whoever it did not wake would wait for ever."""

        def tick() -> None:
            self._is_armed = False
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiting.clear()

        return tick


class Budget:
    """Counts down while we wait; what the app does meanwhile costs nothing, even where it holds up the whole loop.

    ticker: of the loop in which it is waited; without one each wait has a timer of its own.
    """

    __slots__ = ("_ticker", "left_s")

    def __init__(self, seconds: float, ticker: Ticker | None = None) -> None:
        self.left_s = seconds
        self._ticker = ticker

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
            ticker = self._ticker if span_s == SPAN_S else None
            waiter: Waiter = loop.create_future()
            wake = _waking(waiter)
            leave = loop.call_later(span_s, wake).cancel if ticker is None else ticker.join(waiter)
            future.add_done_callback(wake)
            try:
                await waiter
            finally:
                leave()
                future.remove_done_callback(wake)
            is_whole = ticker is None and not future.done()
            spent_s = span_s if is_whole else min(loop.time() - began, span_s)
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
