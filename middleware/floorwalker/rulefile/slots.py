"""The section `slots`: places in a page, and what each shows to whom."""

from floorwalker.core.ruleset import Content, Slot
from floorwalker.rulefile.entries import read_choose, read_show
from floorwalker.rulefile.fields import Fields, as_mapping, label, many_texts
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.sections import OTHERWISE_KEYS, SLOT_KEYS
from floorwalker.rulefile.showing import read_content
from floorwalker.rulefile.values import Misread, path


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
    return Slot(
        name=name.text,
        show=read_show(fields, choose, reading),
        pages=_pages(fields, reading),
        at=at,
        place=place,
        goal=fields.name("goal"),
        control=fields.share("control"),
        choose=choose,
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
