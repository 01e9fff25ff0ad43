"""What was not stored: counted always, logged at most once a minute, never silent."""

import logging
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

logger = logging.getLogger(__name__)
LOG_EVERY_S = 60.0


class Loss(StrEnum):
    """Why steps were not stored."""

    FLOOD = "flood"  # too many new visitors in a second
    OVERFLOW = "overflow"  # too many steps wait for a store that is away
    TOO_MUCH = "too much"  # one visitor does more in a minute than is stored
    EXPIRED = "expired"  # a step waited longer than the spool's life
    ERASED = "erased"  # the visitor was erased
    TOO_NEW = "too new"  # a newer release wrote the record, and the step brought no raw events to put aside
    FAILED = "failed"  # unforeseen; the log has a traceback
    UNREADABLE = "unreadable"  # what lay on disk is damaged, or hidden from us
    REFUSED = "refused"  # the server refused the command for good
    HELD_BACK = "held back"  # effects of an unconfirmed visitor beyond their bound


class Losses:
    """Counts of one store since it was opened."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: Counter[Loss] = Counter()
        self._unsaid: Counter[Loss] = Counter()
        self._say_at = 0.0

    def add(self, loss: Loss, steps: int = 1) -> None:
        """Count lost steps."""
        self._counts[loss] += steps
        self._unsaid[loss] += steps
        now = self._clock()
        if not 0 < self._say_at - now <= LOG_EVERY_S:  # more, where the clock stepped back
            self._say_at = now + LOG_EVERY_S
            lost = {why.value: count for why, count in self._unsaid.items()}
            self._unsaid.clear()
            said = ", ".join(f"{count} ({why})" for why, count in lost.items())
            logger.warning("steps not stored: %s", said, extra={"lost": lost})

    def counts(self) -> dict[str, int]:
        """How many so far, by why."""
        return {why.value: count for why, count in self._counts.items()}
