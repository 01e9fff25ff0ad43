"""Terms: what folding needs to know of the rules and of the whole population, made once for all visitors."""

from msgspec import Struct

from floorwalker.core.calendar import Calendar
from floorwalker.core.ruleset import Site


class Terms(Struct, frozen=True):
    """known: the keys of the counts that rules name themselves; they are forgotten last."""

    calendar: Calendar
    site: Site = Site()
    known: frozenset[str] = frozenset()
