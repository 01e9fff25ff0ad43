"""Whether somebody normally comes at this hour."""

from datetime import UTC, datetime, tzinfo

from floorwalker.core.conditions.asking import UNKNOWN, Values
from floorwalker.core.evaluation.moment import Moment, zone_of

LEAST_VISITS = 3
NEAR_MINUTES = 120
_DAY_MINUTES = 1440


def usual_time(moment: Moment) -> Values:
    """Whether at least half of the latest visits before this one began within two hours of now on the clock face.

    The clock is the visitor's, where it is not known the site's. Absent before there were three such visits, of which
    the latest 40 count; unknown without memory.
    """
    if moment.history is None:
        return UNKNOWN
    began = moment.history.visits_began()
    if len(began) < LEAST_VISITS:
        return ()
    zone = zone_of(moment.signals.timezone or "") or zone_of(moment.ruleset.site.timezone) or UTC
    now = _minute(moment.history.at, zone)
    near = sum([_apart(_minute(at, zone), now) <= NEAR_MINUTES for at in began])
    return (2 * near >= len(began),)


def _minute(at: float, zone: tzinfo) -> int:
    """The minute of the day."""
    clock = datetime.fromtimestamp(at, zone)
    return clock.hour * 60 + clock.minute


def _apart(one: int, other: int) -> int:
    """Minutes between two times of the day, the shorter way round the clock face."""
    apart = abs(one - other)
    return min(apart, _DAY_MINUTES - apart)
