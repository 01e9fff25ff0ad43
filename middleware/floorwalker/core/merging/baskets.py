"""The carts of two devices in one."""

from msgspec import structs

from floorwalker.core.memory.kept.holdings import Cart, CartItem


def cart_of(one: Cart | None, other: Cart | None, currency: str) -> Cart | None:
    """The items of both. currency: the site's.

    Of a product that lies in both, the cart that changed later tells all but the number of pieces, which is the larger
    one: it was one purchase, begun twice. Carts in two currencies cannot be added up: the one that changed later stays,
    where it is not empty. Who went to checkout with either went to checkout.
    """
    if one is None or other is None:
        return one or other
    earlier, later = (one, other) if other.changed > one.changed else (other, one)
    if not earlier.pieces:
        return later
    if not later.pieces:
        return structs.replace(earlier, changed=later.changed)
    if (earlier.currency or currency) != (later.currency or currency):
        return later
    return Cart(
        _items_of(earlier, later),
        later.changed,
        later.currency or earlier.currency,
        later.more_pieces + earlier.more_pieces,
        round(later.more_value + earlier.more_value, 6),
        max(later.checkout, earlier.checkout),
    ).within_bounds()


def _items_of(earlier: Cart, later: Cart) -> tuple[CartItem, ...]:
    """The items of the earlier cart alone, then those of the later one."""
    before = {_which(item): item for item in earlier.items}
    items = []
    for item in later.items:
        known = before.pop(_which(item), None)
        items.append(structs.replace(item, quantity=max(item.quantity, known.quantity)) if known else item)
    return (*before.values(), *items)


def _which(item: CartItem) -> tuple[str, str]:
    """A product, or a variant of it, by its id, else its name."""
    return item.product or item.name, item.variant
