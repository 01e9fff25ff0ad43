"""Conditions as editors write them, and the tree they become."""

from typing import Any

import pytest

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Dates,
    Exists,
    Flag,
    Near,
    Networks,
    PathIs,
    Range,
    Text,
    TimeOfDay,
    Version,
    Words,
)
from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Field,
    InSegment,
    Not,
    Window,
)
from floorwalker.core.conditions.model import (
    Test as Asked,
)
from floorwalker.rulefile import Severity, read

HEAD = """
places: {shops: [{lat: 52.5, lon: 13.4}, {lat: 53.5, lon: 10}]}
pages: [{path: /p, type: product, topics: [birds]}, {path: /a, type: article}]
site: {price_tiers: {low: up to 100}}
blocks: {workshop: {text: hello}}
slots: {hero: {show: [{block: workshop}]}}
"""


def condition(written: str) -> Condition:
    """The tree of one condition, in flow style."""
    rules = f"{HEAD}segments:\n  other: {{when: {{device: tv}}}}\n  it:\n    when: {written}\n"
    ruleset, problems = read({"r.yaml": rules.encode()})
    assert ruleset is not None, [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    found = ruleset.segments["it"].when
    assert found is not None
    return found


def exact(*values: str) -> AnyOf:
    return AnyOf(frozenset(values))


TESTS: list[tuple[str, str, Any]] = [
    ("{referrer: Google}", "source", exact("google")),
    ("{referrer: {source: google}}", "source", exact("google")),
    ("{referrer: [google, Bing]}", "source", exact("google", "bing")),
    ("{referrer: {medium: search}}", "medium", exact("search")),
    ("{referrer: {contains: goo}}", "source", Text("contains", ("goo",))),
    ('{campaign: "spring-*"}', "name", AnyOf(frozenset(), ("spring-*",))),
    ("{page: /lenses/*}", "path", PathIs(("/lenses/*",))),
    ("{page: {price: {more_than: 1000}}}", "price", Range(low=1000.0, low_open=True)),
    ("{page: {price: {between: [10, 20]}}}", "price", Range(10.0, 20.0)),
    ("{page: {price: {at_least: 10, less_than: 20}}}", "price", Range(10.0, 20.0, high_open=True)),
    ("{page: {type: product}}", "type", exact("product")),
    ("{searched: [Second-hand, cheap*]}", "words", Words(("second hand", "cheap*"))),
    ("{searched: {exists: yes}}", "words", Exists(True)),
    ("{new_visitor: yes}", "is", Flag(True)),
    ("{identified: no}", "is", Flag(False)),
    ("{device: Mobile}", "type", exact("mobile")),
    ("{browser: {version: 17}}", "version", Version((17,), (17,))),
    ("{browser: {version: {at_least: 16.4, less_than: 18}}}", "version", Version((16, 4), (18,), high_open=True)),
    ("{country: NO}", "is", exact("no")),
    ("{continent: Europe}", "is", exact("eu")),
    ("{language: de}", "is", AnyOf(frozenset(["de"]), ("de-*",))),
    ("{ip: [192.0.2.0/24, 198.51.100.7]}", "is", Networks(("192.0.2.0/24", "198.51.100.7/32"))),
    ("{away: {at_least: 30 days}}", "is", Range(low=30 * 86400.0)),
    ("{landing_page: {starts_with: /learn}}", "is", Text("starts_with", ("/learn",))),
    ("{near: {place: shops, km: 25}}", "is", Near(((52.5, 13.4), (53.5, 10.0)), 25.0)),
    ("{near: {lat: 1.5, lon: -2, km: 3 km}}", "is", Near(((1.5, -2.0),), 3.0)),
    ("{time: {from: 18:00, until: 01:00, days: [friday]}}", "is", TimeOfDay(1080, 60, frozenset([4]), "visitor")),
    ("{time: {until: 09:30, zone: site}}", "is", TimeOfDay(0, 570, frozenset(range(7)), "site")),
    ("{date: {from: 2026-12-01, until: 2026-12-24}}", "is", Dates("2026-12-01T00:00", "2026-12-25T00:00")),
    ("{date: {until: 2026-12-24 18:00}}", "is", Dates("", "2026-12-24T18:00")),
]


@pytest.mark.parametrize(("written", "field", "matcher"), TESTS, ids=[written for written, _, _ in TESTS])
def test_a_test_asks_one_field(written: str, field: str, matcher: Any) -> None:
    found = condition(written)
    assert isinstance(found, Asked)
    assert found.fields == (Field(field, matcher),)


def test_the_condition_is_kept_as_it_was_written_on_one_line() -> None:
    found = condition("\n      viewed:\n        category: clearance\n        at_least: 2  # twice\n")
    assert found.written == "viewed: {category: clearance, at_least: 2}"


def test_several_operators_on_one_text_must_all_hold() -> None:
    found = condition("{page: {path: {starts_with: /a, ends_with: [z, y]}}}")
    assert isinstance(found, Asked)
    assert found.fields == (Field("path", Both((Text("starts_with", ("/a",)), Text("ends_with", ("z", "y"))))),)


def test_names_have_keys_and_headers_are_lower_case() -> None:
    found = condition('{header: {X-Shop: "a*", Y: {at_least: 3}}}')
    assert found == Asked(
        "header",
        (Field("is", AnyOf(frozenset(), ("a*",)), "x-shop"), Field("is", Range(low=3.0), "y")),
        written='header: {X-Shop: "a*", Y: {at_least: 3}}',
    )


BEHAVIOURS: list[tuple[str, dict[str, Any]]] = [
    ("{viewed: /sale}", {"what": (Field("path", PathIs(("/sale",))),)}),
    ("{viewed: {at_least: 2}}", {"what": (), "count": Range(low=2.0)}),
    (
        "{viewed: {type: article, at_least: 3, within: 90 days}}",
        {
            "what": (Field("type", exact("article")),),
            "count": Range(low=3.0),
            "window": Window("seconds", 90 * 86400.0),
        },
    ),
    (
        "{viewed: {price_tier: low, share: 60 %, within: this month}}",
        {"what": (Field("price_tier", exact("low")),), "share": Range(low=0.6), "window": Window("month")},
    ),
    ("{viewed: {topic: birds, ago: {at_most: 3 days}}}", {"ago": Range(high=259200.0)}),
    ("{visits: {at_least: 3, within: this week}}", {"what": (), "count": Range(low=3.0), "window": Window("week")}),
    ("{did: Order Completed}", {"what": (Field("event", exact("order completed")),)}),
    (
        "{did: {event: Sale, where: {code: SPRING20, total: {at_least: 5}}, sum: {revenue: {at_least: 500}}}}",
        {
            "what": (
                Field("event", exact("sale")),
                Field("where", exact("spring20"), "code"),
                Field("where", Range(low=5.0), "total"),
            ),
            "total": Field("sum", Range(low=500.0), "revenue"),
            "count": None,
        },
    ),
    ("{saw: {block: workshop, slot: hero, exactly: 1}}", {"count": Range(1.0, 1.0)}),
]


@pytest.mark.parametrize(("written", "parts"), BEHAVIOURS, ids=[written for written, _ in BEHAVIOURS])
def test_a_behaviour_is_counted_in_a_window(written: str, parts: dict[str, Any]) -> None:
    found = condition(written)
    assert isinstance(found, Behaviour)
    for name, part in parts.items():
        assert getattr(found, name) == part, name


def test_a_list_means_all_and_composition_words_say_themselves() -> None:
    mobile, de = condition("{device: mobile}"), condition("{country: DE}")
    both = "[{device: mobile}, {country: DE}]"
    assert condition(both) == All((mobile, de))
    assert condition(f"{{all: {both}}}") == All((mobile, de))
    assert condition(f"{{any: {both}}}") == AnyCondition((mobile, de))
    assert condition(f"{{none: {both}}}") == Not((mobile, de), "none")
    assert condition("{not: {device: mobile}}") == Not((mobile,))


def test_segments_chance_and_touches() -> None:
    assert condition("{in: other}") == InSegment(("other",), "in: other")
    assert condition("{chance: {percent: 50 %, of: new-hero}}") == Chance(
        0.5, "new-hero", "chance: {percent: 50 %, of: new-hero}"
    )
    found = condition("{first_touch: [{campaign: spring}, {not: {referrer: google}}]}")
    assert isinstance(found, All)
    campaign, negated = found.of
    assert isinstance(campaign, Asked)
    assert (campaign.touch, campaign.written) == ("first", "first_touch: {campaign: spring}")
    assert isinstance(negated, Not)
    (inner,) = negated.of
    assert isinstance(inner, Asked)
    assert inner.touch == "first"


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda definition: definition.name)
def test_every_example_of_the_definitions_can_be_loaded(definition: Any) -> None:
    example = definition.example.replace("bargain-hunter", "other")
    rules = f"{HEAD}segments:\n  other: {{when: {{device: tv}}}}\n  it:\n    when:\n      - {example}\n"
    _, problems = read({"r.yaml": rules.encode()})
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert all(problem.code.startswith("unknown-") and "condition" not in problem.code for problem in errors), errors
