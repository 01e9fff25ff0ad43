"""Merge: an anonymous history joins a person's. Pure, so that the store may do it again and again."""

from msgspec import structs

from floorwalker.core.calendar import Calendar
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.guard import within_size
from floorwalker.core.memory.kept.responses import Exposure
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving import proof
from floorwalker.core.memory.terms import Terms
from floorwalker.core.merging.baskets import cart_of
from floorwalker.core.merging.belongings import consent_of, contacts_of, notes_of, traits_of
from floorwalker.core.merging.happened import counts_of, recents_of
from floorwalker.core.merging.interests import interests_of
from floorwalker.core.merging.responses import responses_of
from floorwalker.core.merging.spending import orders_of
from floorwalker.core.merging.visits import (
    arrival_of,
    before_of,
    closed_of,
    earlier_of,
    latest_of,
    time_spent_of,
    touches_of_both,
)
from floorwalker.core.ruleset import Site

_TERMS = Terms(Calendar(Site()))


def merge(person: Profile | None, anonymous: Profile, terms: Terms = _TERMS) -> tuple[Profile, Effects]:
    """The person's profile with the anonymous history in it, and what was counted twice taken back.

    person: None where nothing is remembered of them yet; the anonymous profile is theirs then, as it is. Raises
    ValueError where the anonymous one is known: known never joins known. terms: of the rules in force; without them
    days are those of UTC, and nothing is named by rules.
    """
    if anonymous.user:
        raise ValueError("a profile that is known already cannot join another")
    if person is None:
        return anonymous, NOTHING
    exposures, mixed, counts = proof.merged(person, anonymous)
    profile = structs.replace(_united(person, anonymous, exposures, terms), mixed=mixed)
    return within_size(profile, terms), Effects(counts=counts)


def _united(person: Profile, anonymous: Profile, exposures: tuple[Exposure, ...], terms: Terms) -> Profile:
    latest, closed = latest_of(person, anonymous), closed_of(person, anonymous)
    before, earlier = before_of(latest, closed), earlier_of(person, anonymous, closed)
    visits = person.visits + anonymous.visits
    recents, leaving = recents_of(person.recents, anonymous.recents)
    traits, all_fit = traits_of(person.traits, anonymous.traits)
    return structs.replace(
        person,
        first_seen=min([at for at in (person.first_seen, anonymous.first_seen) if at], default=0),
        last_seen=max(person.last_seen, anonymous.last_seen),
        visits=visits,
        visit=structs.replace(latest.visit, number=visits) if latest.visit else None,
        away=before.away,
        exit_page=before.exit_page,
        bounced=before.bounced,
        touches=touches_of_both(person, anonymous),
        traits=traits,
        earlier=earlier.gaps,
        earlier_left=earlier.left,
        time_spent=time_spent_of(person, anonymous, closed),
        arrival=arrival_of(person, anonymous),
        recents=recents,
        counts=counts_of(person.counts, anonymous.counts, leaving, earlier.counted, terms),
        responses=responses_of(person, anonymous, latest, exposures),
        interests=interests_of(person, anonymous, latest, terms),
        cart=cart_of(person.cart, anonymous.cart, terms.site.currency),
        orders=orders_of(person.orders, anonymous.orders),
        consent=consent_of(person.consent, anonymous.consent),
        contacts=contacts_of(person.contacts, anonymous.contacts),
        notes=notes_of(person.notes, anonymous.notes),
        learned=person.learned or anonymous.learned,
        traits_left=person.traits_left or anonymous.traits_left or not all_fit,
    )
