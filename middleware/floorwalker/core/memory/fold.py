"""Fold: how one event changes a profile, and what it leaves in the stream and the counters. Pure; nothing given is
changed."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import (
    NAME_BYTES,
    PATH_BYTES,
    TEXT_BYTES,
    scalars,
    seconds,
    short,
    short_page,
)
from floorwalker.core.calendar import Calendar
from floorwalker.core.decision import Arm
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event, Scalar
from floorwalker.core.memory.counts import EMPTY
from floorwalker.core.memory.ledger import with_past
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.memory.recents import overflow, with_event
from floorwalker.core.memory.responses import NONE, Exposure, Showing
from floorwalker.core.memory.visits import active, begin, is_running

TRAIT_BYTES = 1000
MOST_TRAITS = 64  # told at once
MOST_STREAMED = 16  # properties of one event in the stream
MOST_MIXED = 16  # slots

_NO_COUNTS: tuple[Count, ...] = ()
_MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+")
_PERSONAL = frozenset((
    "address", "birthday", "city", "company", "dob", "email", "firstname", "first_name", "ip", "lastname", "last_name",
    "mail", "phone", "postcode", "street", "tel", "user", "user_id", "username", "user_name", "zip",
))  # fmt: skip


def fold(
    profile: Profile, event: Event, *, calendar: Calendar, known: frozenset[str] = frozenset()
) -> tuple[Profile, Effects]:
    """The profile after one event, and the event's effects.

    An event earlier than what the profile holds already counts as of then: clocks step back, what happened does not.
    known: the keys of the counts that rules name themselves; they are forgotten last.
    """
    if event.page is not None:
        event = structs.replace(event, page=short_page(event.page))
    if event.name == names.SLOT_SHOWN:
        return _fold_shown_event(profile, event, calendar)
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    counts = _NO_COUNTS
    match event.name:
        case names.PAGE_VIEWED | names.ERROR_VIEWED:
            profile = _seen(profile, event, at=at, calendar=calendar)
        case names.SLOT_CLICKED | names.PROMOTION_CLICKED:
            profile, counts = _clicked(active(profile, at=at), event, at=at, calendar=calendar)
        case names.IDENTIFIED:
            profile = _identified(active(profile, at=at), event)
            event = Event(names.IDENTIFIED, event.at, id=event.id)
        case _:
            profile = active(profile, at=at)
    profile = _remembered(profile, event, at=at, calendar=calendar, known=known)
    return profile, Effects((streamed(event, at),), counts)


def _seen(profile: Profile, event: Event, *, at: int, calendar: Calendar) -> Profile:
    """A page or an error page was seen; where no visit runs, it begins one."""
    is_view = event.name == names.PAGE_VIEWED
    path = event.page.path if event.page else ""
    if not is_running(profile, at):
        profile = begin(profile, Touch(at, landing_page=short(path, TEXT_BYTES) or "/"), at=at, calendar=calendar)
    visit = profile.visit
    assert visit is not None  # just begun, or running
    visit = structs.replace(
        visit,
        last=max(at, visit.last),
        views=visit.views + is_view,
        errors=visit.errors + (not is_view),
        last_page=path or visit.last_page,
    )
    return structs.replace(profile, visit=visit, last_seen=max(at, profile.last_seen))


def _remembered(profile: Profile, event: Event, *, at: int, calendar: Calendar, known: frozenset[str]) -> Profile:
    """The event goes to the recent ones; those that have to leave go to the counts."""
    recents = with_event(profile.recents, at=at, name=event.name, page=event.page, properties=event.properties)
    if not recents.is_full:
        return structs.replace(profile, recents=recents)
    recents, leaving = overflow(recents)
    counts = with_past(profile.counts or EMPTY, leaving, calendar=calendar, known=known)
    return structs.replace(profile, recents=recents, counts=counts)


def _identified(profile: Profile, event: Event) -> Profile:
    traits = dict(event.properties)
    user = traits.pop("user_id", None)
    kept, all_fit = _bounded_traits(profile.traits, traits)
    profile = structs.replace(profile, traits=kept, traits_left=profile.traits_left or not all_fit)
    return profile if user is None else structs.replace(profile, user=short(str(user), PATH_BYTES))


def _bounded_traits(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> tuple[Mapping[str, Scalar], bool]:
    """The traits with the new ones, and whether there is room for all; else the ones named longest ago go."""
    bounded = scalars(new, most=MOST_TRAITS)
    merged = {**{name: value for name, value in old.items() if name not in bounded}, **bounded}
    room = TRAIT_BYTES
    kept: dict[str, Scalar] = {}
    for name in reversed(merged):
        value = merged[name]
        room -= len(name.encode()) + (len(value.encode()) if isinstance(value, str) else 9) + 4
        if room < 0:
            break
        kept[name] = value
    return dict(reversed(kept.items())), len(kept) == len(merged) and len(new) <= MOST_TRAITS


def fold_shown(profile: Profile, shown: Sequence[Showing], *, at: float, calendar: Calendar) -> tuple[Profile, Effects]:
    """The profile after what the slots of one page showed at that time, and the effects."""
    when = max(seconds(at), profile.last_seen, profile.recents.last)
    profile, counts = _shown(active(profile, at=when), shown, at=when, calendar=calendar)
    return profile, Effects(tuple([_shown_event(one, when) for one in shown]), counts)


def _fold_shown_event(profile: Profile, event: Event, calendar: Calendar) -> tuple[Profile, Effects]:
    """The same, as a client tells it."""
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    shown = Showing(
        _name(event, "slot"), _name(event, "block"), _name(event, "arm"), promotion=_name(event, "promotion")
    )
    profile, counts = _shown(active(profile, at=at), (shown,), at=at, calendar=calendar)
    return profile, Effects((streamed(event, at),), counts)


def _shown_event(shown: Showing, at: int) -> Event:
    properties = {"slot": shown.slot, "block": shown.block, "arm": shown.arm}
    if shown.promotion:
        properties["promotion"] = shown.promotion
    return Event(names.SLOT_SHOWN, at, {**properties, "rules": shown.rules} if shown.rules else properties)


def _shown(
    profile: Profile, shown: Sequence[Showing], *, at: int, calendar: Calendar
) -> tuple[Profile, tuple[Count, ...]]:
    """Slots showed blocks, or held them back in control: each counts for caps, and once for the comparison."""
    day, responses, mixed = calendar.day(at), profile.responses or NONE, profile.mixed
    counts: list[Count] = []
    for one in shown:
        met, exposures = responses.arm(one.slot, one.promotion), responses.exposures
        responses = responses.shown(
            one.block, control=one.arm == Arm.CONTROL, visit=profile.visits, at=at, day=day
        ).exposed(exposure := Exposure(one.slot, one.block, one.arm, at, promotion=one.promotion))
        if responses.exposures is not exposures:
            counts.append(_fact(exposure, "shown"))
        if met not in (None, one.arm) and one.comparison not in mixed and len(mixed) < MOST_MIXED:
            mixed = (*mixed, one.comparison)
    return structs.replace(profile, responses=responses, mixed=mixed), tuple(counts)


def _clicked(profile: Profile, event: Event, *, at: int, calendar: Calendar) -> tuple[Profile, tuple[Count, ...]]:
    """A block was clicked: counted each time, and once for the comparison, dated by the first exposure."""
    block = _name(event, "block") or _name(event, "promotion_id")
    if not block:
        return profile, _NO_COUNTS
    slot = _name(event, "slot") or _name(event, "position")
    responses = (profile.responses or NONE).clicked(block, at=at, day=calendar.day(at))
    exposure = responses.exposure(slot, block, Arm.TREATMENT)
    if exposure is None or exposure.clicked:
        return structs.replace(profile, responses=responses), _NO_COUNTS
    return structs.replace(profile, responses=responses.first_clicked(exposure)), (_fact(exposure, "clicked"),)


def _fact(exposure: Exposure, fact: str) -> Count:
    day = datetime.fromtimestamp(exposure.at, UTC).date().isoformat()
    return Count(day, "\x1f".join((exposure.slot, exposure.block, exposure.arm, fact)))


def _name(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return short(str(value), NAME_BYTES).replace("\x1f", " ") if value is not None else ""


def streamed(event: Event, at: int) -> Event:
    """The event as the stream may hold it: cut, without what names or addresses a person. Its page is cut already."""
    properties = event.properties and {
        name: value
        for name, value in scalars(event.properties, most=MOST_STREAMED).items()
        if name.lower() not in _PERSONAL and not (isinstance(value, str) and "@" in value)
    }
    page = event.page
    if page is not None and ("@" in page.path or "@" in page.search):
        page = structs.replace(page, path=_without_addresses(page.path), search=_without_addresses(page.search))
    return Event(short(event.name, NAME_BYTES), at, properties, page, short(event.id, PATH_BYTES))


def _without_addresses(text: str) -> str:
    return _MAIL_ADDRESS.sub("@", text)
