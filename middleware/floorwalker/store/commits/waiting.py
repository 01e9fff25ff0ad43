"""Callers who wait for their visitor's queue."""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from floorwalker.core.events import Event
from floorwalker.store.commits.attempt import Committed, Outcome, Step
from floorwalker.store.commits.deferred import Resume
from floorwalker.store.spool.shelf import Kept

logger = logging.getLogger(__name__)

UNTOLD_BYTES = 4096  # what a step that cannot tell is taken to hold


class Backlog:
    """How many steps one worker holds that are not settled, and what became of the others. bytes: of those that came
    while the store was away. failed: in the step itself, or because the server refused it."""

    def __init__(self) -> None:
        self.steps = 0
        self.bytes = 0
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
    """The wish that a visitor's history joins a person's, and the event that says so. person: the visitor's id, empty
    where it cannot be told yet; user: the site's own, then."""

    person: str
    identified: Event
    user: str = ""


class Forget(Struct, frozen=True):
    """The wish that a visitor is forgotten.

    events_only: of them stays what is remembered, and the streams forget. own_only: whoever's history joined a person's
    has nothing left to be forgotten, and the person stays.
    """

    events_only: bool = False
    own_only: bool = False


Alone = Join | Forget
"""What no commit takes together with anything else."""

ALONE: Final = (Join, Forget)  # asked of every step; to ask a union takes several times as long


class Waiting:
    """One caller's step, its wish to join a person or to be forgotten, or to read (`work` None), until it is settled.

    since: seconds since 1970. message: the sender's id. is_known: it was committed already. repeats: another step of
    the same batch brings the message. doubt: the writer and number of a commit that may hold it. is_admitted: it is
    none too many of new visitors. is_untold: it cannot tell what it is made of. kept: its place on disk.
    """

    __slots__ = (
        "_backlog",
        "_bytes",
        "_raw",
        "confirmed",
        "doubt",
        "future",
        "hops",
        "is_admitted",
        "is_known",
        "is_untold",
        "keeps_life",
        "kept",
        "message",
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
        self._raw = raw
        self._bytes = 0
        self.message = message
        self.keeps_life = keeps_life
        self.hops = 0
        self.is_admitted = False
        self.is_known = False
        self.is_untold = False
        self.repeats = False
        self.doubt: tuple[int, int] | None = None
        self.kept: Kept | None = None
        self.future = future

    @property
    def raw(self) -> bytes | None:
        """What the step is made of, where it can tell: by a method of this name, whose bytes `Store.resume` reads."""
        tell = getattr(self.work, "raw", None)
        if self._raw is None and tell is not None and not self.is_untold:
            try:
                self._raw = tell()
            except (OverflowError, TypeError, ValueError):  # what a handler said, such as a number of a hundred digits
                self.is_untold = True
                logger.exception("a step cannot be written down, and waits in memory alone")
        return self._raw

    @property
    def is_to_be_kept(self) -> bool:
        """Whether it is on no disk, and could be."""
        return self.work is not None and self.kept is None and not self.is_untold and not self.future.done()

    def pack(self, resume: Resume | None) -> None:
        """It will wait: hold no more of it than it is made of."""
        raw = self.raw
        if raw is not None and resume is not None and hasattr(self.work, "raw"):
            self.work = resume(raw)
        size = UNTOLD_BYTES if raw is None else len(raw)
        self._backlog.bytes += size - self._bytes
        self._bytes = size

    def settle(self, committed: Committed) -> None:
        """Tell the caller, if it still waits."""
        if self.work is not None:
            self._backlog.settle(committed.outcome)
            self._let_go()
        if not self.future.done():
            self.future.set_result(committed)

    def fail(self, failure: BaseException) -> None:
        """Tell the caller, if it still waits; nobody need hear it."""
        if self.work is not None:
            self._backlog.fail()
            self._let_go()
        if not self.future.done():
            self.future.set_exception(failure)
            self.future.exception()

    def leave_on_disk(self) -> None:
        """The process ends, or has no room: whoever reads the spool goes on."""
        self.kept = None
        self.settle(Committed(Outcome.SPOOLED))

    def _let_go(self) -> None:
        self._backlog.bytes -= self._bytes
        self._bytes = 0
        if self.kept is not None:
            self.kept.done()
            self.kept = None
