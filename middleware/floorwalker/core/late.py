"""Late: what is told long after it happened, such as a purchase at the counter, is remembered at its own time."""

from msgspec import structs

from floorwalker.core import events as names
from floorwalker.core.bounds import seconds
from floorwalker.core.effects import Effects
from floorwalker.core.events import Event
from floorwalker.core.memory import contacts
from floorwalker.core.memory.fold import fold
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving import crediting
from floorwalker.core.memory.shopping import commerce
from floorwalker.core.memory.terms import Terms
from floorwalker.core.merging.merge import merge

LATE_S = 3600  # what comes sooner may be a clock that is a little behind, and counts as of now

# Of now, whenever they are said to be: who somebody is, and what a page does that is being looked at.
_OF_NOW = frozenset((
    names.IDENTIFIED, names.PAGE_VIEWED, names.ERROR_VIEWED, names.PAGE_LEFT,
    names.SLOT_SHOWN, names.SLOT_CLICKED, names.SLOT_DISMISSED, names.PROMOTION_CLICKED,
))  # fmt: skip


def is_late(profile: Profile, event: Event) -> bool:
    """Whether the event happened long before what the profile holds already."""
    if event.name in _OF_NOW:
        return False
    return seconds(event.at) + LATE_S < max(profile.last_seen, profile.recents.last)


def fold_late(profile: Profile, event: Event, terms: Terms) -> tuple[Profile, Effects]:
    """The profile once the event stands among the others of its time, and the effects, as `fold` gives them.

    It is a history of its own, of this event alone, that joins the profile: so windows, counts and sequences find it
    where it belongs. It begins no visit. Of the cart it changes what it would have changed in time.
    """
    before = profile
    alone, effects = fold(Profile(seed=profile.seed), event, terms)
    if event.name in commerce.NAMES:
        profile = commerce.traded(profile, event, terms)
        alone = structs.replace(alone, cart=None, orders=None)
    elif event.name in contacts.NAMES:
        profile = contacts.contacted(profile, event, terms, at=max(profile.last_seen, profile.recents.last))
        alone = structs.replace(alone, contacts={}, responses=None)
        effects = structs.replace(effects, counts=contacts.counted(before, profile, event))
    profile, _ = merge(profile, structs.replace(alone, first_seen=0, last_seen=0), terms)
    profile, more = crediting.reached(before, profile, event, terms)
    return profile, effects.then(more)
