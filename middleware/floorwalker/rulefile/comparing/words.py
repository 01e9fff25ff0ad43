"""Values in words, as an editor would write them."""

import re
from collections.abc import Collection, Iterable, Mapping, Set
from datetime import datetime, tzinfo
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.evaluation.words import number_words, range_words, share_words
from floorwalker.core.ruleset import Cap, Content

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_LONGEST = 90
_NAMED_BY_CONTENT = re.compile(r"(html|text)-[0-9a-f]{8}")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def duration(seconds: float) -> str:
    """A duration in the largest unit that gives it whole: 36 hours, 1 day; nothing for none."""
    if not seconds:
        return ""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0), (1, "second"))
    number = number_words(seconds / size)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def share(part: float) -> str:
    """A share in per cent; nothing for none."""
    return share_words(part) if part else ""


def moment(at: float, zone: tzinfo) -> str:
    """A moment on a wall clock of that zone; a midnight is its day alone."""
    try:
        then = datetime.fromtimestamp(at, zone)
    except (ValueError, OverflowError, OSError):
        return str(number_words(at))
    return f"{then:%Y-%m-%d}" if then.hour == then.minute == 0 else f"{then:%Y-%m-%d %H:%M}"


def cap(one: Cap) -> str:
    """3 per visit, 5 ever."""
    return f"{one.times} ever" if one.per == "ever" else f"{one.times} per {one.per}"


def weekday(number: int) -> str:
    return _WEEKDAYS[number % 7]


def listed(words: Iterable[str], last: str = "or") -> str:
    """a, b or c."""
    found = list(words)
    return " ".join(found) if len(found) < 2 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def quoted(text: str, longest: int = _LONGEST) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def content(one: Content) -> str:
    """What is shown, by the name under which reports know it."""
    match one.kind:
        case "default":
            return "the page's own content"
        case "hide":
            return "nothing (hide)"
        case "template" | "block":
            return one.name or one.source
        case _:
            named = one.name and not _NAMED_BY_CONTENT.fullmatch(one.name)
            return f"{one.name} ({one.kind})" if named else f"the {one.kind} “{quoted(one.source, 40)}”"


def plain(value: Any) -> str:
    """Any value in words: what no teller of its own tells. Nothing for what is not there."""
    match value:
        case None | "" | () | []:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(number_words(value))
        case str():
            return quoted(value)
        case Range():
            return range_words(value)
        case Content():
            return content(value)
        case Struct():
            return f"({told_fields(value)})"
        case Mapping():
            return ", ".join(f"{key}: {plain(one)}" for key, one in value.items())
        case Set():
            return ", ".join(sorted(map(plain, value)))
        case tuple() | list():
            return ", ".join(map(plain, value))
        case _:
            return quoted(str(value))


def told_fields(value: Struct, *, skip: Collection[str] = ()) -> str:
    """What a struct says beside its defaults."""
    told = []
    for field in fields(type(value)):
        one = getattr(value, field.name)
        if field.name not in ("written", "where", *skip) and one != field.default and (words := plain(one)):
            told.append(f"{field.name} {words}")
    return ", ".join(told)
