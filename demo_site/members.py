"""Whoever has signed in keeps the cart on all their devices; the shop remembers it in this process."""

from collections import OrderedDict
from collections.abc import Mapping

MOST_MEMBERS = 1000


class Members:
    """Carts by person, slug → quantity. Of very many those who did nothing for the longest time go."""

    def __init__(self) -> None:
        self._carts: OrderedDict[str, dict[str, int]] = OrderedDict()

    def cart_of(self, person: str) -> dict[str, int]:
        return dict(self._carts.get(person, {}))

    def keep_cart(self, person: str, cart: Mapping[str, int]) -> None:
        self._carts[person] = dict(cart)
        self._carts.move_to_end(person)
        if len(self._carts) > MOST_MEMBERS:
            self._carts.popitem(last=False)
