"""The section `slots`: places in a page, and what each shows to whom."""

from collections.abc import Iterator

from floorwalker.core.ruleset import Content, Entry, Slot
from floorwalker.rulefile.fields import Fields, as_mapping, label, many_texts
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.showing.content import read_content
from floorwalker.rulefile.showing.entries import read_choose, read_show
from floorwalker.rulefile.tables.sections import OTHERWISE_KEYS, SLOT_KEYS
from floorwalker.rulefile.values import Misread, path

_BESIDE = ("before", "after", "first", "last")
"""Places that leave the element and what is in it as it is."""


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
    choose = read_choose(fields, reading)
    slot = Slot(
        name=name.text,
        show=read_show(fields, choose, reading),
        pages=_pages(fields, reading),
        at=at,
        place=place,
        goal=fields.name("goal"),
        guardrails=fields.name_list("guardrails"),
        control=fields.share("control"),
        choose=choose,
        otherwise=_otherwise(fields, reading),
        deliver=fields.choice("deliver", ""),
    )
    _review_contents(slot, name, fields, reading)
    return slot


def _check_selector(at: str, place: str, fields: Fields, reading: Reading) -> None:
    if not at:
        if "place" in fields and place not in ("inside", "hide"):
            message = "place counts only beside at"
            reading.findings.warn(fields.key("place").at, "place", message, "write at: and a selector, or take it out")
        return
    node = fields.get("at")
    if reading.check_selector is not None and node is not None:
        reading.report(node.at, "selector", reading.check_selector(at, place))


def _review_contents(slot: Slot, name: Scalar, fields: Fields, reading: Reading) -> None:
    """Warn of what the slot's place, or its missing goal, makes meaningless."""
    entries = list(_flat(slot.show))
    contents = [entry.content for entry in entries if entry.content is not None] + [slot.otherwise]
    warn = reading.findings.warn
    if slot.place == "hide" and (shown := [one for one in contents if one.kind not in ("hide", "default")]):
        message = f"place: hide takes the element out, so that nothing of {shown[0].name} is seen"
        warn(fields.key("place").at, "place", message, "write hide: yes in its stead, or another place")
    if slot.at and slot.place in _BESIDE and any(one.kind == "hide" for one in contents):
        message = f"hide: yes does nothing where place: {slot.place}, which leaves the element as it is"
        warn(fields.key("place").at, "place", message, "write place: replace or hide to take the element out")
    limits = [entry.limits for entry in entries]
    limits += [reading.blocks[one.name].limits for one in contents if one.name in reading.blocks]
    if not slot.goal and any("goal" in one.stop_after for one in limits):
        message = f"the slot {slot.name} has no goal, so that stop_after: goal never ends anything there"
        warn(name.at, "goal", message, "write goal: and the name of a goal")


def _flat(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _flat(entry.show)


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
