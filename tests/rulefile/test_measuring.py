"""Conditions on how much of something there is, as editors write them, and the tree they become."""

import pytest

from floorwalker.core.conditions.matchers import AnyOf, Range
from floorwalker.core.conditions.model import AnyCondition, Behaviour, Condition, Field, Not, Window
from floorwalker.core.conditions.model import Test as Asked
from floorwalker.rulefile import read
from tests.rulefile.test_schema import errors

HEAD = "topics: {wildlife: {}, birds: {}}\npages: [{path: /p, topics: [lenses]}]\n"
YEAR = Window("seconds", 365 * 86400.0)


def condition(written: str) -> Condition:
    ruleset, problems = read({"r.yaml": f"{HEAD}segments:\n  it:\n    when: {{{written}}}\n".encode()})
    assert ruleset is not None, "\n".join(map(str, problems))
    found = ruleset.segments["it"].when
    assert found is not None
    return found


def without_words(found: Condition) -> Condition:
    match found:
        case Asked():
            return Asked(found.name, found.fields)
        case AnyCondition():
            return AnyCondition(tuple(map(without_words, found.of)))
        case Behaviour():
            return Behaviour(found.name, found.what, found.window, found.count, total=found.total, ago=found.ago)
        case _:
            return found


def share(of: str, asked: Range) -> Asked:
    return Asked("interest", (Field("share", asked, of),))


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("interest: {topic: wildlife, at_least: 40 %}", share("wildlife", Range(low=0.4))),
        ("interest: {topic: wildlife, share: 40 %}", share("wildlife", Range(low=0.4))),
        ("interest: {topic: wildlife, share: {less_than: 40 %}}", share("wildlife", Range(high=0.4, high_open=True))),
        ("interest: Lenses", share("lenses", Range(low=0, low_open=True))),
        ("interest: 'bird*'", share("bird*", Range(low=0, low_open=True))),
        (
            "interest: {topic: [wildlife, birds], at_least: 40 %}",
            AnyCondition((share("birds", Range(low=0.4)), share("wildlife", Range(low=0.4)))),
        ),
        (
            "responds_to: {channel: email, rate: {at_least: 10 %}}",
            Asked("responds_to", (Field("rate", Range(low=0.1), "email"),)),
        ),
        (
            "propensity: {model: Purchase, between: [10 %, 20 %]}",
            Asked("propensity", (Field("share", Range(0.1, 0.2), "purchase"),)),
        ),
        ("spent: {at_least: 500, within: 1 year}", Behaviour("spent", (), YEAR, total=Field("amount", Range(low=500)))),
        (
            "spent: {amount: {at_most: 9.5}, currency: usd}",
            Behaviour("spent", (), total=Field("amount", Range(high=9.5), "USD")),
        ),
        ("orders: {at_least: 2, within: 1 year}", Behaviour("orders", (), YEAR, Range(low=2))),
        ("bought: cameras", Behaviour("bought", (Field("category", AnyOf(frozenset({"cameras"}))),))),
        (
            "bought: {brand: x, ago: {at_most: 1 hour}}",
            Behaviour("bought", (Field("brand", AnyOf(frozenset({"x"}))),), ago=Range(high=3600)),
        ),
        ("cart: {at_least: 2}", Asked("cart", (Field("items", Range(low=2)),))),
    ],
)
def test_what_is_written_becomes_its_tree(written: str, tree: Condition) -> None:
    assert without_words(condition(written)) == tree


def test_a_condition_keeps_the_words_of_its_editor() -> None:
    written = "interest: {topic: [wildlife, birds], at_least: 40 %}"
    found = condition(written)
    assert isinstance(found, AnyCondition)
    assert found.written == written
    assert [part.written for part in found.of] == ["share of birds", "share of wildlife"]


def test_it_can_be_denied() -> None:
    assert isinstance(condition("not: {spent: {at_least: 1}}"), Not)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("interest: {topic: {exists: yes}, at_least: 4 %}", "topic of interest takes a name, or a list of names"),
        ("interest: {topic: wildlife, share: 4 %, at_least: 4 %}", "at_least stands beside share"),
        ("interest: {topic: wildlife, at_least: 4 %, within: 1 day}", "interest takes no within"),
        ("interest: {}", "interest asks nothing"),
        ("interest: cars", "there is no topic cars"),
        ("dominant_interest: cars", "there is no topic cars"),
        ("responds_to: {rate: {at_least: 4 %}}", "responds_to does not say which channel"),
        ("propensity: {}", "propensity asks nothing"),
        ("propensity: {model: x}", "propensity does not say how much"),
        ("spent: {currency: USD}", "spent does not say how much"),
        ("spent: {at_least: 5, currency: [USD, EUR]}", "currency takes one value, not a list"),
        ("spent: {at_least: 5, currency: {exists: yes}}", "currency takes a value only"),
        ("spent: {at_least: 5, ago: {at_most: 1 day}}", "spent takes no ago"),
        ("orders: 3", "orders does not say whether 3 is the least"),
        ("bought: {type: product}", "bought has no field type"),
        ("average_order: 200", "average_order does not say whether 200"),
        ("preferred_price_tier: low", "there is no price tier low"),
    ],
)
def test_what_is_wrong_is_said(written: str, message: str) -> None:
    ruleset, problems = read({"r.yaml": f"{HEAD}segments:\n  it:\n    when: {{{written}}}\n".encode()})
    assert ruleset is None
    assert any(message in one.message for one in problems), [one.message for one in problems]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("interest: [wildlife, birds]", ""),
        ("interest: {topic: birds, share: {less_than: 40 %}}", ""),
        ("interest: {topic: birds, at_least: 40}", "interest/at_least"),
        ("interest: {at_least: 40 %}", "interest"),
        ("responds_to: email", ""),
        ("responds_to: fax", "responds_to"),
        ("propensity: purchase", "propensity"),
        ("spent: {amount: {at_least: 5}, currency: usd}", ""),
        ("spent: {at_least: 5, currency: dollars}", "spent/currency"),
        ("bought: {path: /x}", "bought"),
    ],
)
def test_the_schema_complains_where_it_is_wrong(written: str, at: str) -> None:
    places = [place for place, _ in errors(f"segments:\n  it:\n    when:\n      - {written}\n")]
    assert places == ([f"segments/it/when/0/{at}"] if at else [])
