"""Where each field of each condition finds its values."""

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter

from floorwalker.core.conditions.asking import UNKNOWN, Partial, Value, Values, page_values
from floorwalker.core.conditions.matchers import Dates, TimeOfDay
from floorwalker.core.conditions.model import UNASKED, Field, Test, Window
from floorwalker.core.evaluation.belongings import belonging
from floorwalker.core.evaluation.moment import Moment, Reading
from floorwalker.core.evaluation.usual_time import usual_time
from floorwalker.core.memory.asked.recent_index import has_searches
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.reading.names import browser_names, system_names
from floorwalker.core.signals import Place, Signals

_WEEK = 7 * 86400.0
_VISIT = "visit"
_THIS_VISIT = Window(_VISIT)


def reading(test: Test, field: Field) -> Reading:
    """How this field of this test is read from a Moment; the values of a field that nobody knows are absent."""
    if test.touch == UNASKED:
        return lambda _: UNKNOWN
    match test.name:
        case "page":
            return _of_page(field.name)
        case "query" | "header" | "cookie" | "attribute":
            return _by_name(test.name, field.key)
        case "trait":
            return _remembered(lambda profile, _: _trait(profile, field.key))
        case "referrer" | "searched" | "campaign" | "ad" | "channel" | "landing_page":
            return _of_arrival(test, field)
        case "time" | "date":
            zone = field.matcher.zone if isinstance(field.matcher, TimeOfDay | Dates) else "site"
            return lambda moment: _one(moment.clock(zone))
        case "usual_time":
            return usual_time
        case _ if (test.name, field.name) in _OF_SIGNALS:
            read = _OF_SIGNALS[test.name, field.name]
            return lambda moment: read(moment.signals)
        case _ if test.name in _OF_PROFILE:
            return _remembered(_OF_PROFILE[test.name])
        case _:
            return belonging(test.name, field) or (lambda _: ())


def _one(value: Value | None) -> Values:
    return () if value is None else (value,)


def _trait(profile: Profile, name: str) -> Values:
    value = profile.traits.get(name)
    if value is None:
        return UNKNOWN if profile.traits_left else ()
    return (value,)


def _of_page(name: str) -> Reading:
    if name != "path" and name not in _NAMED:
        return lambda moment: page_values(moment.signals.page, name)
    read: Callable[[Moment], str] = attrgetter(f"signals.page.{name}")
    if name == "path":
        return lambda moment: (path.rstrip("/") or "/",) if (path := read(moment)) else ()
    return lambda moment: (value,) if (value := read(moment)) else ()


def _by_name(where: str, key: str) -> Reading:
    told: Callable[[Moment], Mapping[str, Value]] = attrgetter(f"signals.{_TOLD[where]}")

    def named(moment: Moment) -> Values:
        value = told(moment).get(key)
        return () if value is None else (value,)

    return named


def _remembered(read: Callable[[Profile, float], Values]) -> Reading:
    return lambda moment: UNKNOWN if moment.profile is None else read(moment.profile, moment.now)


def _of_arrival(test: Test, field: Field) -> Reading:
    touch = test.touch
    if test.name == "searched":
        return _searched_lately if touch == _VISIT else partial(_searched, touch)
    read = _arrival_read(test.name, field.name)
    if read is None:
        return lambda moment: UNKNOWN if moment.arrival(touch) is None else ()
    told = read

    def found(moment: Moment) -> Values:
        arrival = moment.arrival(touch)
        if arrival is None:
            return UNKNOWN
        value = told(arrival)
        return () if value is None else (value,)

    return found


def _arrival_read(test: str, name: str) -> Callable[[Touch | Signals], str | None] | None:
    """How a field is read of an arrival; None where there is none of that name."""
    if test in ("channel", "landing_page"):
        return attrgetter(test)
    if name not in _OF_ARRIVAL[test]:
        return None
    if test == "referrer":
        return attrgetter(f"referrer.{name}")
    whole: Callable[[Touch | Signals], object | None] = attrgetter(test)
    part: Callable[[object], str | None] = attrgetter(name)
    return lambda arrival: None if (of := whole(arrival)) is None else part(of)


def _searched(touch: str, moment: Moment) -> Values:
    """With which words they came."""
    arrival = moment.arrival(touch)
    return UNKNOWN if arrival is None else _words(arrival)


def _searched_lately(moment: Moment) -> Values:
    """With which words they came, and what they typed into the site's own search in this visit."""
    words, profile, here = _searched(_VISIT, moment), moment.profile, moment.signals.page.search
    if not here and (profile is None or not has_searches(profile.recents)):
        return words
    on_site = moment.history.searches(_THIS_VISIT) if moment.history else ()
    every = (*words, *_one(here or None), *on_site)
    return Partial(every) if isinstance(words, Partial) else every


def _words(arrival: Touch | Signals) -> Values:
    search, campaign = arrival.search, arrival.campaign
    if search is None and campaign is None:
        return ()
    return (*_one(search.keywords if search else None), *_one(campaign.term if campaign else None))


_NAMED = frozenset({"type", "category", "product", "brand", "price_tier"})
_TOLD = {"query": "query", "header": "headers", "cookie": "cookies", "attribute": "attributes"}
_OF_ARRIVAL: Mapping[str, frozenset[str]] = {
    "referrer": frozenset({"source", "medium", "domain", "url"}),
    "campaign": frozenset({"source", "medium", "name", "term", "content"}),
    "ad": frozenset({"network", "banner", "placement"}),
}


def _tag_and_its_heads(tag: str) -> list[str]:
    """de-at-1996 is also de-at and de."""
    parts = tag.lower().split("-")[:8]
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _of_place(name: str) -> Callable[[Signals], Values]:
    return lambda signals: () if signals.place is None else _one(getattr(signals.place, name))


def _point(place: Place | None) -> Values:
    if place is None or place.latitude is None or place.longitude is None:
        return ()
    return ((place.latitude, place.longitude),)


_OF_SIGNALS: Mapping[tuple[str, str], Callable[[Signals], Values]] = {
    ("device", "type"): lambda signals: _one(signals.device.type),
    ("device", "brand"): lambda signals: _one(signals.device.brand),
    ("device", "model"): lambda signals: _one(signals.device.model),
    ("os", "name"): lambda signals: system_names(signals.device.os),
    ("os", "version"): lambda signals: _one(signals.device.os_version),
    ("browser", "name"): lambda signals: browser_names(signals.device.browser),
    ("browser", "version"): lambda signals: _one(signals.device.browser_version),
    ("language", "is"): lambda signals: _tag_and_its_heads(signals.languages[0]) if signals.languages else (),
    ("language", "accepts"): lambda signals: [
        head for tag in signals.languages[:20] for head in _tag_and_its_heads(tag)
    ],
    ("connection", "is"): lambda signals: _one(signals.connection),
    ("continent", "is"): _of_place("continent"),
    ("country", "is"): _of_place("country"),
    ("region", "is"): _of_place("region"),
    ("city", "is"): _of_place("city"),
    ("near", "is"): lambda signals: _point(signals.place),
    ("ip", "is"): lambda signals: _one(signals.address),
    ("timezone", "is"): lambda signals: _one(signals.timezone),
    ("daypart", "is"): lambda signals: () if signals.local_time is None else (signals.local_time.daypart,),
}


def _time_this_visit(profile: Profile, at: float) -> Values:
    return () if profile.visit is None else (max(0.0, at - profile.visit.started),)


def _frequency(profile: Profile, at: float) -> Values:
    return (profile.visits / max(1.0, (at - profile.first_seen) / _WEEK),)


_OF_PROFILE: Mapping[str, Callable[[Profile, float], Values]] = {
    "new_visitor": lambda profile, _: (profile.visits <= 1,),
    "pages_this_visit": lambda profile, _: () if profile.visit is None else (profile.visit.views,),
    "time_this_visit": _time_this_visit,
    "away": lambda profile, _: _one(profile.away),
    "first_visit": lambda profile, at: (max(0.0, at - profile.first_seen),),
    "frequency": _frequency,
    "exit_page": lambda profile, _: _one(profile.exit_page or None),
    "bounced": lambda profile, _: _one(profile.bounced),
    "identified": lambda profile, _: (bool(profile.user),),
}
