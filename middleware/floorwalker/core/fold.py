"""Fold: how one event changes a profile, and what it leaves in the stream and the counters. Pure; nothing given is
changed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import (
    MOST_TAGS,
    NAME_BYTES,
    PATH_BYTES,
    TEXT_BYTES,
    scalars,
    seconds,
    short,
)
from floorwalker.core.calendar import Calendar
from floorwalker.core.counts import EMPTY
from floorwalker.core.decision import Arm
from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event, Page, Scalar
from floorwalker.core.ledger import with_past
from floorwalker.core.profile import Profile, Touch
from floorwalker.core.recents import overflow, with_event
from floorwalker.core.responses import NONE, Exposure
from floorwalker.core.visits import active, begin, is_running

TRAIT_BYTES = 1000
MOST_STREAMED = 16  # properties of one event in the stream
MOST_MIXED = 16  # slots

_NO_COUNTS: tuple[Count, ...] = ()
_MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+")
_PERSONAL = re.compile(
    "address|birthday|city|company|dob|e?mail|(first|last|user)_?name|ip|phone|postcode|street|tel|user|user_id|zip"
)


def fold(
    profile: Profile, event: Event, *, calendar: Calendar, known: frozenset[str] = frozenset()
) -> tuple[Profile, Effects]:
    """The profile after one event, and the event's effects.

    An event earlier than what the profile holds already counts as of then: clocks step back, what happened does not.
    known: the keys of the counts that rules name themselves; they are forgotten last.
    """
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    counts = _NO_COUNTS
    match event.name:
        case names.PAGE_VIEWED | names.ERROR_VIEWED:
            profile = _seen(profile, event, at=at, calendar=calendar)
        case names.SLOT_SHOWN:
            profile, counts = _shown(active(profile, at=at), event, at=at, calendar=calendar)
            return profile, Effects((streamed(event, at),), counts)
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
    path = short(event.page.path, PATH_BYTES) if event.page else ""
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
    profile = structs.replace(profile, traits=_bounded_traits(profile.traits, traits))
    return profile if user is None else structs.replace(profile, user=short(str(user), PATH_BYTES))


def _bounded_traits(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    """The traits with the new ones; where there is no room for all, the ones named longest ago go."""
    bounded = scalars(new, most=64)
    merged = {**{name: value for name, value in old.items() if name not in bounded}, **bounded}
    room = TRAIT_BYTES
    kept: dict[str, Scalar] = {}
    for name in reversed(merged):
        value = merged[name]
        room -= len(name.encode()) + (len(value.encode()) if isinstance(value, str) else 9) + 4
        if room < 0:
            break
        kept[name] = value
    return dict(reversed(kept.items()))


def _shown(profile: Profile, event: Event, *, at: int, calendar: Calendar) -> tuple[Profile, tuple[Count, ...]]:
    """A slot showed a block, or held it back in control: counted for caps, and once for the comparison."""
    exposure = Exposure(slot=_name(event, "slot"), block=_name(event, "block"), arm=_name(event, "arm"), at=at)
    before = profile.responses or NONE
    met = before.arm(exposure.slot)
    after = before.shown(
        exposure.block,
        control=exposure.arm == Arm.CONTROL,
        visit=profile.visits,
        at=at,
        day=calendar.day(at),
    ).exposed(exposure)
    counts = _NO_COUNTS if after.exposures == before.exposures else (_fact(exposure, "shown"),)
    mixed = profile.mixed
    if met not in (None, exposure.arm) and exposure.slot not in mixed and len(mixed) < MOST_MIXED:
        mixed = (*mixed, exposure.slot)
    return structs.replace(profile, responses=after, mixed=mixed), counts


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
    """The event as the stream may hold it: cut, without what names or addresses a person."""
    properties = event.properties and {
        name: value
        for name, value in scalars(event.properties, most=MOST_STREAMED).items()
        if not _PERSONAL.fullmatch(name.lower()) and not (isinstance(value, str) and "@" in value)
    }
    page = _streamed_page(event.page) if event.page else None
    return Event(short(event.name, NAME_BYTES), at, properties, page, short(event.id, PATH_BYTES))


def _streamed_page(page: Page) -> Page:
    return Page(
        path=_without_addresses(short(page.path, PATH_BYTES)),
        type=short(page.type, NAME_BYTES),
        category=short(page.category, NAME_BYTES),
        product=short(page.product, NAME_BYTES),
        brand=short(page.brand, NAME_BYTES),
        tags=tuple([short(tag, NAME_BYTES) for tag in page.tags[:MOST_TAGS]]),
        topics=tuple([short(topic, NAME_BYTES) for topic in page.topics[:MOST_TAGS]]),
        price=page.price,
        price_tier=short(page.price_tier, NAME_BYTES),
        search=_without_addresses(short(page.search, TEXT_BYTES)),
    )


def _without_addresses(text: str) -> str:
    return _MAIL_ADDRESS.sub("@", text) if "@" in text else text
