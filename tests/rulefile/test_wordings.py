"""What is suggested can be read: every other form of a word or value leads to one that rules take."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.conditions.definitions import DEFINITIONS, NUMBER_OPERATORS, OPERATORS
from floorwalker.core.conditions.vocabulary import COUNTRIES, WEEKDAYS
from floorwalker.rulefile import Severity, read, values
from floorwalker.rulefile.tables.sections import SECTIONS
from floorwalker.rulefile.wordings import conditions, keys, numbers, places, times
from floorwalker.rulefile.wordings import values as other_values

SAID_CONDITIONS = sorted(set(conditions._HERE.values()))


@pytest.mark.parametrize("said", SAID_CONDITIONS)
def test_every_condition_that_is_suggested_is_one(said: str) -> None:
    if "…" in said or not re.match(r"[a-z_]+: \S", said) or said.startswith("browser:, "):
        return
    first = said.split(" or ")[0].split(", or ")[0].removesuffix(" for the past")
    assert first.split(":")[0] in DEFINITIONS
    _, problems = read({"r.yaml": f"segments:\n  a:\n    when: {{{first}}}\n".encode()})
    wrong = [str(one) for one in problems if one.severity is Severity.ERROR and not one.code.startswith("unknown-")]
    assert wrong == []


def test_every_key_that_is_suggested_is_one() -> None:
    known = {key.name for section in SECTIONS.values() for key in section.keys} | {*DEFINITIONS}
    known |= {"at", "with", "rest", "stop_after", "once_per_page", "priority", "weight", "lat", "lon", "km", "zone"}
    known |= {"block", "html", "text", "name", "to", "when", "until", "from", "at_most", "points", "draft", "template"}
    suggested = {here for found in keys._KEYS_HERE.values() for here in found}
    assert suggested <= known | {field.name for one in DEFINITIONS.values() for field in one.fields} | {"within"}
    operators = {operator for allowed in OPERATORS.values() for operator in allowed}
    assert {here for found in keys._OPERATORS_HERE.values() for here in found} == operators


def test_every_country_and_language_that_is_suggested_is_one() -> None:
    assert set(places._COUNTRY_OF.values()) <= set(COUNTRIES)
    assert len(set(places._COUNTRY_OF.values())) > 230
    for tag in places._LANGUAGE_OF.values():
        values.language(tag)


SAID = (
    "0 1 2 7 12 24 30 2026 1,000 1.5 at least more than up to over between and - / . : % € $ k + < > = pm am last past "
    "next half an a three days day weeks h min month year december jan mon friday weekend noon midnight Uhr per visit "
    "session daily once x not or DE mobile"
)
SPOKEN = st.text(max_size=30) | st.lists(st.sampled_from(SAID.split()), max_size=6).map(" ".join)


def every_alternative(said: str) -> list[str]:
    """`7 days, or this week` and `2026-06-05 or 2026-05-06` as the values that they propose."""
    return [part for part in re.split(r",? or (?:an? )?|, |; ", said) if re.match(r"[0-9]", part)]


@settings(max_examples=300, deadline=None)
@given(SPOKEN)
@pytest.mark.parametrize(
    ("suggest", "reader"),
    [
        (times.duration_here, values.duration),
        (times.window_here, values.window),
        (times.day_here, values.day_and_time),
        (times.moment_here, values.day_and_time),
        (times.time_here, values.time_of_day),
        (numbers.plain_number, values.number),
        (numbers.cap_here, values.cap),
        (numbers.prices_here, values.prices),
    ],
    ids=["duration", "window", "day", "moment", "time", "number", "cap", "prices"],
)
def test_a_value_that_is_suggested_is_taken(
    suggest: Callable[[str], str | None], reader: Callable[[str], object], text: str
) -> None:
    said = suggest(text)
    for proposed in every_alternative(said or ""):
        assert is_taken(proposed.removesuffix(" as an end"), reader), text


def is_taken(text: str, reader: Callable[[str], object]) -> bool:
    """Whether a value is read, or refused for its size alone."""
    try:
        reader(text)
    except values.Misread as wrong:
        return wrong.message.endswith(("never shows it", "nothing lies in it", "out of range", "is empty"))
    return True


@settings(max_examples=300, deadline=None)
@given(SPOKEN)
def test_operators_that_are_suggested_are_ours(text: str) -> None:
    said = numbers.as_operators(text)
    assert said is None or re.fullmatch(rf"\{{({'|'.join(NUMBER_OPERATORS)}): .+\}}", said)
    days = other_values.days_here(text)
    assert days is None or set(days[1:-1].split(", ")) <= set(WEEKDAYS)


@settings(max_examples=200, deadline=None)
@given(SPOKEN, st.sampled_from(["visits", "country", "device", "city", "time", "date", "near", "viewed", "searched"]))
def test_whatever_is_said_of_a_condition_is_answered(text: str, name: str) -> None:
    quoted = "'" + text.replace("'", "''").replace("\n", " ") + "'"
    ruleset, problems = read({"r.yaml": f"segments:\n  a:\n    when: {{{name}: {quoted}}}\n".encode(errors="replace")})
    errors = [one for one in problems if one.severity is Severity.ERROR]
    assert (ruleset is None) is bool(errors)
    assert all(one.hint for one in errors)
