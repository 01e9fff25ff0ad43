"""The cart, the checkout and the thanks. Every form is answered with a redirect."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from demo_site.cart import COUPONS, MOST_OF_ONE, Cart, clamp, read_quantity, with_quantity
from demo_site.catalogue import Product
from demo_site.forms import Checked, check, read_form
from demo_site.members import Members
from demo_site.render import cart_of, catalogue_of, flash, page
from demo_site.telling import CURRENCY, cart_told, order_told, product_told
from floorwalker import get_visitor

COUNTRIES = {"DE": "Germany", "AT": "Austria", "CH": "Switzerland", "NO": "Norway", "FR": "France", "NL": "Netherlands"}
ADDRESS = {
    "name": "Please write the name for the parcel.",
    "email": "Please write an e-mail address for the invoice.",
    "street": "Please write street and number.",
    "postcode": "Please write the postcode.",
    "city": "Please write the town.",
    "country": "Please choose a country.",
}


async def cart(request: Request) -> Response:
    basket = cart_of(request)
    if basket.lines:
        visitor = await get_visitor(request)
        visitor.track("Cart Viewed", cart_told(basket))
    return page(request, "cart.html")


async def add(request: Request) -> Response:
    form = await read_form(request)
    product = _product(request, form)
    quantity = read_quantity(form.get("quantity", "1"))
    if not quantity:
        flash(request, f"How many? We can send 1 to {MOST_OF_ONE} of one article.")
        return _to(product.path)
    had = cart_of(request).quantity_of(product.slug)
    added = _put(request, product, quantity)
    if not added:
        flash(request, f"There are {had} of {product.name} in your cart, which is as many as we send at once.")
        return _to("/cart")
    visitor = await get_visitor(request)
    visitor.track("Product Added", product_told(product, added))
    flash(request, f"{product.name} is in your cart.")
    return _to("/cart")


async def quick(request: Request) -> Response:
    """One piece from a shelf, without leaving it: the page itself tells floorwalker, by `data-fw-event`."""
    product = _product(request, await read_form(request))
    if not _put(request, product, 1):
        return JSONResponse({"said": f"That is as many of {product.name} as we send at once."}, status_code=409)
    return JSONResponse({"said": f"{product.name} is in your cart.", "count": cart_of(request).count})


async def update(request: Request) -> Response:
    form = await read_form(request)
    product = _product(request, form)
    quantity = 0 if "remove" in form else read_quantity(form.get("quantity", ""))
    if quantity is None:
        flash(request, f"How many {product.name}? A number from 0 to {MOST_OF_ONE}, please.")
        return _to("/cart")
    before = cart_of(request)
    keep_cart(request, with_quantity(before, product.slug, quantity))
    change = quantity - before.quantity_of(product.slug)
    if change:
        visitor = await get_visitor(request)
        visitor.track("Product Added" if change > 0 else "Product Removed", product_told(product, abs(change)))
        flash(request, f"{product.name} is out of your cart." if not quantity else "The cart is up to date.")
    return _to("/cart")


async def coupon(request: Request) -> Response:
    form = await read_form(request)
    found = COUPONS.get(form.get("code", "").upper())
    if found is None:
        flash(request, "We do not know that code. It may have ended, or have a typing mistake.")
        return _to("/cart")
    request.session["coupon"] = found.code
    visitor = await get_visitor(request)
    off = cart_of(request).discount
    visitor.track("Coupon Applied", {"coupon_id": found.code, "discount": off, "currency": CURRENCY})
    flash(request, f"{found.code} takes {found.percent} per cent off" + (" every tripod." if found.kind else "."))
    return _to("/cart")


async def checkout(request: Request) -> Response:
    basket = cart_of(request)
    if not basket.lines:
        return _to("/cart")
    visitor = await get_visitor(request)
    visitor.track("Checkout Started", cart_told(basket))
    person = request.session.get("person") or {}
    return page(request, "checkout.html", form=Checked({**person, "country": "DE"}), countries=COUNTRIES)


async def order(request: Request) -> Response:
    """Take the order; what is missing is asked for on the same page, with everything else still filled in."""
    form = await read_form(request)
    basket = cart_of(request)
    if not basket.lines:
        return _to("/order/thanks" if "order" in request.session else "/cart")
    checked = check(form, ADDRESS)
    if checked.values["country"] not in COUNTRIES:
        checked = Checked(checked.values, {**checked.errors, "country": ADDRESS["country"]})
    if not checked.fine:
        return page(request, "checkout.html", status=422, form=checked, countries=COUNTRIES)
    number = request.app.state.new_order_number()
    await _tell(request, basket, number, checked.values)
    request.session["order"] = _receipt(basket, number, checked.values)
    keep_cart(request, {})
    request.session.pop("coupon", None)
    return _to("/order/thanks")


async def thanks(request: Request) -> Response:
    placed = request.session.get("order")
    if not isinstance(placed, dict):
        return _to("/cart")
    items = catalogue_of(request).named([slug for slug, *_ in placed["lines"]])
    beside = catalogue_of(request).beside(items[0], count=3) if items else []
    return page(request, "thanks.html", order=placed, items=items, beside=beside)


async def _tell(request: Request, basket: Cart, number: str, address: Mapping[str, str]) -> None:
    visitor = await get_visitor(request)
    visitor.track("Order Completed", order_told(basket, number))
    where = {"address": {"city": address["city"], "country": address["country"]}}
    person = request.session.get("person")
    visitor.identify(person["id"] if person else "", where)


def _put(request: Request, product: Product, quantity: int) -> int:
    """How many pieces more there are in the cart now."""
    before = cart_of(request)
    had = before.quantity_of(product.slug)
    keep_cart(request, with_quantity(before, product.slug, clamp(had + quantity)))
    return cart_of(request).quantity_of(product.slug) - had


def keep_cart(request: Request, kept: Mapping[str, int]) -> None:
    """In the session and, of whoever has signed in, on all their devices."""
    request.session["cart"] = dict(kept)
    if person := request.session.get("person"):
        members: Members = request.app.state.members
        members.keep_cart(person["id"], kept)


def _receipt(basket: Cart, number: str, address: Mapping[str, str]) -> dict[str, Any]:
    lines = [[line.product.slug, line.quantity, basket.paid(line)] for line in basket.lines]
    return {"number": number, "total": basket.total, "lines": lines, "name": address["name"], "email": address["email"]}


def _product(request: Request, form: Mapping[str, str]) -> Product:
    product = catalogue_of(request).products.get(form.get("product", ""))
    if product is None:
        raise HTTPException(400)
    return product


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
