"""Where each field of each condition finds its values."""

from collections.abc import Callable, Mapping

from floorwalker.core.conditions.asking import UNKNOWN, Partial, Value, Values, page_values
from floorwalker.core.conditions.matchers import Dates, TimeOfDay
from floorwalker.core.conditions.model import UNASKED, Field, Test, Window
from floorwalker.core.evaluation.belongings import belonging
from floorwalker.core.evaluation.moment import Moment, Reading
from floorwalker.core.evaluation.usual_time import usual_time
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.reading.names import browser_names, system_names
from floorwalker.core.signals import Place, Signals

_WEEK = 7 * 86400.0
_THIS_VISIT = Window("visit")


def reading(test: Test, field: Field) -> Reading:
    """How this field of this test is read from a Moment; the values of a field that nobody knows are absent."""
    if test.touch == UNASKED:
        return lambda _: UNKNOWN
    match test.name:
        case "page":
            return lambda moment: page_values(moment.signals.page, field.name)
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


def _by_name(where: str, key: str) -> Reading:
    match where:
        case "query":
            return lambda moment: _one(moment.signals.query.get(key))
        case "header":
            return lambda moment: _one(moment.signals.headers.get(key))
        case "cookie":
            return lambda moment: _one(moment.signals.cookies.get(key))
        case _:
            return lambda moment: _one(moment.signals.attributes.get(key))


def _remembered(read: Callable[[Profile, float], Values]) -> Reading:
    return lambda moment: UNKNOWN if moment.profile is None else read(moment.profile, moment.now)


def _of_arrival(test: Test, field: Field) -> Reading:
    read, touch = _READ_ARRIVAL[test.name], test.touch

    def found(moment: Moment) -> Values:
        arrival = moment.arrival(touch)
        return UNKNOWN if arrival is None else read(arrival, field.name)

    def searched(moment: Moment) -> Values:
        words = found(moment)
        on_site = moment.history.searches(_THIS_VISIT) if moment.history else ()
        here = (*words, *_one(moment.signals.page.search or None), *on_site)
        return Partial(here) if isinstance(words, Partial) else here

    return searched if test.name == "searched" and touch == "visit" else found


def _referrer(arrival: Touch | Signals, name: str) -> Values:
    match name:
        case "source":
            return _one(arrival.referrer.source)
        case "medium":
            return (arrival.referrer.medium,)
        case "domain":
            return _one(arrival.referrer.domain)
        case "url":
            return _one(arrival.referrer.url)
        case _:
            return ()


def _words(arrival: Touch | Signals, _: str) -> Values:
    keywords = arrival.search.keywords if arrival.search else None
    term = arrival.campaign.term if arrival.campaign else None
    return (*_one(keywords), *_one(term))


def _campaign(arrival: Touch | Signals, name: str) -> Values:
    campaign = arrival.campaign
    if campaign is None or name not in ("source", "medium", "name", "term", "content"):
        return ()
    return _one(getattr(campaign, name))


def _ad(arrival: Touch | Signals, name: str) -> Values:
    if arrival.ad is None or name not in ("network", "banner", "placement"):
        return ()
    return _one(getattr(arrival.ad, name))


_READ_ARRIVAL: Mapping[str, Callable[[Touch | Signals, str], Values]] = {
    "referrer": _referrer,
    "searched": _words,
    "campaign": _campaign,
    "ad": _ad,
    "channel": lambda arrival, _: (arrival.channel,),
    "landing_page": lambda arrival, _: (arrival.landing_page,),
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
