"""Laws: the same is no change, every field counts, and what does not count is not told."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.conditions.model import All, AnyCondition, Not
from floorwalker.core.ruleset import Entry, Ruleset, Segment
from floorwalker.rulefile import read
from floorwalker.rulefile.comparing import Comparison, Edition, compare
from floorwalker.rulefile.comparing.meaning import meaning
from tests.rulefile.comparing.mutating import changes_of, whole_ruleset

ROOT = Path(__file__).parents[3]
WHOLE = whole_ruleset()
MUTATED = list(changes_of(WHOLE, Ruleset))


FILES = {path.name: path.read_bytes() for path in sorted((ROOT / "rules").glob("*.yaml"))}


def edition_of(files: dict[str, bytes]) -> Edition:
    ruleset, problems = read(files)
    assert ruleset is not None, [str(problem) for problem in problems]
    return Edition(ruleset)


SHOP = edition_of(FILES)


@pytest.mark.parametrize("edition", [SHOP, Edition(WHOLE), Edition(Ruleset())], ids=["shop", "whole", "empty"])
def test_nothing_changes_from_an_edition_to_itself(edition: Edition) -> None:
    assert compare(edition, edition) == Comparison()


def test_the_whole_ruleset_has_every_field_of_every_type_that_rules_are_made_of() -> None:
    owners = _structs(WHOLE)
    fields = {(type(owner), name) for owner in owners for name in owner.__struct_fields__}
    filled = {(type(owner), name) for owner in owners for name in owner.__struct_fields__ if getattr(owner, name)}
    assert {f"{kind.__name__}.{name}" for kind, name in fields - filled} == set()


@pytest.mark.parametrize("part", range(4))
def test_a_change_of_any_field_is_told_on_one_line(part: int) -> None:
    """So a field that is new in a Ruleset cannot be forgotten."""
    assert len(MUTATED) > 500
    for path, other in MUTATED[part::4]:
        told = [change.told for change in compare(Edition(WHOLE), Edition(other)).changes]
        assert told, path
        assert all(one.isprintable() and "frozenset" not in one for one in told), path


def test_a_change_of_any_field_back_is_told() -> None:
    silent = [path for path, other in MUTATED[::6] if not compare(Edition(other), Edition(WHOLE)).changes]
    assert silent == []


@given(random=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_an_order_that_means_nothing_is_no_change(random: Any) -> None:
    other = _shuffled(SHOP.ruleset, random)
    assert meaning(other) == meaning(SHOP.ruleset)
    assert compare(SHOP, Edition(other)) == Comparison()


@given(random=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_names_that_are_new_everywhere_are_only_renames(random: Any) -> None:
    section = random.choice(["segments", "blocks", "personas", "promotions"])
    old = random.choice(sorted(getattr(SHOP.ruleset, section)) or [""])
    if old:
        compared = compare(SHOP, edition_of({name: _renamed(text, old) for name, text in FILES.items()}))
        assert [(one.section, one.name) for one in compared.changes] == [(section, "zz-new")]
        assert compared.mixing == ()
        assert compared.renames == {section: {old: "zz-new"}}


def _renamed(source: bytes, name: str) -> bytes:
    return re.sub(rf"(?<![\w/-]){re.escape(name)}(?![\w./-])", "zz-new", source.decode()).encode()


def _structs(value: Any) -> list[Struct]:
    found: list[Struct] = []
    if isinstance(value, Struct):
        found = [value, *(one for name in value.__struct_fields__ for one in _structs(getattr(value, name)))]
    elif isinstance(value, tuple | frozenset):
        found = [one for part in value for one in _structs(part)]
    elif isinstance(value, dict):
        found = [one for part in value.values() for one in _structs(part)]
    return found


def _shuffled(value: Any, random: Any) -> Any:
    """The same rules, their names and conditions in another order; entries stay as they are."""
    if isinstance(value, Struct):
        changed = {name: _shuffled(getattr(value, name), random) for name in value.__struct_fields__}
        if isinstance(value, All | AnyCondition | Not):
            changed["of"] = _mixed(changed["of"], random)
        if isinstance(value, Segment):
            changed["points"] = _mixed(changed["points"], random)
        if isinstance(value, Entry):
            changed["to"] = _mixed(changed["to"], random)
        return replace(value, **changed)
    if isinstance(value, dict):
        return {key: _shuffled(value[key], random) for key in _mixed(tuple(value), random)}
    if isinstance(value, tuple):
        return tuple(_shuffled(one, random) for one in value)
    return value


def _mixed(value: tuple[Any, ...], random: Any) -> tuple[Any, ...]:
    return tuple(random.sample(value, len(value)))
