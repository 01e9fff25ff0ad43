"""The variables of blocks: where each is found, and what editors are told of it."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from floorwalker.core.evaluation.belongings import average_order, preferred_price_tier
from floorwalker.core.evaluation.evaluate import Moment
from floorwalker.core.evaluation.standing import interests, interests_this_visit, lifecycle
from floorwalker.core.memory.kept.holdings import Learned
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.reading.address import split_address
from floorwalker.core.signals import Place, Signals

_DAY = 86400
_LONGEST_ADDRESS = 2000


class Variable(Struct, frozen=True):
    """read: gives a plain value, or None where it is unknown. doc: what it is."""

    read: Callable[[Moment], Any]
    doc: str


def _signal(read: Callable[[Signals], Any], doc: str) -> Variable:
    return Variable(lambda moment: read(moment.signals), doc)


def _remembered(read: Callable[[Profile], Any], doc: str) -> Variable:
    return Variable(lambda moment: None if moment.profile is None else read(moment.profile), doc)


def _with_rules(read: Callable[[Profile, Moment], Any], doc: str) -> Variable:
    """Of what is remembered, and what the rules say of the site."""
    return Variable(lambda moment: None if moment.profile is None else read(moment.profile, moment), doc)


def _came(read: Callable[[Signals | Touch], Any], doc: str) -> Variable:
    """Of the arrival of this visit; without memory, of this request."""

    def found(moment: Moment) -> Any:
        profile = moment.profile
        return read(profile.visit.touch if profile and profile.visit else moment.signals)

    return Variable(found, doc)


def _placed(read: Callable[[Place], str | None], doc: str) -> Variable:
    return _signal(lambda signals: None if signals.place is None else read(signals.place), doc)


def _learned(read: Callable[[Learned], Any], doc: str) -> Variable:
    return _remembered(lambda profile: None if profile.learned is None else read(profile.learned) or None, doc)


def _told(name: str, doc: str) -> Variable:
    return _signal(lambda signals: getattr(signals.page, name) or None, doc)


def _address(signals: Signals) -> str:
    address = split_address(signals.url)
    return (f"{address.path}?{address.query}" if address.query else address.path)[:_LONGEST_ADDRESS]


def _linked_from(signals: Signals) -> str | None:
    url = signals.referrer.url
    return url[:_LONGEST_ADDRESS] if url else None


def _cart(profile: Profile, moment: Moment) -> dict[str, Any] | None:
    cart = profile.cart
    if cart is None or not cart.pieces:
        return None
    items = [
        {
            "product": item.product or None,
            "name": item.name or None,
            "category": item.category or None,
            "price": item.price or None,
            "quantity": item.quantity,
        }
        for item in cart.items
    ]
    currency = cart.currency or moment.ruleset.site.currency
    return {"items": items, "pieces": cart.pieces, "value": round(cart.value, 2), "currency": currency}


def _spent(profile: Profile, moment: Moment) -> float | None:
    if profile.orders is None:
        return 0.0
    total = profile.orders.total(moment.ruleset.site.currency)
    return None if total is None else round(total.amount, 2)


def _average_order(profile: Profile, moment: Moment) -> float | None:
    average = average_order(profile, moment)
    return None if average is None else round(average, 2)


def _last_order(profile: Profile, moment: Moment) -> dict[str, Any] | None:
    if profile.orders is None or not profile.orders.latest:
        return None
    order = profile.orders.latest[-1]
    days_ago = max(0, int(moment.now - order.at) // _DAY)
    return {"amount": order.amount, "currency": order.currency, "days_ago": days_ago}


def _last_bought(profile: Profile) -> dict[str, Any] | None:
    if profile.orders is None or not profile.orders.bought:
        return None
    bought = profile.orders.bought[-1]
    found = {"product": bought.product, "category": bought.category, "brand": bought.brand}
    return {name: value or None for name, value in found.items()} | {"price": bought.price}


def _tier(_: Profile, moment: Moment) -> Any:
    return next(iter(preferred_price_tier(moment)), None)


VISITOR: Mapping[str, Variable] = {
    "source": _came(lambda came: came.referrer.source, "where this visit came from: `google`, `facebook`, …"),
    "medium": _came(lambda came: came.referrer.medium, "how: `search`, `social`, `ad`, `direct`, …"),
    "searched": _came(lambda came: came.search.keywords if came.search else None, "the words they searched for"),
    "campaign": _came(lambda came: came.campaign.name if came.campaign else None, "the campaign's name"),
    "device": _signal(lambda signals: signals.device.type, "`desktop`, `mobile`, `tablet`, `tv` or `console`"),
    "os": _signal(lambda signals: signals.device.os, "the operating system"),
    "browser": _signal(lambda signals: signals.device.browser, "the browser"),
    "language": _signal(lambda signals: signals.language, "the language they prefer, such as `de-at`"),
    "country": _placed(lambda place: place.country, "the country's code, such as `DE`"),
    "region": _placed(lambda place: place.region, "the region's code, such as `DE-BY`"),
    "city": _placed(lambda place: place.city, "the city"),
    "daypart": _signal(
        lambda signals: signals.local_time.daypart if signals.local_time else None, "the part of their day"
    ),
    "visits": _remembered(lambda profile: profile.visits, "how many visits, this one included"),
    "pages_this_visit": _remembered(
        lambda profile: profile.visit.views if profile.visit else 0, "how many pages this visit has seen"
    ),
    "identified": _remembered(lambda profile: bool(profile.user), "whether we know who they are"),
    "traits": _remembered(lambda profile: dict(profile.traits), "what was told of them: `visitor.traits.first_name`"),
    "last_category": _remembered(
        lambda profile: profile.recents.latest("category") or None, "the category they looked at last"
    ),
    "last_product": _remembered(
        lambda profile: profile.recents.latest("product") or None, "the product they looked at last"
    ),
    "exit_page": _remembered(lambda profile: profile.exit_page or None, "the last page of the visit before"),
    "interests": _with_rules(
        lambda profile, moment: interests(profile, moment) or None,
        "their topics with the share of each, 0 to 1, the largest first",
    ),
    "interests_this_visit": _with_rules(
        lambda profile, moment: interests_this_visit(profile, moment) or None,
        "the same of this visit alone, in which the latest pages count most",
    ),
    "dominant_interest": _remembered(
        lambda profile: (profile.interests and profile.interests.dominant) or None, "the topic that stands out"
    ),
    "next_interest": _learned(
        lambda learned: next(iter(learned.next_interests), None), "the topic they will probably look at next"
    ),
    "preferred_price_tier": _with_rules(_tier, "the price tier of most pages they saw"),
    "cart": _with_rules(
        _cart,
        "what lies in the cart: `items` (each `product`, `name`, `category`, `price`, `quantity`), `pieces`, `value`, "
        "`currency`; unknown where it is empty",
    ),
    "orders": _remembered(lambda profile: profile.orders.count if profile.orders else 0, "how many orders"),
    "spent": _with_rules(_spent, "what all orders in the site's currency came to"),
    "average_order": _with_rules(_average_order, "what such an order comes to on average"),
    "last_order": _with_rules(_last_order, "the latest order: `amount`, `currency`, `days_ago`"),
    "last_bought": _remembered(_last_bought, "what they bought last: `product`, `category`, `brand`, `price`"),
    "lifecycle": _with_rules(
        lambda profile, moment: lifecycle(profile, moment) or None, "where they stand as a customer"
    ),
    "micro_segment": _learned(lambda learned: learned.micro_segment, "the learned segment they are in"),
}
"""What is known of the visitor."""

PAGE: Mapping[str, Variable] = {
    "path": _told("path", "the address without its query"),
    "url": _signal(_address, "the address with its query, without the host; of up to 2,000 characters"),
    "referrer": _signal(_linked_from, "the whole address that linked here; of up to 2,000 characters"),
    "type": _told("type", "the page type, from `pages`"),
    "category": _told("category", "the category"),
    "product": _told("product", "the product"),
    "brand": _told("brand", "the brand"),
    "price_tier": _told("price_tier", "the price tier"),
    "search": _told("search", "what was typed into the site's own search"),
    "price": _signal(lambda signals: signals.page.price, "the price, in the site's currency"),
    "tags": _signal(lambda signals: signals.page.tags, "the tags, a list"),
    "topics": _signal(lambda signals: signals.page.topics, "the topics, a list"),
}
"""What the page at hand is about."""

_PAGE_HEAD = """# What blocks can show

This page is generated from the code. Templates, `html`, `text` and the values under `with` may use these variables:
`Hello, {{ visitor.traits.first_name }}`. Where a block shows something that is not known of the visitor, its entry is
passed over, and the next one that fits is shown; `{{ visitor.city | default("your town") }}` and
`{% if visitor.city %}` ask first. Whatever needs memory is unknown for a visitor about whom nothing may be remembered.

"""

_OTHERS = (
    ("segments", "the names of the segments they are in: `{% if 'bargain-hunter' in segments %}`"),
    ("nonce", 'for `<script nonce="{{ nonce }}">`, where the app\'s content security policy asks for one'),
)


def variables_page() -> str:
    """The page of the docs that lists every variable, as Markdown."""
    rows = [f"| `visitor.{name}` | {one.doc} |" for name, one in VISITOR.items()]
    rows += [f"| `page.{name}` | {one.doc} |" for name, one in PAGE.items()]
    rows += [f"| `{name}` | {doc} |" for name, doc in _OTHERS]
    return _PAGE_HEAD + "\n".join(["| variable | what it is |", "|---|---|", *rows, ""])
