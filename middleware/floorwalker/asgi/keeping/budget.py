"""The time that we may take of a request, on top of the app's own."""

import asyncio
from math import inf
from typing import Any

_SPAN_S = 0.01  # a turn of the loop that takes longer is somebody's own work, not the store's


class Budget:
    """Counts down while we wait; what the app does meanwhile costs nothing, even where it holds up the whole loop."""

    def __init__(self, seconds: float) -> None:
        self.left_s = seconds

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
            began, span_s = loop.time(), min(_SPAN_S, left_s)
            await _done_or_late(future, loop, span_s)
            spent_s = min(loop.time() - began, span_s) if future.done() else span_s
            self.left_s -= spent_s
            left_s -= spent_s
        return future.done()


async def _done_or_late(future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """What asyncio.wait does for many futures, for one, at a third of the time."""
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = loop.call_later(seconds, wake)
    future.add_done_callback(wake)
    try:
        await waiter
    finally:
        timer.cancel()
        future.remove_done_callback(wake)
