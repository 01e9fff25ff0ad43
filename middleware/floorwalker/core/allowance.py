"""What a step may keep and leave behind, by what its visitor allows. Pure; every door's steps come by here."""

from functools import lru_cache

from msgspec import structs

from floorwalker.core.consent import EVERYTHING, Category, Choice, Permission
from floorwalker.core.effects import NOTHING, Count, Effects
from floorwalker.core.events import CONVERTED, EXPOSED, SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.kept.holdings import Consent
from floorwalker.core.memory.kept.responses import SEEN
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.facts import CHANNEL, expanded, packed

DAY_S = 86_400

_OF_COMPARISONS = (EXPOSED, CONVERTED)
_OF_SEGMENTS = (SEGMENT_ENTERED, SEGMENT_LEFT)


def granted_by(consent: Consent | None) -> frozenset[Category]:
    """What a record says of consent; where it says nothing, nothing is withheld."""
    return EVERYTHING if consent is None else _granted(consent.categories)


def limited(permission: Permission, consent: Consent | None) -> Permission:
    """The permission, where the request brings no choice, but the record still knows one."""
    if consent is None or permission.choice is not None:
        return permission
    return structs.replace(permission, granted=permission.granted & granted_by(consent))


def is_later(choice: Choice, consent: Consent | None) -> bool:
    """Whether a choice is at least as recent as the one that is noted: days are all that is kept of it."""
    return consent is None or choice.day >= consent.at // DAY_S


def withdrawn(profile: Profile, permission: Permission) -> frozenset[Category]:
    """What this visitor allowed until now, as far as their record knows, and allows no longer."""
    choice = permission.choice
    if choice is None or not is_later(choice, profile.consent):
        return frozenset()
    return granted_by(profile.consent) - permission.granted


def begun(base: Profile | None, permission: Permission, *, seed: int) -> Profile | None:
    """The profile as a step begins: it knows what the visitor chose, and keeps no arms where they are in no tests."""
    if permission.choice is None:
        return base
    return in_step(base or Profile(seed=seed), permission.choice)


def in_step(profile: Profile, choice: Choice) -> Profile:
    """The profile with the choice noted, unless a later one is; `Profile.consent` is what the visitor said last."""
    known, granted = profile.consent, tuple(sorted(choice.granted))
    if known is not None and known.categories == granted and known.policy == choice.policy:  # as on most pages
        return profile
    noted = Consent(granted, choice.day * DAY_S, choice.policy).within_bounds()
    if known is not None and (known.categories, known.policy) == (noted.categories, noted.policy):
        return profile
    if not is_later(choice, known):
        return profile
    profile = structs.replace(profile, consent=noted)
    return profile if Permission(choice.granted).compares else _without_arms(profile)


def allowed(effects: Effects, granted: frozenset[Category]) -> Effects:
    """What of these effects may be left behind: events and sums by analytics, comparisons by tests, and what people
    are found by, and looked at again for, by personalization."""
    if effects is NOTHING or granted is EVERYTHING or granted == EVERYTHING:  # to compare sets looks up each member
        return effects
    permission = Permission(granted)
    return Effects(
        tuple([event for event in effects.events if _may_tell(event, permission)]),
        tuple([count for count in effects.counts if _may_count(count, permission)]),
        effects.due if permission.remembers or effects.due is None else 0.0,
        effects.marks if permission.remembers else tuple([mark for mark in effects.marks if mark.gone]),
    )


@lru_cache(64)
def _granted(categories: tuple[str, ...]) -> frozenset[Category]:
    return frozenset([one for one in Category if one in categories])


def _may_tell(event: Event, permission: Permission) -> bool:
    if event.name in _OF_COMPARISONS:
        return permission.counts and permission.compares
    return permission.counts and (permission.remembers or event.name not in _OF_SEGMENTS)


def _may_count(count: Count, permission: Permission) -> bool:
    return permission.counts if count.field.startswith(CHANNEL) else permission.compares


def _without_arms(profile: Profile) -> Profile:
    """Nothing is left of comparisons; what was seen outside of them stays known."""
    responses = profile.responses
    if responses is None or not responses.exposures:
        return profile
    exposures = packed([one for one in expanded(responses.exposures) if one.side == SEEN])
    return structs.replace(profile, responses=structs.replace(responses, exposures=exposures), mixed=())
