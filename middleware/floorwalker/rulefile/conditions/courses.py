"""Conditions on the order and the rhythm of what happened, as an editor wrote them → the condition tree."""

from floorwalker.core.conditions.definitions import STEPS, Definition, Kind
from floorwalker.core.conditions.model import (
    Behaviour,
    Course,
    InOrder,
    Regular,
    Restarted,
    Stopped,
    Window,
)
from floorwalker.rulefile.conditions.asking import Parts, read_beside, read_count, read_fields, read_parts, read_window
from floorwalker.rulefile.conditions.steps import read_stage, read_step, read_steps
from floorwalker.rulefile.fields import as_mapping, attempt, one_text
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.values import span, weeks

_WEEKS, _OF, _SILENCE = 3, 4, 21 * 86400.0  # as the definitions say

_WAS = "write how it was before: was: {weeks: 3, of: 4}"
_MEANT = {
    ("did_in_order", "for"): "write gap: between two steps, within: for all of them",
    ("did_regularly", "within"): "write of: 4, which is how many weeks back it looks",
    ("did_regularly", "was"): "write weeks: 3, of: 4",
    ("stopped", "weeks"): _WAS,
    ("stopped", "of"): _WAS,
    ("stopped", "within"): "write for: 21 days, which is how long it has not happened",
    ("stopped", "after"): "write for: 21 days, which is how long it has not happened",
    ("stopped", "ago"): "write for: 21 days, which is how long it has not happened",
    ("restarted", "for"): "write after: 21 days, which is how long it had not happened",
    ("restarted", "ago"): "write within: 7 days, which is how long ago it began again",
    ("funnel", "within"): "write ago: {at_most: 3 days}, which is how long ago the step was",
    ("funnel", "step"): "write reached: or stuck_at:",
}


def read_course(definition: Definition, value: Node, reading: Reading, written: str) -> Course | None:
    """What is asked of the order or the rhythm of what happened."""
    if _misplaced(definition, value, reading):
        return None
    parts = read_parts(definition, value, reading)
    asked: InOrder | Regular | Stopped | Restarted | None
    match definition.name:
        case "did_in_order":
            asked = _in_order(definition, parts, value, reading)
        case "did_regularly":
            asked = _regular(definition, parts, value, reading)
        case "stopped":
            asked = _stopped(definition, parts, value, reading)
        case "restarted":
            asked = _restarted(definition, parts, value, reading)
        case _:
            stage = read_stage(definition, parts, value, reading)
            return None if stage is None else Course(stage, written)
    return None if asked is None else Course(asked, written)


def _misplaced(definition: Definition, value: Node, reading: Reading) -> bool:
    """Report words of one of these conditions that stand in another."""
    found = [key for key, _ in value if (definition.name, key.text) in _MEANT] if isinstance(value, Mapping) else []
    for key in found:
        hint = _MEANT[definition.name, key.text]
        reading.findings.error(key.at, "unknown-field", f"{definition.name} has no field {key.text}", hint)
    return bool(found)


def _in_order(definition: Definition, parts: Parts, value: Node, reading: Reading) -> InOrder | None:
    node = parts.fields.get("steps")
    if node is None:
        if not parts.wrong:
            reading.findings.error(value.at, "missing", "did_in_order lacks its steps", f"write {definition.example}")
        return None
    steps = read_steps(node, "did_in_order", reading)
    gap = _bare_span(parts, "gap", None, reading)
    window = read_window(parts.beside.get("within"), reading)
    count = read_count(parts, reading)
    ago = read_beside(Kind.DURATION, "ago", parts, reading)
    asked = (parts.fields.get("gap"), parts.counts, parts.beside.get("ago"))
    unread = any(node and found is None for node, found in zip(asked, (gap, count, ago), strict=True))
    if steps is None or window is None or unread or parts.wrong:
        return None
    return InOrder(tuple(one.step for one in steps), window, gap, count, ago)


def _regular(definition: Definition, parts: Parts, value: Node, reading: Reading) -> Regular | None:
    what = _what(definition, parts, value, reading)
    regularity = _weeks_of(parts.fields, reading)
    return None if what is None or regularity is None else Regular(what, *regularity)


def _stopped(definition: Definition, parts: Parts, value: Node, reading: Reading) -> Stopped | None:
    what = _what(definition, parts, value, reading)
    regularity = _was(parts.fields.get("was"), reading)
    silence = _bare_span(parts, "for", _SILENCE, reading)
    if what is None or regularity is None or silence is None:
        return None
    return Stopped(what, *regularity, silence)


def _restarted(definition: Definition, parts: Parts, value: Node, reading: Reading) -> Restarted | None:
    what = _what(definition, parts, value, reading)
    silence = _bare_span(parts, "after", _SILENCE, reading)
    node = parts.fields.get("within")
    window = Window("seconds", silence or 0.0) if node is None else read_window(node, reading)
    return None if what is None or silence is None or window is None else Restarted(what, silence, window)


def _what(definition: Definition, parts: Parts, value: Node, reading: Reading) -> Behaviour | None:
    """What happens: an event with its properties, or views of pages."""
    viewed = parts.fields.get("viewed")
    is_event = bool(parts.operators) or "event" in parts.fields
    if viewed is not None and (is_event or "where" in parts.fields):
        message = f"{definition.name} asks for an event and for pages that were viewed"
        reading.findings.error(viewed.at, "beside", message, "keep one of them")
        return None
    if viewed is not None:
        step = read_step("viewed", viewed, reading, f"{definition.name} has no place for it")
        return None if parts.wrong else step
    if not is_event:
        if not parts.wrong:
            message = f"{definition.name} does not say what happened"
            reading.findings.error(value.at, "missing", message, f"write {definition.example}")
        return None
    fields = read_fields(STEPS["did"], parts, reading)
    return None if fields is None else Behaviour("did", fields)


def _was(node: Node | None, reading: Reading) -> tuple[int, int] | None:
    if node is None:
        return _WEEKS, _OF
    mapping = as_mapping(node, "was", reading.findings, "was: {weeks: 3, of: 4}")
    if mapping is None:
        return None
    stray = [key for key, _ in mapping if key.text not in ("weeks", "of")]
    for key in stray:
        hint = did_you_mean(key.text, ("weeks", "of"))
        reading.findings.error(key.at, "unknown-field", f"was has no field {key.text}", hint)
    fields = {key.text: value for key, value in mapping}
    if not fields and not mapping.lost:
        reading.findings.error(mapping.at, "empty", "was asks nothing", "write was: {weeks: 3, of: 4}")
    return _weeks_of(fields, reading) if fields and not stray and not mapping.lost else None


def _weeks_of(fields: dict[str, Node], reading: Reading) -> tuple[int, int] | None:
    """`weeks: 3, of: 4`: each may be left out where the other agrees with what stands for it then."""
    found = {"weeks": _WEEKS, "of": _OF}
    for name in found:
        node = fields.get(name)
        scalar = None if node is None else _bare(node, name, str(found[name]), reading)
        number = None if scalar is None else attempt(scalar, weeks, None, reading.findings)
        if node is not None and number is None:
            return None
        found[name] = number or found[name]
    if found["weeks"] > found["of"]:
        at = (fields.get("weeks") or fields["of"]).at
        message = f"there are no {found['weeks']} weeks among {found['of']}"
        exchanged = f"write weeks: {found['of']}, of: {found['weeks']}"
        hint = exchanged if "of" in fields else f"say of how many: weeks: {found['weeks']}, of: {found['weeks']}"
        reading.findings.error(at, "range", message, hint)
        return None
    return found["weeks"], found["of"]


def _bare_span(parts: Parts, name: str, default: float | None, reading: Reading) -> float | None:
    """A bare duration; the default where none stands there, None where it was reported."""
    node = parts.fields.get(name)
    if node is None:
        return default
    scalar = _bare(node, name, "1 hour" if name == "gap" else "21 days", reading)
    return None if scalar is None else attempt(scalar, span, None, reading.findings)


def _bare(node: Node, name: str, example: str, reading: Reading) -> Scalar | None:
    """A value that takes no operators: what was written with one is the value to write."""
    match node:
        case Mapping(pairs=((_, Scalar(text=text)),)):
            example = text
    return one_text(node, reading.findings, f"{name}: {example}")
