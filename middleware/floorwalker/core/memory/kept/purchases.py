"""Orders: how many, what they came to by currency, the latest of them, and what was bought. Bounded.

The number of orders and the totals are of all there ever were; what was ordered when, and which products, reaches back
as far as there is room.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import islice
from math import isfinite
from typing import TypeVar

from msgspec import Struct, msgpack, structs

from floorwalker.core.bounds import NAME_BYTES, short, short_page
from floorwalker.core.events import Page

MOST_ORDERS = 24
ORDERS_BYTES = 700  # of the latest orders
BOUGHT_BYTES = 1000  # of what was bought
MOST_CURRENCIES = 6
MOST_KNOWN = 200  # ids of which a trace is kept, 4 bytes each
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
    """One product of one order. at: the order's. price: of one piece, in the site's currency; None where not known. of:
    tells it from what was in another order of the same second; 0 where the order has no id."""

    at: int
    product: str = ""
    category: str = ""
    brand: str = ""
    price: float | None = None
    price_tier: str = ""
    quantity: int = 1
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    of: int = 0

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
    bought that is no longer here. Both are 0 where nothing is missing. known: traces of the latest ids, so that no
    order counts twice, and none is taken back twice. more_currencies: there may have been orders in others than those
    in `totals`.
    """

    count: int = 0
    totals: Mapping[str, Total] = {}
    latest: tuple[Order, ...] = ()
    left: int = 0
    bought: tuple[Bought, ...] = ()
    bought_left: int = 0
    known: bytes = b""
    more_currencies: bool = False

    @property
    def is_full(self) -> bool:
        """Whether there may have been orders in a currency that is not kept apart."""
        return self.more_currencies or len(self.totals) >= MOST_CURRENCIES

    def within_bounds(self) -> "Orders":
        """The first currencies, the latest orders and the latest of what was bought, each as far as there is room."""
        latest, left = _latest(list(self.latest), self.left, ORDERS_BYTES, most=MOST_ORDERS)
        bought, bought_left = _latest(list(self.bought), self.bought_left, BOUGHT_BYTES)
        totals = dict(islice(self.totals.items(), MOST_CURRENCIES))
        more = self.more_currencies or len(totals) < len(self.totals)
        known = self.known[-MOST_KNOWN * TRACE_BYTES :]
        return Orders(self.count, totals, latest, left, bought, bought_left, known, more)

    def with_order(self, order: Order, bought: Iterable[Bought] = ()) -> "Orders":
        """These and one more, wherever in time it belongs; the same where an order of that id is known already. One
        without an id is always another."""
        order = _bounded_order(order)
        if order.id and self.knows(order.id):
            return self
        latest, left = _latest(
            sorted([*self.latest, order], key=lambda one: one.at), self.left, ORDERS_BYTES, most=MOST_ORDERS
        )
        totals = self._with_total(order)
        more = structs.replace(self, count=self.count + 1, totals=totals, latest=latest, left=left)
        return (more.noted(order.id) if order.id else more).with_lines(bought, order)

    def with_lines(self, bought: Iterable[Bought], order: Order) -> "Orders":
        """With what was bought with that order."""
        lines = [*self.bought, *(_bounded_line(line, order) for line in bought)]
        kept, bought_left = _latest(sorted(lines, key=lambda one: one.at), self.bought_left, BOUGHT_BYTES)
        return structs.replace(self, bought=kept, bought_left=bought_left)

    def knows(self, id: str) -> bool:
        """Whether an order of that id was here, or is."""
        id = order_id(id)
        return any(one.id == id for one in self.latest) or self.has_noted(id)

    def order(self, id: str) -> Order | None:
        """The order of that id, if it is among the latest."""
        id = order_id(id)
        return next((one for one in self.latest if one.id == id), None) if id else None

    def noted(self, text: str) -> "Orders":
        """With a trace of that text; the oldest trace goes where there is no room."""
        if self.has_noted(text):
            return self
        return structs.replace(self, known=(self.known + trace(text))[-MOST_KNOWN * TRACE_BYTES :])

    def has_noted(self, text: str) -> bool:
        """Whether there is a trace of that text."""
        return traced(self.known, text)

    def reduced(self, order: Order, by: float) -> "Orders":
        """With so much taken off an order that is among the latest; it never comes to less than nothing."""
        off = min(max(by, 0.0), order.amount)
        less = structs.replace(order, amount=round(order.amount - off, 6))
        latest = tuple([less if one == order else one for one in self.latest])
        return structs.replace(self.with_less(order.currency, off), latest=latest)

    def revised(self, order: Order, *, amount: float, currency: str) -> "Orders":
        """With another amount of an order that is among the latest."""
        anew = _bounded_order(structs.replace(order, amount=amount, currency=currency))
        fewer = self.with_less(order.currency, order.amount, orders=1)
        latest = tuple([anew if one == order else one for one in self.latest])
        return structs.replace(fewer, count=self.count, totals=fewer._with_total(anew), latest=latest)

    def without(self, order: Order) -> "Orders":
        """Without an order that is among the latest, and what was bought with it; its id stays known."""
        rest = list(self.latest)
        rest.remove(order)
        fewer = self.with_less(order.currency, order.amount, orders=1)
        return structs.replace(fewer, latest=tuple(rest)).with_bought(order, lambda _: 0)

    def with_less(self, currency: str, amount: float, *, orders: int = 0) -> "Orders":
        """With so much, and so many orders, taken off the totals; never below nothing."""
        totals, total = self.totals, self.totals.get(currency)
        if total is not None:
            left = Total(max(total.orders - orders, 0), round(max(total.amount - amount, 0.0), 6))
            totals = {**totals, currency: left}
        return structs.replace(self, count=max(self.count - orders, 0), totals=totals)

    def lines_of(self, order: Order) -> tuple[Bought, ...]:
        """What was bought with an order, as far as it is remembered."""
        return tuple([line for line in self.bought if _is_of(line, order)])

    def with_bought(self, order: Order, left: Callable[[Bought], int]) -> "Orders":
        """With as many pieces of what was bought with that order as `left` says; lines of none go."""
        lines = [(line, left(line) if _is_of(line, order) else line.quantity) for line in self.bought]
        kept = [structs.replace(line, quantity=min(pieces, line.quantity)) for line, pieces in lines if pieces > 0]
        return structs.replace(self, bought=tuple(kept))

    def shortened(self, *, bought_bytes: int, traces: int) -> "Orders":
        """With no more of what was bought, and of traces, than this; totals and orders stay as they are."""
        bought, left = _latest(list(self.bought), self.bought_left, bought_bytes)
        return structs.replace(self, bought=bought, bought_left=left, known=self.known[-traces * TRACE_BYTES :])

    def total(self, currency: str) -> Total | None:
        """All orders in that currency; None where they may have been in one that is no longer kept apart."""
        found = self.totals.get(currency)
        if found is None and self.is_full:
            return None
        return found or Total()

    def _with_total(self, order: Order) -> Mapping[str, Total]:
        known = self.total(order.currency)
        if known is None:
            return self.totals
        return {**self.totals, order.currency: Total(known.orders + 1, round(known.amount + order.amount, 6))}


NO_ORDERS = Orders()
TRACE_BYTES = 4


def order_id(id: str) -> str:
    """The id as it is kept: a long one is cut, and told apart from others that begin the same."""
    kept = short(id, _ID_BYTES)
    return kept if kept == id else f"{short(id, _ID_BYTES - 2 * TRACE_BYTES - 1)}~{trace(id).hex()}"


def trace(text: str) -> bytes:
    """4 bytes that tell texts apart: of 200 traces one is mistaken for another in 20 million times."""
    return blake2b(text.encode("utf-8", "ignore"), digest_size=TRACE_BYTES, person=b"fw-trace").digest()


def traced(traces: bytes, text: str) -> bool:
    """Whether the text's trace is among these."""
    asked, position = trace(text), -1
    while (position := traces.find(asked, position + 1)) >= 0:
        if position % TRACE_BYTES == 0:
            return True
    return False


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
    return Order(order_id(order.id), order.at, amount, short(order.currency.upper(), 3))


def _mark(order: Order) -> int:
    return int.from_bytes(trace(order.id)[:2], "big") if order.id else 0


def _is_of(line: Bought, order: Order) -> bool:
    return line.at == order.at and line.of in (0, _mark(order))


def _bounded_line(line: Bought, order: Order) -> Bought:
    page = short_page(line.page)
    return structs.replace(
        line,
        at=order.at,
        of=_mark(order),
        product=page.product,
        category=page.category,
        brand=page.brand,
        price=line.price if line.price is not None and isfinite(line.price) else None,
        price_tier=short(line.price_tier, NAME_BYTES),
        quantity=min(max(line.quantity, 1), _MOST_PIECES),
        tags=page.tags,
        topics=page.topics,
    )
