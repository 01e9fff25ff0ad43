"""What a sender tells of something that happened, read as an Event. Pure, bounded, and never an error.

Names and properties follow the Segment spec (e-commerce v2, e-mail, mobile), in snake_case or camelCase; the spec's
older names are today's. Any other event stays a named action with its scalar properties.
"""

import re
from collections.abc import Iterator, Mapping
from math import ceil, isfinite
from urllib.parse import urlsplit

from floorwalker.core import events as names
from floorwalker.core.bounds import MOST_TAGS, NAME_BYTES, PATH_BYTES, TEXT_BYTES, plainly, scalar, short
from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.events import Event, Item, Page, Scalar

MOST_TOLD = 32  # properties of one event; a profile keeps the first 8, the stream the first 16
MOST_ITEMS = 200  # products of one event
MOST_LOOKED_AT = 256  # entries of one object or list that a sender tells
LONGEST_TEXT = 500  # bytes of one property
LARGEST_AMOUNT = 1e12  # of money: what is more is a mistake
MOST_PIECES = 9_999
USER_ID = "user_id"  # under this Identified has the site's own id
MOST_TRAITS = 64  # told at once
DEEPEST_TRAIT = 4  # objects within objects

_SPEC = (
    "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked",
    "Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started",
    "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Order Updated", "Order Completed",
    "Order Refunded", "Order Cancelled", "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed",
    "Product Added to Wishlist", "Product Removed from Wishlist", "Wishlist Product Added to Cart", "Product Shared",
    "Cart Shared", "Product Reviewed", "Email Delivered", "Email Opened", "Email Link Clicked", "Email Bounced",
    "Email Marked as Spam", "Unsubscribed", "Push Notification Received", "Push Notification Tapped",
    "Push Notification Bounced", "SMS Delivered", "SMS Link Clicked", "Slot Shown", "Slot Clicked", "Slot Dismissed",
    "Page Left",
)  # fmt: skip
_FORMER = {
    "searched products": "Products Searched",
    "viewed product category": "Product List Viewed",
    "product category viewed": "Product List Viewed",
    "viewed product list": "Product List Viewed",
    "filtered product list": "Product List Filtered",
    "viewed promotion": "Promotion Viewed",
    "clicked promotion": "Promotion Clicked",
    "clicked product": "Product Clicked",
    "viewed product": "Product Viewed",
    "added product": "Product Added",
    "removed product": "Product Removed",
    "viewed cart": "Cart Viewed",
    "started checkout": "Checkout Started",
    "started order": "Checkout Started",
    "order started": "Checkout Started",
    "viewed checkout step": "Checkout Step Viewed",
    "completed checkout step": "Checkout Step Completed",
    "entered payment info": "Payment Info Entered",
    "updated order": "Order Updated",
    "completed order": "Order Completed",
    "refunded order": "Order Refunded",
    "cancelled order": "Order Cancelled",
    "canceled order": "Order Cancelled",
    "order canceled": "Order Cancelled",
    "email unsubscribed": "Unsubscribed",
    "unsubscribe": "Unsubscribed",
    "sms message delivered": "SMS Delivered",
}
_KNOWN = frozenset(_SPEC)
_TODAYS = {name.lower(): name for name in _SPEC} | _FORMER
_OF_ONE_PRODUCT = frozenset((
    names.PRODUCT_VIEWED, names.PRODUCT_ADDED, names.PRODUCT_REMOVED, names.WISH_ADDED_TO_CART, "Product Clicked",
    "Product Added to Wishlist", "Product Removed from Wishlist", "Product Shared", "Product Reviewed",
))  # fmt: skip
_OF_ORDERS = frozenset((names.ORDER_COMPLETED, names.ORDER_UPDATED, names.ORDER_REFUNDED))
RESERVED = frozenset((
    names.PAGE_VIEWED, names.ERROR_VIEWED, names.VISIT_STARTED, names.IDENTIFIED, names.MERGED, names.EXPOSED,
    names.CONVERTED, names.SEGMENT_ENTERED, names.SEGMENT_LEFT, names.NOTE_TAKEN, names.SLOT_SHOWN,
))  # fmt: skip
"""Names that no outside sender may claim with `track`: they follow from other things."""
_RESERVED = frozenset(map(fold_text, RESERVED))

_IMPORTANT = (
    "order_id", "revenue", "total", "currency", "value", "query", "block", "slot", "campaign_id", "campaign_name",
    "email_id", "message_id", "product_id", "sku", "name", "category", "brand", "variant", "price", "quantity",
    "promotion_id", "creative", "position", "link_id", "coupon", "shipping", "tax", "discount", "subtotal", "step",
    "cart_id", "checkout_id", "list_id", "wishlist_id", "coupon_id", "affiliation", "payment_method", "shipping_method",
    "email_subject", "link_url", "review_id", "rating", "share_via", "coupon_name", "reason",
)  # fmt: skip
_RANK = {name: number for number, name in enumerate(_IMPORTANT)}
_NUMBERS = frozenset((
    "revenue", "total", "value", "price", "quantity", "shipping", "tax", "discount", "subtotal",
))  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,20})?", re.ASCII)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GAPS = re.compile(r"[\s_\-]+")


def event_of(name: str, properties: object, *, at: float, id: str = "") -> Event:
    """The event that a sender's name and properties tell of.

    properties: as they came, any JSON value, and what apps have for it: Decimal, date, UUID. at: seconds since 1970,
    UTC. id: the sender's messageId. Scalars are kept, products become `items`, anything else nested is dropped. Where
    an order tells no `revenue`, that is worked out.
    """
    name = today_of(name)
    told = _named(properties)
    items = tuple(_items(name, told))
    kept = _kept(told, spec=name in _KNOWN)
    if name in (names.ORDER_COMPLETED, names.ORDER_UPDATED) and "revenue" not in kept:
        amount = revenue_of(kept, items)
        kept = kept if amount is None else _sorted({**kept, "revenue": amount})
    return Event(name, at, kept, id=short(id, PATH_BYTES), items=items)


def identified_of(user: str, traits: object, *, at: float, id: str = "") -> Event:
    """The event that says who somebody is, and what is known of them.

    user: the site's own id; empty where only traits are told. traits: any JSON value, dates too. An object's own are
    flattened (`address.city`), a list of scalars is one text, null is an empty text, which takes the trait away. Any
    other value is dropped, and so is `user_id`, which is no trait.
    """
    flat: dict[str, Scalar] = {}
    for told, value in _flattened(traits, "", DEEPEST_TRAIT):
        name = short(told, NAME_BYTES)
        if name != USER_ID and len(flat) < MOST_TRAITS:
            flat[name] = value
    return Event(names.IDENTIFIED, at, {**flat, USER_ID: user} if user else flat, id=short(id, PATH_BYTES))


def today_of(name: str) -> str:
    """The name that the spec has today for what is called so, however it is spelled; another name as it is, cut."""
    name = short(name, 2 * NAME_BYTES).strip()
    folded = _GAPS.sub(" ", _HUMP.sub(" ", name)).lower()
    return _TODAYS.get(folded) or short(name, NAME_BYTES).rstrip()


def is_reserved(name: str) -> bool:
    """Whether rules would read the name as one of RESERVED: they do not mind case, accents and spaces."""
    return fold_text(today_of(name)) in _RESERVED


def page_of(properties: object) -> Page:
    """What a sender's properties of a page view tell of the page; of the address's own meaning nothing is read.

    path: as said, else the url's. search: words of the site's own search; the spec's query string, which begins with
    `?`, is none.
    """
    told = _named(properties)
    search = _text(told, "search", most=TEXT_BYTES)
    return Page(
        path=short(_path(told), PATH_BYTES),
        type=_text(told, "type"),
        category=_text(told, "category"),
        product=_text(told, "product", "product_id", "sku"),
        brand=_text(told, "brand"),
        tags=_texts(told.get("tags")),
        topics=_texts(told.get("topics")),
        price=_amount(told.get("price")),
        price_tier=_text(told, "price_tier"),
        search="" if search.startswith("?") or "=" in search else search,
    )


def revenue_of(properties: Mapping[str, Scalar], items: tuple[Item, ...]) -> float | None:
    """What an order earned: `revenue`, else `total` without `shipping` and `tax`, else `value`, else what its items
    cost together; None where nothing tells."""
    revenue, total, value = (_amount(properties.get(name)) for name in ("revenue", "total", "value"))
    if revenue is not None:
        return revenue
    if total is not None:
        beside = (_amount(properties.get("shipping")) or 0.0) + (_amount(properties.get("tax")) or 0.0)
        return round(max(total - beside, 0.0), 6)
    return value if value is not None else cost_of(items)


def cost_of(items: tuple[Item, ...]) -> float | None:
    """What the items cost together; None where no price is known."""
    prices = [item.price * item.quantity for item in items if item.price is not None]
    return round(sum(prices), 6) if prices else None


def currency_of(properties: Mapping[str, Scalar]) -> str:
    """The currency that is told: three letters, upper-case; empty where none is."""
    said = properties.get("currency")
    return said.upper() if isinstance(said, str) and len(said) == 3 and said.isascii() and said.isalpha() else ""


def _flattened(traits: object, prefix: str, deep: int) -> Iterator[tuple[str, Scalar]]:
    if not isinstance(traits, Mapping) or deep == 0:
        return
    for _, (name, value) in zip(range(MOST_LOOKED_AT), traits.items(), strict=False):
        if not isinstance(name, str) or not name:
            continue
        path = prefix + name[: 2 * NAME_BYTES]
        match value:
            case Mapping():
                yield from _flattened(value, path + ".", deep - 1)
            case None:
                yield path, ""
            case list() | tuple():
                written = [_written(one) for entry in value[:MOST_LOOKED_AT] if (one := _bounded(entry)) is not None]
                if written or not value:
                    yield path, short(", ".join(written), LONGEST_TEXT)
            case _ if (bounded := _bounded(plainly(value))) is not None:
                yield path, bounded


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(properties: object) -> dict[str, object]:
    """The first properties under their names; the spec's own in snake_case, which goes before other spellings."""
    if not isinstance(properties, Mapping):
        return {}
    told: dict[str, object] = {}
    spelled: dict[str, object] = {}
    for _, (name, value) in zip(range(MOST_LOOKED_AT), properties.items(), strict=False):
        if not isinstance(name, str):
            continue
        value = plainly(value)
        plain = _HUMP.sub("_", name[: 2 * NAME_BYTES]).lower()
        if plain != name and (plain in _RANK or plain in ("products", "image_url")):
            spelled.setdefault(plain, value)
        else:
            told[name] = value
    told = spelled | told
    campaign = told.get("campaign")
    if isinstance(campaign, Mapping):
        told = {f"campaign_{part}": campaign[part] for part in ("id", "name") if part in campaign} | told
    return told


def _kept(told: Mapping[str, object], *, spec: bool) -> dict[str, Scalar]:
    """The scalars among them, those that matter most first."""
    kept: dict[str, Scalar] = {}
    for name, value in told.items():
        bounded = _number(value) if spec and name in _NUMBERS else _bounded(value)
        if bounded is not None:
            kept[short(name, NAME_BYTES)] = bounded
    if isinstance(currency := kept.get("currency"), str):
        kept["currency"] = currency.upper()
    return _sorted(kept)


def _sorted(kept: dict[str, Scalar]) -> dict[str, Scalar]:
    order = sorted(kept, key=lambda name: _RANK.get(name, len(_RANK)))
    return {name: kept[name] for name in order[:MOST_TOLD]}


def _bounded(value: object) -> Scalar | None:
    return short(value, LONGEST_TEXT) if isinstance(value, str) else scalar(value)


def _number(value: object) -> float | int | None:
    """A number, also one that is written as a text; None where it is none, or beyond any amount."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value[:64].strip()
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text) if "." in text else int(text)
    if isinstance(value, int | float) and -LARGEST_AMOUNT <= value <= LARGEST_AMOUNT and isfinite(value):
        return value
    return None


def _amount(value: object) -> float | None:
    """A number that is not below nothing."""
    number = _number(value)
    return float(number) if number is not None and number >= 0 else None


def _items(name: str, told: Mapping[str, object]) -> Iterator[Item]:
    """The products that the event lists, or the one of which it speaks."""
    products = told.get("products")
    if isinstance(products, list | tuple):
        for _, product in zip(range(MOST_ITEMS), products, strict=False):
            item = _item(_named(product)) if isinstance(product, Mapping) else None
            if item is not None:
                yield item
    elif name in _OF_ONE_PRODUCT or (name in _OF_ORDERS and (told.get("product_id") or told.get("sku"))):
        item = _item(told)
        if item is not None:
            yield item


def _item(told: Mapping[str, object]) -> Item | None:
    """A product; None where nothing names it, or there is no piece of it."""
    quantity = _number(told.get("quantity"))
    pieces = 1 if quantity is None else min(ceil(quantity), MOST_PIECES)
    product, name = _text(told, "product_id", "id", "sku"), _text(told, "name")
    if pieces < 1 or not (product or name):
        return None
    return Item(
        product,
        name,
        _text(told, "category"),
        _text(told, "brand"),
        _amount(told.get("price")),
        pieces,
        _text(told, "variant"),
        short(_path(told), PATH_BYTES),
    )


def _text(told: Mapping[str, object], *keys: str, most: int = NAME_BYTES) -> str:
    """The first of these that is a text or a whole number, which ids may be; cut."""
    for key in keys:
        value = told.get(key)
        if isinstance(value, str) and value.strip():
            return short(value.strip()[: 2 * LONGEST_TEXT], most)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1 << 63:
            return str(value)
    return ""


def _texts(values: object) -> tuple[str, ...]:
    """The texts of a list, or the one; cut, each once."""
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list | tuple):
        return ()
    found = [short(value.strip(), NAME_BYTES) for value in values[:MOST_LOOKED_AT] if isinstance(value, str)]
    return tuple(dict.fromkeys(text for text in found if text))[:MOST_TAGS]


def _path(told: Mapping[str, object]) -> str:
    """The path as it is said, without a query; else that of the url."""
    for key in ("path", "url"):
        value = told.get(key)
        if isinstance(value, str) and value:
            try:
                return urlsplit(value[:4000]).path
            except ValueError:
                continue
    return ""
