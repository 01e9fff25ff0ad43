"""What was observed, in words that an editor reads."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from floorwalker.core.conditions.asking import Value
from floorwalker.core.conditions.matchers import Range

NEEDS_CONSENT = "needs consent"
FORGOTTEN = "further back than is remembered"
_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def duration_words(seconds: float) -> str:
    """A duration in its largest unit that fits: 3 days, 1 hour, 0 seconds."""
    size, unit = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    number = int(seconds / size)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def share_words(share: float) -> str:
    """A share in per cent: 37.5 %."""
    return f"{share * 100:.1f}".rstrip("0").rstrip(".") + " %"


def number_words(number: float, *, complete: bool = True) -> str | int | float:
    """A number as it is; a lower bound says so."""
    plain = int(number) if isfinite(number) and number == int(number) else round(number, 2)
    return plain if complete else f"at least {plain}"


def value_words(value: Value) -> str | int | float | bool:
    """One value as it goes into an explanation."""
    match value:
        case datetime():
            return f"{value:%A} {value.isoformat(sep=' ', timespec='minutes')[:16]}"
        case tuple():
            return ", ".join(f"{part:.2f}" for part in value)
        case _:
            return value


def found_words(observed: Any) -> str:
    """What an explanation observed, on one line; empty where nothing was."""
    match observed:
        case None:
            return ""
        case bool():
            return "yes" if observed else "no"
        case Mapping():
            return ", ".join(f"{name}: {found}" for name, found in observed.items())
        case list() | tuple():
            return ", ".join(map(str, observed))
        case _:
            return str(observed)


def range_words(asked: Range) -> str:
    """A range as it may be written in a rule: `at_least 3`, `more_than 1, at_most 5`."""
    if asked.low is not None and asked.low == asked.high:
        return f"exactly {number_words(asked.low)}"
    bounds = []
    if asked.low is not None:
        bounds.append(f"{'more_than' if asked.low_open else 'at_least'} {number_words(asked.low)}")
    if asked.high is not None:
        bounds.append(f"{'less_than' if asked.high_open else 'at_most'} {number_words(asked.high)}")
    return ", ".join(bounds)
