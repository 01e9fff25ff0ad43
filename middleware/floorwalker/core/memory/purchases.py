"""Orders: how many, what they came to by currency, the latest of them, and what was bought. Bounded.

The number of orders and the totals are of all there ever were; what was ordered when, and which products, reaches back
as far as there is room.
"""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TypeVar

from msgspec import Struct, msgpack, structs

from floorwalker.core.bounds import NAME_BYTES, short, short_page
from floorwalker.core.events import Page

MOST_ORDERS = 24
ORDERS_BYTES = 700  # of the latest orders
BOUGHT_BYTES = 1000  # of what was bought
MOST_CURRENCIES = 6
_ID_BYTES = 40
_MOST_PIECES = 9_999

_encode = msgpack.Encoder().encode


class Order(Struct, frozen=True, array_like=True, gc=False):
    """One order, known by its id. amount: what it came to, refunds taken off, never below 0. currency: an upper-case
    code. at: seconds since 1970."""

    id: str
    at: int
    amount: float
    currency: str


class Bought(Struct, frozen=True, array_like=True, gc=False):
    """One product of one order. at: the order's. price: of one piece, in the site's currency; None where not known."""

    at: int
    product: str = ""
    category: str = ""
    brand: str = ""
    price: float | None = None
    price_tier: str = ""
    quantity: int = 1
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def page(self) -> Page:
        """What a page about it would tell."""
        return Page(
            category=self.category,
            product=self.product,
            brand=self.brand,
            tags=self.tags,
            topics=self.topics,
            price=self.price,
            price_tier=self.price_tier,
        )


class Total(Struct, frozen=True, array_like=True, gc=False):
    """Of all orders in one currency."""

    orders: int = 0
    amount: float = 0.0


class Orders(Struct, frozen=True, array_like=True, gc=False):
    """All orders of one person, by time.

    count: of all, in whatever currency. totals: by currency. latest: the oldest first. left: when the latest order was
    that is only counted. bought: what was in the orders, the oldest first. bought_left: when the latest thing was
    bought that is no longer here. Both are 0 where nothing is missing.
    """

    count: int = 0
    totals: Mapping[str, Total] = {}
    latest: tuple[Order, ...] = ()
    left: int = 0
    bought: tuple[Bought, ...] = ()
    bought_left: int = 0

    def with_order(self, order: Order, bought: Iterable[Bought] = ()) -> "Orders":
        """These and one more, wherever in time it belongs; the same where an order of that id is among the latest."""
        order = _bounded_order(order)
        if any(known.id == order.id for known in self.latest):
            return self
        latest, left = _latest(
            sorted([*self.latest, order], key=lambda one: one.at), self.left, ORDERS_BYTES, most=MOST_ORDERS
        )
        lines = [*self.bought, *(_bounded_line(line, order.at) for line in bought)]
        kept, bought_left = _latest(sorted(lines, key=lambda one: one.at), self.bought_left, BOUGHT_BYTES)
        return Orders(self.count + 1, self._with_total(order), latest, left, kept, bought_left)

    def total(self, currency: str) -> Total | None:
        """All orders in that currency; None where they may have been in one that is no longer kept apart."""
        found = self.totals.get(currency)
        if found is None and len(self.totals) >= MOST_CURRENCIES:
            return None
        return found or Total()

    def _with_total(self, order: Order) -> Mapping[str, Total]:
        known = self.total(order.currency)
        if known is None:
            return self.totals
        return {**self.totals, order.currency: Total(known.orders + 1, round(known.amount + order.amount, 6))}


NO_ORDERS = Orders()
Kept = TypeVar("Kept", Order, Bought)


def _latest(items: list[Kept], left: int, most_bytes: int, *, most: int = 1000) -> tuple[tuple[Kept, ...], int]:
    """The latest of what is in order of time, in full, and when the latest was that had to go."""
    room = most_bytes
    first: int = max(len(items) - most, 0)
    for number in range(len(items) - 1, first - 1, -1):
        room -= len(_encode(items[number]))
        if room < 0 or items[number].at < left:
            first = number + 1
            break
    return tuple(items[first:]), max([left, *(one.at for one in items[:first])])


def _bounded_order(order: Order) -> Order:
    amount = order.amount if isfinite(order.amount) and order.amount > 0 else 0.0
    return Order(short(order.id, _ID_BYTES), order.at, amount, short(order.currency.upper(), 3))


def _bounded_line(line: Bought, at: int) -> Bought:
    page = short_page(line.page)
    return structs.replace(
        line,
        at=at,
        product=page.product,
        category=page.category,
        brand=page.brand,
        price=line.price if line.price is not None and isfinite(line.price) else None,
        price_tier=short(line.price_tier, NAME_BYTES),
        quantity=min(max(line.quantity, 1), _MOST_PIECES),
        tags=page.tags,
        topics=page.topics,
    )
