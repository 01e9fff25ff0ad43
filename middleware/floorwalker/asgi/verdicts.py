"""Editors' expectations tried out: what a persona gets by these rules, against what was expected of them."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from floorwalker.asgi.referred import asked_by_entries, asked_by_segment, entries_showing, referred, why_of
from floorwalker.asgi.rules.rulebook import Rulebook
from floorwalker.asgi.walk import Walk
from floorwalker.core.decision import Decision, Explanation, Reason
from floorwalker.core.personas import Expectation, Persona
from floorwalker.core.ruleset import Slot
from floorwalker.core.trying.rehearsal import Rehearsal, rehearse

_KEPT: Mapping[Reason, str] = {
    Reason.OFF: "personalize: no keeps the whole page as it is",
    Reason.EXCLUDED: "they are in a segment that the site excludes",
    Reason.ROBOT: "robots see the page as it is",
}


class Miss(Struct, frozen=True):
    """One thing that is otherwise than expected. kind: segment or slot. why: the part of its tree that tells why."""

    kind: str
    name: str
    expected: str
    found: str
    why: tuple[Explanation, ...] = ()


class Verdict(Struct, frozen=True):
    """What came of one expectation."""

    expectation: Expectation
    misses: tuple[Miss, ...]

    @property
    def holds(self) -> bool:
        return not self.misses


def walk_of(rulebook: Rulebook, rehearsal: Rehearsal) -> Walk:
    """The walk of somebody made up: control groups are left aside."""
    return Walk(
        rulebook,
        rehearsal.hit,
        rehearsal.base,
        visitor=rehearsal.visitor,
        degraded=False,
        permission=rehearsal.permission,
        compared=False,
    )


def judge(rulebook: Rulebook, expectation: Expectation, *, now: float) -> Verdict:
    """Try one expectation out. now: for a persona who comes at no time of their own.

    All slots of the page are decided, in the order of the files, as on a page that holds them all.
    """
    persona = _there(rulebook.ruleset.personas[expectation.persona], expectation)
    at = persona.moment(now) if expectation.at is None else expectation.at
    walk = walk_of(rulebook, rehearse(rulebook.corridor, persona, at=at))
    misses = [*_segment_misses(walk, expectation)]
    decisions = {name: walk.decisions[name] for name in rulebook.ruleset.slots} if expectation.slots else {}
    for name, blocks in expectation.slots.items():
        misses += _slot_misses(rulebook.ruleset.slots[name], blocks, decisions[name], walk)
    return Verdict(expectation, tuple(misses))


def _there(persona: Persona, expectation: Expectation) -> Persona:
    return structs.replace(persona, url=expectation.url, page=None) if expectation.url else persona


def _segment_misses(walk: Walk, expectation: Expectation) -> Iterator[Miss]:
    inside = walk.segments
    wanted = expectation.exactly if expectation.exactly is not None else expectation.inside
    unwanted = sorted(inside.difference(wanted)) if expectation.exactly is not None else expectation.outside
    for name in wanted:
        if name not in inside:
            yield Miss("segment", name, "in it", "not in it", _why(walk, name))
    for name in unwanted:
        if name in inside:
            yield Miss("segment", name, "not in it", "in it", _why(walk, name))


def _why(walk: Walk, name: str) -> tuple[Explanation, ...]:
    moment = walk.decisions.moment
    segment = moment.ruleset.segments[name]
    return (why_of(segment, moment), *referred(asked_by_segment(segment), moment))


def _slot_misses(slot: Slot, blocks: Sequence[str], decision: Decision, walk: Walk) -> Iterator[Miss]:
    expected = " or ".join(blocks)
    if decision.reason is Reason.OTHER_PAGE:
        page = walk.signals.page
        here = f"{walk.signals.path}, a page of type {page.type}" if page.type else walk.signals.path
        found = f"nothing: it is not for {here}, but for {', '.join(slot.pages)}"
        yield Miss("slot", slot.name, expected, found)
        return
    shown = shown_by(decision)
    if shown in blocks or decision.block in blocks:
        return
    why = [entry for entry in decision.why.of if entry.holds or _names(entry, blocks)]
    if decision.reason in _KEPT:
        shown = f"{shown}: {_KEPT[decision.reason]}"
    elif any(_names(entry, blocks) for entry in why):
        why += referred(asked_by_entries(entries_showing(slot, blocks)), walk.decisions.moment)
    elif decision.reason is Reason.ENTRY and "default" not in blocks:
        shown = f"{shown}, whose entry comes before that of {expected}"
    yield Miss("slot", slot.name, expected, shown, tuple(why))


def shown_by(decision: Decision) -> str:
    """A block's name, `default` or `hide`."""
    kind = decision.content.kind
    return kind if kind in ("default", "hide") else decision.block


def _names(entry: Explanation, blocks: Sequence[str]) -> bool:
    """Whether it is an entry, or holds an entry, that shows one of the blocks."""
    return any(entry.condition.endswith(f" {block}") for block in blocks) or any(
        _names(one, blocks) for one in entry.of
    )
