"""Sending something back: whole lines of the latest order, each once."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo_site.forms import read_form
from demo_site.render import catalogue_of, flash, page
from demo_site.telling import refund_told
from floorwalker import get_visitor


def latest_order(request: Request) -> dict[str, Any] | None:
    """The order that this browser placed last; None where there is none."""
    placed = request.session.get("order")
    return placed if isinstance(placed, dict) and "lines" in placed else None


async def returns(request: Request) -> Response:
    return page(request, "returns.html", order=latest_order(request), lines=_lines(request))


async def send_back(request: Request) -> Response:
    """Take a line of the order back. What came back already is told again by nobody."""
    form, placed = await read_form(request), latest_order(request)
    line = next((one for one in _lines(request) if one["product"].slug == form.get("product")), None)
    if placed is None or line is None:
        raise HTTPException(400)
    product, quantity, paid = line["product"], line["quantity"], line["paid"]
    if not line["back"]:
        request.session["order"] = {**placed, "back": [*placed.get("back", ()), product.slug]}
        visitor = await get_visitor(request)
        visitor.track("Order Refunded", refund_told(placed["number"], product, quantity=quantity, paid=paid))
    flash(request, f"{product.name} comes back to us, and €{paid:,} to you.")
    return RedirectResponse("/returns", status_code=303)


def _lines(request: Request) -> list[dict[str, Any]]:
    placed = latest_order(request) or {"lines": ()}
    sold = catalogue_of(request).products
    return [
        {"product": product, "quantity": quantity, "paid": paid, "back": slug in placed.get("back", ())}
        for slug, quantity, paid in placed["lines"]
        if (product := sold.get(slug)) is not None
    ]
