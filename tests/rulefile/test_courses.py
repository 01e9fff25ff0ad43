"""Conditions on order and rhythm, as editors write them, and the tree they become; the section funnels."""

from typing import Any

import pytest

from floorwalker.core.conditions.matchers import AnyOf, PathIs, Range
from floorwalker.core.conditions.model import (
    Behaviour,
    Course,
    Field,
    InOrder,
    Regular,
    Restarted,
    Stage,
    Stopped,
    Window,
)
from floorwalker.core.ruleset import Funnel, Ruleset
from floorwalker.rulefile import Severity, read

DAY = 86400.0
FUNNELS = """
funnels:
  purchase: [{viewed: /cart}, {viewed: [/checkout, /pay]}, {did: Order Completed}]
  compare:
    - viewed: {type: product}
    - viewed: {type: article, category: lenses}
    - viewed: {type: product}
pages: [{path: /p, type: product}, {path: /a, type: article}]
"""


def ruleset_of(**files: str) -> Ruleset:
    ruleset, problems = read({f"{name}.yaml": text.encode() for name, text in files.items()})
    assert ruleset is not None, [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    return ruleset


def asked(written: str) -> Any:
    """The tree of one condition; the funnels stand in a later file."""
    ruleset = ruleset_of(a=f"segments:\n  it:\n    when:\n      {written}\n", b=FUNNELS)
    found = ruleset.segments["it"].when
    assert isinstance(found, Course)
    assert found.written == written
    return found.asked


def any_of(*values: str) -> AnyOf:
    return AnyOf(frozenset(values))


CART = Behaviour("viewed", (Field("path", PathIs(("/cart",))),), written="viewed: /cart")
PAY = Behaviour("did", (Field("event", any_of("pay")),), written="did: Pay")
EVENT_A = Behaviour("did", (Field("event", any_of("a")),))


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("did_in_order: [{viewed: /cart}, {did: Pay}]", InOrder((CART, PAY))),
        ("did_in_order: {steps: [{viewed: {path: /cart}}, {did: Pay}]}", None),
        (
            "did_in_order: {steps: [{viewed: /cart}, {did: Pay}], within: this visit, gap: 1 hour}",
            InOrder((CART, PAY), Window("visit"), 3600.0),
        ),
        (
            "did_in_order: {steps: [{viewed: /cart}, {did: Pay}], at_least: 2, ago: {at_most: 3 days}}",
            InOrder((CART, PAY), count=Range(low=2.0), ago=Range(high=3 * DAY)),
        ),
        ("did_regularly: A", Regular(EVENT_A, 3, 4)),
        ("did_regularly: {event: A, weeks: 2, of: 8}", Regular(EVENT_A, 2, 8)),
        ("did_regularly: {event: A, of: 3 weeks}", Regular(EVENT_A, 3, 3)),
        (
            "did_regularly: {event: [A, B*], where: {size: S}}",
            Regular(
                Behaviour(
                    "did", (Field("event", AnyOf(frozenset({"a"}), ("b*",))), Field("where", any_of("s"), "size"))
                )
            ),
        ),
        ("did_regularly: {viewed: /cart}", Regular(CART)),
        ("stopped: A", Stopped(EVENT_A, 3, 4, 21 * DAY)),
        ("stopped: {event: A, was: {weeks: 2, of: 3}, for: 2 weeks}", Stopped(EVENT_A, 2, 3, 14 * DAY)),
        ("stopped: {event: A, was: {weeks: 1}}", Stopped(EVENT_A, 1, 4, 21 * DAY)),
        ("restarted: A", Restarted(EVENT_A, 21 * DAY, Window("seconds", 21 * DAY))),
        ("restarted: {event: A, after: 7 days}", Restarted(EVENT_A, 7 * DAY, Window("seconds", 7 * DAY))),
        ("restarted: {event: A, within: this visit}", Restarted(EVENT_A, 21 * DAY, Window("visit"))),
    ],
)
def test_a_condition_on_order_or_rhythm_is_read(written: str, tree: Any) -> None:
    found = asked(written)
    assert tree is None or found == tree


@pytest.mark.parametrize(
    ("written", "funnel", "step", "stuck"),
    [
        ("funnel: {name: purchase, reached: /cart}", "purchase", 0, False),
        ("funnel: {name: purchase, stuck_at: /checkout}", "purchase", 1, True),
        ("funnel: {name: purchase, stuck_at: /pay/}", "purchase", 1, True),
        ("funnel: {name: purchase, reached: order COMPLETED}", "purchase", 2, False),
        ("funnel: {name: purchase, reached: 3}", "purchase", 2, False),
        ("funnel: {name: compare, stuck_at: lenses}", "compare", 1, True),
        ("funnel: {name: compare, reached: article}", "compare", 1, False),
        ("funnel: {name: compare, reached: 3}", "compare", 2, False),
    ],
)
def test_a_step_of_a_funnel_goes_by_what_it_asks_or_its_number(
    written: str, funnel: str, step: int, stuck: bool
) -> None:
    found = asked(written)
    assert isinstance(found, Stage)
    assert (found.funnel, found.step, found.stuck, len(found.steps), found.ago) == (funnel, step, stuck, 3, None)


def test_a_funnel_asks_how_long_ago() -> None:
    assert asked("funnel: {name: purchase, stuck_at: 2, ago: {at_most: 3 days}}").ago == Range(high=3 * DAY)


def test_funnels_are_named_steps() -> None:
    purchase = ruleset_of(a=FUNNELS).funnels["purchase"]
    assert purchase == Funnel("purchase", (purchase.steps[0], purchase.steps[1], purchase.steps[2]))
    assert [step.written for step in purchase.steps] == [
        "viewed: /cart",
        "viewed: [/checkout, /pay]",
        "did: Order Completed",
    ]
    assert purchase.steps[0] == CART


def errors(*files: str) -> list[str]:
    _, problems = read({f"{number}.yaml": text.encode() for number, text in enumerate(files)})
    return [str(problem) for problem in problems if problem.severity is Severity.ERROR]


def test_a_funnel_that_is_wrong_is_reported_once_and_not_where_it_is_asked() -> None:
    rules = "segments: {it: {when: {funnel: {name: purchase, reached: /cart}}}}\n"
    (problem,) = errors(rules, "funnels: {purchase: [{viewed: /cart}, {device: tv}]}\n")
    assert problem.startswith("1.yaml:1:40: a step is viewed or did, not device")


def test_a_funnel_is_defined_once_by_a_plain_name() -> None:
    steps = "[{viewed: /a}, {viewed: /b}]"
    (twice,) = errors(f"funnels: {{buy: {steps}}}\n", f"funnels: {{buy: {steps}}}\n")
    assert "the funnel buy is defined twice: also in 0.yaml:1:11" in twice
    (name,) = errors(f"funnels: {{to buy: {steps}}}\n")
    assert "to buy is no name" in name


def test_more_steps_than_anybody_takes_are_too_many() -> None:
    steps = ", ".join(f"{{viewed: /p{number}}}" for number in range(21))
    (problem,) = errors(f"funnels: {{long: [{steps}]}}\n")
    assert problem.endswith("the funnel long has 21 steps; write at most 20")


def test_every_wrong_part_is_reported_at_once() -> None:
    found = errors(
        "segments:\n  it:\n    when:\n      did_in_order:\n        steps: [{viewd: /a}, {did: B}]\n"
        "        gap: soon\n        within: 1 fortnight\n        at_least: few\n        ago: {at_most: 3}\n"
    )
    assert [problem.split(": ")[0] for problem in found] == [
        "0.yaml:5:18",
        "0.yaml:6:14",
        "0.yaml:7:17",
        "0.yaml:8:19",
        "0.yaml:9:24",
    ]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("visits: {more_than: 0, less_than: 1}", "no whole number lies between these ends; move one of them"),
        ("visits: {more_than: 2, less_than: 3}", "no whole number lies between these ends; move one of them"),
        ("viewed: {path: /a, more_than: 2, at_most: 2}", "no number lies between these ends; exchange them"),
        ("visits: {less_than: 0}", "no count is less than 0; write exactly: 0"),
        ("pages_this_visit: {more_than: 4, less_than: 5}", "no whole number lies between these ends"),
    ],
)
def test_a_count_that_no_whole_number_meets_is_an_error(asked: str, says: str) -> None:
    (problem,) = errors(f"segments: {{it: {{when: {{{asked}}}}}}}\n")
    assert says in problem


@pytest.mark.parametrize(
    "asked", ["visits: {more_than: 0, less_than: 2}", "visits: {at_most: 0}", "frequency: {more_than: 0, less_than: 1}"]
)
def test_a_count_that_one_number_meets_is_none(asked: str) -> None:
    assert errors(f"segments: {{it: {{when: {{{asked}}}}}}}\n") == []
