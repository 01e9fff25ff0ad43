"""What blocks are told: plain values, worked out when a block asks. None is unknown; who shows it is passed over."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from floorwalker.core.events import Page
from floorwalker.core.profile import Profile, Touch
from floorwalker.core.signals import Signals


def block_context(
    signals: Signals, profile: Profile | None, *, segments: Callable[[], frozenset[str]], nonce: str | None
) -> Mapping[str, Any]:
    """The variables of a template: visitor, page, segments, and the nonce of the response's content security policy."""
    return {
        "visitor": _Told(_VISITOR, signals, profile),
        "page": _Told(_PAGE, signals, profile),
        "segments": _Segments(segments),
        "nonce": nonce,
    }


Telling = Callable[[Signals, Profile | None], Any]


class _Told(Mapping[str, Any]):
    """Values by name; each costs only whoever asks for it."""

    def __init__(self, tellings: Mapping[str, Telling], signals: Signals, profile: Profile | None) -> None:
        self._tellings, self._signals, self._profile = tellings, signals, profile

    def __getitem__(self, name: str) -> Any:
        return self._tellings[name](self._signals, self._profile)

    def __contains__(self, name: object) -> bool:
        return name in self._tellings

    def __iter__(self) -> Iterator[str]:
        return iter(self._tellings)

    def __len__(self) -> int:
        return len(self._tellings)


class _Segments(Collection[str]):
    """The segments that the visitor is in; classified when a block asks."""

    def __init__(self, classify: Callable[[], frozenset[str]]) -> None:
        self._classify = classify

    def __contains__(self, name: object) -> bool:
        return name in self._classify()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._classify()))

    def __len__(self) -> int:
        return len(self._classify())


def _arrival(signals: Signals, profile: Profile | None) -> Signals | Touch:
    """How this visit began, or what this request tells."""
    return profile.visit.touch if profile is not None and profile.visit is not None else signals


def _searched(signals: Signals, profile: Profile | None) -> str | None:
    search = _arrival(signals, profile).search
    return search.keywords if search else None


def _campaign(signals: Signals, profile: Profile | None) -> str | None:
    campaign = _arrival(signals, profile).campaign
    return campaign.name if campaign else None


def _place(name: str) -> Telling:
    return lambda signals, _: getattr(signals.place, name) if signals.place else None


def _remembered(tell: Callable[[Profile], Any]) -> Telling:
    return lambda _, profile: None if profile is None else tell(profile)


def _latest(profile: Profile, read: Callable[[Page], str]) -> str | None:
    recents = profile.recents
    pages = (recents.page(row) for row in dict.fromkeys(reversed(recents.rows())))
    return next((found for page in pages if page and (found := read(page))), None)


def _cart(profile: Profile) -> dict[str, Any] | None:
    if profile.cart is None:
        return None
    items = [
        {"product": item.product, "name": item.name, "category": item.category, "price": item.price}
        for item in profile.cart.items
    ]
    return {"items": items, "value": sum(item.price * item.quantity for item in profile.cart.items)}


def _of_page(name: str) -> Telling:
    return lambda signals, _: getattr(signals.page, name) or None


_VISITOR: Mapping[str, Telling] = {
    "source": lambda signals, profile: _arrival(signals, profile).referrer.source,
    "medium": lambda signals, profile: _arrival(signals, profile).referrer.medium,
    "searched": _searched,
    "campaign": _campaign,
    "device": lambda signals, _: signals.device.type,
    "os": lambda signals, _: signals.device.os,
    "browser": lambda signals, _: signals.device.browser,
    "language": lambda signals, _: signals.language,
    "country": _place("country"),
    "region": _place("region"),
    "city": _place("city"),
    "daypart": lambda signals, _: signals.local_time.daypart if signals.local_time else None,
    "visits": _remembered(lambda profile: profile.visits),
    "pages_this_visit": _remembered(lambda profile: profile.visit.views if profile.visit else 0),
    "identified": _remembered(lambda profile: bool(profile.user)),
    "traits": _remembered(lambda profile: dict(profile.traits)),
    "last_category": _remembered(lambda profile: _latest(profile, lambda page: page.category)),
    "last_product": _remembered(lambda profile: _latest(profile, lambda page: page.product)),
    "exit_page": _remembered(lambda profile: profile.exit_page or None),
    "dominant_interest": _remembered(lambda profile: (profile.interests and profile.interests.dominant) or None),
    "cart": _remembered(_cart),
}
_PAGE: Mapping[str, Telling] = {
    **{
        name: _of_page(name)
        for name in ("path", "type", "category", "product", "brand", "price_tier", "search", "tags", "topics")
    },
    "price": lambda signals, _: signals.page.price,
}
