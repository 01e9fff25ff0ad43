"""What is known of somebody, told to them: a portrait as rows and sentences. Plain texts; the page escapes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from floorwalker.core import phrases
from floorwalker.core.memory.profile import Profile
from floorwalker.me.reasons import times

Drawn = Mapping[str, Any]
EVENTS_SHOWN: Final = 60
MOST_TOPICS: Final = 8
MOST_ORDERS: Final = 12
_STANDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "new": "you are new here",
        "loyal": "you come again and again",
        "active": "you still come",
        "at-risk": "you may not come again",
        "churned": "you have probably left",
        "under-monetized": "you come often and spend little",
    }
)
_HAPPENED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Page Viewed": "You looked at a page",
        "Error Page Viewed": "You met an error at a page",
        "Page Left": "You left a page",
        "Visit Started": "You came",
        "Slot Shown": "Something was shown to you",
        "Slot Clicked": "You clicked what was shown to you",
        "Slot Dismissed": "You closed what was shown to you",
        "Promotion Viewed": "An offer was shown to you",
        "Promotion Clicked": "You clicked an offer",
        "Products Searched": "You searched",
        "Product Viewed": "You looked at a product",
        "Product Added": "You put something into the cart",
        "Product Removed": "You took something out of the cart",
        "Cart Viewed": "You looked at your cart",
        "Checkout Started": "You went to the checkout",
        "Order Completed": "You ordered",
        "Order Refunded": "An order was refunded",
        "Order Cancelled": "An order was cancelled",
        "Order Updated": "An order was changed",
        "Email Delivered": "A letter reached you",
        "Email Opened": "You opened a letter",
        "Email Link Clicked": "You clicked in a letter",
        "Email Bounced": "A letter did not reach you",
        "Email Marked as Spam": "You called a letter spam",
        "Unsubscribed": "You ended our letters",
        "Note Taken": "Somebody wrote down what was said",
        "Identified": "You told who you are",
    }
)
_CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"email": "By e-mail", "sms": "By text message", "push": "On your device", "site": "On this site"}
)


class Topic(Struct, frozen=True):
    """share: per cent of all that somebody cares about."""

    name: str
    share: int
    stands_out: bool


class Happened(Struct, frozen=True):
    """iso: when, for machines; clock: the same, on the clock."""

    iso: str
    clock: str
    what: str
    detail: str


class Known(Struct, frozen=True):
    """All that is known of one visitor, in words.

    rows: what it is, and what is known of it. goods: what lies in the cart, with how much of it. orders, bought: when,
    what, how much. notes: when, and what was written down. days: what happened, the latest day first. left: how many
    events came before those.
    """

    called: str
    is_person: bool
    lead: str
    rows: Sequence[tuple[str, str]]
    topics: Sequence[Topic]
    goods: Sequence[tuple[str, str]]
    orders: Sequence[tuple[str, str, str]]
    bought: Sequence[tuple[str, str, str]]
    notes: Sequence[tuple[str, str]]
    days: Sequence[tuple[str, Sequence[Happened]]]
    left: int


def known_of(drawn: Drawn, profile: Profile, *, at: float, zone: tzinfo) -> Known:
    """drawn: their portrait. at: now, seconds since 1970. zone: whose clock is read."""
    events = drawn["events"]
    shown = [_happened(one, zone) for one in events[:EVENTS_SHOWN]]
    days = [(day, list(some)) for day, some in groupby(shown, key=lambda one: phrases.day(one.iso, zone))]
    return Known(
        called=phrases.called(drawn),
        is_person=bool(drawn["user"]),
        lead=_lead(drawn, at=at, zone=zone),
        rows=list(_rows(drawn, profile)),
        topics=_topics(drawn),
        goods=list(_goods(drawn["cart"])),
        orders=[
            (phrases.day(one["at"], zone), one["id"] or "an order", phrases.money(one["amount"], one["currency"]))
            for one in drawn["latest_orders"][:MOST_ORDERS]
        ],
        bought=[
            (phrases.day(one["at"], zone), one["product"] or one["category"] or "something", f"{one['quantity']} ×")
            for one in drawn["bought"][:MOST_ORDERS]
        ],
        notes=[(phrases.moment(one["at"], zone), one["text"]) for one in drawn["notes"]],
        days=days,
        left=max(0, len(events) - EVENTS_SHOWN),
    )


def _lead(drawn: Drawn, *, at: float, zone: tzinfo) -> str:
    since, last = phrases.day(drawn["first_seen"], zone), phrases.ago(drawn["last_seen"], at=at, zone=zone)
    if not drawn["visits"]:
        return f"You are known here since {since}." if since else "You are known here, and no visit is."
    if drawn["visits"] == 1:
        return f"One visit, on {since}."
    return f"{drawn['visits']:,} visits since {since}, the last {last}."


def _rows(drawn: Drawn, profile: Profile) -> Iterator[tuple[str, str]]:
    if drawn["user"]:
        yield "Known to this site as", str(drawn["user"])
    if drawn["visits"]:
        yield "Time spent here", _minutes(drawn["minutes"])
    first, last = phrases.came_by(drawn["first_touch"]), phrases.came_by(drawn["last_touch"])
    if first:
        yield "You first came by", f"{first}, to {drawn['first_touch']['landing_page']}"
    if last and drawn["last_touch"] != drawn["first_touch"]:
        yield "Lately by", f"{last}, to {drawn['last_touch']['landing_page']}"
    if drawn["last_page"]:
        yield "The page that you saw last", drawn["last_page"]
    if drawn["usual_hours"]:
        yield "You mostly come at", phrases.hours(drawn["usual_hours"])
    if drawn["preferred_price_tier"]:
        yield "The prices that you look at", drawn["preferred_price_tier"]
    if standing := drawn["lifecycle"]:
        yield "We think that", _STANDING.get(standing, standing)
    for name, one in drawn["funnels"].items():
        steps = "through" if one["through"] else f"{one['reached']} of {len(one['steps'])} steps"
        yield f"On the way “{name}”", steps
    yield from _messages(profile)
    if shown := sum(one["shown"] for one in drawn["blocks"]):
        clicked = sum(one["clicked"] for one in drawn["blocks"])
        yield "Blocks for you", f"shown {times(shown)}, clicked {times(clicked)}"
    spent = ", ".join(phrases.money(amount, currency) for currency, amount in drawn["spent"].items())
    if drawn["orders"]:
        yield "Your orders", f"{drawn['orders']:,}" + (f", for {spent}" if spent else "")


def _messages(profile: Profile) -> Iterator[tuple[str, str]]:
    """What reached somebody, by channel, and what they did with it."""
    for channel, one in profile.contacts.items():
        if one.offers or one.responses:
            offers = "One offer" if one.offers == 1 else f"{one.offers:,} offers"
            yield _CHANNELS.get(channel, f"By {channel}"), f"{offers}, {one.responses:,} answered"


def _topics(drawn: Drawn) -> list[Topic]:
    shares = sorted(drawn["interests"].items(), key=lambda one: -one[1])[:MOST_TOPICS]
    return [Topic(name, round(100 * share), name == drawn["dominant_interest"]) for name, share in shares]


def _goods(cart: Drawn | None) -> Iterator[tuple[str, str]]:
    """The lines of the cart; those that are kept as a sum alone make one."""
    if cart is None:
        return
    listed = 0
    for item in cart["items"]:
        listed += item["quantity"]
        price = f" {phrases.money(item['price'], cart['currency'])}" if item["price"] else ""
        yield item["name"] or item["product"] or "something", f"{item['quantity']} ×{price}"
    if cart["pieces"] > listed:
        yield "and more", f"{cart['pieces'] - listed} ×"
    yield "together", phrases.money(cart["value"], cart["currency"])


def _happened(event: Drawn, zone: tzinfo) -> Happened:
    name = event["event"]
    return Happened(
        event["at"] or "", phrases.clock(event["at"], zone), _HAPPENED.get(name, name), phrases.happened(event)
    )


def _minutes(minutes: int) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return "one minute" if minutes == 1 else f"{minutes} minutes"
    return f"{round(minutes / 60):,} hours"
