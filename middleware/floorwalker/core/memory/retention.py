"""How long single things stay in a profile: what is older is forgotten by whoever reads it, and gone with the next
commit."""

from msgspec import Struct, structs

from floorwalker.core.events import PRODUCTS_SEARCHED
from floorwalker.core.memory.kept.holdings import Notes
from floorwalker.core.memory.kept.purchases import Orders
from floorwalker.core.memory.kept.recents import Past, Recents, with_event
from floorwalker.core.memory.profile import Profile, Touch

_QUERY = "query"


class Lives(Struct, frozen=True):
    """In seconds. notes_s, orders_s, searches_s: since it was written, ordered, sought. traits_s: since anything was
    heard of somebody."""

    notes_s: int
    orders_s: int
    searches_s: int
    traits_s: int


def within_lives(profile: Profile, at: float, lives: Lives) -> Profile:
    """The profile without what has outlived its time by then; most often the very same.

    Of orders the sums stay: how many, and what they came to.
    """
    if profile.notes is not None and profile.notes.latest and profile.notes.latest[0].at < at - lives.notes_s:
        profile = structs.replace(profile, notes=_notes(profile.notes, at - lives.notes_s))
    if profile.orders is not None and _oldest(profile.orders) < at - lives.orders_s:
        profile = structs.replace(profile, orders=_orders(profile.orders, at - lives.orders_s))
    if profile.traits and 0 < max(profile.last_seen, profile.recents.last) < at - lives.traits_s:
        profile = structs.replace(profile, traits={}, traits_left=True)
    if profile.first_seen < at - lives.searches_s:
        profile = _without_words(profile, at - lives.searches_s)
    return profile


def _notes(notes: Notes, since: float) -> Notes:
    kept = tuple([note for note in notes.latest if note.at >= since])
    gone = max(note.at for note in notes.latest if note.at < since)
    return Notes(kept, max(notes.left, gone))


def _oldest(orders: Orders) -> float:
    """When the oldest single thing was ordered that is here."""
    return min([some[0].at for some in (orders.latest, orders.bought) if some], default=float("inf"))


def _orders(orders: Orders, since: float) -> Orders:
    latest = tuple([one for one in orders.latest if one.at >= since])
    bought = tuple([one for one in orders.bought if one.at >= since])
    left = max([orders.left, *[one.at for one in orders.latest if one.at < since]])
    bought_left = max([orders.bought_left, *[one.at for one in orders.bought if one.at < since]])
    return structs.replace(orders, latest=latest, left=left, bought=bought, bought_left=bought_left)


def _without_words(profile: Profile, since: float) -> Profile:
    """The profile without the words of older searches. How somebody came, and that they searched, stays."""
    touches = tuple([_touch(touch, since) for touch in profile.touches])
    if touches != profile.touches:
        profile = structs.replace(profile, touches=touches)
    if profile.visit is not None and (touch := _touch(profile.visit.touch, since)) is not profile.visit.touch:
        profile = structs.replace(profile, visit=structs.replace(profile.visit, touch=touch))
    if profile.arrival is not None and (arrival := _touch(profile.arrival, since)) is not profile.arrival:
        profile = structs.replace(profile, arrival=arrival)
    if _has_old_words(profile.recents, since):
        profile = structs.replace(profile, recents=_recents(profile.recents, since))
    return profile


def _touch(touch: Touch, since: float) -> Touch:
    if touch.at >= since:
        return touch
    if touch.search is not None and touch.search.keywords is not None:
        touch = structs.replace(touch, search=structs.replace(touch.search, keywords=None))
    if touch.campaign is not None and touch.campaign.term is not None:
        touch = structs.replace(touch, campaign=structs.replace(touch.campaign, term=None))
    if touch.referrer.url is not None:
        touch = structs.replace(touch, referrer=structs.replace(touch.referrer, url=None))
    return touch


def _has_old_words(recents: Recents, since: float) -> bool:
    first = recents.last - sum(recents.moments[::3])
    return bool(recents) and first < since and any(_has_words(past) for past in recents.past() if past.at < since)


def _has_words(past: Past) -> bool:
    searched = past.page is not None and past.page.search
    return bool(searched) or (past.name == PRODUCTS_SEARCHED and _QUERY in past.properties)


def _recents(recents: Recents, since: float) -> Recents:
    kept = Recents()
    for past in recents.past():
        page, properties = past.page, past.properties
        if past.at < since and _has_words(past):
            page = structs.replace(page, search="") if page is not None else None
            properties = {name: value for name, value in properties.items() if name != _QUERY}
        kept = with_event(kept, at=past.at, name=past.name, page=page, properties=properties)
    return structs.replace(kept, left=recents.left)
