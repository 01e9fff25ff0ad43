"""The one evaluator: whether a condition holds at a Moment, and why."""

from floorwalker.core.conditions.explain import explain
from floorwalker.core.conditions.model import Condition
from floorwalker.core.conditions.moment import Moment

__all__ = ["Moment", "explain", "holds"]


def holds(condition: Condition, moment: Moment) -> bool | None:
    """Whether the condition holds; None where that is not known: no permission to remember, or too long ago."""
    return moment.ruleset.plan.test(condition)(moment)
