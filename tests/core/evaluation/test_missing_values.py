"""The truth table of missing values (tests/cases/missing_values.yaml), asked of all conditions with that operator."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.definitions import (
    DEFINITIONS,
    NUMBER_OPERATORS,
    OPERATORS,
    TEXT_OPERATORS,
    Definition,
    FieldDefinition,
    Form,
    Kind,
)
from floorwalker.core.evaluation.evaluate import explain, holds
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.memory.kept.counts import CATEGORY, EMPTY, EVENT, TIER, Counts
from floorwalker.core.memory.kept.ledger import with_past
from floorwalker.core.memory.kept.recents import Past
from floorwalker.core.memory.kept.responses import Daily, Response, Responses
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset, Site
from floorwalker.rulefile import read
from tests.core.holdings import many_currencies
from tests.core.visitors import AT, moment_of, profile_of, signals_of

TABLES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "missing_values.yaml").read_text("utf-8"))
VALUES: list[dict[str, Any]] = TABLES["values"]
COUNTS: list[dict[str, Any]] = TABLES["counts"]
NEVER_ABSENT: list[str] = TABLES["never absent"]
Answers = tuple[bool | None, bool | None]

HEAD = """
site: {price_tiers: {low: up to 100}}
topics: {wildlife: {}}
pages: [{path: /p, type: product}]
blocks: {workshop: {text: Come and see}}
slots: {hero: {show: [{block: workshop}]}}
funnels: {purchase: [{viewed: /cart}, {viewed: /checkout}]}
"""
NAMES = {"topic": "wildlife", "page type": "product", "price tier": "low", "block": "workshop", "slot": "hero"}
PLAIN = {
    Kind.TEXT: "x",
    Kind.LANGUAGE: "de",
    Kind.WORDS: "x",
    Kind.PATH: "/x",
    Kind.NETWORKS: "192.0.2.1",
    Kind.SHARE: "30 %",
    Kind.FLAG: "yes",
    Kind.VERSION: "3",
    Kind.MAPPING: "x",
}
LISTED = (Kind.TEXT, Kind.CHOICE, Kind.NAME, Kind.LANGUAGE, Kind.WORDS, Kind.PATH, Kind.NETWORKS, Kind.MAPPING)
NUMBERS = {Kind.COUNT: "", Kind.NUMBER: "", Kind.DURATION: " days"}
UNITS = {Kind.SHARE: " %", Kind.DURATION: " days"}


def answers(asks: list[str], profile: Profile | None) -> list[Answers]:
    """What each condition and its `not` say; the explanation says the same."""
    rules = [f"  is-{i}: {{when: {{{ask}}}}}\n  not-{i}: {{when: {{not: {{{ask}}}}}}}" for i, ask in enumerate(asks)]
    ruleset, problems = read({"r.yaml": f"{HEAD}segments:\n{chr(10).join(rules)}\n".encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    found = [_answer(ruleset, f"{way}-{i}", profile) for i in range(len(asks)) for way in ("is", "not")]
    return list(zip(found[::2], found[1::2], strict=True))


def _answer(ruleset: Ruleset, segment: str, profile: Profile | None) -> bool | None:
    condition = ruleset.segments[segment].when
    assert condition is not None
    answer = holds(condition, moment_of(ruleset, profile, signals_of(AT)))
    assert explain(condition, moment_of(ruleset, profile, signals_of(AT))).holds is answer
    return answer


def told(row: Mapping[str, Any], column: str) -> Answers:
    plain, negated = (None if one == "unknown" else one for one in row[column])
    return plain, negated


def plain_of(field: FieldDefinition) -> str | None:
    match field.kind:
        case Kind.CHOICE:
            return field.values[0]
        case Kind.NAME:
            return NAMES[field.names]
        case _:
            return PLAIN.get(field.kind)


def operand(row: str, field: FieldDefinition) -> str | None:
    """What stands at the field for a row of the table; None where its kind does not take that."""
    plain, unit = plain_of(field), UNITS.get(field.kind, "")
    operator, _, value = row.partition(": ")
    if row == "a value":
        return plain
    if row == "a list":
        return f"[{plain}, {plain}]" if field.kind in LISTED else None
    if operator not in OPERATORS.get(field.kind, ()):
        return None
    if operator in TEXT_OPERATORS:
        return f"{{{operator}: {value or 'x'}}}"
    return f"{{{operator}: {f'[1{unit}, 3{unit}]' if operator == 'between' else f'3{unit}'}}}"


def ask_of(definition: Definition, field: FieldDefinition, asked: str) -> str:
    name = definition.name
    if definition.form is Form.MAPPING:
        return f"{name}: {{x: {asked}}}"
    if definition.measure:
        which = definition.fields[0]
        return f"{name}: {{{which.name}: {plain_of(which)}, {field.name}: {asked}}}"
    return f"{name}: {{{field.name}: {asked}}}"


def fields() -> Iterator[tuple[Definition, FieldDefinition]]:
    """Every field of every condition on what is the case."""
    for definition in DEFINITIONS.values():
        if definition.form in (Form.TEST, Form.MAPPING):
            for field in definition.fields:
                if not definition.measure or field.name == definition.measure:
                    yield definition, field


def check(definition: Definition, field: FieldDefinition, column: str, profile: Profile | None) -> None:
    rows = [(row, operand(row["asks"], field)) for row in VALUES if column in row]
    asked = [(row, ask_of(definition, field, one)) for row, one in rows if one is not None]
    found = answers([ask for _, ask in asked], profile)
    for (row, ask), answer in zip(asked, found, strict=True):
        assert answer == told(row, column), ask


FIELDS = [pytest.param(*one, id=f"{one[0].name}.{one[1].name}") for one in fields()]


@pytest.mark.parametrize(("definition", "field"), FIELDS)
def test_an_absent_value_is_as_the_table_says(definition: Definition, field: FieldDefinition) -> None:
    if f"{definition.name}.{field.name}" not in NEVER_ABSENT:
        check(definition, field, "absent", profile_of())


@pytest.mark.parametrize(("definition", "field"), [one for one in FIELDS if one.id in NEVER_ABSENT])
def test_some_fields_always_have_a_value(definition: Definition, field: FieldDefinition) -> None:
    rows = [operand(row["asks"], field) for row in VALUES]
    found = answers([ask_of(definition, field, asked) for asked in rows if asked is not None], profile_of())
    assert all(negated is (not plain) for plain, negated in found)
    if field.kind in NUMBERS:
        (exists,) = answers([ask_of(definition, field, f"{{at_least: 0{NUMBERS[field.kind]}}}")], profile_of())
        assert exists == (True, False)


@pytest.mark.parametrize(("definition", "field"), FIELDS)
def test_what_may_not_be_remembered_is_as_the_table_says(definition: Definition, field: FieldDefinition) -> None:
    if definition.memory:
        check(definition, field, "no permission", None)
    elif f"{definition.name}.{field.name}" not in NEVER_ABSENT:
        check(definition, field, "absent", None)  # this request tells it, or nobody does


def counted(*dimensions: str) -> dict[str, Any]:
    """A past that is only counted, and of which some values were dropped."""
    past = [Past(AT - 9000, PAGE_VIEWED, Page(path="/z"), {}), Past(AT - 9000, "Other", None, {})]
    counts: Counts = with_past(EMPTY, past, calendar=Calendar(Site()), known=frozenset())
    profile = profile_of(views=[{"ago": 60, "path": "/a"}])
    return {
        "recents": structs.replace(profile.recents, left=AT - 9000),
        "counts": structs.replace(counts, lost=dict.fromkeys(dimensions, AT - 9000)),
    }


def lost_blocks(times: int = 0) -> Responses:
    """A block that was shown and clicked so often since others, perhaps the same, were dropped."""
    day = Calendar(Site()).day(AT - 60)
    daily = Daily(times, AT - 60, (day, times))
    known = Response("workshop", False, AT - 9000, 1, 0, daily, daily)
    return Responses((known,) if times else (), (), AT - 9000)


FORGOTTEN: Mapping[str, Profile] = {
    "trait.is": profile_of(traits={"y": "z"}, traits_left=True),
    "cart.contains": profile_of(cart={"more_pieces": 3}),
    "agent_note.is": profile_of(notes_left=True),
    "average_order.is": structs.replace(profile_of(), orders=many_currencies(AT)),
    "responds_to.rate": structs.replace(profile_of(), responses=lost_blocks()),
    "preferred_price_tier.is": structs.replace(profile_of(), **counted(TIER)),
}
OTHERS_KNOWN: Mapping[str, Profile] = {
    "cart.contains": profile_of(cart={"items": [{"product": "other"}], "more_pieces": 3}),
    "agent_note.is": profile_of(notes=["other"], notes_left=True),
}


@pytest.mark.parametrize(("definition", "field"), [one for one in FIELDS if one.id in FORGOTTEN])
def test_a_forgotten_value_is_as_the_table_says(definition: Definition, field: FieldDefinition) -> None:
    if definition.name == "responds_to":
        site = replace_values(definition, "channel", ("site",))
        check(site, field, "forgotten", FORGOTTEN["responds_to.rate"])
    else:
        check(definition, field, "forgotten", FORGOTTEN[f"{definition.name}.{field.name}"])


def replace_values(definition: Definition, name: str, values: tuple[str, ...]) -> Definition:
    made = [structs.replace(one, values=values) if one.name == name else one for one in definition.fields]
    return structs.replace(definition, fields=tuple(made))


@pytest.mark.parametrize(("definition", "field"), [one for one in FIELDS if one.id in OTHERS_KNOWN])
def test_a_value_beside_which_others_are_forgotten_is_as_the_table_says(
    definition: Definition, field: FieldDefinition
) -> None:
    check(definition, field, "others known", OTHERS_KNOWN[f"{definition.name}.{field.name}"])


COUNTED: Mapping[str, tuple[str, Callable[[int], Profile] | None]] = {
    "viewed": (
        "category: x",
        lambda times: structs.replace(
            profile_of(),
            **counted(CATEGORY)
            | {
                "recents": structs.replace(
                    profile_of(views=[{"ago": 60, "category": "x"}] * times).recents, left=AT - 9000
                )
            },
        ),
    ),
    "did": (
        "event: Coupon Applied",
        lambda times: structs.replace(
            profile_of(),
            **counted(EVENT)
            | {
                "recents": structs.replace(
                    profile_of(events=[{"ago": 60, "name": "Coupon Applied"}] * times).recents, left=AT - 9000
                )
            },
        ),
    ),
    "visits": ("within: 1 minute", None),
    "orders": (
        "within: 1 day",
        lambda times: profile_of(orders=[{"ago": 60}] * (times - 1), forgotten_orders=[{"ago": 9000}]),
    ),
    "bought": (
        "category: x, within: 1 day",
        lambda times: profile_of(
            orders=[{"ago": 60, "bought": [{"category": "x", "quantity": times}]}] if times else [],
            forgotten_orders=[{"ago": 9000}],
        ),
    ),
    "spent": (
        "within: 1 day",
        lambda times: profile_of(orders=[{"ago": 60, "amount": times}], forgotten_orders=[{"ago": 9000, "amount": 7}]),
    ),
    "saw": (
        "block: workshop",
        lambda times: structs.replace(profile_of(), responses=lost_blocks(times)),
    ),
    "clicked": (
        "block: workshop",
        lambda times: structs.replace(profile_of(), **counted(), responses=lost_blocks(times)),
    ),
    "did_in_order": ("steps: [{viewed: {category: x}}, {viewed: {category: y}}]", None),
}


def test_every_condition_that_counts_is_asked() -> None:
    assert {name for name, one in DEFINITIONS.items() if one.counts} | {"spent"} == set(COUNTED)


def check_count(name: str, column: str, profile: Profile | None) -> None:
    rows = [row for row in COUNTS if not (name == "spent" and row["asks"] == "no number")]
    asks = [row["asks"] if row["asks"] != "no number" else "" for row in rows]
    base = COUNTED[name][0]
    found = answers([f"{name}: {{{', '.join(filter(None, (base, ask)))}}}" for ask in asks], profile)
    for row, answer in zip(rows, found, strict=True):
        assert answer == told(row, column), row


@pytest.mark.parametrize("name", COUNTED)
def test_what_never_happened_is_counted_as_the_table_says(name: str) -> None:
    check_count(name, "never", profile_of())


@pytest.mark.parametrize("name", COUNTED)
def test_what_may_not_be_remembered_is_counted_as_the_table_says(name: str) -> None:
    check_count(name, "no permission", None)


@pytest.mark.parametrize("times", [0, 2, 4])
@pytest.mark.parametrize("name", [name for name, (_, made) in COUNTED.items() if made])
def test_what_may_be_forgotten_is_counted_as_the_table_says(name: str, times: int) -> None:
    made = COUNTED[name][1]
    assert made is not None
    if name == "orders" and not times:
        pytest.skip("when the latest forgotten order was is known, so there is one at least")
    check_count(name, f"{times} remembered", made(times))


def test_every_operator_has_its_row() -> None:
    rows = {row["asks"].partition(": ")[0] for row in VALUES}
    assert rows == {"a value", "a list", *TEXT_OPERATORS, *NUMBER_OPERATORS}
    assert {row["asks"].partition(": ")[0] for row in COUNTS} == {"no number", *NUMBER_OPERATORS}


@pytest.mark.parametrize("name", [name for name, one in DEFINITIONS.items() if one.memory])
def test_whatever_needs_memory_is_unknown_without_permission(name: str) -> None:
    example = DEFINITIONS[name].example.replace("lenses", "wildlife")
    assert answers([example], None) == [(None, None)]
