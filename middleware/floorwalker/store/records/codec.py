"""Profiles and events as bytes, with a schema version that old and new workers share.

Release n reads schema n + 1 and writes n; release n + 1 writes it. So workers of two neighbouring releases share a
store: what the newer adds the older knows, keeps and leaves as it is, and the record keeps the higher schema. A record
whose schema is above `SCHEMA_READ` is left to the release that wrote it; steps for it are put aside until that comes.
"""

from msgspec import msgpack
from msgspec.structs import replace

from floorwalker.core.events import MERGED, SEGMENT_ENTERED, SEGMENT_LEFT, Event
from floorwalker.core.memory.profile import Profile

SCHEMA_WRITTEN = 1
SCHEMA_READ = 2
SCHEMA_SEALED = 2  # of a record with a sealed part, which a release that does not know of it must not write anew

_encoder = msgpack.Encoder()
_profiles = msgpack.Decoder(Profile)
_events = msgpack.Decoder(Event)


def encode_profile(profile: Profile) -> bytes:
    """A profile as MessagePack, in schema `SCHEMA_WRITTEN`."""
    return _encoder.encode(profile)


def decode_profile(payload: bytes) -> Profile:
    """The profile in a payload of any schema up to `SCHEMA_READ`. Raises msgspec.DecodeError."""
    return _profiles.decode(payload)


def encode_event(event: Event) -> bytes:
    """An event as it lies in the stream."""
    return _encoder.encode(event)


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
