"""What a person has with the site: interests, cart, orders, consent. All bounded; later fields go to the end."""

from collections.abc import Mapping

from msgspec import Struct


class Interests(Struct, frozen=True, array_like=True, gc=False):
    """Decaying weights per topic, of this session and of the whole history; `events` counts what fed them."""

    session: Mapping[str, float] = {}
    history: Mapping[str, float] = {}
    events: int = 0
    dominant: str = ""


class CartItem(Struct, frozen=True, array_like=True, gc=False):
    """One product in the cart. price: of one piece."""

    product: str
    name: str = ""
    category: str = ""
    price: float = 0.0
    quantity: int = 1


class Cart(Struct, frozen=True, array_like=True, gc=False):
    """What lies in the cart, and when it last changed."""

    items: tuple[CartItem, ...] = ()
    changed: int = 0


class Order(Struct, frozen=True, array_like=True, gc=False):
    """One order, known by its id. products, categories: of what was bought."""

    id: str
    at: int
    amount: float = 0.0
    currency: str = ""
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class Orders(Struct, frozen=True, array_like=True, gc=False):
    """The latest orders, and the totals of all per currency. left: when the latest order was that is only counted."""

    count: int = 0
    totals: Mapping[str, float] = {}
    latest: tuple[Order, ...] = ()
    left: int = 0


class Consent(Struct, frozen=True, array_like=True, gc=False):
    """What the visitor allowed, when, and under which policy."""

    categories: tuple[str, ...] = ()
    at: int = 0
    policy: str = ""
