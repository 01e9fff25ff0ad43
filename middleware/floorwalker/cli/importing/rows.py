"""Rows: a line's fields become what they say of whom, or the reason why they cannot."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from math import isfinite
from typing import Any, Final

from msgspec import Struct, structs

from floorwalker.cli.importing.columns import (
    AMOUNTS,
    OF_PRODUCT,
    PROPERTY,
    TRAIT,
    WHO,
    WrongValue,
    gathered,
    unknown_key,
)
from floorwalker.collect.limits import ID_CHARACTERS
from floorwalker.collect.times import read_time
from floorwalker.core.events import NOTE_TAKEN, ORDER_COMPLETED
from floorwalker.core.happening import LARGEST_AMOUNT, MOST_ITEMS, MOST_PIECES, is_reserved, today_of

AHEAD_S: Final = 300.0
_EARLIEST_S: Final = 86_400.0
_VISITOR: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,13}(\.\d{1,12})?", re.ASCII)
_ZONED: Final = re.compile(r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$")


class Wrong(ValueError):
    """A row that cannot be taken; the message says why, and nothing of what stands in it."""


class Row(Struct, frozen=True, omit_defaults=True):
    """What one line says. who: `user`, `visitor` or `email`, and name: theirs. at: of the order or event, seconds since
    1970. order: its id. event: its name, of an event that is no order. properties: of either. products: of either."""

    line: int
    who: str
    name: str
    at: float = 0.0
    order: str = ""
    event: str = ""
    properties: dict[str, Any] = {}
    products: list[dict[str, Any]] = []
    traits: dict[str, Any] = {}


class RowReader:
    """now: seconds since 1970. zone: of times that name none."""

    def __init__(self, *, now: float, zone: tzinfo) -> None:
        self._now = now
        self._zone = zone

    def read(self, line: int, fields: Mapping[str, Any]) -> Row:
        """What the fields say. Raises Wrong."""
        if unknown := unknown_key(fields):
            raise Wrong(f"{unknown[:60]} is no key")
        try:
            traits = {**_object(fields, "traits"), **gathered(fields, TRAIT)}
            properties = {**_object(fields, "properties"), **gathered(fields, PROPERTY)}
        except WrongValue as wrong:
            raise Wrong(str(wrong)) from wrong
        row = Row(line, *_whose(fields), traits=traits, properties={**_order_told(fields), **properties})
        row = structs.replace(row, products=_products(fields), order=order_of(fields))
        return self._happening(row, fields)

    def _happening(self, row: Row, fields: Mapping[str, Any]) -> Row:
        """The row as an order, as an event, or of traits alone."""
        event = today_of(_text(fields, "event")) if "event" in fields else ""
        if is_reserved(event) and event != NOTE_TAKEN:
            raise Wrong("event is a name that nobody can say; it follows from other things")
        if row.order and event in ("", ORDER_COMPLETED):
            _check_order(row)
            return structs.replace(row, at=self._at(fields, needed=False))
        if event == ORDER_COMPLETED:
            raise Wrong("order_id is missing: without it an order could count twice")
        if event == NOTE_TAKEN and not str(row.properties.get("text", "")).strip():
            raise Wrong("properties.text is missing: what the note says")
        if event:
            return structs.replace(row, event=event, at=self._at(fields, needed=True))
        if not row.traits:
            raise Wrong("it says nothing: no trait, no order_id, no event")
        if row.properties or row.products or "at" in fields:
            raise Wrong("what it says belongs to an order_id or an event, and both are missing")
        return row

    def _at(self, fields: Mapping[str, Any], *, needed: bool) -> float:
        """When it happened; 0 where that is said in another row of the same order."""
        if "at" not in fields:
            if needed:
                raise Wrong("at is missing: when it happened")
            return 0.0
        text = _text(fields, "at")
        at = read_time(text)
        if at is None:
            raise Wrong("at is no time; write 2026-05-14, 2026-05-14T16:30 or 2026-05-14T16:30:00+02:00")
        if len(text) <= len("2026-05-14") or not _ZONED.search(text[10:]):
            at = datetime.fromisoformat(text.replace(",", ".")).replace(tzinfo=self._zone).timestamp()
        if at > self._now + AHEAD_S:
            raise Wrong("at lies ahead of now")
        if at < _EARLIEST_S:
            raise Wrong("at lies before 1970")
        return min(at, self._now)


def order_of(fields: Mapping[str, Any]) -> str:
    """The order that a row is about; empty where it is about none. Raises Wrong."""
    return _id(fields, "order_id") if "order_id" in fields else ""


def _whose(fields: Mapping[str, Any]) -> tuple[str, str]:
    named = [name for name in WHO if name in fields]
    if len(named) != 1:
        both = f"{named[0]} and {named[1]} both say" if named else "nothing says"
        raise Wrong(
            f"{both} whose it is: one of user, visitor and email does; an e-mail address to keep is trait.email"
        )
    who = named[0]
    name = _id(fields, who)
    if who == "visitor" and not _VISITOR.fullmatch(name):
        raise Wrong("visitor is no visitor's id, which has 22 characters")
    return who, name


def _order_told(fields: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {name: _amount(fields, name) for name in AMOUNTS if name in fields}
    if "currency" in fields:
        currency = _text(fields, "currency")
        if not _CURRENCY.fullmatch(currency):
            raise Wrong("currency is no code of three letters, such as EUR")
        told["currency"] = currency.upper()
    if "coupon" in fields:
        told["coupon"] = _text(fields, "coupon")
    return told


def _products(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The product of a row, or those that an object lists."""
    listed = fields.get("products", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Wrong("products is no list of objects")
    if len(listed) > MOST_ITEMS:
        raise Wrong(f"products are more than {MOST_ITEMS}")
    products = [_product(one) for one in listed]
    own = {name: fields[name] for name in OF_PRODUCT if name in fields}
    return [*products, _product(own)] if own else products


def _product(told: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := next((name for name in told if name not in OF_PRODUCT), ""):
        raise Wrong(f"{unknown[:60]} is nothing that is known of products")
    if not any(told.get(name) for name in ("product_id", "sku", "name")):
        raise Wrong("a product has neither product_id nor sku nor name")
    texts = [name for name in OF_PRODUCT if name in told and name not in ("price", "quantity")]
    product: dict[str, Any] = {name: _text(told, name) for name in texts}
    if "price" in told:
        product["price"] = _amount(told, "price")
    if "quantity" in told:
        product["quantity"] = quantity = _amount(told, "quantity")
        if not 1 <= quantity <= MOST_PIECES:
            raise Wrong(f"quantity is not from 1 to {MOST_PIECES}")
    return product


def _check_order(row: Row) -> None:
    told = row.properties.keys() & {"total", "revenue"}
    if not told and not any("price" in one for one in row.products) and not row.properties and not row.products:
        raise Wrong("an order tells neither total nor revenue nor a product")


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise Wrong(f"{name} is no object")
    return value


def _id(fields: Mapping[str, Any], name: str) -> str:
    text = _text(fields, name)
    if len(text) > ID_CHARACTERS:
        raise Wrong(f"{name} has more than {ID_CHARACTERS} characters")
    return text


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A text, or a whole number, which ids may be."""
    value = fields[name]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Wrong(f"{name} is no text")
    if not value.strip():
        raise Wrong(f"{name} is empty")
    return value.strip()


def _amount(fields: Mapping[str, Any], name: str) -> float:
    """A number from 0 on."""
    value = fields[name]
    if isinstance(value, str) and _AMOUNT.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Wrong(f"{name} is no number; write 1234.50")
    if not 0 <= value <= LARGEST_AMOUNT:
        raise Wrong(f"{name} is below 0, or too large")
    return float(value)
