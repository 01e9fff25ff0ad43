"""What a person has, made by hand from plain values; every `ago` is in seconds before `at`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from floorwalker.core.memory.kept.holdings import Cart, CartItem, Consent, Contacts, Interests, Learned, Note, Notes
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Bought, Order, Orders, Total

Plain = Mapping[str, Any]


def held(at: int, kept: Plain) -> dict[str, Any]:
    """The fields of a Profile. orders: what is remembered of them; forgotten_orders: those that are only counted.

    consent: categories. notes: texts; notes_left: others were forgotten. contacts: offers and responses by channel.
    """
    found: dict[str, Any] = dict(kept)
    forgotten, notes_left = found.pop("forgotten_orders", ()), found.pop("notes_left", False)
    if "cart" in found:
        found["cart"] = cart_of(at, **found["cart"])
    if "interests" in found:
        found["interests"] = Interests(**found["interests"])
    if "orders" in found or forgotten:
        found["orders"] = orders_of(at, found.get("orders", ()), forgotten)
    if "consent" in found:
        found["consent"] = Consent(tuple(found["consent"]), at)
    if "notes" in found or notes_left:
        notes = tuple(Note(at, text) for text in found.get("notes", ()))
        found["notes"] = Notes(notes, at - 1 if notes_left else 0)
    if "learned" in found:
        found["learned"] = msgspec.structs.replace(Learned(), **found["learned"])
    if "contacts" in found:
        found["contacts"] = {channel: Contacts(*counts) for channel, counts in found["contacts"].items()}
    return found


def cart_of(at: int = 0, items: Sequence[Plain] = (), idle: int = 0, checkout: int | None = None, **more: Any) -> Cart:
    """A cart. idle, checkout: seconds ago; without the latter it was never taken there."""
    taken = 0 if checkout is None else at - checkout
    return Cart(tuple(CartItem(**item) for item in items), at - idle, checkout=taken, **more)


def orders_of(at: int, remembered: Sequence[Plain], forgotten: Sequence[Plain] = ()) -> Orders:
    """Orders, each {ago, amount, currency, bought}; the forgotten ones are older."""
    orders = NO_ORDERS
    for number, one in enumerate([*forgotten, *remembered]):
        order = Order(str(number), at - one["ago"], one.get("amount", 0.0), one.get("currency", "EUR"))
        lines = [msgspec.structs.replace(Bought(order.at), **_tuples(line)) for line in one.get("bought", ())]
        orders = orders.with_order(order, lines)
    if not forgotten:
        return orders
    left = max(at - one["ago"] for one in forgotten)
    return msgspec.structs.replace(
        orders,
        latest=tuple(order for order in orders.latest if order.at > left),
        left=left,
        bought=tuple(line for line in orders.bought if line.at > left),
        bought_left=left,
    )


def many_currencies(at: int) -> Orders:
    """Orders in more currencies than are kept apart."""
    orders = NO_ORDERS
    for number, currency in enumerate(("AUD", "CAD", "CHF", "DKK", "GBP", "JPY", "USD")):
        orders = orders.with_order(Order(str(number), at - 100 + number, 10.0, currency))
    assert "USD" not in orders.totals
    assert all(one == Total(1, 10.0) for one in orders.totals.values())
    return orders


def _tuples(line: Plain) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in line.items()}
