"""What blocks are told: plain values. None is unknown; a block that shows something unknown is passed over.

Nothing is worked out before a template reads it: most templates read two or three of these values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

from floorwalker.core.decide import PageDecisions
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.signals import Place, Signals

Read = Callable[[Signals, Profile | None], Any]


def block_context(page: PageDecisions, *, nonce: str | None) -> Mapping[str, Any]:
    """The variables of a template: visitor, page, segments, and the nonce of the response's content security policy."""
    moment = page.moment
    return {
        "visitor": _Values(_VISITOR, moment.signals, moment.profile),
        "page": _Values(_PAGE, moment.signals, moment.profile),
        "segments": _Segments(page),
        "nonce": nonce,
    }


class _Values(Mapping[str, Any]):
    """Values by name, each read when it is asked for."""

    __slots__ = ("_profile", "_reads", "_signals")

    def __init__(self, reads: Mapping[str, Read], signals: Signals, profile: Profile | None) -> None:
        self._reads, self._signals, self._profile = reads, signals, profile

    def __getitem__(self, name: str) -> Any:
        return self._reads[name](self._signals, self._profile)

    def __contains__(self, name: object) -> bool:
        return name in self._reads

    def __iter__(self) -> Iterator[str]:
        return iter(self._reads)

    def __len__(self) -> int:
        return len(self._reads)

    def __repr__(self) -> str:
        return repr(dict(self))


class _Segments(Sequence[str]):
    """The names of the visitor's segments, in order. Whether one is among them is found without looking at others."""

    __slots__ = ("_page",)

    def __init__(self, page: PageDecisions) -> None:
        self._page = page

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._page.moment.member(name) is True

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        return sorted(self._page.segments)[index]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._page.segments))

    def __len__(self) -> int:
        return len(self._page.segments)

    def __repr__(self) -> str:
        return repr(list(self))


def _remembered(read: Callable[[Profile], Any]) -> Read:
    return lambda _, profile: None if profile is None else read(profile)


def _came(read: Callable[[Signals | Touch], Any]) -> Read:
    """Of the arrival of this visit; without memory, of this request."""
    return lambda signals, profile: read(profile.visit.touch if profile and profile.visit else signals)


def _placed(read: Callable[[Place], str | None]) -> Read:
    return lambda signals, _: None if signals.place is None else read(signals.place)


def _cart(profile: Profile) -> dict[str, Any] | None:
    if profile.cart is None:
        return None
    items = [
        {"product": item.product, "name": item.name, "category": item.category, "price": item.price}
        for item in profile.cart.items
    ]
    return {"items": items, "value": sum(item.price * item.quantity for item in profile.cart.items)}


def _told(name: str) -> Read:
    return lambda signals, _: getattr(signals.page, name) or None


_VISITOR: Mapping[str, Read] = {
    "source": _came(lambda came: came.referrer.source),
    "medium": _came(lambda came: came.referrer.medium),
    "searched": _came(lambda came: came.search.keywords if came.search else None),
    "campaign": _came(lambda came: came.campaign.name if came.campaign else None),
    "device": lambda signals, _: signals.device.type,
    "os": lambda signals, _: signals.device.os,
    "browser": lambda signals, _: signals.device.browser,
    "language": lambda signals, _: signals.language,
    "country": _placed(lambda place: place.country),
    "region": _placed(lambda place: place.region),
    "city": _placed(lambda place: place.city),
    "daypart": lambda signals, _: signals.local_time.daypart if signals.local_time else None,
    "visits": _remembered(lambda profile: profile.visits),
    "pages_this_visit": _remembered(lambda profile: profile.visit.views if profile.visit else 0),
    "identified": _remembered(lambda profile: bool(profile.user)),
    "traits": _remembered(lambda profile: dict(profile.traits)),
    "last_category": _remembered(lambda profile: profile.recents.latest("category") or None),
    "last_product": _remembered(lambda profile: profile.recents.latest("product") or None),
    "exit_page": _remembered(lambda profile: profile.exit_page or None),
    "dominant_interest": _remembered(lambda profile: (profile.interests and profile.interests.dominant) or None),
    "cart": _remembered(_cart),
}

_PAGE: Mapping[str, Read] = {
    **{name: _told(name) for name in ("path", "type", "category", "product", "brand", "price_tier", "search")},
    "price": lambda signals, _: signals.page.price,
    "tags": lambda signals, _: signals.page.tags,
    "topics": lambda signals, _: signals.page.topics,
}

VARIABLES: Mapping[str, frozenset[str]] = {"visitor": frozenset(_VISITOR), "page": frozenset(_PAGE)}
"""What templates may ask of the visitor and of the page, by name."""
