"""What is usual: what a condition answers of whoever nothing that it names is known of, and what may change that.

Of a thousand segments nearly all ask for a campaign, a category, an event that this visitor never met. So each is given
its usual answer, and a cue: something that must be seen of a visitor before the answer can be another. It is enough to
wait for one part of a conjunction that does not hold; that which is cheapest to look for, and seldom seen, is taken.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from msgspec import Struct

from floorwalker.core.conditions.asking import holds_for
from floorwalker.core.conditions.matchers import AnyOf, PathIs, Range, Words
from floorwalker.core.conditions.model import (
    UNASKED,
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    Field,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.evaluation.counting import (
    all_hold,
    any_holds,
    asks_only_count,
    denied,
    holds_between,
    score_between,
    where_it_never_happened,
)
from floorwalker.core.memory.kept.counts import DIMENSIONS, EVENT
from floorwalker.core.ruleset import Segment


class Said(Struct, frozen=True):
    """There is a value of this field that may fit."""

    test: Test
    field: Field


class Happened(Struct, frozen=True):
    """Something happened, or is counted, for which this field of the behaviour may hold."""

    behaviour: Behaviour
    field: Field


class Counted(Struct, frozen=True):
    """The behaviour's count is another one than none."""

    behaviour: Behaviour


class Lot(Struct, frozen=True):
    """Their lot fell within the share."""

    chance: Chance


class Member(Struct, frozen=True):
    """Their membership of another segment is not the usual one."""

    name: str


class Otherwise(Struct, frozen=True):
    """The condition does not answer no; nothing but asking it tells."""

    condition: Condition


Cue = Said | Happened | Counted | Lot | Member | Otherwise


class Usual(Struct, frozen=True):
    """The answer that stands until one of the cues is seen. cost: of looking for them, and of seeing them in vain."""

    answer: bool | None
    cues: tuple[Cue, ...] = ()
    cost: int = 0


_NOBODY = Usual(False)
_EXACT, _HEAD, _MEMBER, _LOT, _NUMBER, _ANYTHING, _ASKED = 1, 2, 2, 3, 4, 6, 20
_LOOKED_UP = ("product", "topic", "tag", "category", "brand", "type", "price_tier")
"""Fields of a page that are looked up by their value, those that fewer visitors share first."""


def usual_segment(segment: Segment, usual: Mapping[str, bool | None]) -> Usual:
    """What is usual of a segment. usual: the answers of all that it may ask for; what is not there is no segment."""
    when = None if segment.when is None else usual_condition(segment.when, usual)
    if segment.score is None:
        return when or _NOBODY
    parts = [usual_condition(one.when, usual) for one in segment.points]
    least, most = score_between(zip([one.points for one in segment.points], [one.answer for one in parts], strict=True))
    scored = _joined(holds_between(segment.score, least, most), parts)
    return scored if when is None else _all([when, scored])


def usual_condition(condition: Condition, usual: Mapping[str, bool | None]) -> Usual:
    """What is usual of a condition; usual: as of `usual_segment`."""
    match condition:
        case Test():
            return _all([_of_field(condition, field) for field in condition.fields])
        case Behaviour():
            return _of_behaviour(condition)
        case Course():
            return _asked(condition)
        case InSegment():
            return _any([Usual(usual.get(name, False), (Member(name),), _MEMBER) for name in condition.names])
        case Chance():
            return Usual(False, (Lot(condition),), _LOT)
        case All():
            return _all([usual_condition(part, usual) for part in condition.of])
        case AnyCondition():
            return _any([usual_condition(part, usual) for part in condition.of])
        case Not():
            one = _any([usual_condition(part, usual) for part in condition.of])
            return Usual(denied(one.answer), one.cues, one.cost)
        case _:
            assert_never(condition)


def _all(parts: Sequence[Usual]) -> Usual:
    """Kleene's and: while one part is False, so is the whole."""
    if len(parts) == 1:
        return parts[0]
    settled = [one for one in parts if one.answer is False]
    return _cheapest(settled) if settled else _joined(all_hold([one.answer for one in parts]), parts)


def _any(parts: Sequence[Usual]) -> Usual:
    """Kleene's or: while one part is True, so is the whole."""
    if len(parts) == 1:
        return parts[0]
    settled = [one for one in parts if one.answer is True]
    return _cheapest(settled) if settled else _joined(any_holds([one.answer for one in parts]), parts)


def _cheapest(parts: Sequence[Usual]) -> Usual:
    return min(parts, key=lambda one: one.cost)


def _joined(answer: bool | None, parts: Sequence[Usual]) -> Usual:
    return Usual(answer, tuple([cue for one in parts for cue in one.cues]), sum([one.cost for one in parts]))


def _asked(condition: Condition) -> Usual:
    return Usual(False, (Otherwise(condition),), _ASKED)


def _of_field(test: Test, field: Field) -> Usual:
    if test.touch == UNASKED:
        return Usual(None)
    return Usual(holds_for(field.matcher, ()), (Said(test, field),), _cost(field))


def _cost(field: Field) -> int:
    match field.matcher:
        case AnyOf() | PathIs() as matcher:
            return _HEAD if matcher.patterns and any("*" in one for one in matcher.patterns) else _EXACT
        case Words():
            return _HEAD
        case Range():
            return _NUMBER
        case _:
            return _ANYTHING


def _of_behaviour(behaviour: Behaviour) -> Usual:
    if behaviour.share is not None:
        return _asked(behaviour)
    field = _looked_up(behaviour)
    if field is not None:
        return Usual(where_it_never_happened(behaviour), (Happened(behaviour, field),), _cost(field))
    is_plain = behaviour.name == "visits" or (behaviour.name == "viewed" and not behaviour.what)
    if is_plain and asks_only_count(behaviour):
        return Usual(where_it_never_happened(behaviour), (Counted(behaviour),), _NUMBER)
    return _asked(behaviour)


def _looked_up(behaviour: Behaviour) -> Field | None:
    """The field without which it cannot have happened, and which is kept under its value wherever it is kept."""
    match behaviour.name:
        case "did":
            names = [field for field in behaviour.what if field.name == "event"]
            return names[0] if names and _is_exact(names[0]) else None
        case "viewed":
            asked = {field.name: field for field in reversed(behaviour.what)}
            exact = [asked[name] for name in _LOOKED_UP if name in asked and _is_exact(asked[name])]
            return exact[0] if exact else _path(asked.get("path"))
        case _:
            return None


def _is_exact(field: Field) -> bool:
    return isinstance(field.matcher, AnyOf) and not field.matcher.patterns


def _path(field: Field | None) -> Field | None:
    if field is None or not isinstance(field.matcher, PathIs) or None in map(first_segment, field.matcher.patterns):
        return None
    return field


def first_segment(pattern: str) -> str | None:
    """With what any path begins that the pattern fits, up to the second slash; None where that may be anything."""
    first = next((one for one in pattern.split("/") if one), "")
    return None if "*" in first or "\n" in first else first


def dimension_of(happened: Happened) -> str:
    """Under what it is counted once it is no longer recent."""
    return DIMENSIONS.get(happened.field.name, EVENT)
