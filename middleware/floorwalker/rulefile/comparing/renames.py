"""Names that changed while what they name stayed: found, and put into the old rules, so that the rest compares."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.conditions.matchers import AnyOf, fold_text
from floorwalker.core.conditions.model import Field, InSegment, Stage
from floorwalker.core.personas import Expectation, Facts, Happening, Persona
from floorwalker.core.ruleset import (
    Block,
    Content,
    Entry,
    Funnel,
    Goal,
    PageRule,
    Promotion,
    Ruleset,
    Segment,
    Site,
    Slot,
    Topic,
)
from floorwalker.rulefile.comparing.meaning import meaning

Names = Mapping[str, str]
Renames = Mapping[str, Names]

_SECTIONS = ("segments", "blocks", "slots", "goals", "funnels", "promotions", "personas", "topics")
_NAMES_OF: Mapping[tuple[type, str], str] = {
    (Segment, "name"): "segments",
    (InSegment, "names"): "segments",
    (Entry, "to"): "segments",
    (Entry, "score"): "segments",
    (Site, "exclude"): "segments",
    (Expectation, "inside"): "segments",
    (Expectation, "outside"): "segments",
    (Expectation, "exactly"): "segments",
    (Block, "name"): "blocks",
    (Content, "name"): "blocks",
    (Slot, "name"): "slots",
    (Goal, "name"): "goals",
    (Slot, "goal"): "goals",
    (Slot, "guardrails"): "goals",
    (Site, "guardrails"): "goals",
    (Funnel, "name"): "funnels",
    (Promotion, "name"): "promotions",
    (Entry, "promotion"): "promotions",
    (Persona, "name"): "personas",
    (Expectation, "persona"): "personas",
    (Topic, "name"): "topics",
    (PageRule, "topics"): "topics",
    (Facts, "dominant_interest"): "topics",
    (Facts, "next_interest"): "topics",
    (Stage, "funnel"): "funnels",
}
"""Where a name of which section stands."""
_ASKED = {"block": "blocks", "slot": "slots", "topic": "topics", "funnel": "funnels"}
"""Fields of conditions, and properties of what a persona did, that name something."""


def find_renames(old: Ruleset, new: Ruleset) -> tuple[Ruleset, dict[str, dict[str, str]]]:
    """The old rules under the new names, and which names those are, by section: old → new.

    Something was renamed where one name is gone, another is new, and what they name is the same, but for names.
    """
    found: dict[str, dict[str, str]] = {}
    for _ in range(_ROUNDS):
        fresh = {section: names for section in _SECTIONS if (names := _renamed_in(section, old, new))}
        if not fresh:
            break
        old = with_names(old, fresh)
        for section, names in fresh.items():
            found.setdefault(section, {}).update(names)
    return old, found


_ROUNDS = 8  # what names something that was itself renamed is recognised in the next round


def _renamed_in(section: str, old: Ruleset, new: Ruleset) -> dict[str, str]:
    before, after = _by_name(getattr(old, section)), _by_name(getattr(new, section))
    fresh: dict[Any, list[str]] = {}
    for name, thing in after.items():
        if name not in before:
            fresh.setdefault(_nameless(section, name, thing), []).append(name)
    found: dict[str, str] = {}
    for was, thing in before.items():
        if fresh and was not in after and (alike := fresh.get(_nameless(section, was, thing))):
            found[was] = alike.pop(0)
    return found


def _nameless(section: str, name: str, thing: Any) -> Any:
    """What something means, whatever it is called."""
    return meaning(with_names(thing, {section: {name: ""}}))


def _by_name(things: Any) -> Mapping[str, Any]:
    return things if isinstance(things, Mapping) else {thing.name: thing for thing in things}


def with_names(value: Any, names: Renames) -> Any:
    """A part of the rules with other names wherever they stand; `written` stays as it was written."""
    match value:
        case Field(matcher=AnyOf()) if value.name in _ASKED:
            return replace(value, matcher=_asked(value.matcher, names.get(_ASKED[value.name], {})))
        case Struct():
            changed = {name: _of_field(value, name, names) for name in value.__struct_fields__}
            return replace(value, **changed)
        case Mapping():
            return {key: with_names(one, names) for key, one in value.items()}
        case tuple():
            return tuple(with_names(one, names) for one in value)
        case _:
            return value


def _of_field(owner: Struct, name: str, names: Renames) -> Any:
    value = getattr(owner, name)
    own = names.get(_NAMES_OF.get((type(owner), name), ""), {})
    match value:
        case str():
            return own.get(value, value)
        case tuple() if own and all(isinstance(one, str) for one in value):
            return tuple(own.get(one, one) for one in value)
        case Mapping() if isinstance(owner, Ruleset):
            keys = names.get(name, {})
            return {keys.get(key, key): with_names(one, names) for key, one in value.items()}
        case Mapping() if isinstance(owner, Expectation):
            slots, blocks = names.get("slots", {}), names.get("blocks", {})
            return {
                slots.get(slot, slot): tuple(blocks.get(block, block) for block in any_of)
                for slot, any_of in value.items()
            }
        case Mapping() if isinstance(owner, Happening):
            return {
                key: names.get(_ASKED.get(key, ""), {}).get(one, one) if isinstance(one, str) else one
                for key, one in value.items()
            }
        case _:
            return with_names(value, names)


def _asked(matcher: Any, names: Names) -> Any:
    folded = {fold_text(old): fold_text(new) for old, new in names.items()}
    return AnyOf(frozenset(folded.get(one, one) for one in matcher.exact), matcher.patterns)
