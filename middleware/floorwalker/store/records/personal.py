"""What of a profile is personal: it lies apart from the rest of the record, sealed, where a site gives data keys."""

from collections.abc import Mapping, Sequence

from msgspec import DecodeError, Struct, msgpack
from msgspec.structs import replace

from floorwalker.core.events import Scalar
from floorwalker.core.memory.contacts import together
from floorwalker.core.memory.kept.holdings import Contacts, Notes
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.keyring import Keyring, Purpose

KNOWN = b"\x01"  # before what is sealed: whether it holds who somebody is
UNKNOWN = b"\x00"
SOMEBODY = "\x00"  # whose id cannot be read: known all the same, so nobody joins and nobody poses as them


class Personal(Struct, frozen=True, array_like=True, gc=False):
    """What names or addresses somebody, or was said about them. Later fields go to the end, with defaults."""

    user: str = ""
    traits: Mapping[str, Scalar] = {}
    notes: Notes | None = None
    contacts: Mapping[str, Contacts] = {}


def parted(
    profile: Profile, locked: Sequence[bytes], visitor: str, keyring: Keyring
) -> tuple[Profile, tuple[bytes, ...]]:
    """A profile as its record holds it: the rest, and what is sealed. locked: what could not be opened stays."""
    if locked and profile.user == SOMEBODY:
        profile = replace(profile, user="")
    if not keyring.seals or not is_personal(profile):
        return profile, tuple(locked)
    personal = Personal(profile.user, profile.traits, profile.notes, profile.contacts)
    known = KNOWN if profile.user else UNKNOWN
    sealed = known + keyring.seal(known + _encoder.encode(personal), Purpose.RECORD, visitor)
    return replace(profile, user="", traits={}, notes=None, contacts={}), (*locked, sealed)


def made_whole(
    profile: Profile, sealed: Sequence[bytes], visitor: str, keyring: Keyring
) -> tuple[Profile, tuple[bytes, ...]]:
    """The profile with all that can be opened, and what cannot. Later parts go before earlier ones."""
    opened: list[Personal] = []
    locked: list[bytes] = []
    for one in sealed:
        personal = _opened(one, visitor, keyring)
        if personal is None:
            locked.append(one)
        else:
            opened.append(personal)
    if is_personal(profile):
        opened.append(Personal(profile.user, profile.traits, profile.notes, profile.contacts))
    if opened:
        whole = _together(opened)
        profile = replace(profile, user=whole.user, traits=whole.traits, notes=whole.notes, contacts=whole.contacts)
    if not profile.user and any(one[:1] == KNOWN for one in locked):
        profile = replace(profile, user=SOMEBODY)
    return profile, tuple(locked)


def is_personal(profile: Profile) -> bool:
    """Whether anything in it is."""
    return bool(profile.user or profile.traits or profile.contacts or profile.notes is not None)


def _opened(sealed: bytes, visitor: str, keyring: Keyring) -> Personal | None:
    plain = keyring.open(sealed[1:], Purpose.RECORD, visitor)
    if plain is None or plain[:1] != sealed[:1]:
        return None
    try:
        return _decoder.decode(memoryview(plain)[1:])
    except DecodeError:
        return None


def _together(parts: Sequence[Personal]) -> Personal:
    """All parts as one. There are several only where workers had different keys for a while."""
    whole = parts[0]
    for one in parts[1:]:
        whole = Personal(
            one.user or whole.user,
            {**whole.traits, **one.traits},
            _all_notes(whole.notes, one.notes),
            _all_contacts(whole.contacts, one.contacts),
        )
    return whole


def _all_notes(one: Notes | None, other: Notes | None) -> Notes | None:
    if one is None or other is None:
        return one or other
    notes = replace(one, left=max(one.left, other.left))
    for note in other.latest:
        notes = notes.with_note(note)
    return notes


def _all_contacts(one: Mapping[str, Contacts], other: Mapping[str, Contacts]) -> Mapping[str, Contacts]:
    both = {channel: together(one[channel], other[channel]) for channel in one if channel in other}
    return {**one, **other, **both}


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(Personal)
