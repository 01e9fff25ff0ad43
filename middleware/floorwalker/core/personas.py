"""Personas: made-up people with whom rules are tried out, and what editors expect of them."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.consent import EVERYTHING_PERMITTED, UNDECIDED, Category, Choice, Permission
from floorwalker.core.events import Page, Scalar
from floorwalker.core.signals import Place

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
TYPICAL_AGENTS: Mapping[str, str] = {
    "desktop": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    "mobile": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_WEBKIT} "
    "Version/18.6 Mobile/15E148 Safari/604.1",
    "tablet": f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {_WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1",
    "tv": "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) "
    "94.0.4606.31/7.0 TV Safari/537.36",
    "console": f"Mozilla/5.0 (PlayStation; PlayStation 5/10.40) {_WEBKIT} Version/17.0 Safari/605.1.15",
}
"""Kind of device → what a usual browser of that kind sends."""


class Happening(Struct, frozen=True):
    """One thing of a persona's past: a page they saw (`url`), or an event.

    ago: seconds before the persona's moment. times: how often, at that time.
    """

    ago: float
    url: str = ""
    referrer: str = ""
    event: str = ""
    properties: Mapping[str, Scalar] = {}
    page: Page | None = None
    times: int = 1


class Piece(Struct, frozen=True):
    """Something in a cart or in an order. price: of one, in the site's currency; None where it is not said."""

    product: str = ""
    name: str = ""
    category: str = ""
    brand: str = ""
    price: float | None = None
    price_tier: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    quantity: int = 1


class PastOrder(Struct, frozen=True):
    """ago: seconds before the persona's moment. currency: empty is the site's."""

    ago: float
    amount: float
    currency: str = ""
    bought: tuple[Piece, ...] = ()


class Facts(Struct, frozen=True):
    """What is known of somebody as it stands, whatever led to it.

    cart_idle: seconds since the cart changed. interests: topic → share; what is missing to 1 is anything else.
    propensities: model → probability. responds_to: channel → rate. consents: what they agreed to.
    """

    cart: tuple[Piece, ...] = ()
    cart_idle: float = 0.0
    orders: tuple[PastOrder, ...] = ()
    interests: Mapping[str, float] = {}
    dominant_interest: str = ""
    next_interest: str = ""
    lifecycle: str = ""
    micro_segment: str = ""
    propensities: Mapping[str, float] = {}
    responds_to: Mapping[str, float] = {}
    notes: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()


NO_FACTS = Facts()


class Persona(Struct, frozen=True):
    """Somebody made up: what their request tells, what is remembered of them, when and where they are.

    at: seconds since 1970; None is now. remembered: whether memory is permitted. place, timezone: instead of what the
    address would tell. page: what the app would say of the page. history: in any order. facts: go before what the
    history tells of the same.
    """

    name: str
    about: str = ""
    url: str = "/"
    referrer: str = ""
    user_agent: str = ""
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}
    address: str = ""
    place: Place | None = None
    timezone: str = ""
    at: float | None = None
    remembered: bool = True
    user: str = ""
    traits: Mapping[str, Scalar] = {}
    attributes: Mapping[str, Scalar] = {}
    page: Page | None = None
    history: tuple[Happening, ...] = ()
    facts: Facts = NO_FACTS

    @property
    def permission(self) -> Permission:
        """What may be kept of them."""
        if self.remembered:
            return EVERYTHING_PERMITTED
        said = self.facts.consents
        granted = frozenset([category for category in Category if category in said])
        choice = Choice(granted, is_own=True) if granted else None
        return Permission(granted, undecided=UNDECIDED in said, choice=choice)

    def moment(self, now: float) -> float:
        """When they come: their own moment, else now."""
        return now if self.at is None else self.at


class Expectation(Struct, frozen=True):
    """What an editor expects of a persona. where: file:line.

    exactly: these segments and no other; None is not said. slots: slot → blocks (`default`, `hide` too), any of them.
    url, at: instead of the persona's own; with a url, what the app would say of the persona's own page is left out.
    """

    persona: str
    about: str = ""
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    exactly: tuple[str, ...] | None = None
    slots: Mapping[str, tuple[str, ...]] = {}
    url: str = ""
    at: float | None = None
    where: str = ""
