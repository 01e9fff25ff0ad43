"""What an explanation says of what was asked and found."""

from typing import Any

import pytest

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.evaluate import explain
from floorwalker.core.evaluation.words import duration_words, number_words, range_words, share_words
from tests.core.evaluation.test_cases import ruleset_of
from tests.core.visitors import AT, moment_of, profile_of, signals_of

ORDER = {"ago": 60, "name": "Order Completed", "properties": {"revenue": 120.5}}


def explained(ask: str, profile: dict[str, Any] | None = None, **signals: Any) -> Explanation:
    ruleset = ruleset_of(ask)
    condition = ruleset.segments["asked"].when
    assert condition is not None
    remembered = None if profile is None else profile_of(**profile)
    return explain(condition, moment_of(ruleset, remembered, signals_of(**signals)))


@pytest.mark.parametrize(
    ("ask", "profile", "signals", "observed"),
    [
        ("device: mobile", None, {"device": {"type": "desktop"}}, "desktop"),
        ("device: mobile", None, {}, None),
        ("page: {tag: sale}", None, {"page": {"tags": ["new", "old"]}}, ["new", "old"]),
        ("time: {from: 18:00}", None, {}, "Saturday 2026-11-28 19:30"),
        ("near: {place: shops, km: 5}", None, {"place": {"latitude": 52.4, "longitude": 13.0}}, "52.40, 13.00"),
        ("ip: 192.0.2.0/24", None, {"address": "192.0.2.9"}, "the client's address"),
        ("away: {at_least: 30 days}", {"visits": 2, "away": 200_000}, {}, "2 days"),
        ("new_visitor: yes", None, {}, "needs consent"),
        ("visits: {at_least: 3}", None, {}, "needs consent"),
        ("visits: {at_least: 3}", {"visits": 2, "earlier": [9000]}, {}, 2),
        ("did: {event: Order Completed, ago: {at_most: 1 hour}}", {"events": [ORDER]}, {}, "1 minute ago"),
        ("did: {event: Order Completed, sum: {revenue: {at_least: 9}}}", {"events": [ORDER]}, {}, 120.5),
        ("viewed: {category: a, share: 50 %}", {"views": [{"ago": 9, "category": "a"}]}, {}, "100 %"),
        ("viewed: {category: a, share: 50 %}", {}, {}, None),
        ("in: [phones, regulars]", None, {"device": {"type": "mobile"}}, ["phones"]),
        ("chance: {percent: 5 %, of: x}", None, {}, "needs consent"),
        ("cart: {idle: {at_least: 1 hour}}", {"cart": {"items": [{"product": "p"}], "idle": 9000}}, {}, "2 hours"),
        ("cart: {value: {at_least: 5}}", {"cart": {"items": [{"product": "p", "price": 2.5}]}}, {}, 2.5),
        ("cart: {contains: x}", {"cart": {"items": [{"product": "p", "category": "bags"}]}}, {}, ["p", "bags"]),
        ("cart: {contains: x}", {"cart": {"more_pieces": 2}}, {}, "further back than is remembered"),
        ("interest: birds", {"interests": {"session": {"birds": 1.0, "lenses": 3.0}}}, {}, "25 %"),
        ("propensity: {model: buy, at_least: 60 %}", {"learned": {"propensities": {"buy": 0.125}}}, {}, "12.5 %"),
        ("spent: {at_least: 5}", {"orders": [{"ago": 5, "amount": 3.5}]}, {}, 3.5),
        (
            "spent: {at_least: 5, within: 1 day}",
            {"orders": [{"ago": 5, "amount": 3.5}], "forgotten_orders": [{"ago": 9000, "amount": 2.0}]},
            {},
            "at least 3.5",
        ),
        ("trait: {vip: yes}", {"traits_left": True}, {}, "further back than is remembered"),
        (
            "did: {event: Order Completed, where: {revenue: {at_least: 1}}, at_least: 5}",
            {"events": [ORDER], "counted": [{"ago": 9000, "name": "Order Completed"}]},
            {},
            "at least 1",
        ),
        (
            "did: {event: Order Completed, where: {revenue: {at_least: 1}}, ago: {at_least: 1 day}}",
            {"counted": [{"ago": 90_000, "name": "Order Completed"}]},
            {},
            "further back than is remembered",
        ),
    ],
)
def test_an_explanation_says_what_was_found(
    ask: str, profile: dict[str, Any] | None, signals: dict[str, Any], observed: object
) -> None:
    assert explained(ask, profile, **signals).observed == observed


def test_an_explanation_names_the_condition_as_it_was_written() -> None:
    why = explained("any: [{viewed: {category: clearance, at_least: 2}}, {country: [DE, AT]}]", {})
    assert (why.condition, why.holds) == ("any", False)
    assert [part.condition for part in why.of] == ["viewed: {category: clearance, at_least: 2}", "country: [DE, AT]"]


def test_several_fields_and_several_questions_are_explained_one_by_one() -> None:
    fields = explained("device: {type: mobile, brand: apple}", device={"type": "mobile"})
    assert [(part.condition, part.observed, part.holds) for part in fields.of] == [
        ("type", "mobile", True),
        ("brand", None, False),
    ]
    questions = explained("did: {event: Order Completed, at_least: 2, ago: {at_most: 1 hour}}", {"events": [ORDER]})
    assert [(part.condition, part.observed, part.holds) for part in questions.of] == [
        ("count", 1, False),
        ("ago", "1 minute ago", True),
    ]


def test_a_time_that_no_calendar_has_is_no_time() -> None:
    ruleset = ruleset_of("date: {from: 2026-01-01}")
    condition = ruleset.segments["asked"].when
    assert condition is not None
    assert explain(condition, moment_of(ruleset, at=AT * 10**6)).holds is False


def test_numbers_are_said_in_words() -> None:
    assert [duration_words(seconds) for seconds in (0, 1, 90, 7200, 86400, 200_000)] == [
        "0 seconds",
        "1 second",
        "1 minute",
        "2 hours",
        "1 day",
        "2 days",
    ]
    assert [share_words(share) for share in (0, 0.375, 1)] == ["0 %", "37.5 %", "100 %"]
    assert [number_words(number) for number in (3, 3.0, 2.345, float("inf"))] == [3, 3, 2.35, float("inf")]
    ranges = [Range(3, 3), Range(low=1, low_open=True), Range(1, 5), Range(high=5, high_open=True)]
    assert [range_words(one) for one in ranges] == ["exactly 3", "more_than 1", "at_least 1, at_most 5", "less_than 5"]


def test_several_interests_are_explained_one_by_one() -> None:
    why = explained("interest: {topic: [birds, lenses], at_least: 50 %}", {"interests": {"session": {"birds": 1.0}}})
    assert (why.condition, why.holds) == ("interest: {topic: [birds, lenses], at_least: 50 %}", True)
    assert [(part.condition, part.observed, part.holds) for part in why.of] == [
        ("share of birds", "100 %", True),
        ("share of lenses", "0 %", False),
    ]
