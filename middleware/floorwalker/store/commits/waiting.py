"""Callers who wait for their visitor's queue."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from floorwalker.core.effects import Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
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

    def settle_otherwise(self, outcome: Outcome) -> None:
        """A step is settled, and not stored."""
        self.steps -= 1
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

_STORED: Final = Outcome.STORED  # to ask a class for a member takes eight times as long
ALONE: Final = (Join, Forget)  # asked of every step; to ask a union takes several times as long


class Waiting(Struct, eq=False, gc=False):
    """One caller's step, its wish to join a person or to be forgotten, or to read (`work` None), until it is settled.

    since: seconds since 1970. made_of: see `raw`. message: the sender's id. is_known: it was committed already.
    repeats: another step of the same batch brings the message. doubt: the writer and number of a commit that may hold
    it. is_admitted: it is none too many of new visitors. is_untold: it cannot tell what it is made of. kept: its place
    on disk, which knows it until then. size_bytes: what it counts for in the backlog.
    """

    backlog: Backlog
    work: Step | Alone | None
    future: "asyncio.Future[Committed]"
    since: float
    confirmed: bool = False
    made_of: bytes | None = None
    message: str = ""
    keeps_life: bool = False
    hops: int = 0
    is_admitted: bool = False
    is_known: bool = False
    is_untold: bool = False
    repeats: bool = False
    doubt: tuple[int, int] | None = None
    kept: Kept | None = None
    size_bytes: int = 0

    @property
    def raw(self) -> bytes | None:
        """What the step is made of, where it can tell: by a method of this name, whose bytes `Store.resume` reads."""
        tell = getattr(self.work, "raw", None)
        if self.made_of is None and tell is not None and not self.is_untold:
            try:
                self.made_of = tell()
            except (OverflowError, TypeError, ValueError):  # what a handler said, such as a number of a hundred digits
                self.is_untold = True
                logger.exception("a step cannot be written down, and waits in memory alone")
        return self.made_of

    def done_on(self, profile: Profile | None, step: Step) -> tuple[Profile, Effects] | None:
        """What its step makes of a profile; None where it failed, which is its own caller's to hear."""
        try:
            after, effects = step(profile)
            if after is None:  # what cannot be committed would be tried again for ever
                raise TypeError("a step gave no profile")
        except Exception as failure:  # the others' steps go on
            logger.error("a step failed and is not stored", exc_info=failure)
            self.fail(failure)
            return None
        return after, effects

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
        self.backlog.bytes += size - self.size_bytes
        self.size_bytes = size

    def settle(self, committed: Committed) -> None:
        """Tell the caller, if it still waits."""
        if self.work is not None:
            if committed.outcome is _STORED:
                self.backlog.steps -= 1
                self.backlog.stored += 1
            else:
                self.backlog.settle_otherwise(committed.outcome)
            if self.size_bytes or self.kept is not None:
                self._let_go()
        if not self.future.done():
            self.future.set_result(committed)

    def fail(self, failure: BaseException) -> None:
        """Tell the caller, if it still waits; nobody need hear it."""
        if self.work is not None:
            self.backlog.fail()
            self._let_go()
        if not self.future.done():
            self.future.set_exception(failure)
            self.future.exception()

    def leave_on_disk(self) -> None:
        """The process ends, or has no room: whoever reads the spool goes on."""
        self.kept = None
        self.settle(Committed(Outcome.SPOOLED))

    def _let_go(self) -> None:
        self.backlog.bytes -= self.size_bytes
        self.size_bytes = 0
        if self.kept is not None:
            self.kept.done()
            self.kept = None


def fail_all(waiting: Sequence[Waiting], failure: BaseException) -> None:
    """Tell all these callers."""
    for one in waiting:
        one.fail(failure)
