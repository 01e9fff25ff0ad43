"""What one condition asks: its value sorted into fields, operators and windows, by its definition."""

from msgspec import Struct

from floorwalker.core.conditions.definitions import (
    NUMBER_OPERATORS,
    OPERATORS,
    TEXT_OPERATORS,
    Definition,
    FieldDefinition,
    Kind,
)
from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Field, Test, Window
from floorwalker.rulefile.conditions.matching import read_matcher, read_operators, read_range
from floorwalker.rulefile.fields import attempt, one_text
from floorwalker.rulefile.hints import amount_hint, field_hint
from floorwalker.rulefile.nodes import Mapping, Node, Scalar
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.values import window
from floorwalker.rulefile.wordings.numbers import as_operators

BESIDE = ("within", "ago", "share", "sum")
"""What may stand beside the fields of a condition that counts."""

Pairs = tuple[tuple[Scalar, Node], ...]


class Parts(Struct):
    """A condition's value, each key by what it is. operators: meant for the main field. wrong: it was reported."""

    fields: dict[str, Node]
    beside: dict[str, Node]
    operators: Pairs = ()
    counts: Pairs = ()
    wrong: bool = False


def read_test(definition: Definition, value: Node, reading: Reading, touch: str, written: str) -> Test | None:
    """A condition on what is the case."""
    fields = read_fields(definition, read_parts(definition, value, reading), reading)
    return None if fields is None else Test(definition.name, fields, touch, written)


def read_behaviour(definition: Definition, value: Node, reading: Reading, written: str) -> Behaviour | None:
    """A condition on how often something happened."""
    parts = read_parts(definition, value, reading)
    what = read_fields(definition, parts, reading)
    past = read_window(parts.beside.get("within"), reading)
    count = read_count(parts, reading)
    part = read_beside(Kind.SHARE, "share", parts, reading)
    ago = read_beside(Kind.DURATION, "ago", parts, reading)
    total = _total(parts.beside.get("sum"), reading)
    asked = (parts.counts, parts.beside.get("share"), parts.beside.get("ago"), parts.beside.get("sum"))
    unread = any(node and found is None for node, found in zip(asked, (count, part, ago, total), strict=True))
    if what is None or past is None or unread:
        return None
    return Behaviour(definition.name, what, past, count, part, total, ago, written)


def read_mapping(definition: Definition, value: Node, reading: Reading, touch: str, written: str) -> Test | None:
    """A condition whose keys are names that nobody lists: headers, cookies, traits."""
    fields = _named(definition.fields[0], value, definition, reading)
    return None if fields is None else Test(definition.name, fields, touch, written)


def read_parts(definition: Definition, value: Node, reading: Reading) -> Parts:
    """Sort a condition's value: a short form, operators of the main field, or fields with what stands beside them."""
    main = definition.field(definition.main) if definition.main else None
    aim = _aim(definition)
    if not isinstance(value, Mapping):
        if main is not None:
            return Parts({main.name: value}, {})
        _no_main(definition, value, reading)
        return Parts({}, {}, wrong=True)
    parts = Parts({}, {})
    if value.lost:
        parts.wrong = True
    elif not value.pairs:
        reading.findings.error(value.at, "empty", f"{definition.name} asks nothing", f"write {definition.example}")
        parts.wrong = True
    for name, node in value:
        _sort(definition, aim, name, node, parts, reading)
    if parts.operators and aim is not None and aim.name in parts.fields:
        operator = parts.operators[0][0]
        message = f"{operator.text} stands beside {aim.name}, which it is meant for"
        hint = f"write {aim.name}: {{{operator.text}: …}}"
        reading.findings.error(operator.at, "beside", message, hint)
        parts.wrong = True
    return parts


def _aim(definition: Definition) -> FieldDefinition | None:
    """The field that operators are meant for where they stand beside the fields."""
    name = definition.measure or definition.main
    return definition.field(name) if name else None


def _sort(
    definition: Definition, aim: FieldDefinition | None, name: Scalar, node: Node, parts: Parts, reading: Reading
) -> None:
    if definition.field(name.text) is not None:
        parts.fields[name.text] = node
    elif definition.counts and name.text in NUMBER_OPERATORS:
        parts.counts += ((name, node),)
    elif name.text in BESIDE and getattr(definition, name.text):
        parts.beside[name.text] = node
    elif aim is not None and name.text in OPERATORS.get(aim.kind, ()):
        parts.operators += ((name, node),)
    else:
        parts.wrong = True
        _unknown_field(definition, name, reading)


def _unknown_field(definition: Definition, name: Scalar, reading: Reading) -> None:
    message = f"{definition.name} has no field {name.text}"
    hint = field_hint(definition.name, name.text, _words_of(definition), instead=f"write {definition.example}")
    if name.text in BESIDE:
        message = f"{definition.name} takes no {name.text}"
        hint = "it belongs to what is counted, such as viewed, did and visits"
    elif name.text in NUMBER_OPERATORS + TEXT_OPERATORS:
        message, hint = f"{definition.name} takes no {name.text}", f"write {definition.example}"
    reading.findings.error(name.at, "unknown-field", message, hint)


def _words_of(definition: Definition) -> list[str]:
    """Every key that the condition knows, fields first."""
    aim = _aim(definition)
    known = [field.name for field in definition.fields if field.name not in ("is", "of")]
    known += [word for word in BESIDE if getattr(definition, word)]
    known += NUMBER_OPERATORS if definition.counts else ()
    known += OPERATORS.get(aim.kind, ()) if aim is not None else ()
    return list(dict.fromkeys(known))


def _no_main(definition: Definition, value: Node, reading: Reading) -> None:
    text = value.text[:40] if isinstance(value, Scalar) else ""
    if definition.counts and (text[:1].isdigit() or as_operators(text) is not None):
        message = f"{definition.name} does not say whether {text} is the least, the most or exact"
        if not text[:1].isdigit():
            message = f"{definition.name} does not take {text} as one text"
        reading.findings.error(value.at, "bare-number", message, amount_hint(definition.name, text, "3"))
        return
    message = f"{definition.name} does not take a value alone"
    reading.findings.error(value.at, "type", message, f"write {definition.example}")


def read_fields(definition: Definition, parts: Parts, reading: Reading) -> tuple[Field, ...] | None:
    """The fields that were written, in the order of the definition; None where any is wrong."""
    found: list[tuple[Field, ...] | None] = []
    aim = _aim(definition)
    for field in definition.fields:
        if field == aim and parts.operators:
            matcher = read_operators(field, parts.operators, parts.operators[0][0].at, reading)
            found.append(None if matcher is None else (Field(field.name, matcher),))
        elif field.name in parts.fields:
            found.append(_field(field, parts.fields[field.name], definition, reading))
    if parts.wrong or any(part is None for part in found):
        return None
    return tuple(part for some in found for part in some or ())


def _field(field: FieldDefinition, node: Node, definition: Definition, reading: Reading) -> tuple[Field, ...] | None:
    if field.kind is Kind.MAPPING:
        return _named(field, node, definition, reading)
    matcher = read_matcher(field, node, reading)
    return None if matcher is None else (Field(field.name, matcher),)


def _named(field: FieldDefinition, node: Node, definition: Definition, reading: Reading) -> tuple[Field, ...] | None:
    """One field for each name."""
    if not isinstance(node, Mapping) or not node.pairs:
        what = field.name if field.name != "is" else definition.name
        reading.findings.error(node.at, "type", f"{what} takes names and values", f"write {definition.example}")
        return None
    found: list[Field] = []
    for name, asked in node:
        matcher = read_matcher(FieldDefinition(name.text, Kind.MAPPING, field.doc), asked, reading)
        if matcher is not None:
            key = name.text.lower() if definition.name == "header" else name.text
            found.append(Field(field.name, matcher, key))
    return tuple(found) if len(found) == len(node.pairs) else None


def read_count(parts: Parts, reading: Reading) -> Range | None:
    """How often; None where that is not asked, or was reported."""
    return read_range(Kind.COUNT, list(parts.counts), reading.findings) if parts.counts else None


def read_beside(kind: Kind, name: str, parts: Parts, reading: Reading) -> Range | None:
    """The range of what stands beside the fields; None where nothing does, or it was reported."""
    node = parts.beside.get(name)
    if node is None:
        return None
    found = read_matcher(FieldDefinition(name, kind, name), node, reading)
    return found if isinstance(found, Range) else None


def read_window(node: Node | None, reading: Reading) -> Window | None:
    """The window that is counted; without a node, all that is remembered."""
    if node is None:
        return Window()
    scalar = one_text(node, reading.findings, "within: 30 minutes")
    return None if scalar is None else attempt(scalar, window, None, reading.findings)


def _total(node: Node | None, reading: Reading) -> Field | None:
    """`sum: {revenue: {at_least: 500}}`: one property and its range."""
    if node is None:
        return None
    if not isinstance(node, Mapping) or len(node.pairs) != 1:
        reading.findings.error(node.at, "type", "sum takes one property", "write sum: {revenue: {at_least: 500}}")
        return None
    ((key, asked),) = node.pairs
    found = read_matcher(FieldDefinition(key.text, Kind.NUMBER, "a number"), asked, reading)
    return Field("sum", found, key.text) if isinstance(found, Range) else None
