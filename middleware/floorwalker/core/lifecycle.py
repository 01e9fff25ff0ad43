"""Lifecycle: how likely somebody still comes, from how often they came and how long ago. Pure; asked, never kept.

The model is MBG/NBD (Batislam, Denizel, Filiztekin 2007): people come at a rate of their own, and after each time, the
first one too, some never come back. So somebody seen once is not alive for sure, as in the older BG/NBD. Times are in
weeks.
"""

from msgspec import Struct

WEEK_S = 7 * 86400.0
NEW_WEEKS = 4.0  # somebody who came on one day alone is new for so long
_DAY = 1 / 7  # of a week
LOYAL, ACTIVE, AT_RISK = 0.5, 0.25, 0.1  # from which P(active) on
UNDER_MONETIZED = "under-monetized"


class LifecycleTable(Struct, frozen=True):
    """What was fitted to the people of one site, or stands for them until then.

    rate_shape, rate_weeks: the gamma of how often people come (r and alpha). leave, stay: the beta of how many leave
    after each time (a and b). counted: what is counted, visits or orders. horizon_weeks: how far ahead P(active) looks.
    top_third: the P(active) from which somebody is in the upper third; 0 where it is not known. order_mean,
    order_median: of what an order comes to, each person's by itself, in that currency; nothing where it is empty.
    version: of the table; people: how many it was fitted to.
    """

    rate_shape: float = 0.5
    rate_weeks: float = 4.0
    leave: float = 0.8
    stay: float = 2.5
    counted: str = "visits"
    horizon_weeks: float = 4.0
    top_third: float = 0.0
    order_mean: float = 0.0
    order_median: float = 0.0
    currency: str = ""
    version: str = ""
    people: int = 0


class Repeats(Struct, frozen=True, gc=False):
    """How somebody came back. count: after the first time. last, age: weeks from the first time to the latest, and to
    now."""

    count: int
    last: float
    age: float


def alive(table: LifecycleTable, repeats: Repeats) -> float:
    """The probability that they have not left for good."""
    waited = (table.rate_weeks + repeats.age) / (table.rate_weeks + repeats.last)
    odds = table.leave / (table.stay + repeats.count) * _power(waited, table.rate_shape + repeats.count)
    return 1 / (1 + odds)


def active(table: LifecycleTable, repeats: Repeats, weeks: float) -> float:
    """The probability that they come at least once in the next `weeks`."""
    known = table.rate_weeks + repeats.age
    silent = _power(known / (known + weeks), table.rate_shape + repeats.count)
    return alive(table, repeats) * (1 - silent)


def label(table: LifecycleTable, repeats: Repeats) -> str:
    """new, loyal, active, at-risk or churned."""
    if repeats.last < _DAY and repeats.age <= NEW_WEEKS:
        return "new"
    probability = active(table, repeats, table.horizon_weeks)
    if probability >= LOYAL:
        return "loyal"
    if probability >= ACTIVE:
        return "active"
    return "at-risk" if probability >= AT_RISK else "churned"


def is_under_monetized(table: LifecycleTable, repeats: Repeats, *, orders: int, amount: float) -> bool:
    """Whether they will surely come, and spend little each time. orders, amount: theirs in the table's currency.

    Who never ordered is not: nothing is known of what their orders would come to.
    """
    if not table.top_third or not orders:
        return False
    per_order = spent_per_order(orders, amount, table.order_mean)
    return per_order < table.order_median and active(table, repeats, table.horizon_weeks) >= table.top_third


def spent_per_order(orders: int, amount: float, mean: float) -> float:
    """What an order of theirs comes to, drawn towards everybody's as if they had one more order of that mean."""
    return (amount + mean) / (orders + 1)


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return float("inf")
