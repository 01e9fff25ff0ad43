"""The section `promotions`: one date, many slots. What a promotion brings to a slot stands before its own entries."""

from collections.abc import Mapping as Map

from msgspec.structs import replace

from floorwalker.core.ruleset import Entry, Promotion, Schedule, Slot
from floorwalker.rulefile.fields import Fields, as_list, as_mapping, attempt, label
from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence
from floorwalker.rulefile.problems import nearest
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.showing.content import is_draft, read_schedule
from floorwalker.rulefile.showing.entries import FIRST, read_entries
from floorwalker.rulefile.tables.sections import PROMOTION_KEYS

Brought = dict[str, tuple[Entry, ...]]


def read_promotions(
    pairs: list[tuple[Scalar, Node]], slots: Map[str, Slot], reading: Reading
) -> tuple[dict[str, Promotion], dict[str, Slot]]:
    """Every promotion, in the order of the files, and the slots with what they bring.

    A slot that only promotions name is one that the pages mark.
    """
    found: dict[str, Promotion] = {}
    brought: Brought = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "slots: {hero: {block: hero/new.html}}")
        if node is None:
            continue
        with reading.names.within(draft=is_draft(node)):
            found[name.text] = _promotion(name.text, node, brought, reading)
    return found, _with_brought(slots, brought)


def _promotion(name: str, node: Mapping, brought: Brought, reading: Reading) -> Promotion:
    fields = Fields(node, PROMOTION_KEYS, f"the promotion {name}", reading.findings, reading.names)
    fields.text("about")
    promotion = Promotion(
        name,
        schedule=read_schedule(fields, f"the promotion {name}", reading),
        control=fields.share("control"),
        draft=fields.yes_no("draft", False),
    )
    for slot, value in fields.mapping("slots") or ():
        _name_slot(slot, reading)
        entries = [replace(entry, promotion=name) for entry in _entries(slot, value, promotion, reading)]
        brought[slot.text] = (*brought.get(slot.text, ()), *entries)
    return promotion


def _name_slot(slot: Scalar, reading: Reading) -> None:
    """The slot is one of `slots`, or one that pages mark; what is nearly one of `slots` is hardly meant so."""
    known = list(reading.names.known("slot"))
    if slot.text in known:
        return
    attempt(slot, label, "", reading.findings)
    reading.names.define("slot", slot.text, slot.at)
    meant = nearest(slot.text, known)
    if meant is not None:
        message = f"there is no slot {slot.text} in slots:, so it is shown only where a page marks one of that name"
        reading.findings.warn(slot.at, "unknown-slot", message, f"did you mean {meant}?")


def _entries(slot: Scalar, value: Node, promotion: Promotion, reading: Reading) -> tuple[Entry, ...]:
    """One entry, or a list of which the first that fits is shown."""
    if isinstance(value, Sequence):
        items = as_list(value, slot.text, reading.findings, "{block: hero/new.html}")
        nodes = () if items is None else items.items
    else:
        nodes = (value,)
    entries = read_entries(nodes, FIRST, reading)
    if len(entries) == len(nodes):
        for node, entry in zip(nodes, entries, strict=True):
            if _never_together(entry.limits.schedule, promotion.schedule):
                message = f"its dates lie outside those of the promotion {promotion.name}, so it is never shown"
                reading.findings.warn(node.at, "never", message, "bring its from: and until: within the promotion's")
    return entries


def _never_together(one: Schedule, other: Schedule) -> bool:
    return _over_before(one, other) or _over_before(other, one)


def _over_before(one: Schedule, other: Schedule) -> bool:
    return one.end is not None and other.start is not None and one.end <= other.start


def _with_brought(slots: Map[str, Slot], brought: Brought) -> dict[str, Slot]:
    found = dict(slots)
    for name, entries in brought.items():
        slot = slots.get(name, Slot(name))
        found[name] = replace(slot, show=(*entries, *slot.show))
    return found
