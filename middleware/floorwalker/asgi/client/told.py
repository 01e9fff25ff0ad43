"""What a page tells of itself: the body of `POST /collect`, read strictly, all of it before anything is stored."""

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Any, Final, assert_never

from msgspec import Struct

from floorwalker.asgi.client.page import LONGEST_ADDRESS, MOST_NAMES
from floorwalker.collect.bodies import read_message
from floorwalker.collect.limits import ID_CHARACTERS, NAME_CHARACTERS
from floorwalker.collect.refusals import Fault, refused_for
from floorwalker.collect.values import Fields
from floorwalker.core.bounds import PATH_BYTES, short
from floorwalker.core.events import PAGE_LEFT, Event
from floorwalker.core.happening import event_of, identified_of, is_reserved
from floorwalker.core.reading.address import split_address

MOST_BYTES: Final = 64 * 1024  # what a browser's beacon may hold
MOST_EVENTS: Final = 32
_LONGEST_SECONDS: Final = 86_400
_OF_SERVERS: Final = ("identify", "alias", "group", "screen", "batch")


class Kind(StrEnum):
    """What a page may tell."""

    PAGE = "page"  # it was looked at: after a change of address without a load, or where only a cache sent it
    ACTIVATION = "activation"  # it was made or fetched ahead of time, and is looked at now
    TRACK = "track"
    LEFT = "left"
    TRAITS = "traits"


class Happening(Struct, frozen=True):
    """One event of a page. event: of track, left and traits. shown: slot → block of an activation, empty for a kept
    one. may_be_known: the page's own request may have been counted."""

    kind: Kind
    id: str = ""
    event: Event | None = None
    shown: Mapping[str, str] = {}
    may_be_known: bool = False

    @property
    def is_view(self) -> bool:
        """Whether it says that the page is looked at."""
        return self.kind in (Kind.PAGE, Kind.ACTIVATION)


class Told(Struct, frozen=True):
    """A body. url: the page's path and query. live: slots that the page wants to keep up to date → block in each."""

    url: str
    referrer: str
    live: Mapping[str, str]
    happenings: tuple[Happening, ...]

    @property
    def begins(self) -> bool:
        """Whether it may be the first of a visitor."""
        return any(one.is_view for one in self.happenings)


def read_told(body: bytes, *, at: float) -> Told:
    """The body as it is meant. at: seconds since 1970, when it came. Raises Refused, with every field at fault."""
    values = read_message(body, most_bytes=MOST_BYTES).fields
    faults: list[Fault] = []
    fields = Fields(values, "", faults)
    _only(fields, ("url", "referrer", "live", "events"))
    url = fields.text("url", most=LONGEST_ADDRESS)
    if not url and not faults:
        fields.fault("url", "is missing: the page's path and query")
    happenings = [
        _happening(Fields(one, f"events[{number}].", faults), url, at) for number, one in _events(fields, faults)
    ]
    told = Told(url, fields.text("referrer", most=LONGEST_ADDRESS), _names(fields, "live"), tuple(happenings))
    if faults:
        raise refused_for(faults, 400)
    return told


def _events(fields: Fields, faults: list[Fault]) -> list[tuple[int, Mapping[str, Any]]]:
    events = fields.value("events")
    if not isinstance(events, list) or not events:
        fields.fault("events", "is missing: a list of one or more events")
        return []
    if len(events) > MOST_EVENTS:
        fields.fault("events", f"holds {len(events)} events; {MOST_EVENTS} are taken at once")
        return []
    faults += [Fault(f"events[{number}]", "is no object") for number, one in enumerate(events) if type(one) is not dict]
    return [(number, one) for number, one in enumerate(events) if type(one) is dict]


def _happening(fields: Fields, url: str, at: float) -> Happening:
    kind = _kind(fields)
    if kind is None:
        return Happening(Kind.TRACK)
    id = fields.text("id", most=ID_CHARACTERS)
    match kind:
        case Kind.PAGE:
            _only(fields, ("type", "id", "load"))
            return Happening(kind, id, may_be_known=_yes(fields, "load"))
        case Kind.ACTIVATION:
            _only(fields, ("type", "id", "shown"))
            return Happening(kind, id, shown=_names(fields, "shown"))
        case Kind.TRACK:
            _only(fields, ("type", "id", "event", "properties"))
            return Happening(kind, id, _tracked(fields, at, id))
        case Kind.LEFT:
            _only(fields, ("type", "id", "seconds", "scroll"))
            return Happening(kind, id, _left(fields, url, at, id))
        case Kind.TRAITS:
            _only(fields, ("type", "id", "traits"))
            return Happening(kind, id, identified_of("", fields.object("traits"), at=at, id=id))
        case never:
            assert_never(never)


def _kind(fields: Fields) -> Kind | None:
    said = fields.text("type", most=NAME_CHARACTERS)
    if said in _OF_SERVERS:
        fields.fault("type", f"{said} is none of a page's: linking comes from the app, or from a server's secret key")
    elif said not in tuple(Kind):
        fields.fault("type", f"is none of {', '.join(Kind)}")
    else:
        return Kind(said)
    return None


def _tracked(fields: Fields, at: float, id: str) -> Event | None:
    said = fields.value("event")
    if said is None or (isinstance(said, str) and not said.strip()):
        fields.fault("event", "is missing: what happened")
    event = event_of(fields.text("event", most=NAME_CHARACTERS), fields.object("properties"), at=at, id=id)
    if is_reserved(event.name):
        fields.fault("event", f"{event.name} follows from other things and cannot be told")
    return event


def _left(fields: Fields, url: str, at: float, id: str) -> Event:
    path = short(split_address(url).path or "/", PATH_BYTES)
    seconds, scroll = _number(fields, "seconds", _LONGEST_SECONDS), _number(fields, "scroll", 100)
    return Event(PAGE_LEFT, at, {"seconds": seconds, "scroll": scroll, "path": path}, id=id)


def _number(fields: Fields, name: str, most: int) -> int:
    value = fields.value(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value < 0:
        fields.fault(name, "is no number of 0 or more")
        return 0
    return min(round(value), most)


def _yes(fields: Fields, name: str) -> bool:
    value = fields.value(name)
    if value is not None and not isinstance(value, bool):
        fields.fault(name, "is neither true nor false")
    return value is True


def _names(fields: Fields, name: str) -> Mapping[str, str]:
    """Slots, and the block in each."""
    said = fields.object(name)
    if len(said) > MOST_NAMES:
        fields.fault(name, f"holds {len(said)} slots; {MOST_NAMES} are taken at once")
        return {}
    if not all(isinstance(block, str) and len(block) <= NAME_CHARACTERS for block in said.values()):
        fields.fault(name, f"holds slots with the block in each, a text of up to {NAME_CHARACTERS} characters")
        return {}
    return said


def _only(fields: Fields, known: tuple[str, ...]) -> None:
    for name in fields.names():
        if name not in known:
            fields.fault(name[:60], f"is not known here; {', '.join(known)} are")
