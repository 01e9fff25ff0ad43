"""The section `tests`: what editors expect of a persona."""

from collections.abc import Iterable, Iterator, Mapping

from floorwalker.core.personas import Expectation, Persona
from floorwalker.core.ruleset import Content, Entry, Segment, Slot
from floorwalker.rulefile.fields import Fields, as_mapping, many_texts
from floorwalker.rulefile.nodes import Node, Scalar
from floorwalker.rulefile.problems import nearest, one_of
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.persona_keys import TEST_KEYS
from floorwalker.rulefile.trying.personas import read_moment
from floorwalker.rulefile.trying.requests import page_address, read_address

_EXPECTS = ("in", "not_in", "segments", "slots")
_MOST_SHOWN = 12
_KEPT = "default"


def read_tests(
    items: Iterable[Node],
    reading: Reading,
    *,
    personas: Mapping[str, Persona],
    segments: Mapping[str, Segment],
    slots: Mapping[str, Slot],
) -> tuple[Expectation, ...]:
    """Every expectation that can be tried, in the order of the files."""
    found: list[Expectation] = []
    for item in items:
        node = as_mapping(item, "a test", reading.findings, "- {persona: cheap-tripod, in: [bargain-hunter]}")
        if node is None:
            continue
        fields = Fields(node, TEST_KEYS, "a test", reading.findings, reading.names)
        with reading.names.within(draft=True):  # no page is decided by it
            expected = _expectation(fields, slots, reading)
        _report_contradictions(fields, expected, segments)
        if expected.persona in personas:
            found.append(expected)
    return tuple(found)


def shown_in(slot: Slot) -> list[str]:
    """The names of what a slot can show, in the order in which they stand; `default` and `hide` as such."""
    names = [_name(content) for content in (*_contents(slot.show), slot.otherwise)]
    return list(dict.fromkeys([*names, _KEPT]))


def slots_that_show(slots: Mapping[str, Slot]) -> dict[str, list[str]]:
    """Block → the slots that can show it."""
    found: dict[str, list[str]] = {}
    for slot in slots.values():
        for name in shown_in(slot):
            found.setdefault(name, []).append(slot.name)
    return found


def _contents(entries: Iterable[Entry]) -> Iterator[Content]:
    for entry in entries:
        if entry.content is not None:
            yield entry.content
        yield from _contents(entry.show)


def _name(content: Content) -> str:
    return content.name or content.kind


def _expectation(fields: Fields, slots: Mapping[str, Slot], reading: Reading) -> Expectation:
    at = fields.key("persona").at if "persona" in fields else fields.node.at
    return Expectation(
        persona=fields.name("persona"),
        about=fields.text("about"),
        inside=fields.name_list("in"),
        outside=fields.name_list("not_in"),
        exactly=fields.name_list("segments") if "segments" in fields else None,
        slots=_slots(fields, slots, reading),
        url=read_address("url", fields, page_address),
        at=read_moment("at", fields, reading.zone),
        where=f"{at.file}:{at.line}",
    )


def _slots(fields: Fields, slots: Mapping[str, Slot], reading: Reading) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, node in fields.mapping("slots") or ():
        blocks = many_texts(node, reading.findings)
        slot = slots.get(name.text)
        if slot is None:
            reading.names.refer("slot", name.text, name.at)
            continue
        shown = tuple(block.text for block in blocks if _can_show(slot, block, reading))
        if shown:
            found[name.text] = shown
    return found


def _can_show(slot: Slot, block: Scalar, reading: Reading) -> bool:
    shown = shown_in(slot)
    if block.text in shown:
        return True
    close = nearest(block.text, shown)
    some = shown if len(shown) <= _MOST_SHOWN else [*shown[: _MOST_SHOWN - 1], f"{len(shown) - _MOST_SHOWN + 1} more"]
    hint = f"it can show {one_of(some)}" if close is None else f"did you mean {close}? It can show {one_of(some)}"
    message = f"the slot {slot.name} never shows {block.text[:60]}"
    reading.findings.error(block.at, "unknown-block", message, hint)
    return False


def _report_contradictions(fields: Fields, expected: Expectation, segments: Mapping[str, Segment]) -> None:
    findings = fields.findings
    if not any(name in fields for name in _EXPECTS) and not fields.node.lost:
        findings.error(fields.node.at, "missing", "this test expects nothing", f"write one of {one_of(_EXPECTS)}")
    for name in ("in", "not_in"):
        if name in fields and "segments" in fields:
            message = f"segments says all of them, so {name} says it twice"
            findings.error(fields.key(name).at, "twice", message, f"take {name} out")
    for name in sorted({*expected.inside} & {*expected.outside}):
        findings.error(fields.key("not_in").at, "twice", f"{name} stands under in and under not_in", "keep one of them")
    for name in (*expected.inside, *(expected.exactly or ())):
        if name in segments and segments[name].draft:
            at = fields.key("in" if "in" in fields else "segments").at
            hint = "take draft: yes out of it, or the name out of the test"
            findings.warn(at, "draft", f"{name} is a draft, so that nobody is in it", hint)
