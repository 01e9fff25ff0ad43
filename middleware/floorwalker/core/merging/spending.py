"""The orders of two histories in one; an order that both know counts once."""

from collections.abc import Mapping

from msgspec import structs

from floorwalker.core.memory.kept.purchases import TRACE_BYTES, Order, Orders, Total
from floorwalker.core.memory.shopping.ordering import CANCELLED


def orders_of(one: Orders | None, other: Orders | None) -> Orders | None:
    """All orders of both.

    An order that both know came to the lower of what they say, since either may have taken refunds off; one that
    either took back is taken back. What both only count by now is told apart no more.
    """
    if one is None or other is None:
        return one or other
    mine, theirs = one, other
    for order in one.latest:
        if order.id and other.knows(order.id):
            mine, theirs = _known_to_both(mine, theirs, order)
    for order in other.latest:
        if order.id and one.knows(order.id) and theirs.order(order.id):
            theirs = theirs.without(order)
    return _united(mine, theirs)


def _known_to_both(mine: Orders, theirs: Orders, order: Order) -> tuple[Orders, Orders]:
    """The orders of both, with that one of mine counted once, or not at all where it was taken back."""
    again = theirs.order(order.id)
    if again is not None:
        lines = () if mine.lines_of(order) else theirs.lines_of(again)
        theirs = theirs.without(again)
        theirs = structs.replace(theirs, bought=(*theirs.bought, *(structs.replace(one, at=order.at) for one in lines)))
        less = order.amount - again.amount if order.currency == again.currency else 0.0
        return mine.reduced(order, less), theirs
    if order.at > theirs.left or theirs.has_noted(CANCELLED + order.id):
        return mine.without(order), theirs
    return mine, theirs.with_less(order.currency, order.amount, orders=1)


def _united(one: Orders, other: Orders) -> Orders:
    latest = sorted([*one.latest, *other.latest], key=lambda order: order.at)
    bought = sorted([*one.bought, *other.bought], key=lambda line: line.at)
    return Orders(
        one.count + other.count,
        _totals_of(one, other),
        tuple(latest),
        max(one.left, other.left),
        tuple(bought),
        max(one.bought_left, other.bought_left),
        _traces_of(one.known, other.known),
        one.is_full or other.is_full,
    ).within_bounds()


def _totals_of(one: Orders, other: Orders) -> Mapping[str, Total]:
    """By currency; one that either may have had and does not keep apart is kept apart no more."""
    totals: dict[str, Total] = {}
    for currency in dict.fromkeys((*one.totals, *other.totals)):
        mine, theirs = one.total(currency), other.total(currency)
        if mine is not None and theirs is not None:
            totals[currency] = Total(mine.orders + theirs.orders, round(mine.amount + theirs.amount, 6))
    return totals


def _traces_of(one: bytes, other: bytes) -> bytes:
    """The traces of both, each once."""
    each = [traces[i : i + TRACE_BYTES] for traces in (one, other) for i in range(0, len(traces), TRACE_BYTES)]
    return b"".join(dict.fromkeys(each))
