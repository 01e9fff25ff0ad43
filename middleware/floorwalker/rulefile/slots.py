"""The section `slots`: places in a page, and what each shows to whom."""

from floorwalker.core.ruleset import Content, Entry, Limits, Slot
from floorwalker.rulefile.conditions import comes_later, read_when
from floorwalker.rulefile.fields import Fields, as_list, as_mapping, label, many_texts
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.sections import CHOOSE_NOW, ENTRY_KEYS, LATER_ENTRY_KEYS, OTHERWISE_KEYS, SLOT_KEYS
from floorwalker.rulefile.showing import read_content, read_limits
from floorwalker.rulefile.values import Misread, path

_DEEPEST_SHOW = 8


def read_slots(pairs: list[tuple[Scalar, Node]], reading: Reading) -> dict[str, Slot]:
    """Every slot, in the order of the files."""
    found: dict[str, Slot] = {}
    for name, value in pairs:
        node = as_mapping(value, name.text, reading.findings, "show: [{block: hero/new.html}]")
        if node is not None:
            found[name.text] = _slot(name, node, reading)
    return found


def _slot(name: Scalar, node: Mapping, reading: Reading) -> Slot:
    fields = Fields(node, SLOT_KEYS, f"the slot {name.text}", reading.findings, reading.names)
    fields.text("about")
    at = fields.text("at")
    place = fields.choice("place", "inside")
    _check_selector(at, place, fields, reading)
    return Slot(
        name=name.text,
        show=_show(fields, reading, 0),
        pages=_pages(fields, reading),
        at=at,
        place=place,
        goal=fields.name("goal"),
        control=fields.share("control"),
        choose=_choose(fields, reading),
        otherwise=_otherwise(fields, reading),
        deliver=fields.choice("deliver", ""),
    )


def _check_selector(at: str, place: str, fields: Fields, reading: Reading) -> None:
    if not at:
        if "place" in fields and place != "inside":
            message = "place counts only beside at"
            reading.findings.warn(fields.key("place").at, "place", message, "write at: and a selector, or take it out")
        return
    node = fields.get("at")
    if reading.check_selector is not None and node is not None:
        reading.report(node.at, "selector", reading.check_selector(at, place))


def _pages(fields: Fields, reading: Reading) -> tuple[str, ...]:
    """Page types, or paths beginning with a slash."""
    for scalar in [] if (node := fields.get("pages")) is None else many_texts(node, reading.findings):
        if not scalar.text.startswith("/"):
            reading.names.refer("page type", scalar.text, scalar.at)
    return fields.many("pages", _page)


def _page(text: str) -> str:
    if text.startswith("/"):
        return path(text)
    if "/" in text or "*" in text:
        raise Misread(f"{text[:60]} is neither a page type nor a path", f"write /{text}")
    return label(text)


def _choose(fields: Fields, reading: Reading) -> str:
    """How one of several is chosen; what this release does not serve is reported."""
    way = fields.choice("choose", "first")
    if way not in CHOOSE_NOW:
        comes_later(fields.key("choose"), f"choose: {way}", reading)
    return way


def _otherwise(fields: Fields, reading: Reading) -> Content:
    node = fields.get("otherwise")
    default = Content("default")
    if node is None or (isinstance(node, Scalar) and node.text == "default"):
        return default
    if isinstance(node, Scalar):
        hint = "write default, or {block: …}"
        reading.findings.error(node.at, "value", f"otherwise does not take {node.text[:40]}", hint)
        return default
    mapping = as_mapping(node, "otherwise", reading.findings, "otherwise: default")
    if mapping is None:
        return default
    own = Fields(mapping, OTHERWISE_KEYS, "otherwise", reading.findings, reading.names)
    return read_content(own, mapping, "otherwise", reading) or default


def _show(fields: Fields, reading: Reading, depth: int) -> tuple[Entry, ...]:
    node = fields.get("show")
    items = None if node is None else as_list(node, "show", reading.findings, fields.example("show"))
    if items is None:
        return ()
    if depth >= _DEEPEST_SHOW:
        reading.findings.error(items.at, "too-deep", "show is nested too deep", "write it flatter")
        return ()
    in_order = fields.get("choose") is None or fields.choice("choose", "first") == "first"
    entries: list[Entry] = []
    open_to_all = 0
    for item in items.items:
        before = len(reading.findings)
        entry = _entry(item, reading, depth)
        if open_to_all and in_order:
            message = f"this entry is never reached: the one in line {open_to_all} fits everybody"
            reading.findings.warn(item.at, "unreachable", message, "move it up, or give the other to: or when:")
        elif entry is not None and len(reading.findings) == before and _fits_all(entry, reading):
            open_to_all = item.at.line
        entries += [] if entry is None else [entry]
    return tuple(entries)


def _fits_all(entry: Entry, reading: Reading) -> bool:
    if entry.to or entry.when is not None or entry.limits != Limits():
        return False
    if entry.show:
        return any(_fits_all(inner, reading) for inner in entry.show)
    if entry.content is None or (entry.content.kind in ("html", "text") and "{" in entry.content.source):
        return False
    block = reading.blocks.get(entry.content.name)
    return block is None or block.limits == Limits()


def _entry(node: Node, reading: Reading, depth: int) -> Entry | None:
    if isinstance(node, Scalar):
        reading.findings.error(node.at, "type", f"{node.text[:60]} alone is no entry", f"write block: {node.text[:60]}")
        return None
    mapping = as_mapping(node, "an entry", reading.findings, "- block: hero/new.html")
    if mapping is None:
        return None
    mapping = _without_later(mapping, reading)
    fields = Fields(mapping, ENTRY_KEYS, "an entry", reading.findings, reading.names)
    when = fields.get("when")
    nested = "show" in fields
    if nested:
        _refuse_content(fields, reading)
    elif "choose" in fields:
        message = "choose counts only beside show"
        reading.findings.error(fields.key("choose").at, "choose", message, "put the entries under show:")
    return Entry(
        to=fields.name_list("to"),
        when=None if when is None else read_when(when, reading),
        limits=read_limits(fields, "an entry", reading),
        priority=fields.number("priority", 0.0),
        weight=_weight(fields, reading),
        content=None if nested else read_content(fields, mapping, "this entry", reading),
        show=_show(fields, reading, depth + 1),
        choose=_choose(fields, reading) if nested else "first",
        where=f"{mapping.at.file}:{mapping.at.line}",
    )


def _without_later(mapping: Mapping, reading: Reading) -> Mapping:
    for key, _ in mapping:
        if key.text in LATER_ENTRY_KEYS:
            comes_later(key, f"{key.text} of an entry", reading)
    pairs = tuple(pair for pair in mapping.pairs if pair[0].text not in LATER_ENTRY_KEYS)
    return Mapping(mapping.at, pairs, mapping.flow, mapping.key)


def _refuse_content(fields: Fields, reading: Reading) -> None:
    for kind in ("block", "html", "text", "hide", "default", "with", "name"):
        if kind in fields:
            message = f"this entry has both show and {kind}"
            reading.findings.error(fields.key(kind).at, "twice", message, f"put {kind} into an entry of its own")


def _weight(fields: Fields, reading: Reading) -> float:
    weight = fields.number("weight", 1.0)
    if weight < 0:
        node = fields.get("weight")
        if node is not None:
            reading.findings.error(node.at, "value", "a weight is not negative", "write a number from 0")
        return 1.0
    return weight
