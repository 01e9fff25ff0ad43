"""Who somebody is: the site's own id for them, and their traits."""

from collections.abc import Mapping

from msgspec import structs

from floorwalker.core.bounds import PATH_BYTES, scalars, short
from floorwalker.core.events import Event, Scalar
from floorwalker.core.memory.profile import Profile

TRAIT_BYTES = 1000
MOST_TRAITS = 64  # told at once


def identified(profile: Profile, event: Event) -> Profile:
    """The profile once it was said who this is, and what is known of them."""
    traits = dict(event.properties)
    user = traits.pop("user_id", None)
    kept, all_fit = _bounded_traits(profile.traits, traits)
    profile = structs.replace(profile, traits=kept, traits_left=profile.traits_left or not all_fit)
    return profile if user is None else structs.replace(profile, user=short(str(user), PATH_BYTES))


def _bounded_traits(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> tuple[Mapping[str, Scalar], bool]:
    """The traits with the new ones, and whether there is room for all; else the ones named longest ago go."""
    bounded = scalars(new, most=MOST_TRAITS)
    merged = {**{name: value for name, value in old.items() if name not in bounded}, **bounded}
    kept, all_fit = traits_within_bounds(merged)
    return kept, all_fit and len(new) <= MOST_TRAITS


def traits_within_bounds(traits: Mapping[str, Scalar]) -> tuple[Mapping[str, Scalar], bool]:
    """The last of these traits for which there is room, and whether they are all."""
    room = TRAIT_BYTES
    kept: dict[str, Scalar] = {}
    for name in reversed([*traits]):
        value = traits[name]
        room -= len(name.encode()) + (len(value.encode()) if isinstance(value, str) else 9) + 4
        if room < 0:
            break
        kept[name] = value
    return dict(reversed(kept.items())), len(kept) == len(traits)
