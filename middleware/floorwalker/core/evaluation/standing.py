"""Where somebody stands with the site, as a Moment knows it: their interests, and their lifecycle."""

from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.lifecycle import UNDER_MONETIZED, is_under_monetized, label
from floorwalker.core.memory.kept.holdings import shares_of
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.returning import repeats


def interests(profile: Profile, moment: Moment) -> dict[str, float]:
    """Each topic's share, 0 to 1, the largest first; see `Interests.shares`."""
    if profile.interests is None:
        return {}
    return profile.interests.shares(moment.priors, visit=profile.visits)


def interests_this_visit(profile: Profile, moment: Moment) -> dict[str, float]:
    """The same of this visit alone, in which the latest pages count most."""
    if profile.interests is None:
        return {}
    return shares_of(profile.interests.of_visit(profile.visits), moment.priors)


def lifecycle(profile: Profile, moment: Moment) -> str:
    """One of LIFECYCLES; empty where nothing tells. What was learned of this very visitor goes first."""
    if profile.learned is not None and profile.learned.lifecycle:
        return profile.learned.lifecycle
    table = moment.priors.lifecycle
    came = repeats(profile, table.counted, at=moment.now)
    if came is None:
        return ""
    if table.currency == moment.ruleset.site.currency and profile.orders is not None:
        total = profile.orders.totals.get(table.currency)
        if total is not None and is_under_monetized(table, came, orders=total.orders, amount=total.amount):
            return UNDER_MONETIZED
    return label(table, came)
