"""Commerce: what a shop's events do to the cart. What they do to the orders is in `ordering`."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import NAME_BYTES, seconds, short
from floorwalker.core.events import Event, Item
from floorwalker.core.happening import currency_of
from floorwalker.core.memory.kept.holdings import Cart, CartItem
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.shopping import ordering
from floorwalker.core.memory.terms import Terms

_ADDED = frozenset((names.PRODUCT_ADDED, names.WISH_ADDED_TO_CART))
_SHOWN_WHOLE = frozenset((names.CART_VIEWED, names.CHECKOUT_STARTED))
_OF_CHECKOUT = frozenset(("Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered"))
_OF_CART = _ADDED | _SHOWN_WHOLE | _OF_CHECKOUT | {names.PRODUCT_REMOVED}
NAMES = _OF_CART | ordering.NAMES
_EMPTY = Cart()


def traded(profile: Profile, event: Event, terms: Terms) -> Profile:
    """The profile after one of the events in NAMES. It counts as of its own time, as shops report late; what is older
    than what it would undo changes nothing."""
    then = seconds(event.at)
    if event.name == names.ORDER_COMPLETED:
        orders = ordering.completed(profile, event, terms, at=then)
        if orders is profile.orders:
            return profile
        cart = profile.cart
        if cart is not None and cart.changed <= then:
            cart = Cart(changed=then)
        return structs.replace(profile, orders=orders, cart=cart)
    if event.name in ordering.NAMES:
        return structs.replace(profile, orders=ordering.amended(profile, event, terms))
    if profile.orders and profile.orders.latest and profile.orders.latest[-1].at > then:
        return profile  # the order that came since emptied the cart of it
    cart = _cart_after(profile.cart or _EMPTY, event, _currency(event, terms), at=then)
    return profile if cart == _EMPTY and profile.cart is None else structs.replace(profile, cart=cart)


def _cart_after(cart: Cart, event: Event, currency: str | None, *, at: int) -> Cart:
    if event.name in _ADDED:
        cart = _touched(with_items(cart, event.items, currency), at) if event.items else cart
    elif event.name == names.PRODUCT_REMOVED:
        cart = _touched(without_items(cart, event.items), at) if event.items else cart
    elif event.items and at >= cart.changed:
        cart = _touched(_replaced(cart, event.items, currency), at)
    elif cart.pieces:
        cart = _touched(cart, at)
    if event.name == names.CHECKOUT_STARTED and cart.pieces:
        cart = structs.replace(cart, checkout=max(at, cart.checkout))
    return cart


def with_items(cart: Cart, items: Iterable[Item], currency: str | None) -> Cart:
    """The cart with these in it, the latest last. currency: of their prices, as a cart has it; None is not said.

    A price in another currency than the cart's is left out: amounts are never mixed.
    """
    if not cart.pieces:
        cart = structs.replace(cart, currency=currency or "")
    lines = {_key(line): line for line in cart.items}
    for item in items:
        key = _key_of(item)
        known = lines.pop(key, None)
        price = item.price if currency in (None, cart.currency) else None
        if price is None:
            price = known.price if known else 0.0
        pieces = item.quantity + (known.quantity if known else 0)
        name, category = item.name or (known.name if known else ""), item.category or (known.category if known else "")
        lines[key] = CartItem(item.product, name, category, price, pieces, item.variant)
    return structs.replace(cart, items=tuple(lines.values())).within_bounds()


def without_items(cart: Cart, items: Iterable[Item]) -> Cart:
    """The cart without these; of what is not among its items, the pieces that are only counted go."""
    lines = {_key(line): line for line in cart.items}
    pieces, value = cart.more_pieces, cart.more_value
    for item in items:
        key = _line_of(item, lines)
        line = lines.get(key)
        if line is None:
            gone = min(item.quantity, pieces)
            value = value * (pieces - gone) / pieces if item.price is None and pieces else value
            value -= (item.price or 0.0) * gone
            pieces -= gone
        elif line.quantity > item.quantity:
            lines[key] = structs.replace(line, quantity=line.quantity - item.quantity)
        else:
            del lines[key]
    if not lines and not pieces:
        return Cart(changed=cart.changed)
    value = round(max(value, 0.0), 6) if pieces else 0.0
    return structs.replace(cart, items=tuple(lines.values()), more_pieces=pieces, more_value=value)


def _replaced(cart: Cart, items: Sequence[Item], currency: str | None) -> Cart:
    """A cart of these alone; what it knew of their prices stays where they tell none."""
    known = {_key(line): line for line in cart.items} if currency in (None, cart.currency) else {}
    told = [_with_price(item, known) for item in items]
    empty = Cart(changed=cart.changed, checkout=cart.checkout, currency=cart.currency)
    return with_items(empty, told, cart.currency if currency is None else currency)


def _with_price(item: Item, known: Mapping[tuple[str, str], CartItem]) -> Item:
    line = known.get(_key_of(item))
    return structs.replace(item, price=line.price) if item.price is None and line is not None else item


def _touched(cart: Cart, at: int) -> Cart:
    return structs.replace(cart, changed=max(cart.changed, at))


def _currency(event: Event, terms: Terms) -> str | None:
    """The event's currency as a cart has it: empty is the site's; None where it tells none."""
    told = currency_of(event.properties)
    return None if not told else "" if told == terms.site.currency else told


def _key(line: CartItem) -> tuple[str, str]:
    return line.product or line.name, line.variant


def _key_of(item: Item) -> tuple[str, str]:
    """What tells a product from the others in a cart, cut as the cart cuts it."""
    return short(item.product or item.name, NAME_BYTES), short(item.variant, NAME_BYTES)


def _line_of(item: Item, lines: Mapping[tuple[str, str], CartItem]) -> tuple[str, str]:
    """The line of that product; where no variant is told, and none is without one, the latest of its variants."""
    key = _key_of(item)
    if key in lines or item.variant:
        return key
    return next((one for one in reversed(list(lines)) if one[0] == key[0]), key)
