"""The `history` of a persona: what happened before, each with its time."""

from collections.abc import Iterator, Mapping, Sequence

from floorwalker.core.events import SLOT_CLICKED, SLOT_SHOWN, Scalar
from floorwalker.core.personas import Happening
from floorwalker.rulefile.fields import Fields, as_list, as_mapping
from floorwalker.rulefile.nodes import Node
from floorwalker.rulefile.problems import one_of
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.persona_keys import HISTORY_KEYS
from floorwalker.rulefile.trying.requests import page_address, read_address, read_page, read_scalars, whole_address
from floorwalker.rulefile.values import Misread, count

SlotsOf = Mapping[str, Sequence[str]]
"""Block → the slots that can show it."""

_MOST_TIMES = 500
_SAYS = ("viewed", "url", "saw", "clicked", "did")
_BESIDE = {"referrer": ("viewed", "url"), "page": ("viewed", "url"), "in": ("saw", "clicked"), "with": ("did",)}


def read_history(fields: Fields, slots_of: SlotsOf, reading: Reading) -> tuple[Happening, ...]:
    """What happened, as it is written. An entry that says several things is all of them: seen, shown, clicked, done."""
    node = fields.get("history")
    items = None if node is None else as_list(node, "history", reading.findings, fields.example("history"))
    found: list[Happening] = []
    for item in items.items if items is not None else ():
        found.extend(_happenings(item, slots_of, reading))
    return tuple(found)


def _happenings(node: Node, slots_of: SlotsOf, reading: Reading) -> Iterator[Happening]:
    mapping = as_mapping(node, "an entry of history", reading.findings, "- {ago: 3 days, viewed: /lenses}")
    if mapping is None:
        return
    fields = Fields(mapping, HISTORY_KEYS, "an entry of history", reading.findings, reading.names)
    _report_stray(fields)
    ago, times = fields.duration("ago", 0.0), fields.read("times", _times, 1)
    if url := read_address("viewed", fields, page_address) or read_address("url", fields, page_address):
        referrer = read_address("referrer", fields, whole_address)
        yield Happening(ago, url=url, referrer=referrer, page=read_page(fields, reading), times=times)
    slot = fields.name("in")
    for key, event in (("saw", SLOT_SHOWN), ("clicked", SLOT_CLICKED)):
        if block := fields.name(key):
            told = {"slot": slot or _only(slots_of.get(block, ())), "block": block}
            yield Happening(ago, event=event, properties=told, times=times)
    properties: dict[str, Scalar] = read_scalars("with", fields)
    if did := fields.text("did"):
        yield Happening(ago, event=did, properties=properties, times=times)


def _report_stray(fields: Fields) -> None:
    """What says nothing, says it twice, or stands beside what it does not belong to."""
    if not any(name in fields for name in _SAYS) and not fields.node.lost:
        hint = f"write one of {one_of(_SAYS)}"
        fields.findings.error(fields.node.at, "missing", "this entry does not say what happened", hint)
    if "viewed" in fields and "url" in fields:
        message = "viewed and url both say which page"
        fields.findings.error(fields.key("url").at, "twice", message, "keep one of them")
    for name, beside in _BESIDE.items():
        if name in fields and not any(other in fields for other in beside):
            hint = f"write {one_of(beside)} beside it, or take it out"
            fields.findings.error(fields.key(name).at, "stray", f"{name} belongs to {one_of(beside)}", hint)


def _times(text: str) -> int:
    times = int(count(text))
    if not 1 <= times <= _MOST_TIMES:
        raise Misread(f"{text} is out of range", f"write from 1 to {_MOST_TIMES}")
    return times


def _only(slots: Sequence[str]) -> str:
    return slots[0] if len(slots) == 1 else ""
