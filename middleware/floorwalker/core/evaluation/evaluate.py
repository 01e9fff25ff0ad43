"""The one evaluator: whether a condition holds at a Moment, and why."""

from collections.abc import Mapping

from floorwalker.core.conditions.model import Condition
from floorwalker.core.evaluation.explain import explain
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals

__all__ = ["Moment", "explain", "holds", "moment_at"]


def holds(condition: Condition, moment: Moment) -> bool | None:
    """Whether the condition holds; None where that is not known: no permission to remember, or too long ago."""
    return moment.compiled.test(condition)(moment)


def moment_at(
    ruleset: Ruleset,
    profile: Profile | None,
    signals: Signals,
    at: float,
    *,
    remembered: bool = True,
    members: Mapping[str, bool] | None = None,
    priors: Priors = NO_PRIORS,
) -> Moment:
    """The Moment of a visitor under these rules; at: seconds since 1970, UTC. members, priors: as in Moment."""
    compiled = ruleset.once(Plan)
    return Moment(ruleset, compiled, profile, signals, at, remembered=remembered, members=members, priors=priors)
