"""Reaching: which goals came to hold by what just happened."""

from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.evaluation.moment import Asked
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.memory.goals import Aim, goals_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals


def newly_held(ruleset: Ruleset, before: Profile, after: Profile, signals: Signals, priors: Priors) -> list[Aim]:
    """The goals that are a condition as a whole, hold now and did not before, at the same time and on the same request;
    unknown is not held."""
    later = moment_at(ruleset, after, signals, signals.at, priors=priors)
    held = [(aim, holds) for aim, holds in ruleset.once(_asked) if holds(later)]
    if not held:
        return []
    earlier = moment_at(ruleset, before, signals, signals.at, priors=priors)
    return [aim for aim, holds in held if not holds(earlier)]


def _asked(ruleset: Ruleset) -> tuple[tuple[Aim, Asked], ...]:
    """Each such goal and its question, so that no condition is looked up by what it says on every page."""
    plan = ruleset.once(Plan)
    return tuple([(aim, plan.test(aim.when)) for aim in ruleset.once(goals_of).held])
