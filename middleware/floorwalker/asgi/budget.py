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
            await asyncio.wait((future,), timeout=min(self.left_s, at_most_s))
            self.left_s -= loop.time() - began
        return future.done()
