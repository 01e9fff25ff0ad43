"""One thing that was looked at."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """How bad it is."""

    WRONG = "wrong"  # something is lost, refused or shown to others
    LOOK = "look"  # it works, and might not for long
    FINE = "fine"


class Finding(Struct, frozen=True):
    """what: what was found. why: why it matters. remedy: what to do. The last two are empty where all is well."""

    area: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""


def fine(area: str, what: str) -> Finding:
    return Finding(area, Level.FINE, what)


def look(area: str, what: str, why: str, remedy: str) -> Finding:
    return Finding(area, Level.LOOK, what, why, remedy)


def wrong(area: str, what: str, why: str, remedy: str) -> Finding:
    return Finding(area, Level.WRONG, what, why, remedy)
