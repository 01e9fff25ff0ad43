"""What a part of the rules means, whichever way it is written: equal meanings compare equal, and can be hashed."""

from collections.abc import Iterator, Mapping, Set
from functools import cache
from typing import Any

from msgspec import Struct

from floorwalker.core.conditions.matchers import AnyOf, Near, Networks, PathIs, Text, Words
from floorwalker.core.conditions.model import All, AnyCondition, Behaviour, Condition, InSegment, Not, Test
from floorwalker.core.personas import Expectation
from floorwalker.core.ruleset import Entry, Limits, PageRule, Ruleset, Segment, Site, Slot, Topic

WITHOUT_MEANING = frozenset({(Ruleset, "version"), (Entry, "where"), (Expectation, "where")})
"""Where it is written, and a hash of it all."""
_UNORDERED = frozenset(
    {
        *(
            (Entry, "to"),
            (Slot, "pages"),
            (Slot, "guardrails"),
            (Site, "guardrails"),
            (Segment, "points"),
            (Site, "exclude"),
            (Site, "hosts"),
            (InSegment, "names"),
        ),
        *((PageRule, "tags"), (PageRule, "topics"), (Topic, "pages"), (Topic, "keywords")),
        *((Limits, "caps"), (Limits, "stop_after")),
        *((Expectation, "inside"), (Expectation, "outside"), (Expectation, "exactly")),
        *((AnyOf, "patterns"), (Text, "values"), (Words, "phrases"), (PathIs, "patterns"), (Networks, "networks")),
        *((Near, "points"), (Test, "fields"), (Behaviour, "what")),
    }
)


def meaning(value: Any) -> Any:
    """A value to compare by. Where a list's order does not count, it is a set; `written` counts nowhere."""
    if value is None or isinstance(value, str | int | float):
        return value
    match value:
        case All():
            return _composed("all", conjuncts(value))
        case AnyCondition():
            return _composed("any", alternatives(value))
        case Not():
            return ("not", meaning(AnyCondition(value.of)))
        case Struct():
            return (type(value).__name__, *(field_meaning(value, name) for name in telling_fields(value)))
        case tuple() | list():
            return tuple(map(meaning, value))
        case Mapping():
            return frozenset((key, meaning(one)) for key, one in value.items())
        case Set():
            return frozenset(map(meaning, value))
        case _:
            return value


def field_meaning(owner: Struct, name: str) -> Any:
    """What one field of a struct means."""
    value = getattr(owner, name)
    is_set = isinstance(value, tuple) and (type(owner), name) in _UNORDERED
    return frozenset(map(meaning, value)) if is_set else meaning(value)


def means_the_same(one: Any, other: Any) -> bool:
    """Whether two values mean the same."""
    return bool(one == other) or bool(meaning(one) == meaning(other))


def telling_fields(value: Struct) -> tuple[str, ...]:
    """The fields of a struct that mean something."""
    return _telling_fields(type(value))


@cache
def _telling_fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(one for one in kind.__struct_fields__ if one != "written" and (kind, one) not in WITHOUT_MEANING)


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    """The conditions that must all hold, however they are nested."""
    if condition is None:
        return ()
    return tuple(_flat(condition, All)) if isinstance(condition, All) else (condition,)


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """The conditions of which one must hold, however they are nested."""
    return tuple(_flat(condition, AnyCondition)) if isinstance(condition, AnyCondition) else (condition,)


def _flat(condition: All | AnyCondition, kind: type[All] | type[AnyCondition]) -> Iterator[Condition]:
    for part in condition.of:
        if isinstance(part, kind):
            yield from _flat(part, kind)
        else:
            yield part


def _composed(kind: str, parts: tuple[Condition, ...]) -> Any:
    meant = frozenset(map(meaning, parts))
    return next(iter(meant)) if len(meant) == 1 else (kind, meant)
