"""Which segments are watched, what they ask of what is remembered, and the mark by which a changed one is known."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from msgspec import NODEFAULT, Struct, structs

from floorwalker.core.conditions.asking import holds_for
from floorwalker.core.conditions.model import (
    UNASKED,
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.conditions.standing import asks_request
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.ruleset import Points, Ruleset, Segment

MOST_WATCHED = 32  # segments of one ruleset

Leaf = Test | Behaviour | Course | InSegment | Chance

_OF_BLOCKS = ("saw", "clicked")


def watched_names(ruleset: Ruleset) -> tuple[str, ...]:
    """The watched segments that are live, in their order; no more than MOST_WATCHED."""
    return tuple([name for name, one in ruleset.segments.items() if one.watch and not one.draft])[:MOST_WATCHED]


def asked_by(segments: Mapping[str, Segment], name: str) -> dict[str, Segment]:
    """A segment and those that it asks for, one by way of the other."""
    found: dict[str, Segment] = {}
    waiting = [name]
    while waiting:
        segment = segments.get(one := waiting.pop())
        if segment is not None and one not in found:
            found[one] = segment
            waiting += [other for leaf in leaves(conditions_of(segment)) for other in _named(leaf)]
    return found


def conditions_of(segment: Segment) -> list[Condition]:
    """What a segment asks, its points included."""
    return [*([] if segment.when is None else [segment.when]), *(one.when for one in segment.points)]


def leaves(conditions: Iterable[Condition]) -> Iterator[Leaf]:
    """The conditions that are not composed of others."""
    for one in conditions:
        if isinstance(one, All | AnyCondition | Not):
            yield from leaves(one.of)
        else:
            yield one


def of_memory(ruleset: Ruleset, names: Iterable[str]) -> Ruleset:
    """The same rules with these segments and what they ask for alone; whatever only a request can answer is unknown."""
    needed = {one: segment for name in names for one, segment in asked_by(ruleset.segments, name).items()}
    return structs.replace(ruleset, segments={name: _remembering(one) for name, one in needed.items()})


def fingerprint(ruleset: Ruleset, name: str) -> int:
    """31 bits of all that decides who is in a segment: what it asks, what the segments in it ask, and the site's
    settings and blocks that these depend on. How it is written does not count."""
    needed = asked_by(ruleset.segments, name)
    asked = [leaf for one in needed.values() for leaf in leaves(conditions_of(one))]
    parts = {one: _text((needed[one].when, needed[one].score, needed[one].points, needed[one].draft)) for one in needed}
    whole = _text((name, parts, _settings(ruleset, asked), _blocks(ruleset, asked)))
    return int.from_bytes(blake2b(whole.encode(), digest_size=4, person=b"fw-watch").digest(), "big") >> 1


def _named(leaf: Leaf) -> tuple[str, ...]:
    return leaf.names if isinstance(leaf, InSegment) else ()


def _remembering(segment: Segment) -> Segment:
    points = tuple([Points(one.points, _remembered(one.when)) for one in segment.points])
    return structs.replace(segment, when=None if segment.when is None else _remembered(segment.when), points=points)


def _remembered(condition: Condition) -> Condition:
    match condition:
        case Test() if asks_request(condition):
            return structs.replace(condition, touch=UNASKED)
        case All() | AnyCondition() | Not():
            return structs.replace(condition, of=tuple(map(_remembered, condition.of)))
        case _:
            return condition


def _settings(ruleset: Ruleset, asked: Iterable[Leaf]) -> tuple[Any, ...]:
    """What the site sets that these conditions read: the calendar, the currency, the price tiers."""
    site, names = ruleset.site, {_name(leaf) for leaf in asked}
    found: list[Any] = [site.timezone, site.week_starts]
    if names & {"cart", "spent", "average_order"}:
        found.append(site.currency)
    if "preferred_price_tier" in names:
        found += [site.price_tiers, tuple(dict.fromkeys(one.price_tier for one in ruleset.pages if one.price_tier))]
    return tuple(found)


def _name(leaf: Leaf) -> str:
    return leaf.name if isinstance(leaf, Test | Behaviour) else ""


def _blocks(ruleset: Ruleset, asked: Iterable[Leaf]) -> tuple[Any, ...]:
    """The blocks that each condition on blocks means, of those that there are."""
    about = [leaf for leaf in asked if isinstance(leaf, Behaviour) and leaf.name in _OF_BLOCKS]
    known = ruleset.once(Plan).block_names if about else ()
    return tuple([tuple(sorted(block for block in known if _means(leaf, block))) for leaf in about])


def _means(leaf: Behaviour, block: str) -> bool:
    return all(holds_for(one.matcher, (block,)) for one in leaf.what if one.name == "block")


def _text(value: Any) -> str:
    """A value as a text that is the same in every process. What has its default is left out, so that a later release
    may know more fields."""
    match value:
        case All() | AnyCondition() if len(value.of) == 1:
            return _text(value.of[0])
        case All() | AnyCondition() | Not():
            return f"{type(value).__name__}({','.join(sorted(map(_text, value.of)))})"
        case Struct():
            told = [(one.name, getattr(value, one.name), one.default) for one in structs.fields(type(value))]
            said = [
                (name, this)
                for name, this, usual in told
                if name != "written" and (usual is NODEFAULT or this != usual)
            ]
            return f"{type(value).__name__}({','.join(f'{name}={_text(this)}' for name, this in said)})"
        case Mapping():
            return "{" + ",".join(f"{key}:{_text(value[key])}" for key in sorted(value)) + "}"
        case frozenset():
            return "{" + ",".join(sorted(map(_text, value))) + "}"
        case tuple() | list():
            return "(" + ",".join(map(_text, value)) + ")"
        case _:
            return repr(value)
