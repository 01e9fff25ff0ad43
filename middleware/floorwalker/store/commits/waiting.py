"""Callers who wait for their visitor's queue."""

import asyncio

from msgspec import Struct

from floorwalker.core.events import Event
from floorwalker.store.commits.attempt import Committed, Step


class Backlog:
    """How many steps one worker holds that are not settled."""

    def __init__(self) -> None:
        self.steps = 0


class Join(Struct, frozen=True):
    """The wish that a visitor's history joins a person's, and the event that says so."""

    person: str
    identified: Event


class Waiting:
    """One caller's step, its wish to join a person, or to read (`work` None), until it is settled.

    since: seconds since 1970. message: the sender's id. is_known: the message was committed already. repeats: another
    step of the same batch brings it.
    """

    __slots__ = (
        "_backlog",
        "confirmed",
        "future",
        "hops",
        "is_known",
        "keeps_life",
        "message",
        "raw",
        "repeats",
        "since",
        "work",
    )

    def __init__(
        self,
        backlog: Backlog,
        work: Step | Join | None,
        future: asyncio.Future[Committed],
        *,
        since: float,
        confirmed: bool = False,
        raw: bytes | None = None,
        message: str = "",
        keeps_life: bool = False,
    ) -> None:
        self._backlog = backlog
        self._backlog.steps += work is not None
        self.work = work
        self.since = since
        self.confirmed = confirmed
        self.raw = raw
        self.message = message
        self.keeps_life = keeps_life
        self.hops = 0
        self.is_known = False
        self.repeats = False
        self.future = future

    def settle(self, committed: Committed) -> None:
        """Tell the caller, if it still waits."""
        self._backlog.steps -= self.work is not None
        if not self.future.done():
            self.future.set_result(committed)

    def fail(self, failure: BaseException) -> None:
        """Tell the caller, if it still waits; nobody need hear it."""
        self._backlog.steps -= self.work is not None
        if not self.future.done():
            self.future.set_exception(failure)
            self.future.exception()
