"""Fold: how one event changes a profile, and what it leaves in the stream and the counters. Pure; nothing given is
changed."""

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import TEXT_BYTES, seconds, short, short_page
from floorwalker.core.effects import NOTHING, Count, Effects
from floorwalker.core.events import Event, Page
from floorwalker.core.memory import affinity, contacts, persons
from floorwalker.core.memory.guard import within_size
from floorwalker.core.memory.kept.counts import EMPTY
from floorwalker.core.memory.kept.ledger import with_past
from floorwalker.core.memory.kept.recents import Recents, overflow, with_event
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.core.memory.proving import crediting, proof
from floorwalker.core.memory.shopping import commerce
from floorwalker.core.memory.streaming import is_address, streamed
from floorwalker.core.memory.terms import Terms
from floorwalker.core.memory.visits import SILENCE, active, begin

_NO_COUNTS: tuple[Count, ...] = ()


def fold(profile: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile after one event, and the event's effects.

    An event earlier than what the profile holds already counts as of then: clocks step back, what happened does not.
    """
    if event.page is not None and (page := short_page(event.page)) is not event.page:
        event = structs.replace(event, page=page)
    if event.name == names.SLOT_SHOWN:
        profile, effects = proof.told_shown(profile, event, terms)
        return within_size(profile, terms), effects
    at = max(seconds(event.at), profile.last_seen, profile.recents.last)
    before, counts = profile, _NO_COUNTS
    match event.name:
        case names.PAGE_VIEWED | names.ERROR_VIEWED:
            profile = _seen(profile, event, at=at, terms=terms)
        case names.SLOT_CLICKED | names.PROMOTION_CLICKED:
            profile, counts = proof.clicked(active(profile, at=at), event, at=at, terms=terms)
        case names.IDENTIFIED:
            profile = persons.identified(active(profile, at=at), event)
            event = Event(names.IDENTIFIED, event.at, id=event.id)
        case names.NOTE_TAKEN:
            profile = persons.noted(active(profile, at=at), event)
            event = Event(names.NOTE_TAKEN, event.at, id=event.id)
        case name if name in commerce.NAMES:
            profile = commerce.traded(active(profile, at=at), event, terms)
        case name if name in contacts.NAMES:
            profile = contacts.contacted(active(profile, at=at), event, terms, at=at)
            counts = contacts.counted(before, profile, event)
        case _:
            profile = active(profile, at=at)
    if event.name in affinity.COUNTED:
        profile = affinity.interested(profile, event, at=at, terms=terms)
    profile = _remembered(profile, event, at=at, terms=terms)
    effects = Effects((streamed(event, at),), counts)
    if terms.goals.all:
        profile, more = crediting.reached(before, profile, event, terms)
        effects = effects if more is NOTHING else effects.then(more)
    return within_size(profile, terms), effects


def fold_view(profile: Profile, page: Page, *, at: int, terms: Terms) -> tuple[Profile, Effects]:
    """The same as `fold` of a page view, in one go.

    at: no earlier than anything in the profile but its visit, which runs; page: `is_plain`.
    """
    before, visit = profile, profile.visit
    assert visit is not None  # it runs
    last = at if at > visit.last else visit.last
    number, started, views, touch = visit.number, visit.started, visit.views + 1, visit.touch
    recents = with_event(profile.recents, at=at, name=names.PAGE_VIEWED, page=page)
    profile = structs.replace(
        profile,
        last_seen=at,
        visit=Visit(number, started, last, views, touch, page.path or visit.last_page, visit.errors),
        recents=recents,
        interests=affinity.interests_after(profile, page, terms=terms),
    )
    if recents.is_full:
        profile = _counted(profile, recents, terms)
    event = Event(names.PAGE_VIEWED, at, page=page)
    effects = Effects((event,))
    if terms.goals.all:
        profile, more = crediting.reached(before, profile, event, terms)
        effects = effects.then(more)
    return within_size(profile, terms), effects


def _seen(profile: Profile, event: Event, *, at: int, terms: Terms) -> Profile:
    """A page or an error page was seen; where no visit runs, it begins one."""
    is_view = event.name == names.PAGE_VIEWED
    path, visit = event.page.path if event.page else "", profile.visit
    if visit is None or at - visit.last >= SILENCE:
        profile = begin(profile, Touch(at, landing_page=short(path, TEXT_BYTES) or "/"), at=at, calendar=terms.calendar)
        visit = profile.visit
        assert visit is not None  # just begun
    visit = structs.replace(
        visit,
        last=max(at, visit.last),
        views=visit.views + is_view,
        errors=visit.errors + (not is_view),
        last_page=path or visit.last_page,
    )
    return structs.replace(profile, visit=visit, last_seen=max(at, profile.last_seen))


def _remembered(profile: Profile, event: Event, *, at: int, terms: Terms) -> Profile:
    """The event goes to the recent ones; those that have to leave go to the counts."""
    properties = event.properties and {name: one for name, one in event.properties.items() if not is_address(name)}
    recents = with_event(profile.recents, at=at, name=event.name, page=event.page, properties=properties)
    return structs.replace(profile, recents=recents) if not recents.is_full else _counted(profile, recents, terms)


def _counted(profile: Profile, recents: Recents, terms: Terms) -> Profile:
    """The profile with so many recent events that the oldest have to be counted instead."""
    recents, leaving = overflow(recents)
    counts = with_past(profile.counts or EMPTY, leaving, calendar=terms.calendar, known=terms.known)
    return structs.replace(profile, recents=recents, counts=counts)
