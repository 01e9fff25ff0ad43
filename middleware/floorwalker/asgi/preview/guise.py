"""A guise: as whom, and when, an editor looks at the site."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from floorwalker.core.evaluation.moment import zone_of
from floorwalker.errors import FloorwalkerError

SWITCHED_AT_MOST: Final = 40
NAME_CHARS_AT_MOST: Final = 120
_FIRST_YEAR, _LAST_YEAR = 1980, 2200
_WRITTEN: Final = re.compile(r"[0-9T :.+Z-]{10,40}")


class GuiseUnreadable(FloorwalkerError):
    """A guise that cannot be put on; the message says what is wrong and what to write."""


class Guise(Struct, frozen=True, forbid_unknown_fields=True):
    """persona: a name of the rules, empty for somebody new. segments: those switched on or off, whatever the rules say.

    at: a moment as it is written, in the site's zone unless it says another; empty is the persona's own moment, or now.
    """

    persona: str = ""
    segments: Mapping[str, bool] = {}
    at: str = ""

    def moment(self, timezone: str) -> float | None:
        """`at` in seconds since 1970, given the site's zone; None where nothing is set."""
        if not self.at:
            return None
        found = datetime.fromisoformat(self.at)
        return (found if found.tzinfo else found.replace(tzinfo=zone_of(timezone) or UTC)).timestamp()


def read_guise(*, persona: str = "", segments: Iterable[tuple[str, bool]] = (), at: str = "") -> Guise:
    """A guise from what somebody wrote. Raises GuiseUnreadable."""
    switched = dict(segments)
    if len(switched) > SWITCHED_AT_MOST:
        raise GuiseUnreadable(f"up to {SWITCHED_AT_MOST} segments can be switched at once")
    for name in (persona, *switched):
        if len(name) > NAME_CHARS_AT_MOST or not name.isprintable():
            raise GuiseUnreadable(f"{name[:40]!r} is no name of a persona or segment")
    return Guise(persona, switched, _moment_written(at.strip()))


def _moment_written(at: str) -> str:
    if not at:
        return ""
    try:
        year = datetime.fromisoformat(at).year if _WRITTEN.fullmatch(at) else 0
    except ValueError:
        year = 0
    if not _FIRST_YEAR <= year < _LAST_YEAR:
        raise GuiseUnreadable(f"{at[:40]!r} is no moment; write 2026-11-28T19:30")
    return at
