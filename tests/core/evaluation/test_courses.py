"""What explanations say of the order and the rhythm of what happened; `test_naive` holds the answers themselves."""

from typing import Any

import pytest

from floorwalker.core.evaluation.evaluate import explain
from floorwalker.core.memory.profile import Profile
from tests.core.evaluation.test_cases import ruleset_of
from tests.core.journeys import DAY
from tests.core.visitors import moment_of, profile_of, signals_of

WEEK = 7 * DAY


def explained(ask: str, profile: dict[str, Any] | None) -> Any:
    ruleset = ruleset_of(ask)
    condition = ruleset.segments["asked"].when
    assert condition is not None
    remembered: Profile | None = None if profile is None else profile_of(**profile)
    return explain(condition, moment_of(ruleset, remembered, signals_of()))


def did(*ago: int) -> dict[str, Any]:
    return {"events": [{"ago": one, "name": "A"} for one in ago]}


CART = {"ago": 7200, "path": "/cart"}
CHECKOUT = {"ago": 3600, "path": "/checkout"}


@pytest.mark.parametrize(
    ("ask", "profile", "observed"),
    [
        ("did_regularly: A", did(60, 10 * DAY), "in 2 of 4 weeks"),
        ("did_regularly: A", {"counted": [{"ago": WEEK, "name": "A"}]}, "in 1 of 4 weeks"),
        (
            "did_regularly: {event: A, where: {x: 1}}",
            {"counted": [{"ago": DAY, "name": "A"}]},
            "in 0 to 1 of 4 weeks, as far as is remembered",
        ),
        ("did_regularly: A", None, "needs consent"),
        ("stopped: A", did(25 * DAY, 33 * DAY), "last 25 days ago, on 2026-11-03; in 2 of 4 weeks up to then"),
        ("stopped: A", {}, "never"),
        (
            "stopped: {event: A, where: {x: 1}}",
            {"counted": [{"ago": DAY, "name": "A"}]},
            "further back than is remembered",
        ),
        ("restarted: A", did(DAY, 41 * DAY), "again 1 day ago, on 2026-11-27, after 40 days without"),
        ("restarted: A", did(DAY, 4 * DAY, 5 * DAY), "the longest silence was 3 days"),
        ("restarted: A", did(DAY), "no silence in this window"),
        ("restarted: A", {}, "never"),
        (
            "restarted: {event: A, where: {x: 1}}",
            {"counted": [{"ago": 90 * DAY, "name": "A"}], "events": [{"ago": 9, "name": "A", "properties": {"x": 1}}]},
            "further back than is remembered",
        ),
        (
            "funnel: {name: purchase, stuck_at: /checkout}",
            {"views": [CART, CHECKOUT]},
            "step 2 of 3, viewed: /checkout, 1 hour ago",
        ),
        ("funnel: {name: purchase, reached: /checkout}", {}, "not begun"),
        (
            "funnel: {name: purchase, reached: 1}",
            {"views": [CART], "counted": [{"ago": 9 * DAY, "name": "A"}]},
            "step 1 of 3, viewed: /cart, 2 hours ago",
        ),
        ("did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], at_least: 2}", {"views": [CART, CHECKOUT]}, 1),
        (
            "did_in_order: {steps: [{viewed: /cart}, {viewed: /checkout}], ago: {at_most: 1 day}}",
            {"views": [CART, CHECKOUT]},
            "1 hour ago",
        ),
        ("did_in_order: [{viewed: /cart}, {viewed: /checkout}]", None, "needs consent"),
    ],
)
def test_an_explanation_says_what_was_found(ask: str, profile: dict[str, Any] | None, observed: object) -> None:
    assert explained(ask, profile).observed == observed


def test_steps_are_explained_one_by_one() -> None:
    why = explained("did_in_order: [{viewed: /cart}, {viewed: /checkout}, {did: Pay}]", {"views": [CART, CHECKOUT]})
    assert (why.observed, why.holds) == (0, False)
    assert [(part.condition, part.observed, part.holds) for part in why.of] == [
        ("viewed: /cart", "2 hours ago", True),
        ("viewed: /checkout", "1 hour ago", True),
        ("did: Pay", None, False),
    ]
    both = explained(
        "did_in_order: {steps: [{viewed: /cart}, {did: A}], at_least: 1, ago: {at_most: 1 day}}", {"views": [CART]}
    )
    assert [part.condition for part in both.of] == ["count", "ago", "viewed: /cart", "did: A"]
