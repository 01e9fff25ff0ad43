"""Conditions on how much of something there is: of an interest, of what was spent."""

from floorwalker.core.conditions.definitions import Definition
from floorwalker.core.conditions.matchers import AnyOf, Both, Matcher, Range
from floorwalker.core.conditions.model import AnyCondition, Behaviour, Condition, Field, Test
from floorwalker.rulefile.conditions.asking import Parts, read_fields, read_parts, read_window
from floorwalker.rulefile.nodes import Node
from floorwalker.rulefile.reading import Reading

_ANY_AT_ALL = Range(low=0, low_open=True)


def read_measured(definition: Definition, value: Node, reading: Reading, written: str) -> Condition | None:
    """How large something of that name is; of several names, any of them."""
    fields = _all_there(definition, value, read_parts(definition, value, reading), reading)
    if fields is None:
        return None
    which = fields[definition.main]
    if not isinstance(which, AnyOf):
        message = f"{definition.main} of {definition.name} takes a name, or a list of names"
        reading.findings.error(value.at, "type", message, f"write {definition.example}")
        return None
    size = fields.get(definition.measure, _ANY_AT_ALL)
    names = [*sorted(which.exact), *which.patterns]
    if len(names) == 1:
        return Test(definition.name, (Field(definition.measure, size, names[0]),), written=written)
    parts = [
        Test(definition.name, (Field(definition.measure, size, name),), written=f"{definition.measure} of {name}")
        for name in names
    ]
    return AnyCondition(tuple(parts), written)


def read_added_up(definition: Definition, value: Node, reading: Reading, written: str) -> Behaviour | None:
    """What amounts in one currency come to, in a window."""
    parts = read_parts(definition, value, reading)
    fields = _all_there(definition, value, parts, reading)
    past = read_window(parts.beside.get("within"), reading)
    if fields is None or past is None:
        return None
    total = Field(definition.measure, fields[definition.measure], _currency(fields.get("currency")))
    return Behaviour(definition.name, (), past, total=total, written=written)


def _all_there(definition: Definition, value: Node, parts: Parts, reading: Reading) -> dict[str, Matcher | Both] | None:
    """The fields by name; None where one is wrong, or one that is needed is missing, which is reported."""
    fields = read_fields(definition, parts, reading)
    if fields is None:
        return None
    found = {field.name: field.matcher for field in fields}
    missing = [field.name for field in definition.fields if field.required and field.name not in found]
    if missing:
        message = f"{definition.name} does not say {' and '.join(map(_asked, missing))}"
        reading.findings.error(value.at, "missing", message, f"write {definition.example}")
        return None
    return found


def _asked(field: str) -> str:
    return "how much" if field in ("share", "rate", "amount") else f"which {field}"


def _currency(matcher: Matcher | Both | None) -> str:
    return next(iter(matcher.exact)).upper() if isinstance(matcher, AnyOf) else ""
