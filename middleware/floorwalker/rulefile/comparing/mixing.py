"""Where figures from before and after a change would be added up under one name, and what to write instead."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from floorwalker.core.conditions.model import Chance, Condition, InSegment
from floorwalker.core.ruleset import Entry, Ruleset, Segment, Slot
from floorwalker.rulefile.comparing import words
from floorwalker.rulefile.comparing.changes import Mixing
from floorwalker.rulefile.comparing.meaning import field_meaning, meaning, means_the_same
from floorwalker.rulefile.comparing.texts import Texts, all_entries, live_contents

_NOT_COUNTED = ("default", "hide")


def mixings(old: Ruleset, new: Ruleset, old_texts: Texts, new_texts: Texts) -> Iterator[Mixing]:
    """Every mixing. Names that were renamed are already the new ones in `old`: a new name mixes nothing."""
    yield from _of_site(old, new)
    yield from _of_segments(old, new)
    yield from _of_blocks(old, new, old_texts, new_texts)
    for name, slot in new.slots.items():
        if name in old.slots:
            yield from _of_slot(old.slots[name], slot)
    yield from _of_experiments(old, new)
    yield from _of_goals(old, new)
    yield from _of_promotions(old, new)


def fresh_name(name: str, taken: Iterable[str] = ()) -> str:
    """A name like this one that nobody has: hero-2, then hero-3; a template keeps its ending."""
    stem, dot, ending = name.rpartition(".") if "/" in name or name.endswith((".html", ".txt")) else (name, "", "")
    found = re.fullmatch(r"(.*)-([2-9])", stem)
    base, number = (found[1], int(found[2]) + 1) if found else (stem, 2)
    others = frozenset(taken)
    while f"{base}-{number}{dot}{ending}" in others:
        number += 1
    return f"{base}-{number}{dot}{ending}"


def _of_site(old: Ruleset, new: Ruleset) -> Iterator[Mixing]:
    if old.site.control != new.site.control:
        why = f"the share kept for comparison {_turned(old.site.control, new.site.control)}"
        instead = "it has no name to change: read reports from this day on, or up to it, never across"
        yield Mixing("site", "control", f"{why}, so some visitors change sides", instead)
    if old.site.currency != new.site.currency:
        why = f"amounts in {old.site.currency} and in {new.site.currency} would be added up"
        yield Mixing("site", "currency", why, "read reports from this day on, or up to it, never across")


def _turned(old: float, new: float) -> str:
    return f"is now {words.share(new) or 'none'} (was {words.share(old) or 'none'})"


def _of_segments(old: Ruleset, new: Ruleset) -> Iterator[Mixing]:
    """Segments that somebody sees something by: reports are read by them."""
    used = _used_segments(new)
    asking: dict[str, list[str]] = {}
    for one in sorted(used):
        for asked in _asked_by(new, one) - {one}:
            asking.setdefault(asked, []).append(one)
    for name, segment in new.segments.items():
        before = old.segments.get(name)
        if before is None or before.draft or segment.draft or name not in used or _asks(before) == _asks(segment):
            continue
        with_it = f", and with it {words.listed(asking[name], 'and')}" if name in asking else ""
        why = f"other people are in it than before{with_it}: reports by segment would mix the two"
        yield Mixing(
            "segment", name, why, f"a segment of a new name, {fresh_name(name, new.segments)}, for the new rule"
        )


def _asks(segment: Segment) -> Any:
    return tuple(field_meaning(segment, name) for name in ("when", "score", "points"))


def _used_segments(ruleset: Ruleset) -> frozenset[str]:
    """The segments by which slots show something, those that they ask for with them."""
    named: set[str] = set(ruleset.site.exclude)
    for slot in ruleset.slots.values():
        for entry in all_entries(slot.show):
            named |= {*entry.to, *_names_in(entry.when)}
            named |= {entry.score} if isinstance(entry.score, str) else set()
    return frozenset(named).union(*(_asked_by(ruleset, name) for name in named))


def _asked_by(ruleset: Ruleset, name: str) -> frozenset[str]:
    """The segments that one asks for, and those that these ask for."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        segment = ruleset.segments.get(waiting.pop())
        asked = set() if segment is None else _names_in([segment.when, *(one.when for one in segment.points)])
        waiting += asked - found
        found |= asked
    return frozenset(found)


def _names_in(conditions: Any) -> set[str]:
    return {name for one in _all_in(conditions, InSegment) for name in one.names}


def _all_in(value: Any, kind: type) -> Iterator[Any]:
    """Every condition of a kind, however deep it lies."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _all_in(one, kind)
    elif isinstance(getattr(value, "of", None), tuple):
        yield from _all_in(value.of, kind)


def _of_blocks(old: Ruleset, new: Ruleset, old_texts: Texts, new_texts: Texts) -> Iterator[Mixing]:
    """Names under which something else is shown now."""
    before, after = _by_block(old, old_texts), _by_block(new, new_texts)
    for name, content in after.items():
        if name in before and before[name] != content:
            why = "what it shows changes, its name stays: impressions and clicks of both would be added up"
            instead = f"name: {fresh_name(name, after)}"
            if name in new.blocks:
                instead = f"a block of a new name, {fresh_name(name, after)}, for the new content"
            elif "." in name or "/" in name:
                instead = f"block: {fresh_name(name, new_texts.files)}, a copy of the template with the change in it"
            yield Mixing("block", name, why, instead)


def _by_block(ruleset: Ruleset, texts: Texts) -> dict[str, frozenset[Any]]:
    found: dict[str, frozenset[Any]] = {}
    for content in live_contents(ruleset):
        if content.kind not in _NOT_COUNTED and content.name:
            found[content.name] = found.get(content.name, frozenset()) | {texts.meaning(content)}
    return found


def _of_slot(old: Slot, new: Slot) -> Iterator[Mixing]:
    told = []
    if old.goal != new.goal:
        told.append(f"its goal is now {new.goal or 'none'} (was {old.goal or 'none'})")
    if old.control != new.control:
        told.append(f"its control {_turned(old.control, new.control)}, so some visitors change sides")
    told += _of_choice(old, new)
    if told:
        keeps = "its selector stays" if new.at else "the page has to mark that name"
        instead = f"a slot of a new name, {fresh_name(new.name)} ({keeps}); or let this one run to its end first"
        yield Mixing("slot", new.name, "; ".join(told), instead)


def _of_choice(old: Slot | Entry, new: Slot | Entry) -> Iterator[str]:
    """How one of several is chosen, here and in nested entries that are still there."""
    if old.choose != new.choose:
        yield f"it now chooses {new.choose} (was {old.choose})"
    elif new.choose == "weighted":
        yield from _of_weights(old.show, new.show)
    nested = {_nest(entry): entry for entry in old.show if entry.show}
    for entry in new.show:
        if entry.show and _nest(entry) in nested:
            yield from _of_choice(nested[_nest(entry)], entry)


def _nest(entry: Entry) -> Any:
    return (frozenset(entry.to), meaning(entry.when))


def _of_weights(old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[str]:
    before, after = _shares(old), _shares(new)
    if before.keys() != after.keys():
        yield "other blocks share its visitors by weight, so visitors move between those that stay"
    elif any(abs(before[name] - after[name]) > 1e-9 for name in after):
        parts = words.listed([f"{name} {words.share(part) or '0 %'}" for name, part in after.items()], "and")
        yield f"its weights are others, so visitors move between its blocks (now {parts})"


def _shares(entries: Iterable[Entry]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for entry in entries:
        name = "several entries" if entry.content is None else words.content(entry.content)
        weights[name] = weights.get(name, 0.0) + entry.weight
    total = sum(weights.values()) or 1.0
    return {name: weight / total for name, weight in weights.items()}


def _of_experiments(old: Ruleset, new: Ruleset) -> Iterator[Mixing]:
    """`chance of:` names, whose share or whose audience is another."""
    before, after = _experiments(old), _experiments(new)
    for name, (shares, audience) in after.items():
        if name not in before:
            continue
        old_shares, old_audience = before[name]
        told = []
        if shares != old_shares:
            told.append(f"its chance is now {_percents(shares)} (was {_percents(old_shares)})")
        elif audience != old_audience:
            told.append("other people take part in it than before")
        for why in told:
            yield Mixing("experiment", name, why, f"of: {fresh_name(name, after)}, which begins a new experiment")


def _percents(shares: frozenset[float]) -> str:
    return words.listed([words.share(one) or "0 %" for one in sorted(shares)], "and")


def _experiments(ruleset: Ruleset) -> Mapping[str, tuple[frozenset[float], frozenset[Any]]]:
    """By name: the shares, and who takes part."""
    shares: dict[str, set[float]] = {}
    audience: dict[str, set[Any]] = {}

    def note(conditions: Any, who: Callable[[], Any]) -> None:
        for chance in _all_in(conditions, Chance):
            shares.setdefault(chance.of, set()).add(chance.share)
            audience.setdefault(chance.of, set()).add(who())

    for segment in ruleset.segments.values():
        asked = [segment.when, *(one.when for one in segment.points)]
        note(asked, lambda asked=asked: _people(ruleset, asked, ()))  # type: ignore[misc]
    for slot in ruleset.slots.values():
        for entry in all_entries(slot.show):
            note(entry.when, lambda entry=entry: _people(ruleset, [entry.when], entry.to))  # type: ignore[misc]
    return {name: (frozenset(shares[name]), frozenset(audience[name])) for name in shares}


def _people(ruleset: Ruleset, conditions: list[Condition | None], to: Iterable[str]) -> Any:
    """Who is meant: the conditions, and what every segment in them asks."""
    named = {*to, *_names_in(conditions)}
    named = named.union(*(_asked_by(ruleset, name) for name in named))
    segments = {name: ruleset.segments.get(name) for name in named}
    asked = frozenset((name, None if one is None else _asks(one)) for name, one in segments.items())
    return (frozenset(to), frozenset(map(meaning, conditions)), asked)


def _of_goals(old: Ruleset, new: Ruleset) -> Iterator[Mixing]:
    for name, goal in new.goals.items():
        if name in old.goals and not means_the_same(old.goals[name], goal):
            why = "what counts as success is something else now: conversions of both would be added up"
            yield Mixing("goal", name, why, f"a goal of a new name, {fresh_name(name, new.goals)}")


def _of_promotions(old: Ruleset, new: Ruleset) -> Iterator[Mixing]:
    for name, promotion in new.promotions.items():
        before = old.promotions.get(name)
        if before is not None and before.control != promotion.control:
            why = f"its control {_turned(before.control, promotion.control)}, so some visitors change sides"
            yield Mixing("promotion", name, why, f"a promotion of a new name, {fresh_name(name, new.promotions)}")
