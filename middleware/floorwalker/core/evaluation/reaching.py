"""Reaching: which goals came to hold by what just happened."""

from collections.abc import Sequence

from floorwalker.core.evaluation.evaluate import moment_at
from floorwalker.core.memory.goals import Aim
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals


def newly_held(
    aims: Sequence[Aim], ruleset: Ruleset, before: Profile, after: Profile, signals: Signals, priors: Priors
) -> list[Aim]:
    """Those that hold now and did not before, at the same time and on the same request; unknown is not held."""
    earlier, later = (moment_at(ruleset, one, signals, signals.at, priors=priors) for one in (before, after))
    tests = [(aim, later.compiled.test(aim.when)) for aim in aims]
    return [aim for aim, holds in tests if holds(later) and not holds(earlier)]
