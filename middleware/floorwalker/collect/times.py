"""When something happened: the sender's clock, put right by what it showed when the request was sent."""

import re
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from floorwalker.collect.limits import AHEAD_S, OLDEST_S, SKEW_S

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?)?")


class Received(Struct, frozen=True):
    """When a request came, seconds since 1970, and what the sender's clock showed when it was sent, if that is told."""

    at: float
    sent_at: float | None = None


def read_time(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 time, UTC where it names no zone; None where it is none."""
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def happened_at(told: float | None, received: Received) -> float:
    """When it happened by our clock. told: by the sender's; None is just now.

    A sender's clock that is off by more than a minute is put right; what happened just ahead of us happened now.
    """
    if told is None:
        return received.at
    skew = received.at - received.sent_at if received.sent_at is not None else 0.0
    at = told + skew if abs(skew) > SKEW_S else told
    return min(at, received.at) if at <= received.at + AHEAD_S else at


def fault_of(at: float, received: Received) -> str | None:
    """Why such a time cannot be taken, or None."""
    if at > received.at:
        return "lies more than 5 minutes ahead; send `sentAt`, and a clock that is wrong is put right"
    if at < received.at - OLDEST_S:
        return "lies more than 400 days back; `floorwalker visitor import` takes what is older"
    return None
