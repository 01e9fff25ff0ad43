"""How the fields of one thing turned out: every field is looked at, whether or not anybody wrote words for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from floorwalker.rulefile.comparing.meaning import field_meaning, meaning, means_the_same, telling_fields
from floorwalker.rulefile.comparing.words import listed, plain

Teller = Callable[[Any, Any], list[str]]
"""Sentences on how one field's value became another; the two differ."""


def struct_changes(old: Struct, new: Struct, tellers: Mapping[str, Teller], *, skip: Sequence[str] = ()) -> list[str]:
    """At least one sentence for each field that means something else. A field without a teller is told plainly."""
    told: list[str] = []
    for name in telling_fields(new):
        before, after = getattr(old, name), getattr(new, name)
        if name in skip or before == after or field_meaning(old, name) == field_meaning(new, name):
            continue
        teller = tellers.get(name)
        told += (teller(before, after) if teller else []) or turned(name, plain(before), plain(after))
    return told


def turned(key: str, old: str, new: str) -> list[str]:
    """`control is now 10 % (was 5 %)`, with words for what was not there before or is no longer there."""
    if old == new:
        return [f"{key} means something else now"]
    if not old:
        return [f"now has {key} {new}"]
    return [f"{key} is now {new} (was {old})" if new else f"no longer has {key} (was {old})"]


def by(key: str, words: Callable[[Any], str] = plain) -> Teller:
    """A teller that puts both values into words."""
    return lambda old, new: turned(key, words(old), words(new))


def members(key: str, words: Callable[[Any], str] = plain) -> Teller:
    """A teller of lists whose order does not count: what is new and what is gone."""

    def tell(old: Sequence[Any], new: Sequence[Any]) -> list[str]:
        if not old or not new:
            return turned(key, ", ".join(map(words, old)), ", ".join(map(words, new)))
        before, after = {meaning(one) for one in old}, {meaning(one) for one in new}
        fresh = [words(one) for one in new if meaning(one) not in before]
        gone = [words(one) for one in old if meaning(one) not in after]
        return came_and_went(key, fresh, gone)

    return tell


def entries_of(key: str, words: Callable[[Any], str] = plain) -> Teller:
    """A teller of mappings: names that are new, gone, or mean something else."""

    def tell(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        fresh = [f"{name}: {words(value)}" for name, value in new.items() if name not in old]
        gone = [f"{name}: {words(value)}" for name, value in old.items() if name not in new]
        told = came_and_went(key, fresh, gone)
        for name, value in new.items():
            if name in old and not means_the_same(old[name], value):
                told += turned(f"{key} {name}", words(old[name]), words(value))
        return told

    return tell


def came_and_went(key: str, fresh: Iterable[str], gone: Iterable[str]) -> list[str]:
    """`exclude now has employees, too; no longer guests`."""
    new, old = list(fresh), list(gone)
    if new and old:
        return [f"{key} now has {listed(new, 'and')} instead of {listed(old, 'and')}"]
    if new:
        return [f"{key} now has {listed(new, 'and')}, too"]
    return [f"{key} no longer has {listed(old, 'and')}"] if old else []
