"""Profiles and events as bytes, with a schema version that old and new workers share.

Release n reads schema n + 1 and writes n; release n + 1 writes it. So workers of two neighbouring releases share a
store: what the newer adds the older knows, keeps and leaves as it is, and the record keeps the higher schema. A record
whose schema is above `SCHEMA_READ` is left to the release that wrote it; steps for it are put aside until that comes.
"""

from collections.abc import Callable

from msgspec import msgpack
from msgspec.structs import force_setattr, replace

from floorwalker.core.events import MERGED, SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.shorthand import BEGIN, in_full, in_short

SCHEMA_WRITTEN = 1
SCHEMA_READ = 2
SCHEMA_SEALED = 2  # of a record with a sealed part, which a release that does not know of it must not write anew

LAYOUT_FULL, LAYOUT_SHORT = 1, 2
"""How a record is laid out: as every release reads it, or with nothing said twice. The keyspace says which."""

_encoder = msgpack.Encoder()
_profiles = msgpack.Decoder(Profile)
_events = msgpack.Decoder(Event)

encode_event: Callable[[Event], bytes] = _encoder.encode
"""An event as it lies in the stream."""

_TOUCH_SAID_ONCE = bytes((BEGIN, 0xFE))  # as no path begins
_HEAD_BYTES = 3  # how MessagePack begins an array of 16 elements or more: by their number
_UNTIL_CONSENT, _UNTIL_INTERESTS, _UNTIL_RECENTS = (
    (bytes((0xDC, 0, fields)), slice(_HEAD_BYTES, fields - len(Profile.__struct_fields__)))  # of a byte each
    for fields in (Profile.__struct_fields__.index(last) + 1 for last in ("consent", "interests", "recents"))
)


def encode_profile(profile: Profile, layout: int = LAYOUT_FULL) -> bytes:
    """A profile as MessagePack, in schema `SCHEMA_WRITTEN`. What it does not say at its end is not written of a first
    visit: 12 bytes of who saw a page. Every release fills in what is missing.

    layout: of the record. In short, what all who saw one page say is a byte, and the latest arrival is written once.
    """
    begin, visit = b"", profile.visit
    if layout != LAYOUT_FULL and profile.visits > 1 and visit is not None and profile.touches[-1:] == (visit.touch,):
        begin = _TOUCH_SAID_ONCE  # 0.3 µs, for a twelfth of thirty pages
        profile = replace(profile, visit=replace(visit, touch=()))  # as an array without elements
    whole = _encoder.encode(profile)
    if profile.visits > 1:  # a hundredth of what these weigh, which is not worth the look (0.3 µs)
        return begin + whole
    if profile.traits_left or profile.learned or profile.notes or profile.watched or profile.mixed or profile.contacts:
        return whole
    head, rest = _UNTIL_RECENTS
    if profile.consent or profile.orders or profile.cart:
        head, rest = _UNTIL_CONSENT
    elif profile.interests or profile.responses or profile.counts:
        head, rest = _UNTIL_INTERESTS
    if layout == LAYOUT_FULL or visit is None or visit.views > 1:
        return head + whole[rest]
    return in_short(head + whole[rest], visit.last_page)


def decode_profile(payload: bytes) -> Profile:
    """The profile in a payload of any schema up to `SCHEMA_READ`, in short or not. Raises msgspec.DecodeError or
    UnicodeDecodeError."""
    if payload[0] != BEGIN:
        return _profiles.decode(payload)
    if not payload.startswith(_TOUCH_SAID_ONCE):
        return _profiles.decode(in_full(payload))
    profile = _profiles.decode(payload[len(_TOUCH_SAID_ONCE) :])
    if profile.visit is not None and profile.touches:
        force_setattr(profile.visit, "touch", profile.touches[-1])  # nobody else has seen it yet
    return profile


ADDRESSED = frozenset((MERGED, SEGMENT_ENTERED, SEGMENT_LEFT))
"""Names of the events to which a commit adds where they belong."""


def addressed(event: Event, visitor: str, *, joined: int | None = None) -> Event:
    """The event as the stream of that visitor has it: with the visitor, where somebody is to be told of them; the entry
    goes when they are erased. joined: the partition of the history that joined theirs."""
    if event.name in (SEGMENT_ENTERED, SEGMENT_LEFT):
        return replace(event, properties={"visitor": visitor, **event.properties})
    if event.name == MERGED and joined is not None:
        return replace(event, properties={**event.properties, "partition": joined})
    return event


def decode_event(payload: bytes) -> Event:
    """An event from the stream. Raises msgspec.DecodeError."""
    return _events.decode(payload)
