"""How often somebody came back, or ordered again: what the lifecycle is told by."""

from floorwalker.core.lifecycle import WEEK_S, Repeats
from floorwalker.core.memory.kept.purchases import Orders
from floorwalker.core.memory.profile import Profile


def repeats(profile: Profile, counted: str, *, at: float) -> Repeats | None:
    """The repeats up to `at` (seconds since 1970) of what is counted: visits or orders. None where there was none."""
    if counted == "orders":
        return _orders(profile, at)
    first, visit = profile.first_seen, profile.visit
    if not first:
        return None
    if profile.visits < 2 or visit is None:
        return _between(0, first, first, at)
    return _between(profile.visits - 1, first, visit.started, at)


def _orders(profile: Profile, at: float) -> Repeats | None:
    orders = profile.orders
    if orders is None or not orders.count:
        return None
    first = _first_order(profile, orders)
    last = max([order.at for order in orders.latest], default=orders.left) or first
    return _between(orders.count - 1, first, last if orders.count > 1 else first, at)


def _first_order(profile: Profile, orders: Orders) -> int:
    """When the first order was; where that is forgotten, when they were first seen, if that was before."""
    times = [order.at for order in orders.latest]
    if not orders.left and times:
        return min(times)
    return min([*times, orders.left or profile.first_seen, profile.first_seen or orders.left])


def _between(count: int, first: float, last: float, at: float) -> Repeats:
    at = max(at, last, first)
    return Repeats(count, max(0.0, last - first) / WEEK_S, (at - first) / WEEK_S)
