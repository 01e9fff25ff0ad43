"""What is known of a person besides what they did on the site: traits, consent, notes, channels. Known wins."""

from collections.abc import Mapping

from msgspec import structs

from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.events import Event, Scalar
from floorwalker.core.memory.contacts import together
from floorwalker.core.memory.kept.holdings import Consent, Contacts, Notes, bounded_contacts
from floorwalker.core.memory.persons import traits_within_bounds
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.streaming import PERSONAL

Traits = Mapping[str, Scalar]

_NAMING = PERSONAL | {"age", "avatar", "gender", "name", "postal_code", "postalcode"}


def traits_of(person: Traits, anonymous: Traits) -> tuple[Traits, bool]:
    """The person's traits; the anonymous ones fill the gaps, and go first where there is no room. And whether there is
    room for all."""
    filling = {name: value for name, value in of_the_same(anonymous, person).items() if name not in person}
    return traits_within_bounds({**filling, **person}) if filling else (person, True)


def of_the_same_person(anonymous: Profile, identified: Event) -> Profile:
    """The anonymous profile without the traits of another person than the one who is identified now."""
    traits = of_the_same(anonymous.traits, identified.properties)
    return anonymous if traits is anonymous.traits else structs.replace(anonymous, traits=traits)


def of_the_same(traits: Traits, known: Traits) -> Traits:
    """The traits without those that name or address somebody, where one of these says other than what is known: they
    are of another person, who used the same device."""
    named = [name for name in traits if names_a_person(name)]
    if all(_same(traits[name], known[name]) for name in named if name in known):
        return traits
    return {name: value for name, value in traits.items() if name not in named}


def names_a_person(trait: str) -> bool:
    """Whether the trait tells who somebody is or where they live: `email`, `address.city`."""
    return not _NAMING.isdisjoint(trait.lower().split("."))


def _same(one: Scalar, other: Scalar) -> bool:
    return fold_text(str(one)) == fold_text(str(other))


def consent_of(one: Consent | None, other: Consent | None) -> Consent | None:
    """The latest statement."""
    if one is None or other is None:
        return one or other
    return other if other.at > one.at else one


def notes_of(one: Notes | None, other: Notes | None) -> Notes | None:
    """The notes of both by time, each once."""
    if one is None or other is None:
        return one or other
    notes = Notes(one.latest, max(one.left, other.left))
    for note in other.latest:
        notes = notes if note in notes.latest else notes.with_note(note)
    return notes


def contacts_of(one: Mapping[str, Contacts], other: Mapping[str, Contacts]) -> Mapping[str, Contacts]:
    """Offers and responses of both, by channel."""
    if not one or not other:
        return one or other
    channels = dict.fromkeys((*one, *other))
    return bounded_contacts(
        {channel: together(one.get(channel, _NONE), other.get(channel, _NONE)) for channel in channels}
    )


_NONE = Contacts()
