"""The time that we may take of a request, on top of the app's own."""

import asyncio
from math import inf
from typing import Any


class Budget:
    """Counts down while we wait; what the app does meanwhile costs nothing."""

    def __init__(self, seconds: float) -> None:
        self.left_s = seconds

    async def wait(self, future: asyncio.Future[Any], *, at_most_s: float = inf) -> bool:
        """Wait for a future as long as the budget lasts, without cancelling it; whether it is done."""
        if not future.done() and self.left_s > 0:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await _done_or_late(future, loop, min(self.left_s, at_most_s))
            self.left_s -= loop.time() - began
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
