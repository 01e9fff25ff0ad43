"""Callers who wait for their visitor's queue."""

import asyncio

from floorwalker.store.attempt import Committed, Step


class Backlog:
    """How many steps one worker holds that are not settled."""

    def __init__(self) -> None:
        self.steps = 0


class Waiting:
    """One caller's step, or its wish to read (`step` None), until it is settled. since: seconds since 1970."""

    __slots__ = ("_backlog", "confirmed", "future", "hops", "raw", "since", "step")

    def __init__(
        self,
        backlog: Backlog,
        step: Step | None,
        future: asyncio.Future[Committed],
        *,
        since: float,
        confirmed: bool = False,
        raw: bytes | None = None,
    ) -> None:
        self._backlog = backlog
        self._backlog.steps += step is not None
        self.step = step
        self.since = since
        self.confirmed = confirmed
        self.raw = raw
        self.hops = 0
        self.future = future

    def settle(self, committed: Committed) -> None:
        """Tell the caller, if it still waits."""
        self._backlog.steps -= self.step is not None
        if not self.future.done():
            self.future.set_result(committed)

    def fail(self, failure: BaseException) -> None:
        """Tell the caller, if it still waits; nobody need hear it."""
        self._backlog.steps -= self.step is not None
        if not self.future.done():
            self.future.set_exception(failure)
            self.future.exception()
