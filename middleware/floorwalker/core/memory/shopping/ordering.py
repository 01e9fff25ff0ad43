"""Ordering: what a shop's events do to the orders: completed, updated, refunded, cancelled."""

from collections.abc import Iterator

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import NAME_BYTES, short
from floorwalker.core.events import Event, Item, Page, Scalar
from floorwalker.core.happening import cost_of, currency_of, revenue_of
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Bought, Order, Orders, order_id
from floorwalker.core.memory.kept.recents import Recents
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.terms import Terms

NAMES = frozenset((names.ORDER_COMPLETED, names.ORDER_UPDATED, names.ORDER_REFUNDED, names.ORDER_CANCELLED))
CANCELLED = "cancelled "  # before an id, in what is noted of orders
_REFUNDED = "refunded "


def completed(profile: Profile, event: Event, terms: Terms, *, at: int) -> Orders | None:
    """The orders with this one; the very same where it is known already. It is known by `order_id`, else by the
    event's id; one without either is always another."""
    orders, id = profile.orders or NO_ORDERS, id_of(event)
    if id and orders.knows(id):
        return profile.orders
    amount = revenue_of(event.properties, event.items) or 0.0
    currency = currency_of(event.properties) or terms.site.currency
    lines = _lines(event, terms, profile.recents, currency, at=at)
    return orders.with_order(Order(id, at, amount, currency), lines)


def amended(profile: Profile, event: Event, terms: Terms) -> Orders | None:
    """The orders once one of them was updated, refunded or cancelled; the very same where it is not known."""
    orders, id = profile.orders, id_of(event)
    if orders is None or not id or orders.has_noted(CANCELLED + id):
        return orders
    order = orders.order(id)
    if order is None:
        return _forgotten(orders, id, event, terms) if orders.knows(id) else orders
    match event.name:
        case names.ORDER_UPDATED:
            return _updated(orders, order, event, terms, profile.recents)
        case names.ORDER_CANCELLED:
            return orders.without(order).noted(CANCELLED + id)
        case _:
            return _refunded(orders, order, event).noted(_REFUNDED + id)


def _updated(orders: Orders, order: Order, event: Event, terms: Terms, recents: Recents) -> Orders:
    """What the order comes to now. What was refunded stays so."""
    amount = revenue_of(event.properties, event.items)
    currency = currency_of(event.properties) or order.currency
    if amount is None:
        amount = order.amount
    elif orders.has_noted(_REFUNDED + order.id):
        amount, currency = min(amount, order.amount), order.currency
    orders = orders.revised(order, amount=amount, currency=currency)
    if not event.items:
        return orders
    lines = _lines(event, terms, recents, currency, at=order.at)
    return orders.with_bought(order, lambda _: 0).with_lines(lines, order)


def _refunded(orders: Orders, order: Order, event: Event) -> Orders:
    """A refund: of what is told, by amount or by items; of all of it where nothing is told."""
    amount = _taken_back(event, orders, order)
    if currency_of(event.properties) not in ("", order.currency):
        return orders
    back = {_product_of(item): item.quantity for item in event.items}
    if back:
        orders = orders.with_bought(order, lambda line: line.quantity - back.get(line.product, 0))
    elif amount is None or amount >= order.amount:
        orders = orders.with_bought(order, lambda _: 0)
    return orders.reduced(order, order.amount if amount is None else amount)


def _taken_back(event: Event, orders: Orders, order: Order) -> float | None:
    """The amount of a refund; None is all of it. Some shops tell it as less than nothing."""
    told = revenue_of({name: _unsigned(value) for name, value in event.properties.items()}, ())
    if told is not None or not event.items:
        return told
    prices = {line.product: line.price for line in orders.lines_of(order)}
    priced = [
        structs.replace(item, price=prices.get(_product_of(item))) if item.price is None else item
        for item in event.items
    ]
    return cost_of(tuple(priced)) or 0.0


def _unsigned(value: Scalar) -> Scalar:
    return abs(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _forgotten(orders: Orders, id: str, event: Event, terms: Terms) -> Orders:
    """Of an order of which only the id is known, what is told is taken off, once; when it was stays as it is."""
    is_cancelled = event.name == names.ORDER_CANCELLED
    if event.name == names.ORDER_UPDATED or (orders.has_noted(_REFUNDED + id) and not is_cancelled):
        return orders
    told = _taken_back(event, orders, Order(id, 0, 0.0, "")) or 0.0
    amount = 0.0 if orders.has_noted(_REFUNDED + id) else told
    currency = currency_of(event.properties) or terms.site.currency
    less = orders.with_less(currency, amount, orders=int(is_cancelled))
    return less.noted((CANCELLED if is_cancelled else _REFUNDED) + id)


def _lines(event: Event, terms: Terms, recents: Recents, currency: str, *, at: int) -> Iterator[Bought]:
    """What was bought, with all that is known of each product: by the event, the page map, and the pages they saw."""
    for item in event.items:
        priced = item if currency == terms.site.currency else structs.replace(item, price=None)
        page = terms.product(priced)
        if not page.topics or not page.category:
            page = _with_seen(page, recents)
        yield Bought(
            at,
            page.product or item.product or item.name,
            page.category,
            page.brand,
            page.price,
            page.price_tier,
            item.quantity,
            page.tags,
            page.topics,
        )


def _with_seen(page: Page, recents: Recents) -> Page:
    """With what the latest remembered page about the same product tells besides."""
    number = recents.number(page.product) if page.product else -1
    for row in range(len(recents.pages), 0, -1):
        if number > 0 and recents.pages[row - 1].product == number:
            seen = recents.page(row) or page
            return structs.replace(
                page,
                category=page.category or seen.category,
                brand=page.brand or seen.brand,
                tags=page.tags or seen.tags,
                topics=page.topics or seen.topics,
                price_tier=page.price_tier or seen.price_tier,
            )
    return page


def _product_of(item: Item) -> str:
    return short(item.product or item.name, NAME_BYTES)


def id_of(event: Event) -> str:
    """The id of the order that an event is about: `order_id`, else the event's own; empty where it has neither."""
    told = event.properties.get("order_id")
    id = str(told).strip() if told is not None and not isinstance(told, bool) else ""
    return order_id(id or event.id)
