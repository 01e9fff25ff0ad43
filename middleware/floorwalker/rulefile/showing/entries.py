"""The entries of slots and promotions: who sees what, when, how often, and how one of several is chosen."""

from collections.abc import Sequence

from floorwalker.core.ruleset import Entry
from floorwalker.rulefile.conditions.tree import read_when
from floorwalker.rulefile.fields import Fields, as_list, as_mapping, attempt, one_text
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.showing.choices import review_choice
from floorwalker.rulefile.showing.content import is_draft, read_content, read_limits
from floorwalker.rulefile.tables.sections import CHOOSE_LATER, ENTRY_KEYS
from floorwalker.rulefile.values import number

_DEEPEST_SHOW = 8
FIRST = "first"


def read_choose(fields: Fields, reading: Reading) -> str:
    """How one of several is chosen; what this release does not serve is reported."""
    node = fields.get("choose")
    if isinstance(node, Scalar) and node.text.strip().lower() in CHOOSE_LATER:
        message = f"choose: {node.text.strip().lower()} comes in a later release"
        hint = "take it out until then, or put # before its lines"
        reading.findings.error(fields.key("choose").at, "later", message, hint)
        return FIRST
    return fields.choice("choose", FIRST)


def read_show(fields: Fields, choose: str, reading: Reading, *, depth: int = 0) -> tuple[Entry, ...]:
    """The entries that stand at `show`, one of which is chosen."""
    node = fields.get("show")
    items = None if node is None else as_list(node, "show", reading.findings, fields.example("show"))
    if items is None:
        return ()
    if depth >= _DEEPEST_SHOW:
        reading.findings.error(items.at, "too-deep", "show is nested too deep", "write it flatter")
        return ()
    return read_entries(items.items, choose, reading, depth=depth)


def read_entries(items: Sequence[Node], choose: str, reading: Reading, *, depth: int = 0) -> tuple[Entry, ...]:
    """Entries of which one is chosen. What does not count is warned of."""
    entries: list[tuple[Node, Entry]] = []
    for item in items:
        entry = _entry(item, reading, depth)
        if entry is not None:
            reading.whereabouts.note(entry.limits, item.at)
            entries.append((item, entry))
    review_choice(entries, choose, reading.findings)
    return tuple([entry for _, entry in entries])


def _entry(node: Node, reading: Reading, depth: int) -> Entry | None:
    if isinstance(node, Scalar):
        reading.findings.error(node.at, "type", f"{node.text[:60]} alone is no entry", f"write block: {node.text[:60]}")
        return None
    mapping = as_mapping(node, "an entry", reading.findings, "- block: hero/new.html")
    if mapping is None:
        return None
    fields = Fields(mapping, ENTRY_KEYS, "an entry", reading.findings, reading.names)
    with reading.names.within(draft=is_draft(mapping)):
        return _read(fields, mapping, reading, depth)


def _read(fields: Fields, mapping: Mapping, reading: Reading, depth: int) -> Entry:
    when = fields.get("when")
    nested = "show" in fields
    if nested:
        _refuse_content(fields, reading)
    elif "choose" in fields:
        message = "choose counts only beside show"
        reading.findings.error(fields.key("choose").at, "choose", message, "put the entries under show:")
    choose = read_choose(fields, reading) if nested else FIRST
    return Entry(
        to=fields.name_list("to"),
        when=None if when is None else read_when(when, reading),
        limits=read_limits(fields, "an entry", reading),
        priority=fields.number("priority", 0.0),
        weight=_weight(fields, reading),
        content=None if nested else read_content(fields, mapping, "this entry", reading),
        show=read_show(fields, choose, reading, depth=depth + 1),
        choose=choose,
        where=f"{mapping.at.file}:{mapping.at.line}",
        score=_score(fields, reading),
        name=fields.label("name") if nested else "",
    )


def _refuse_content(fields: Fields, reading: Reading) -> None:
    for kind in ("block", "html", "text", "hide", "default", "with"):
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


def _score(fields: Fields, reading: Reading) -> float | str:
    """A number, or the name of a segment that has points."""
    node = fields.get("score")
    scalar = None if node is None else one_text(node, reading.findings, fields.example("score"))
    if scalar is None:
        return 0.0
    text = scalar.text.strip()
    if text[:1] in "+-0123456789" and text not in reading.names.known("segment"):
        return attempt(scalar, number, 0.0, reading.findings)
    reading.names.refer("segment", text, scalar.at)
    segment = reading.segments.get(text)
    if segment is not None and segment.when is not None and not segment.points:
        hint = "write a number, or a segment that has score: and points:"
        reading.findings.error(scalar.at, "score", f"the segment {text} has no points", hint)
    return text
