"""Orders, what they came to and what was bought, counted in a window. Forgotten is not never."""

from collections.abc import Iterable

from floorwalker.core.conditions.asking import page_holds
from floorwalker.core.conditions.model import Behaviour
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Order, Orders

_NOT_KNOWN = Tally(0, False, None, 0.0)


def spending(behaviour: Behaviour, moment: Moment, history: History) -> Tally:
    """The tally of `orders`, `bought` (pieces) or `spent` (total), of someone who may be remembered."""
    orders = (moment.profile.orders if moment.profile else None) or NO_ORDERS
    start = history.begins(behaviour.window)
    match behaviour.name:
        case "orders":
            return _ordered(orders, start)
        case "bought":
            return _bought(behaviour, orders, start)
        case _:
            asked = behaviour.total.key if behaviour.total else ""
            return _spent(orders, asked or moment.ruleset.site.currency, start)


def _ordered(orders: Orders, start: float) -> Tally:
    found = [order for order in orders.latest if order.at >= start]
    if start <= 0:
        return Tally(orders.count, True, _last(found, orders.left), 0.0)
    is_missing = 0 < start <= orders.left  # that one, at least
    return Tally(len(found) + is_missing, not is_missing, _last(found, orders.left if is_missing else 0), 0.0)


def _last(found: list[Order], left: int) -> float | None:
    return max((order.at for order in found), default=left) or None


def _bought(behaviour: Behaviour, orders: Orders, start: float) -> Tally:
    found = [one for one in orders.bought if one.at >= start and page_holds(behaviour.what, one.page)]
    is_missing = 0 < orders.bought_left >= start
    return Tally(sum(one.quantity for one in found), not is_missing, found[-1].at if found else None, 0.0)


def _spent(orders: Orders, currency: str, start: float) -> Tally:
    whole = orders.total(currency)
    if whole is None:
        return _NOT_KNOWN
    if start <= 0:
        return Tally(whole.orders, True, None, whole.amount)
    known = [order for order in orders.latest if order.currency == currency]
    found = [order for order in known if order.at >= start]
    complete = start > orders.left or len(known) == whole.orders
    return Tally(len(found), complete, _last(found, 0), _sum(order.amount for order in found))


def _sum(amounts: Iterable[float]) -> float:
    """Rounded, so that cents that were added up stay cents."""
    return round(sum(amounts), 6)
