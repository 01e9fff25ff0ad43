"""Who somebody is: the site's own id for them, their traits, what an agent wrote down, and by what they are found."""

from collections.abc import Mapping
from hashlib import blake2b

from msgspec import structs

from floorwalker.core.bounds import PATH_BYTES, scalars, seconds, short
from floorwalker.core.conditions.matchers import fold_text
from floorwalker.core.effects import Mark
from floorwalker.core.events import Event, Scalar
from floorwalker.core.happening import MOST_TRAITS, USER_ID
from floorwalker.core.memory.kept.holdings import Note, Notes
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.streaming import is_address

TRAIT_BYTES = 1000
MARKED = ("email", "phone", "name", "username")  # traits by which a visitor can be found
MARK_BYTES = 120
_USER_TRACE_BYTES = 8
_NOT_IN_PHONES = str.maketrans("", "", " -./()")


def identified(profile: Profile, event: Event) -> Profile:
    """The profile once it was said who this is, and what is known of them."""
    traits = {name: value for name, value in event.properties.items() if not is_address(name)}
    user = traits.pop(USER_ID, None)
    kept, all_fit = _bounded_traits(profile.traits, traits)
    profile = structs.replace(profile, traits=kept, traits_left=profile.traits_left or not all_fit)
    return profile if user is None else structs.replace(profile, user=user_kept(str(user)))


def user_kept(user: str) -> str:
    """The site's own id of somebody as it is kept: a long one is cut, and told apart from others that begin alike."""
    kept = short(user, PATH_BYTES)
    if kept == user:
        return user
    told = blake2b(user.encode("utf-8", "surrogatepass"), digest_size=_USER_TRACE_BYTES, person=b"fw-user").hexdigest()
    return f"{short(user, PATH_BYTES - 2 * _USER_TRACE_BYTES - 1)}~{told}"


def noted(profile: Profile, event: Event) -> Profile:
    """The profile with what an agent wrote down: `text`, and `by` whom."""
    text, by = event.properties.get("text"), event.properties.get("by", "")
    if not isinstance(text, str) or not text.strip():
        return profile
    note = Note(seconds(event.at), text.strip(), by if isinstance(by, str) else "")
    return structs.replace(profile, notes=(profile.notes or Notes()).with_note(note))


def marks(before: Profile | None, after: Profile) -> tuple[Mark, ...]:
    """What changed of the traits by which somebody is found: values folded, at most 120 bytes."""
    if before is not None and before.traits is after.traits:
        return ()
    old, new = before.traits if before else {}, after.traits
    found: list[Mark] = []
    for trait in MARKED:
        was, now = marked_value(trait, old.get(trait)), marked_value(trait, new.get(trait))
        if was != now:
            found += [Mark(trait, was, gone=True)] if was else []
            found += [Mark(trait, now)] if now else []
    return tuple(found)


def marked_value(trait: str, value: Scalar | None) -> str:
    """A trait's value as it stands in the index, and as it is looked for: without case and accents, a phone's number
    without what only parts it; empty where it can not be found by."""
    if value is None or isinstance(value, bool):
        return ""
    text = short(fold_text(str(value)), MARK_BYTES)
    return text.translate(_NOT_IN_PHONES) if trait == "phone" else text


def _bounded_traits(old: Mapping[str, Scalar], new: Mapping[str, Scalar]) -> tuple[Mapping[str, Scalar], bool]:
    """The traits with the new ones, and whether there is room for all; else the ones named longest ago go. An empty
    text takes a trait away, and those under its name."""
    bounded = scalars(new, most=MOST_TRAITS)
    gone = tuple([name + "." for name, value in bounded.items() if value == ""])
    left = {name: value for name, value in old.items() if name not in bounded and not name.startswith(gone)}
    merged = {**left, **{name: value for name, value in bounded.items() if value != ""}}
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
