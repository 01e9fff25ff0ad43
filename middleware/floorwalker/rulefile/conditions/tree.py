"""A condition as an editor wrote it → the condition tree, by the table of definitions."""

from typing import assert_never

from floorwalker.core.conditions.definitions import DEFINITIONS, NUMBER_OPERATORS, Definition, Form
from floorwalker.core.conditions.matchers import Matcher
from floorwalker.core.conditions.model import All, AnyCondition, Chance, Condition, Field, InSegment, Not, Test
from floorwalker.rulefile.conditions.asking import BESIDE, read_behaviour, read_mapping, read_parts, read_test
from floorwalker.rulefile.conditions.calendar import read_date, read_near, read_time
from floorwalker.rulefile.conditions.courses import read_course
from floorwalker.rulefile.conditions.measuring import read_added_up, read_measured
from floorwalker.rulefile.fields import as_list, attempt, label, many_texts, one_text
from floorwalker.rulefile.hints import condition_hint, sentence_hint
from floorwalker.rulefile.nodes import Mapping, Node, Scalar, Sequence
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.text.writing import written
from floorwalker.rulefile.values import share

_TOUCHES = {"first_touch": "first", "last_touch": "last"}


def read_when(node: Node, reading: Reading, touch: str = "visit") -> Condition | None:
    """One condition, or a list of which all must hold. None where something was reported."""
    if not isinstance(node, Sequence):
        return read_condition(node, reading, touch)
    of = _list(node, "when", reading, touch)
    return None if of is None else All(of)


def _list(node: Node, what: str, reading: Reading, touch: str) -> tuple[Condition, ...] | None:
    """A list of conditions; None if any of them is wrong."""
    items = as_list(node, what, reading.findings, f"{what}: [{{device: mobile}}, {{country: DE}}]")
    if items is None:
        return None
    of = [read_condition(item, reading, touch) for item in items.items]
    good = tuple(condition for condition in of if condition is not None)
    return good if len(good) == len(of) else None


def read_condition(node: Node, reading: Reading, touch: str = "visit") -> Condition | None:
    """A condition is one key with its value."""
    match node:
        case Mapping(pairs=((key, value),)):
            return _named(key, value, reading, touch)
        case Mapping(pairs=(), lost=True):
            return None
        case Mapping(pairs=()):
            reading.findings.error(node.at, "empty", "a condition is missing here", "write one, such as device: mobile")
        case Mapping():
            _too_many(node, reading)
        case Scalar():
            hint = _as_condition(node.text, reading)
            reading.findings.error(node.at, "condition", f"{node.text[:40].strip()} alone is no condition", hint)
        case Sequence():
            message = "a list stands where one condition is meant"
            reading.findings.error(node.at, "condition", message, "write all: or any: before the list")
    return None


def _as_condition(text: str, reading: Reading) -> str:
    if text in reading.names.known("segment"):
        return f"write in: {text}"
    if text in DEFINITIONS:
        return f"write {DEFINITIONS[text].example}"
    return sentence_hint(text) or "write a name and a value, such as device: mobile"


def _too_many(node: Mapping, reading: Reading) -> None:
    """Several keys where one condition is meant."""
    keys = [key for key, _ in node]
    owners = [key for key in keys if key.text in DEFINITIONS]
    for stray in (key for key in keys if key.text not in DEFINITIONS):
        if owners and _belongs_inside(stray.text, owners):
            message = f"{stray.text} stands beside {owners[0].text}, not inside it"
            hint = f"move it inside: {owners[0].text}: {{…, {stray.text}: …}}"
            reading.findings.error(stray.at, "beside", message, hint)
        else:
            _unknown(stray, reading)
    if len(owners) > 1:
        message = f"two conditions, {owners[0].text} and {owners[1].text}, where one is meant"
        hint = "give each its own dash; a list means that all hold"
        reading.findings.error(owners[1].at, "condition", message, hint)


def _belongs_inside(stray: str, owners: list[Scalar]) -> bool:
    return stray in (*BESIDE, *NUMBER_OPERATORS) or any(DEFINITIONS[key.text].field(stray) for key in owners)


def _unknown(key: Scalar, reading: Reading) -> None:
    hint = condition_hint(key.text, DEFINITIONS)
    if key.text in reading.names.known("segment"):
        hint = f"write in: {key.text}"
    reading.findings.error(key.at, "unknown-condition", f"there is no condition {key.text[:60]}", hint)


def _named(key: Scalar, value: Node, reading: Reading, touch: str) -> Condition | None:
    definition = DEFINITIONS.get(key.text)
    if definition is None:
        _unknown(key, reading)
        return None
    if touch != "visit" and definition.group not in ("arrival", "composition"):
        message = f"{key.text} is no condition of the arrival group"
        reading.findings.error(key.at, "touch", message, "ask it beside the touch, in a list")
        return None
    found = _read(definition, value, reading, touch)
    if found is not None:
        reading.whereabouts.note(found, key.at)
    return found


def _read(definition: Definition, value: Node, reading: Reading, touch: str) -> Condition | None:
    text = written(definition.name, value)
    if touch != "visit":
        text = f"{touch}_touch: {{{text}}}"
    match definition.form:
        case Form.TEST if definition.measure:
            return read_measured(definition, value, reading, text)
        case Form.TEST:
            return read_test(definition, value, reading, touch, text)
        case Form.MAPPING:
            return read_mapping(definition, value, reading, touch, text)
        case Form.BEHAVIOUR if definition.measure:
            return read_added_up(definition, value, reading, text)
        case Form.BEHAVIOUR:
            return read_behaviour(definition, value, reading, text)
        case Form.COURSE:
            return read_course(definition, value, reading, text)
        case Form.TIME:
            return _test(read_time(value, definition, reading), definition, text)
        case Form.DATE:
            return _test(read_date(value, definition, reading), definition, text)
        case Form.NEAR:
            return _test(read_near(value, definition, reading), definition, text)
        case Form.TOUCH:
            return _touched(definition, value, reading, touch)
        case Form.IN:
            return _membership(value, reading, text)
        case Form.CHANCE:
            return _chance(definition, value, reading, text)
        case Form.ALL | Form.ANY | Form.NONE:
            return _composed(definition, value, reading, touch)
        case Form.NOT:
            return _negated(value, reading, touch)
        case _:
            assert_never(definition.form)


def _test(matcher: Matcher | None, definition: Definition, text: str) -> Test | None:
    return None if matcher is None else Test(definition.name, (Field("is", matcher),), written=text)


def _touched(definition: Definition, value: Node, reading: Reading, touch: str) -> Condition | None:
    if touch != "visit":
        message = f"{definition.name} stands inside another touch"
        reading.findings.error(value.at, "touch", message, "ask one at a time")
        return None
    return read_when(value, reading, _TOUCHES[definition.name])


def _membership(value: Node, reading: Reading, text: str) -> InSegment | None:
    if isinstance(value, Mapping) and [key.text for key, _ in value] == ["segment"]:
        value = value.pairs[0][1]
    names = many_texts(value, reading.findings)
    for name in names:
        reading.names.refer("segment", name.text, name.at)
    return InSegment(tuple(name.text for name in names), text) if names else None


def _chance(definition: Definition, value: Node, reading: Reading, text: str) -> Chance | None:
    parts = read_parts(definition, value, reading)
    percent, of = parts.fields.get("percent"), parts.fields.get("of")
    if percent is None or of is None:
        if not parts.wrong:
            reading.findings.error(value.at, "missing", "chance needs percent and of", f"write {definition.example}")
        return None
    portion = one_text(percent, reading.findings, "percent: 50 %")
    name = one_text(of, reading.findings, "of: new-hero")
    if portion is None or name is None:
        return None
    part = attempt(portion, share, None, reading.findings)
    of_name = attempt(name, label, "", reading.findings)
    return Chance(part, of_name, text) if part is not None and of_name else None


def _composed(definition: Definition, value: Node, reading: Reading, touch: str) -> Condition | None:
    of = _list(value, definition.name, reading, touch)
    if of is None:
        return None
    match definition.form:
        case Form.ALL:
            return All(of)
        case Form.ANY:
            return AnyCondition(of)
        case _:
            return Not(of, "none")


def _negated(value: Node, reading: Reading, touch: str) -> Not | None:
    if isinstance(value, Sequence):
        reading.findings.error(value.at, "condition", "not takes exactly one condition", "write none: before the list")
        return None
    of = read_condition(value, reading, touch)
    return None if of is None else Not((of,))
