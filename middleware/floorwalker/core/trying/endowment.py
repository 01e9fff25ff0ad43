"""What a persona simply has (a cart, orders, interests, …), put into a profile as events would have left it there."""

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from floorwalker.core.memory.kept.holdings import (
    FEW_EVENTS,
    Cart,
    CartItem,
    Consent,
    Contacts,
    Interests,
    Learned,
    Note,
    Notes,
    bounded_contacts,
)
from floorwalker.core.memory.kept.purchases import NO_ORDERS, Bought, Order, Orders
from floorwalker.core.memory.profile import Profile
from floorwalker.core.personas import Facts, PastOrder, Piece

_OFFERS = 1000  # of which so many responses make the rate
_FIRM = 1e6  # event weights: so many that neither this page nor what the population seeks moves a share
_ANYTHING_ELSE = ""  # no topic has this name


def endowed(profile: Profile, facts: Facts, *, at: int, currency: str) -> Profile:
    """The profile with these facts; what they do not speak of stays. at: now, seconds since 1970. currency: the
    site's."""
    return structs.replace(profile, **_changes(facts, at=at, currency=currency))


def _changes(facts: Facts, *, at: int, currency: str) -> Mapping[str, Any]:
    changes: dict[str, Any] = {}
    if facts.cart:
        changes["cart"] = _cart(facts, at)
    if facts.orders:
        changes["orders"] = _orders(facts.orders, at, currency)
    if facts.interests or facts.dominant_interest:
        changes["interests"] = _interests(facts)
    if facts.notes:
        changes["notes"] = _notes(facts, at)
    if facts.responds_to:
        rates = {
            channel: Contacts(_OFFERS, round(rate * _OFFERS), alone=True) for channel, rate in facts.responds_to.items()
        }
        changes["contacts"] = bounded_contacts(rates)
    if facts.consents:
        changes["consent"] = Consent(facts.consents, at).within_bounds()
    learned = _learned(facts, at)
    if learned is not None:
        changes["learned"] = learned
    return changes


def _cart(facts: Facts, at: int) -> Cart:
    items = [CartItem(one.product, one.name, one.category, one.price or 0.0, one.quantity) for one in facts.cart]
    return Cart(tuple(items), at - int(facts.cart_idle)).within_bounds()


def _orders(past: tuple[PastOrder, ...], at: int, currency: str) -> Orders:
    orders = NO_ORDERS
    for number, one in enumerate(past, 1):
        then = at - int(one.ago)
        order = Order(f"made-up-{number}", then, one.amount, one.currency or currency)
        orders = orders.with_order(order, [_bought(piece, then) for piece in one.bought])
    return orders


def _bought(piece: Piece, at: int) -> Bought:
    return Bought(
        at,
        piece.product,
        piece.category,
        piece.brand,
        piece.price,
        piece.price_tier,
        piece.quantity,
        piece.tags,
        piece.topics,
    )


def _interests(facts: Facts) -> Interests:
    weights = {topic: _FIRM * share for topic, share in facts.interests.items()}
    rest = _FIRM - sum(weights.values())
    if rest > 0 and weights:
        weights[_ANYTHING_ELSE] = rest
    return Interests(history=weights, events=FEW_EVENTS, dominant=facts.dominant_interest).within_bounds()


def _notes(facts: Facts, at: int) -> Notes:
    notes = Notes()
    for text in facts.notes:
        notes = notes.with_note(Note(at, text))
    return notes


def _learned(facts: Facts, at: int) -> Learned | None:
    learned = Learned(
        lifecycle=facts.lifecycle,
        micro_segment=facts.micro_segment,
        propensities=facts.propensities,
        next_interests=(facts.next_interest,) if facts.next_interest else (),
        at=at,
    )
    return None if learned == Learned(at=at) else learned.within_bounds()
