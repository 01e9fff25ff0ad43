"""The table of definitions is whole and agrees with the rest of the core."""

import pytest

from floorwalker.core.conditions.definitions import DEFINITIONS, GROUPS, OPERATORS, Definition, Form, Kind
from floorwalker.core.conditions.matchers import Exists, Range
from floorwalker.core.conditions.model import Field
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.core.conditions.vocabulary import CONTINENTS, COUNTRIES, DAYPARTS, WINDOWS
from floorwalker.core.evaluation.readings import reading
from floorwalker.core.reading import clock
from floorwalker.core.ruleset import Ruleset, Site, Tier
from tests.core.visitors import moment_of, profile_of, signals_of

NAMES_OF_THE_CONTRACT = """
page query header cookie attribute referrer searched campaign ad channel landing_page first_touch last_touch device os
browser language connection continent country region city near ip timezone time date daypart usual_time visits
new_visitor pages_this_visit time_this_visit away first_visit frequency exit_page bounced viewed did did_in_order
did_regularly stopped restarted cart funnel interest dominant_interest preferred_price_tier next_interest spent orders
bought average_order lifecycle identified trait consent agent_note saw clicked responds_to in any all none not chance
propensity micro_segment
"""


def test_every_condition_of_the_language_is_defined_once() -> None:
    assert sorted(DEFINITIONS) == sorted(NAMES_OF_THE_CONTRACT.split())


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_definition_is_whole(definition: Definition) -> None:
    names = [field.name for field in definition.fields]
    assert definition.group in GROUPS
    assert definition.doc.endswith(".")
    assert definition.example.startswith(f"{definition.name}:")
    assert definition.main in ("", *names)
    assert len(set(names)) == len(names)
    for field in definition.fields:
        assert field.doc
        assert bool(field.values) == (field.kind in (Kind.CHOICE, Kind.WEEKDAYS))
        assert bool(field.names) == (field.kind is Kind.NAME)


def test_operators_stand_beside_kinds_that_have_plain_values_too() -> None:
    assert set(OPERATORS) < set(Kind)


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        pytest.param(definition, field.name, id=f"{definition.name}-{field.name}")
        for definition in DEFINITIONS.values()
        if definition.form in (Form.TEST, Form.MAPPING)
        for field in definition.fields
        if not (definition.measure and field.name == definition.main)
    ],
)
def test_every_field_of_a_test_is_read_from_somewhere(definition: Definition, field: str) -> None:
    place = {"continent": "EU", "country": "DE", "region": "BE", "city": "Berlin", "latitude": 1.0, "longitude": 1.0}
    names = {"x": "y"}
    signals = signals_of(
        page={"path": "/x", "type": "a", "category": "b", "product": "c", "brand": "d", "tags": ["e"], "topics": ["f"]}
        | {"price": 1.0, "price_tier": "low"},
        query=names,
        headers=names,
        cookies=names,
        attributes=names,
        referrer={"medium": "search", "source": "google", "domain": "google.com", "url": "https://google.com/"},
        search={"engine": "google", "keywords": "birds"},
        campaign={"name": "n", "source": "s", "medium": "m", "term": "t", "content": "c"},
        ad={"network": "google", "banner": "b", "placement": "p"},
        device={"type": "mobile", "brand": "b", "model": "m", "os": "o", "os_version": "1", "browser": "b"}
        | {"browser_version": "2"},
        languages=["de"],
        connection="4g",
        address="192.0.2.1",
        place=place,
        timezone="UTC",
        local_time={"iso": "2026-11-28T19:30:00+01:00", "date": "", "weekday": 5, "minute": 0, "daypart": "evening"},
    )
    earlier = [300_000, 200_000, 100_000]
    profile = profile_of(
        visits=4,
        earlier=earlier,
        away=5,
        exit_page="/x",
        bounced=False,
        user="u",
        traits={"x": "y"},
        views=[{"ago": 1, "price_tier": "low"}] * 3,
        cart={"items": [{"product": "p", "price": 2.0}], "checkout": 5},
        interests={"session": {"x": 1.0}, "dominant": "x"},
        orders=[{"ago": 5, "amount": 3.0}],
        consent=["x"],
        notes=["x"],
        contacts={"x": [3, 1]},
        learned={"lifecycle": "new", "micro_segment": "x", "propensities": {"x": 0.5}, "next_interests": ("x",)},
    )
    keyed = definition.measure or definition.form is Form.MAPPING
    asked = Field(field, Exists(True), key="x" if keyed else "")
    ruleset = Ruleset(site=Site(price_tiers=(Tier("low", Range(high=100)),)))
    assert list(reading(Asked(definition.name, (asked,)), asked)(moment_of(ruleset, profile, signals)))


def test_dayparts_are_those_that_the_clock_tells() -> None:
    assert tuple(name for _, name in clock.DAYPARTS) == DAYPARTS


def test_codes_are_codes() -> None:
    assert len(COUNTRIES) == len(set(COUNTRIES)) == 250
    assert all(len(code) == 2 and code.isupper() for code in (*COUNTRIES, *CONTINENTS))
    assert set(WINDOWS.values()) == {"visit", "today", "week", "month"}
