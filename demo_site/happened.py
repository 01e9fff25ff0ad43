"""What has happened with a visitor, in words and with what it came to: from the events of floorwalker's portrait."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

LONGEST_TIMELINE = 24
UNTOLD = ("Slot Shown", "Product Viewed", "Page Left", "Exposed", "Visit Started")  # another line says it already
Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One line of the timeline. money: what it came to, with its currency; empty where it is not about money."""

    when: str
    what: str
    money: str = ""


def timeline(events: Iterable[Mapping[str, Any]], *, now: float, zone: tzinfo) -> Sequence[Happened]:
    """events: the latest first, as `Visitor.portrait` has them; now: seconds since 1970."""
    told = [one for one in events if one["event"] not in UNTOLD][:LONGEST_TIMELINE]
    return [
        Happened(
            when=when(one["at"], now=now, zone=zone),
            what=_what(one["event"], one["properties"]),
            money=_money(one["event"], one["properties"]),
        )
        for one in told
    ]


def when(at: str, *, now: float, zone: tzinfo) -> str:
    """at: ISO 8601. The time of day where it was today, else with the day; of another year with that."""
    then, today = datetime.fromisoformat(at).astimezone(zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M:%S")
    return then.strftime("%d %b %H:%M" if then.year == today.year else "%d %b %Y")


def amount(value: float, currency: str) -> str:
    """Money as the shop writes it, cents only where there are any."""
    figure = f"{value:,.2f}".removesuffix(".00")
    return f"€{figure}" if currency in ("EUR", "") else f"{figure} {currency}"


def _what(event: str, told: Properties) -> str:
    match event:
        case "Page Viewed":
            return f"looked at {told.get('path', 'a page')}"
        case "Products Searched":
            return f"searched here for “{told.get('query', '')}”"
        case "Product Added":
            return f"put {_product(told)} into the cart"
        case "Product Removed":
            return f"took {_product(told)} out of the cart"
        case "Slot Clicked" | "Slot Dismissed":
            verb = "clicked" if event == "Slot Clicked" else "closed"
            return f"{verb} {told.get('block', 'a block')} ({told.get('slot', 'a place')})"
        case "Segment Entered" | "Segment Left":
            verb = "came into" if event == "Segment Entered" else "left"
            return f"{verb} the segment {told.get('segment', '')}"
        case "Email Delivered" | "Email Opened" | "Email Link Clicked":
            return f"{MAIL[event]} “{told.get('email_subject', told.get('campaign_name', 'a letter'))}”"
        case "Coupon Applied":
            return f"used the code {told.get('coupon_id', '')}"
        case _:
            return WORDS.get(event, event[:1].lower() + event[1:])


def _product(told: Properties) -> str:
    return str(told.get("name") or told.get("product_id") or "something")


def _money(event: str, told: Properties) -> str:
    for name in MONEY.get(event, ()):
        if isinstance(value := told.get(name), int | float):
            sign = "−" if event == "Order Refunded" else ""
            return sign + amount(value, str(told.get("currency", "")))
    return ""


MAIL = {"Email Delivered": "was sent", "Email Opened": "opened", "Email Link Clicked": "clicked in"}
MONEY = {
    "Order Completed": ("revenue", "total"),
    "Order Refunded": ("total", "revenue"),
    "Product Added": ("price",),
    "Checkout Started": ("value",),
    "Workshop Booked": ("price",),
}
WORDS = {
    "Cart Viewed": "looked into the cart",
    "Checkout Started": "went to the checkout",
    "Order Completed": "ordered",
    "Order Refunded": "sent something back",
    "Identified": "said who they are",
    "Note Taken": "spoke with one of us",
    "Newsletter Joined": "joined the newsletter",
    "Unsubscribed": "ended the letters",
    "Workshop Booked": "booked a workshop",
    "Merged": "became one with another device",
}
