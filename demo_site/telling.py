"""What the shop tells floorwalker, in the words of the Segment spec: amounts in whole euros, VAT included."""

from collections.abc import Iterable, Mapping
from typing import Any

from demo_site.cart import Cart, Line
from demo_site.catalogue import Product

CURRENCY = "EUR"
Told = dict[str, Any]


def product_told(product: Product, quantity: int | None = None) -> Told:
    """One product; `quantity` where pieces of it were added, taken out, ordered or sent back."""
    told: Told = {
        "product_id": product.slug,
        "name": product.name,
        "category": product.department,
        "brand": product.brand,
        "price": product.price,
        "url": product.path,
    }
    return told if quantity is None else {**told, "quantity": quantity}


def lines_told(lines: Iterable[Line]) -> list[Told]:
    return [product_told(line.product, line.quantity) for line in lines]


def cart_told(cart: Cart) -> Told:
    """Of a cart that was looked at, or taken to checkout."""
    return {"value": cart.goods - cart.discount, "currency": CURRENCY, "products": lines_told(cart.lines)}


def order_told(cart: Cart, number: str) -> Told:
    """Of an order that was placed: revenue is what the goods came to, without the parcel."""
    told = {
        "order_id": number,
        "revenue": cart.goods - cart.discount,
        "total": cart.total,
        "shipping": cart.delivery,
        "discount": cart.discount,
        "currency": CURRENCY,
        "products": lines_told(cart.lines),
    }
    return {**told, "coupon": cart.coupon.code} if cart.coupon else told


def refund_told(number: str, product: Product, *, quantity: int, paid: int) -> Told:
    """Of pieces that come back. paid: what all of them cost in that order, discount taken off."""
    return {
        "order_id": number,
        "total": paid,
        "currency": CURRENCY,
        "products": [product_told(product, quantity)],
    }


def quick_told(product: Product) -> Mapping[str, str]:
    """The same of one piece as a page tells it by `data-fw-…` attributes."""
    return {name.replace("_", "-"): str(value) for name, value in product_told(product, 1).items()}
