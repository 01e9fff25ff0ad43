"""How one condition became another: compared as trees, told in the words in which they were written."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from floorwalker.core.conditions.model import All, AnyCondition, Condition, Not
from floorwalker.rulefile.comparing.flow import was
from floorwalker.rulefile.comparing.meaning import alternatives, conjuncts, meaning, means_the_same, telling_fields
from floorwalker.rulefile.comparing.words import listed, plain


class Wording(Struct, frozen=True):
    """How it is said that a part came, went, or changed."""

    came: str
    went: str
    changed: str


_ALL = Wording("now also asks {new}", "no longer asks {old}", "now asks {new} ({was})")
_ANY = Wording("now {new} counts, too", "{old} no longer counts", "what counts is now {new} ({was})")
_NONE = Wording("now also keeps out {new}", "no longer keeps out {old}", "now keeps out {new} ({was})")


def words_of(condition: Condition, *, inside: bool = False) -> str:
    """A condition in full, on one line."""
    match condition:
        case All() | AnyCondition():
            parts = conjuncts(condition) if isinstance(condition, All) else alternatives(condition)
            told = listed([words_of(part, inside=True) for part in parts], _JOINED[type(condition)])
            if not parts:
                return "nothing" if isinstance(condition, All) else "what nobody fulfils"
            return f"({told})" if inside and len(parts) > 1 else told
        case Not():
            parts = condition.of
            of = words_of(AnyCondition(parts), inside=True) if parts else "nothing"
            return f"not {of}"
        case _:
            return condition.written or _unwritten(condition)


_JOINED: dict[type, str] = {All: "and", AnyCondition: "or"}


def asked_changes(old: Condition | None, new: Condition | None) -> list[str]:
    """What one asks that the other does not; nothing where they mean the same."""
    if means_the_same(old, new):
        return []
    if old is None:
        return [f"now asks {words_of(new)}"] if new is not None else []
    if new is None:
        return [f"no longer asks {words_of(old)}"]
    return _changes(conjuncts(old), conjuncts(new), _ALL)


def _changes(old: Sequence[Condition], new: Sequence[Condition], wording: Wording) -> list[str]:
    """What became of the parts of one list, whatever their order."""
    kept = {meaning(part) for part in old} & {meaning(part) for part in new}
    gone = [part for part in old if meaning(part) not in kept]
    fresh = [part for part in new if meaning(part) not in kept]
    told: list[str] = []
    for part in fresh:
        before = _nearest(part, gone)
        if before is None:
            told.append(wording.came.format(new=words_of(part, inside=True)))
        else:
            gone.remove(before)
            told += _changed(before, part, wording)
    return told + [wording.went.format(old=words_of(part, inside=True)) for part in gone]


def _changed(old: Condition, new: Condition, wording: Wording) -> list[str]:
    """How one part became another of its kind."""
    match old, new:
        case Not(), Not():
            return _changes(alternatives(AnyCondition(old.of)), alternatives(AnyCondition(new.of)), _NONE)
        case (AnyCondition(), _) | (_, AnyCondition()):
            ways = _changes(alternatives(old), alternatives(new), _ANY)
            return ways if wording is _ALL else [_whole(old, new, wording)]
        case All(), All():
            return [_whole(old, new, wording)]
        case _:
            return [_leaf(old, new, wording)]


def _whole(old: Condition, new: Condition, wording: Wording) -> str:
    return wording.changed.format(new=words_of(new, inside=True), was=f"was {words_of(old, inside=True)}")


def _leaf(old: Condition, new: Condition, wording: Wording) -> str:
    before, after = words_of(old), words_of(new)
    told = was(before, after)
    if told:
        return wording.changed.format(new=after, was=told)
    return f"{after} now means something else: {'; '.join(_other_fields(old, new))}"


def _other_fields(old: Struct, new: Struct) -> list[str]:
    """Where two structs differ that are written the same: a place was moved, or a very long list was cut short."""
    found = []
    for name in telling_fields(new):
        before, after = getattr(old, name, None), getattr(new, name)
        if not means_the_same(before, after):
            found.append(f"{name} is {plain(after) or 'not set'}, was {plain(before) or 'not set'}")
    return found


def _nearest(part: Condition, among: Sequence[Condition]) -> Condition | None:
    """The condition that this one was before, if any of these was: of the same name, and with most in common."""
    alike = [one for one in among if _head(one) == _head(part)] or [one for one in among if _widened(one, part)]
    return max(alike, key=lambda one: _common(one, part)) if alike else None


def _widened(one: Condition, other: Condition) -> bool:
    """Whether one is among the ways of the other: what was asked alone became one of several."""
    ways, others = alternatives(one), alternatives(other)
    is_any = isinstance(one, AnyCondition) or isinstance(other, AnyCondition)
    return is_any and any(meaning(way) in {meaning(each) for each in others} for way in ways)


def _head(condition: Condition) -> tuple[Any, ...]:
    names = [getattr(condition, name, None) for name in ("name", "touch", "of")]
    plain_names = [name if isinstance(name, str) else None for name in names]
    asked = getattr(condition, "asked", None)
    return (type(condition), type(asked), *plain_names)


def _common(one: Condition, other: Condition) -> int:
    """How much two conditions of the same kind share."""
    if isinstance(one, All | AnyCondition | Not) and isinstance(other, All | AnyCondition | Not):
        return len({meaning(part) for part in one.of} & {meaning(part) for part in other.of})
    mine, theirs = _facts(one), _facts(other)
    return len(mine & theirs)


def _facts(condition: Condition) -> set[Any]:
    found: set[Any] = set()
    for name in telling_fields(condition):
        value = getattr(condition, name)
        found |= {(name, meaning(each)) for each in (value if isinstance(value, tuple) else (value,))}
    return found


def _unwritten(condition: Condition) -> str:
    """A condition that no file wrote, such as one made by a program."""
    name = getattr(condition, "name", type(condition).__name__)
    asked = [f"{field} {told}" for field in telling_fields(condition) if (told := plain(getattr(condition, field)))]
    return f"{name}: {{{', '.join(asked)}}}"
