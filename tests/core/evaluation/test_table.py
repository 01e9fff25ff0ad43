"""Whatever the definitions of conditions offer has its row in tests/cases/conditions.yaml."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from floorwalker.core.conditions.definitions import DEFINITIONS, OPERATORS, STEPS, WINDOWS, Definition, Form, Kind
from tests.core.evaluation.test_cases import CASES

BESIDE = {"within": Kind.WINDOW, "ago": Kind.DURATION, "share": Kind.SHARE, "sum": Kind.NUMBER}
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

Plain = Mapping[str, Any]


def asked(condition: Any) -> Iterator[tuple[Definition, Any]]:
    """Every condition of a tree, each with what stands under its name; steps are conditions, too."""
    for one in condition if isinstance(condition, list) else [condition]:
        ((name, value),) = one.items()
        definition = DEFINITIONS[name]
        yield definition, value
        if definition.form in (Form.ALL, Form.ANY, Form.NONE, Form.NOT, Form.TOUCH):
            yield from asked(value)
        elif name == "did_in_order":
            yield from asked(value["steps"] if isinstance(value, dict) else value)


TEXTS = [yaml.load(f"{{{case['ask']}}}", yaml.BaseLoader) for cases in CASES.values() for case in cases]
ASKED = [one for condition in TEXTS for one in asked(condition)]


def fields(definition: Definition, value: Any) -> dict[str, Any]:
    """What is asked of each field, its short forms written out."""
    aim = definition.measure or definition.main
    if not isinstance(value, dict):
        return {definition.main: value}
    if definition.form is Form.MAPPING:
        return {"is": value}
    named = {key: one for key, one in value.items() if definition.field(key)}
    kind = definition.field(aim).kind if aim and definition.field(aim) else None  # type: ignore[union-attr]
    operators = {key: one for key, one in value.items() if key not in named and key in OPERATORS.get(kind, ())}  # type: ignore[call-overload]
    return named if definition.counts or not operators else {**named, aim: operators}


def operators_of(kind: Kind, value: Any) -> Iterator[tuple[Kind, str]]:
    """The operators that a value of that kind uses; `a value` and `a list` are ways to ask, too."""
    if kind is Kind.MAPPING:
        for one in value.values():
            yield from operators_of(Kind.TEXT, one) if not isinstance(one, dict) else [(kind, word) for word in one]
    elif isinstance(value, dict):
        yield from ((kind, word) for word in value if word in OPERATORS.get(kind, ()))
    else:
        yield kind, "a list" if isinstance(value, list) else "a value"


def found_operators() -> set[tuple[Kind, str]]:
    found: set[tuple[Kind, str]] = set()
    for definition, value in ASKED:
        for name, one in fields(definition, value).items():
            field = definition.field(name)
            if field is not None:
                found.update(operators_of(field.kind, one))
        if isinstance(value, dict):
            found.update((Kind.COUNT, word) for word in value if definition.counts and word in OPERATORS[Kind.COUNT])
            found.update((kind, word) for name, kind in BESIDE.items() if isinstance(one := value.get(name), dict)
                         for word in (one if name != "sum" else next(iter(one.values()))))  # fmt: skip
    return found


OFFERED = [(kind, operator) for kind, operators in OPERATORS.items() for operator in operators]
LISTS = (Kind.TEXT, Kind.CHOICE, Kind.NAME, Kind.WORDS, Kind.PATH, Kind.NETWORKS)


@pytest.mark.parametrize("name", list(DEFINITIONS))
def test_every_field_and_what_stands_beside_them_has_its_row(name: str) -> None:
    definition = DEFINITIONS[name]
    rows = [value for one, value in ASKED if one.name == name]
    used = {key for value in rows for key in fields(definition, value)}
    used |= {key for value in rows if isinstance(value, dict) for key in value if key in BESIDE}
    offered = {field.name for field in definition.fields} | {word for word in BESIDE if getattr(definition, word)}
    if definition.form in (Form.ALL, Form.ANY, Form.NONE, Form.NOT, Form.TOUCH):
        used |= {"of"} if rows else set()
    assert used >= offered, f"no row of conditions.yaml has {sorted(offered - used)} of {name}"


@pytest.mark.parametrize("name", list(DEFINITIONS))
def test_every_condition_holds_in_some_row_and_in_some_does_not(name: str) -> None:
    answers = {
        case["holds"]
        for case, tree in zip(_cases(), TEXTS, strict=True)
        if name in {one.name for one, _ in asked(tree)}
    }
    assert answers >= ({True, False, "unknown"} if DEFINITIONS[name].memory and name != "consent" else {True, False})


def _cases() -> list[dict[str, Any]]:
    return [case for cases in CASES.values() for case in cases]


@pytest.mark.parametrize(("kind", "operator"), OFFERED)
def test_every_operator_of_every_kind_has_its_row(kind: Kind, operator: str) -> None:
    assert (kind, operator) in found_operators()


@pytest.mark.parametrize("kind", LISTS)
def test_every_kind_that_takes_a_list_has_its_row(kind: Kind) -> None:
    assert (kind, "a list") in found_operators()


def test_every_window_and_every_unit_of_time_has_its_row() -> None:
    windows = [value["within"] for _, value in ASKED if isinstance(value, dict) and "within" in value]
    assert {one for one in windows if one in WINDOWS} == set(WINDOWS)
    assert {one.split()[1].removesuffix("s") for one in windows if one not in WINDOWS} == set(UNITS)


def test_every_field_of_a_step_has_its_row() -> None:
    steps = [one for definition, value in ASKED if definition.form is Form.COURSE for one in _steps(value)]
    assert {key for step in steps for key in step} == set(STEPS)


def _steps(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return value.get("steps", [{"viewed": 0}] if "viewed" in value else [{"did": 0}]) if isinstance(value, dict) else []
