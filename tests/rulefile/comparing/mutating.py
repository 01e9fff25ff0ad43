"""Any value of the rules' types, made from the types alone, and every way to change one thing about it."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields, replace

from floorwalker.core.conditions.matchers import AnyOf
from floorwalker.core.conditions.model import All, AnyCondition, Field, Not, Test
from floorwalker.core.ruleset import Entry, Ruleset, Segment
from floorwalker.rulefile.comparing.meaning import WITHOUT_MEANING

OTHER_TEST = Test("zz", (Field("zz", AnyOf(frozenset({"zz"}))),), written="zz: zz")
_WORDS = {"timezone": ("Europe/Berlin", "UTC"), "per": ("day", "week")}
_COMPOSED = (All, AnyCondition, Not)

Changed = tuple[str, Any]


@cache
def hints_of(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind)


def whole_ruleset() -> Ruleset:
    """A Ruleset in which no field is empty, and in which one segment has a condition of every kind."""
    ruleset = built(Ruleset, "a")
    asked = built(hints_of(Segment)["when"], "rich")
    segment = replace(ruleset.segments["a"], when=asked)
    return replace(ruleset, segments={"a": ruleset.segments["a"], "rich": replace(segment, name="rich")})


def built(hint: Any, name: str, depth: int = 0) -> Any:
    """A value of that type that is not empty."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _built_union(arguments, name, depth)
    if origin is tuple:
        kinds = arguments[:1] if arguments[-1] is Ellipsis else arguments
        return tuple(part for kind in kinds for part in _several(kind, name, depth))
    if origin is frozenset:
        return frozenset({built(arguments[0], name, depth)})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"a": built(arguments[1], name, depth)}
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _built_struct(hint, name, depth)
    return {str: "a", float: 1.0, int: 1, bool: True, NoneType: None}[hint]


def _built_struct(kind: type[Struct], name: str, depth: int) -> Struct:
    made = {}
    for field, hint in hints_of(kind).items():
        if kind is Entry and field == "show" and depth > 2:
            made[field] = ()
        else:
            made[field] = _WORDS.get(field, (None,))[0] or built(hint, name, depth + 1)
    return kind(**made)


def _built_union(kinds: tuple[Any, ...], name: str, depth: int) -> Any:
    """The richest of the kinds: all of them together where conditions are asked for."""
    some = [kind for kind in kinds if kind is not NoneType]
    if All in some:
        leaves = [kind for kind in some if kind not in _COMPOSED]
        if name != "rich" or depth > 1:
            return Test("a", (Field("a", AnyOf(frozenset({"a"})), "a"),), "visit", "a: a")
        inner = Test("b", (Field("b", AnyOf(frozenset({"b"}))),), written="b: b")
        parts = [built(kind, name, depth + 1) for kind in leaves]
        return All((*parts, AnyCondition((inner, parts[0])), Not((inner,))))
    return built(some[0], name, depth)


def _several(kind: Any, name: str, depth: int) -> Iterator[Any]:
    """One of each kind, so that a list of matchers or conditions holds them all."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else ()
    if parts and All not in parts:
        yield from (built(part, name, depth) for part in parts)
    else:
        yield built(kind, name, depth)
        if kind is Field and name == "rich":
            for matcher in get_args(hints_of(Field)["matcher"]):
                yield Field(matcher.__name__, built(matcher, name, depth), "a")


def changes_of(value: Any, hint: Any, path: str = "") -> Iterator[Changed]:
    """The value with one thing changed, for each thing that means something; the path says which."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(value, Struct):
        yield from _of_struct(value, path)
        if origin in (Union, UnionType) and All in arguments:
            yield f"{path}: another condition", OTHER_TEST
        if NoneType in arguments:
            yield f"{path}: none", None
    elif isinstance(value, tuple):
        yield from _of_tuple(value, arguments, path)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            rest = {other: each for other, each in value.items() if other != key}
            yield f"{path}[{key}] gone", rest
            yield f"{path}[{key}] twice", {**value, f"{key}-new": one}
            yield from (
                (where, {**value, key: each}) for where, each in changes_of(one, arguments[1], f"{path}[{key}]")
            )
    elif isinstance(value, frozenset):
        yield f"{path} more", value | {_other(next(iter(value)), path)}
        yield f"{path} empty", frozenset()
    else:
        yield path, _other(value, path)


def _of_struct(value: Struct, path: str) -> Iterator[Changed]:
    kind = type(value)
    for field in fields(kind):
        name = field.name
        if name == "written" or (kind, name) in WITHOUT_MEANING:
            continue
        inner = changes_of(getattr(value, name), hints_of(kind)[name], f"{path}.{name}")
        yield from ((where, replace(value, **{name: each})) for where, each in inner)


def _of_tuple(value: tuple[Any, ...], arguments: tuple[Any, ...], path: str) -> Iterator[Changed]:
    for place, one in enumerate(value):
        hint = arguments[0] if arguments[-1] is Ellipsis else arguments[place]
        if arguments[-1] is Ellipsis:
            yield f"{path}[{place}] gone", (*value[:place], *value[place + 1 :])
        for where, each in changes_of(one, hint, f"{path}[{place}]"):
            yield where, (*value[:place], each, *value[place + 1 :])


def _other(value: Any, path: str) -> Any:
    word = path.rpartition(".")[2]
    match value:
        case str():
            return _WORDS.get(word, ("", value + "-other"))[1]
        case bool():
            return not value
        case int() | float():
            return value + 1
        case None:
            return "something"
        case _:
            raise AssertionError(f"no other value for {path}")
