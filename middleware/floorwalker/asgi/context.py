"""What blocks are told: plain values. None is unknown; a block that shows something unknown is passed over."""

from collections.abc import Mapping
from typing import Any

from floorwalker.core.profile import Profile, Touch
from floorwalker.core.signals import Signals


def block_context(
    signals: Signals, profile: Profile | None, *, segments: frozenset[str], nonce: str | None
) -> Mapping[str, Any]:
    """The variables of a template: visitor, page, segments, and the nonce of the response's content security policy."""
    return {
        "visitor": {**_of_this_request(signals), **(_remembered(profile) if profile is not None else {})},
        "page": _page(signals),
        "segments": sorted(segments),
        "nonce": nonce,
    }


def _of_this_request(signals: Signals) -> dict[str, Any]:
    place = signals.place
    return {
        **_arrival(signals),
        "device": signals.device.type,
        "os": signals.device.os,
        "browser": signals.device.browser,
        "language": signals.language,
        "country": place.country if place else None,
        "region": place.region if place else None,
        "city": place.city if place else None,
        "daypart": signals.local_time.daypart if signals.local_time else None,
    }


def _arrival(came: Signals | Touch) -> dict[str, Any]:
    return {
        "source": came.referrer.source,
        "medium": came.referrer.medium,
        "searched": came.search.keywords if came.search else None,
        "campaign": came.campaign.name if came.campaign else None,
    }


def _remembered(profile: Profile) -> dict[str, Any]:
    visit = profile.visit
    pages = [page for page in map(profile.recents.page, dict.fromkeys(reversed(profile.recents.rows()))) if page]
    return {
        **(_arrival(visit.touch) if visit else {}),
        "visits": profile.visits,
        "pages_this_visit": visit.views if visit else 0,
        "identified": bool(profile.user),
        "traits": dict(profile.traits),
        "last_category": next((page.category for page in pages if page.category), None),
        "last_product": next((page.product for page in pages if page.product), None),
        "exit_page": profile.exit_page or None,
        "dominant_interest": (profile.interests.dominant or None) if profile.interests else None,
        "cart": _cart(profile),
    }


def _cart(profile: Profile) -> dict[str, Any] | None:
    if profile.cart is None:
        return None
    items = [
        {"product": item.product, "name": item.name, "category": item.category, "price": item.price}
        for item in profile.cart.items
    ]
    return {"items": items, "value": sum(item.price * item.quantity for item in profile.cart.items)}


def _page(signals: Signals) -> dict[str, Any]:
    page = signals.page
    texts = ("path", "type", "category", "product", "brand", "price_tier", "search")
    told = {name: getattr(page, name) or None for name in texts}
    return {**told, "price": page.price, "tags": page.tags, "topics": page.topics}
