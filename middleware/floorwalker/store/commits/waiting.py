"""Callers who wait for their visitor's queue."""

import asyncio

from msgspec import Struct

from floorwalker.core.events import Event
from floorwalker.store.commits.attempt import Committed, Outcome, Step


class Backlog:
    """How many steps one worker holds that are not settled, and what became of the others. failed: in the step itself,
    or because the server refused it."""

    def __init__(self) -> None:
        self.steps = 0
        self.stored = 0
        self.failed = 0
        self.otherwise: dict[str, int] = {}

    def settle(self, outcome: Outcome) -> None:
        """A step is settled."""
        self.steps -= 1
        if outcome is Outcome.STORED:
            self.stored += 1
        else:
            self.otherwise[outcome.value] = self.otherwise.get(outcome.value, 0) + 1

    def fail(self) -> None:
        """A step fails."""
        self.steps -= 1
        self.failed += 1


class Join(Struct, frozen=True):
    """The wish that a visitor's history joins a person's, and the event that says so."""

    person: str
    identified: Event


class Forget(Struct, frozen=True):
    """The wish that a visitor is forgotten. events_only: of them stays what is remembered, and the streams forget."""

    events_only: bool = False


Alone = Join | Forget
"""What no commit takes together with anything else."""


class Waiting:
    """One caller's step, its wish to join a person or to be forgotten, or to read (`work` None), until it is settled.

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
        work: Step | Alone | None,
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
        if self.work is not None:
            self._backlog.settle(committed.outcome)
        if not self.future.done():
            self.future.set_result(committed)

    def fail(self, failure: BaseException) -> None:
        """Tell the caller, if it still waits; nobody need hear it."""
        if self.work is not None:
            self._backlog.fail()
        if not self.future.done():
            self.future.set_exception(failure)
            self.future.exception()
