"""Conditions without what does not count: how they were written, and the order of the parts of a composition."""

from typing import Any

from msgspec import Struct

from floorwalker.core.conditions.model import All, AnyCondition, Not

Plain = Any
"""A value that is equal for conditions that ask the same in the same words."""


def plain(value: Any) -> Plain:
    """A condition, or a part of one, as a value that can be compared and hashed."""
    match value:
        case All() | AnyCondition() if len(value.of) == 1:
            return plain(value.of[0])
        case All() | AnyCondition() | Not():
            return type(value).__name__, frozenset(map(plain, value.of))
        case Struct():
            fields = [(name, plain(getattr(value, name))) for name in value.__struct_fields__ if name != "written"]
            return type(value).__name__, *fields
        case tuple():
            return tuple(map(plain, value))
        case _:
            return value
