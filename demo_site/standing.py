"""Where a visitor stands with the shop, for the panel: what they care about, the funnel, cart, orders, letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from demo_site.happened import amount, when

MOST_TOPICS = 6
LIFECYCLES = {
    "new": "new here",
    "active": "may well come again",
    "loyal": "likely to come again",
    "under-monetized": "comes, and spends little",
    "at-risk": "may not come again",
    "churned": "lost, by all we know",
}
Portrait = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Interest:
    """share: per cent, of all that they care about. stands_out: by some distance, so that pages are built on it."""

    topic: str
    share: int
    stands_out: bool


@dataclass(frozen=True, kw_only=True)
class Step:
    title: str
    reached: bool
    stuck: bool


@dataclass(frozen=True, kw_only=True)
class FunnelView:
    name: str
    steps: Sequence[Step]
    says: str


@dataclass(frozen=True, kw_only=True)
class Money:
    """A line of the cart, an order, or what all of them came to."""

    what: str
    how_much: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """person: what names them, empty where nobody knows. cart_says: how long it has been left alone."""

    person: str
    lifecycle: str
    interests: Sequence[Interest]
    funnels: Sequence[FunnelView]
    cart: Sequence[Money]
    cart_says: str
    orders: Sequence[Money]
    spent: Sequence[Money]
    letters: str
    notes: Sequence[tuple[str, str]]

    @property
    def leading(self) -> str:
        """The topic that stands out; empty where none does."""
        return next((one.topic for one in self.interests if one.stands_out), "")


def read_standing(portrait: Portrait, *, now: float, zone: tzinfo) -> Standing:
    """portrait: as `Visitor.portrait` has it, empty where nothing is known; now: seconds since 1970."""
    cart = portrait.get("cart") or {}
    return Standing(
        person=_person(portrait),
        lifecycle=LIFECYCLES.get(portrait.get("lifecycle") or "", ""),
        interests=_interests(portrait),
        funnels=[_funnel(name, one, now) for name, one in portrait.get("funnels", {}).items()],
        cart=[_line(item, cart["currency"]) for item in cart.get("items", ())],
        cart_says=f"{amount(cart['value'], cart['currency'])}, {_since(cart['changed'], now)}" if cart else "",
        orders=[
            Money(
                what=f"{when(one['at'], now=now, zone=zone)}  {one['id']}",
                how_much=amount(one["amount"], one["currency"]),
            )
            for one in portrait.get("latest_orders", ())
        ],
        spent=[
            Money(what="together", how_much=amount(value, code)) for code, value in portrait.get("spent", {}).items()
        ],
        letters=_letters(portrait),
        notes=[(one["text"], _signed(one, now, zone)) for one in portrait.get("notes", ())],
    )


def _person(portrait: Portrait) -> str:
    if not portrait.get("user"):
        return ""
    traits = portrait.get("traits", {})
    return str(traits.get("name") or traits.get("email") or portrait["user"])


def _interests(portrait: Portrait) -> list[Interest]:
    shares = list(portrait.get("interests", {}).items())[:MOST_TOPICS]
    dominant = portrait.get("dominant_interest")
    return [Interest(topic=topic, share=round(100 * share), stands_out=topic == dominant) for topic, share in shares]


def _funnel(name: str, one: Mapping[str, Any], now: float) -> FunnelView:
    titles = [step.partition(": ")[2] or step for step in one["steps"]]
    here = one["reached"] - 1
    steps = [
        Step(title=title, reached=number <= here, stuck=number == here and not one["through"])
        for number, title in enumerate(titles)
    ]
    if one["through"]:
        return FunnelView(name=name, steps=steps, says="All the way through.")
    if here < 0:
        return FunnelView(name=name, steps=steps, says="Not begun.")
    since = f", {_since(one['at'], now)}" if one["at"] else ""
    return FunnelView(name=name, steps=steps, says=f"As far as {titles[here]}{since}.")


def _line(item: Mapping[str, Any], currency: str) -> Money:
    pieces = f"{item['quantity']} × " if item["quantity"] > 1 else ""
    price = "" if item["price"] is None else amount(item["price"] * item["quantity"], currency)
    return Money(what=f"{pieces}{item['name'] or item['product']}", how_much=price)


def _letters(portrait: Portrait) -> str:
    rate = portrait.get("responds_to", {}).get("email")
    return "" if rate is None else f"Clicks in {round(100 * rate)} % of the letters."


def _signed(note: Mapping[str, Any], now: float, zone: tzinfo) -> str:
    at = when(note["at"], now=now, zone=zone)
    return f"{note['by']}, {at}" if note["by"] else at


def _since(at: str, now: float) -> str:
    """How long ago, in words."""
    minutes = int(now - datetime.fromisoformat(at).timestamp()) // 60
    if minutes < 2:
        return "a moment ago"
    if minutes < 120:
        return f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"
