"""Contacts: offers that reached somebody beside the slots, and whether they responded, by channel.

An offer counts once and is answered once, told apart by the ids that its events bear. Opening an e-mail shows that it
came, not that it was answered: mail programs open by themselves.
"""

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from msgspec import Struct, structs

from floorwalker.core import events as names
from floorwalker.core.bounds import NAME_BYTES, seconds, short
from floorwalker.core.effects import Count
from floorwalker.core.events import Event
from floorwalker.core.memory.kept.holdings import MOST_CHANNELS, Contacts
from floorwalker.core.memory.kept.purchases import TRACE_BYTES, trace
from floorwalker.core.memory.kept.responses import NONE
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.facts import CLICKED, SHOWN, channel_count, day_of
from floorwalker.core.memory.terms import Terms

MOST_MET = 40  # traces of each channel: about twenty messages

EMAIL, PUSH, SMS, SITE = "email", "push", "sms", "site"
_IDS = ("message_id", "email_id", "campaign_id", "campaign_name")
_CAMPAIGNS = ("campaign_name", "campaign_id")
_NO_CONTACTS = Contacts()


class Meaning(Enum):
    """What an event tells of an offer."""

    CAME = "came"
    SEEN = "seen"  # it came, and they looked at it
    ANSWERED = "answered"
    LOST = "lost"  # it never came


class _Told(Struct, frozen=True):
    channel: str
    meaning: Meaning


_TOLD: Mapping[str, _Told] = {
    names.EMAIL_DELIVERED: _Told(EMAIL, Meaning.CAME),
    names.EMAIL_OPENED: _Told(EMAIL, Meaning.SEEN),
    names.EMAIL_LINK_CLICKED: _Told(EMAIL, Meaning.ANSWERED),
    names.EMAIL_BOUNCED: _Told(EMAIL, Meaning.LOST),
    "Push Notification Received": _Told(PUSH, Meaning.CAME),
    "Push Notification Tapped": _Told(PUSH, Meaning.ANSWERED),
    "Push Notification Bounced": _Told(PUSH, Meaning.LOST),
    "SMS Delivered": _Told(SMS, Meaning.CAME),
    "SMS Link Clicked": _Told(SMS, Meaning.ANSWERED),
}
NAMES = frozenset(_TOLD) | {names.PROMOTION_VIEWED}


def contacted(profile: Profile, event: Event, terms: Terms, *, at: int) -> Profile:
    """The profile after one of the events in NAMES."""
    if event.name == names.PROMOTION_VIEWED:
        return _promoted(profile, event)
    told = _TOLD[event.name]
    contacts = profile.contacts.get(told.channel, _NO_CONTACTS)
    if told.channel not in profile.contacts and len(profile.contacts) >= MOST_CHANNELS:
        return profile
    id = _id_of(event)
    after = _with_id(contacts, told.meaning, id) if id else _without_id(contacts, told.meaning)
    block = _text(event, "block")
    if block and told.meaning in (Meaning.SEEN, Meaning.ANSWERED) and not contacts.alone:
        profile, after = _with_block(profile, after, block, told.meaning, at=at, day=terms.calendar.day(at))
    return structs.replace(profile, contacts={**profile.contacts, told.channel: after})


def counted(before: Profile, after: Profile, event: Event) -> tuple[Count, ...]:
    """What an event in NAMES adds to its channel's counters, on the day of the event; see `facts.channel_count`."""
    told = _TOLD.get(event.name)
    if told is None:
        return ()
    was, now = (one.contacts.get(told.channel, _NO_CONTACTS) for one in (before, after))
    day, campaign = day_of(seconds(event.at)), _campaign_of(event)
    moved = ((SHOWN, now.offers - was.offers), (CLICKED, now.responses - was.responses))
    parts = dict.fromkeys(("", campaign))
    return tuple([channel_count(day, told.channel, part, name, by) for name, by in moved if by for part in parts])


def _with_id(contacts: Contacts, meaning: Meaning, id: str) -> Contacts:
    offer, answer, met = _offer(id), _answer(id), traces_in(contacts.met)
    if meaning is Meaning.LOST:
        return _taken_back(contacts, offer)
    if offer not in met:
        contacts = _noted(structs.replace(contacts, offers=contacts.offers + 1), offer)
    if meaning is Meaning.ANSWERED and answer not in met:
        responses = contacts.responses + 1
        offers = max(contacts.offers, responses)  # one without an id may have answered this very offer
        contacts = _noted(structs.replace(contacts, offers=offers, responses=responses), answer)
    return contacts


def together(one: Contacts, other: Contacts) -> Contacts:
    """What two histories had on one channel; a message that both met counts once."""
    mine, theirs = traces_in(one.met), traces_in(other.met)
    twice = [trace for trace in theirs if trace in mine]
    answers = sum(map(_is_answer, twice))
    met = b"".join([*(trace for trace in theirs if trace not in mine), *mine])
    return Contacts(
        one.offers + other.offers - (len(twice) - answers),
        one.responses + other.responses - answers,
        met[-MOST_MET * TRACE_BYTES :],
        one.shown + other.shown,
        one.clicked + other.clicked,
        one.alone or other.alone,
    )


def traces_in(met: bytes) -> list[bytes]:
    """The messages that were met, as they are kept."""
    return [met[start : start + TRACE_BYTES] for start in range(0, len(met), TRACE_BYTES)]


def _offer(id: str) -> bytes:
    known = trace(f"offer {id}")
    return bytes((known[0] & 0x7F, *known[1:]))


def _answer(id: str) -> bytes:
    known = trace(f"answer {id}")
    return bytes((known[0] | 0x80, *known[1:]))


def _is_answer(known: bytes) -> bool:
    return known[0] >= 0x80


def _without_id(contacts: Contacts, meaning: Meaning) -> Contacts:
    """Nothing tells which offer it was: each that came counts, and no more are answered than came."""
    match meaning:
        case Meaning.CAME:
            return structs.replace(contacts, offers=contacts.offers + 1)
        case Meaning.ANSWERED:
            responses = contacts.responses + 1
            return structs.replace(contacts, offers=max(contacts.offers, responses), responses=responses)
        case Meaning.SEEN | Meaning.LOST:
            return contacts
        case _:
            assert_never(meaning)


def _taken_back(contacts: Contacts, offer: bytes) -> Contacts:
    """An offer that was counted never came."""
    traces = traces_in(contacts.met)
    if offer not in traces:
        return contacts
    traces.remove(offer)
    return structs.replace(contacts, offers=max(contacts.offers - 1, contacts.responses), met=b"".join(traces))


def _noted(contacts: Contacts, message: bytes) -> Contacts:
    return structs.replace(contacts, met=(contacts.met + message)[-MOST_MET * TRACE_BYTES :])


def _with_block(
    profile: Profile, contacts: Contacts, block: str, meaning: Meaning, *, at: int, day: int
) -> tuple[Profile, Contacts]:
    """A block that came in a message counts as shown and clicked like one in a page, in no slot and no comparison."""
    responses = profile.responses or NONE
    if meaning is Meaning.SEEN:
        responses = responses.shown(block, control=False, visit=profile.visits, at=at, day=day)
        contacts = structs.replace(contacts, shown=contacts.shown + 1)
    else:
        responses = responses.clicked(block, at=at, day=day)
        contacts = structs.replace(contacts, clicked=contacts.clicked + 1)
    return structs.replace(profile, responses=responses), contacts


def _promoted(profile: Profile, event: Event) -> Profile:
    """A promotion of the site's own was seen; a block of ours is counted where a slot showed it."""
    promotion = _text(event, "promotion_id")
    shown = profile.responses or NONE
    if _text(event, "block") or any(one.block == promotion for one in shown.exposures):
        return profile
    site = profile.contacts.get(SITE)
    if site is None and len(profile.contacts) >= MOST_CHANNELS:
        return profile
    site = site or _NO_CONTACTS
    return structs.replace(profile, contacts={**profile.contacts, SITE: structs.replace(site, offers=site.offers + 1)})


def _id_of(event: Event) -> str:
    """What tells this message from others of its channel; within a campaign, its link does not."""
    return next((text for key in _IDS if (text := _text(event, key))), "")


def _campaign_of(event: Event) -> str:
    return next((text for key in _CAMPAIGNS if (text := _text(event, key))), "")


def _text(event: Event, key: str) -> str:
    value = event.properties.get(key)
    return short(str(value), NAME_BYTES).replace("\x1f", " ") if value is not None else ""
