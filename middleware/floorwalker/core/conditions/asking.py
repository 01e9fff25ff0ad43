"""A matcher asked of values that came from outside: never raises, whatever they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import isnan
from typing import Any, assert_never

from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Dates,
    Exists,
    Flag,
    Matcher,
    Near,
    Networks,
    PathIs,
    Range,
    Text,
    TimeOfDay,
    Version,
    Words,
    words_of,
)
from floorwalker.core.conditions.model import Field
from floorwalker.core.conditions.patterns import path_pattern, phrase_pattern
from floorwalker.core.events import Page, Scalar

Value = Scalar | datetime | tuple[float, float]
Values = Sequence[Value]
"""What was found of one field; () is absent. Several values are asked in turn: any of them will do."""


class Partial(tuple[Value, ...]):
    """Values beside which there may be others that are not known; empty, it is simply unknown."""

    __slots__ = ()


UNKNOWN = Partial()

_YES, _NO = ("yes", "true"), ("no", "false")


def check_of(matcher: Matcher | Both) -> Callable[[Value], bool]:
    """The same as `holds_for` one present value, prepared for being asked often."""
    match matcher:
        case Range():
            return lambda value: (number := number_of(value)) is not None and matcher.holds(number)
        case Flag():
            return lambda value: value is matcher.yes
        case TimeOfDay() | Dates():
            return lambda value: isinstance(value, datetime) and matcher.holds(value)
        case PathIs():
            return _path_check(matcher)
        case Words():
            return _words_check(matcher)
        case _:
            return lambda value: _holds_for_one(matcher, value)


def _path_check(matcher: PathIs) -> Callable[[Value], bool]:
    patterns = [path_pattern(pattern) for pattern in matcher.patterns]

    def check(value: Value) -> bool:
        if isinstance(value, str) and value.isascii():
            return any(pattern.match(value) for pattern in patterns)
        return _holds_for_one(matcher, value)

    return check


def _words_check(matcher: Words) -> Callable[[Value], bool]:
    phrases = [phrase_pattern(phrase).search for phrase in matcher.phrases]

    def check(value: Value) -> bool:
        if isinstance(value, str) and value.isascii():
            spaced = f" {words_of(value)} "
            return any(search(spaced) for search in phrases)
        return _holds_for_one(matcher, value)

    return check


def answer(matcher: Matcher | Both, values: Values) -> bool | None:
    """Whether the matcher holds for any of the values; None where that is not known."""
    if not isinstance(values, Partial):
        return holds_for(matcher, values)
    if not values:
        return None
    if isinstance(matcher, Exists):
        return matcher.yes
    return True if holds_for(matcher, values) else None


def holds_for(matcher: Matcher | Both, values: Values) -> bool:
    """Whether the matcher holds for any of the values. Of absent values only `exists: no` does."""
    present = [value for value in values if value != ""]
    if not present:
        return _holds_for_absent(matcher)
    return any(_holds_for_one(matcher, value) for value in present)


def page_holds(what: Sequence[Field], page: Page) -> bool:
    """Whether all fields of a `viewed` or `page` condition hold for a page."""
    return all(holds_for(field.matcher, page_values(page, field.name)) for field in what)


def event_holds(what: Sequence[Field], name: str, properties: Mapping[str, Scalar]) -> bool:
    """Whether all fields of a `did` condition hold for an event."""
    return all(holds_for(field.matcher, _event_values(field, name, properties)) for field in what)


def page_values(page: Page, name: str) -> Values:
    """What a page tells of the field `name` of `page` and `viewed`."""
    match name:
        case "tag":
            return page.tags
        case "topic":
            return page.topics
        case "price":
            return () if page.price is None else (page.price,)
        case "path":
            path = page.path  # a slash at the end does not matter, as in whatever is remembered
            return (path.rstrip("/") or "/",) if path else ()
        case "type" | "category" | "product" | "brand" | "price_tier":
            value: str = getattr(page, name)
            return (value,) if value else ()
        case _:
            return ()


def _event_values(field: Field, name: str, properties: Mapping[str, Scalar]) -> Values:
    if field.name == "event":
        return (name,)
    value = properties.get(field.key)
    return () if value is None else (value,)


def _holds_for_absent(matcher: Matcher | Both) -> bool:
    match matcher:
        case Exists():
            return not matcher.yes
        case Both():
            return all(_holds_for_absent(part) for part in matcher.of)
        case _:
            return False


def _holds_for_one(matcher: Matcher | Both, value: Value) -> bool:
    match matcher:
        case Both():
            return all(_holds_for_one(part, value) for part in matcher.of)
        case Exists():
            return matcher.yes
        case Range():
            number = number_of(value)
            return number is not None and matcher.holds(number)
        case Flag():
            return isinstance(value, bool) and matcher.holds(value)
        case Near():
            return isinstance(value, tuple) and matcher.holds(value)
        case TimeOfDay() | Dates():
            return isinstance(value, datetime) and matcher.holds(value)
        case AnyOf() | PathIs() | Text() | Words() | Version() | Networks():
            return any(matcher.holds(text) for text in texts_of(value))
        case _:
            assert_never(matcher)


def number_of(value: Any) -> float | None:
    """A value as a number; None where it is none. Flags are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if isnan(number) else number


def texts_of(value: Value) -> Sequence[str]:
    """The ways in which a value may be written in a rule, as texts that UTF-8 can say."""
    match value:
        case str():
            return (value if value.isascii() else value.encode("utf-8", "replace").decode(),)
        case bool():
            return _YES if value else _NO
        case int():
            return (str(value),) if abs(value) < 10**18 else ()
        case float():
            return (f"{value:.15g}",)
        case _:
            return ()
