"""The cart: product slugs and quantities in the session, priced from the catalogue each time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo_site.catalogue import Catalogue, Product

MOST_OF_ONE = 9
MOST_LINES = 20
FREE_DELIVERY_FROM = 100
DELIVERY = 6


@dataclass(frozen=True, kw_only=True)
class Line:
    product: Product
    quantity: int

    @property
    def total(self) -> int:
        return self.product.price * self.quantity


@dataclass(frozen=True, kw_only=True)
class Coupon:
    """So many per cent off everything, or off one kind of article."""

    code: str
    percent: int
    kind: str | None = None

    def off(self, lines: Iterable[Line]) -> int:
        """What it takes off these lines, in whole euros, in our favour."""
        return sum(line.total for line in lines if self.kind in (None, line.product.art["kind"])) * self.percent // 100


COUPONS = {
    coupon.code: coupon
    for coupon in (
        Coupon(code="LEGS10", percent=10, kind="tripod"),
        Coupon(code="SPRING10", percent=10),
        Coupon(code="FRIDAY15", percent=15),
    )
}


@dataclass(frozen=True, kw_only=True)
class Cart:
    """Lines in the order in which they were added; amounts in whole euros."""

    lines: tuple[Line, ...]
    coupon: Coupon | None = None

    @property
    def goods(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def discount(self) -> int:
        return self.coupon.off(self.lines) if self.coupon else 0

    @property
    def delivery(self) -> int:
        return 0 if not self.lines or self.goods >= FREE_DELIVERY_FROM else DELIVERY

    @property
    def total(self) -> int:
        return self.goods - self.discount + self.delivery

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    def paid(self, line: Line) -> int:
        """What a line of this cart costs, its part of the discount taken off, in whole euros in our favour."""
        return line.total - (self.coupon.off((line,)) if self.coupon else 0)

    def quantity_of(self, slug: str) -> int:
        return next((line.quantity for line in self.lines if line.product.slug == slug), 0)


def read_cart(session: Mapping[str, Any], catalogue: Catalogue) -> Cart:
    """The cart in a session; whatever is not sold (any more) is left out."""
    kept = session.get("cart")
    entries = kept.items() if isinstance(kept, dict) else ()
    lines = (
        Line(product=catalogue.products[slug], quantity=clamp(quantity))
        for slug, quantity in entries
        if slug in catalogue.products and isinstance(quantity, int)
    )
    coupon = COUPONS.get(str(session.get("coupon")))
    return Cart(lines=tuple(line for line in lines if line.quantity), coupon=coupon)


def with_quantity(cart: Cart, slug: str, quantity: int) -> dict[str, int]:
    """What to keep in the session once `slug` stands at `quantity`; nought takes it out, a full cart takes no more."""
    kept = {line.product.slug: line.quantity for line in cart.lines}
    if slug in kept or len(kept) < MOST_LINES:
        kept[slug] = clamp(quantity)
    return {name: number for name, number in kept.items() if number}


def united(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Two carts of one person: everything that is in either, as often as in the fuller one."""
    both = {slug: clamp(max(one.get(slug, 0), other.get(slug, 0))) for slug in [*one, *other]}
    return dict(list(both.items())[:MOST_LINES])


def clamp(quantity: int) -> int:
    return max(0, min(MOST_OF_ONE, quantity))


def read_quantity(text: str) -> int | None:
    """A typed quantity from 0 to 9, or None if it is none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 4):
        return None
    quantity = int(digits)
    return quantity if quantity <= MOST_OF_ONE else None
