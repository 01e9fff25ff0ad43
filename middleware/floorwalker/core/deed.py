"""Deeds: all that one step is made of, as a value. What waits for the store can so outlive the process that saw it.

`Corridor.redo` makes the step of it, by whatever rules are in force then. A deed holds no address, and of headers,
cookies and parameters only those that a goal of the rules may still ask.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from msgspec import Struct, msgpack
from msgspec.structs import replace

from floorwalker.core.bounds import seconds
from floorwalker.core.conditions.model import Test
from floorwalker.core.consent import EVERYTHING_PERMITTED, Permission
from floorwalker.core.events import IDENTIFIED, PAGE_VIEWED, Event
from floorwalker.core.hit import HitKind
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.errors import RecordTooNew

DEED_SCHEMA = 1
COUNTED_WITHIN_S = 30  # a page that a cache may have sent is told of this soon after its request, if there was one


class Unless(StrEnum):
    """In whose profile a deed changes nothing."""

    NOBODYS = ""
    KNOWN = "known"  # of somebody who is known only the app and servers tell traits
    JUST_SEEN = "just seen"  # the page's own request was counted


class Deed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one step is made of. at, judged_at: seconds since 1970; segments are judged then.

    shown: what slots showed, while the visitor was in `segments`. seed: of a profile that is made anew. named: says
    whose record it is, where that does not say so yet. by_stranger: who sent it may tell no traits of somebody known.
    permission: what the visitor allowed then.
    """

    at: float
    judged_at: float
    kind: HitKind = HitKind.EVENTS
    status: int = 200
    signals: Signals | None = None
    events: tuple[Event, ...] = ()
    shown: tuple[Showing, ...] = ()
    segments: tuple[str, ...] = ()
    seed: int = 0
    unless: Unless = Unless.NOBODYS
    named: Event | None = None
    by_stranger: bool = False
    permission: Permission = EVERYTHING_PERMITTED

    def is_void(self, profile: Profile | None) -> bool:
        """Whether it changes nothing in this profile."""
        match self.unless:
            case Unless.KNOWN:
                return profile is not None and bool(profile.user)
            case Unless.JUST_SEEN:
                return profile is not None and self._was_seen(profile)
            case _:
                return False

    def events_in(self, profile: Profile) -> tuple[Event, ...]:
        """What happened, as far as it may be told of this profile's owner."""
        if self.by_stranger and profile.user:
            return tuple([event for event in self.events if event.name != IDENTIFIED])
        return self.events

    def _was_seen(self, profile: Profile) -> bool:
        if self.signals is None:
            return False
        path, since = self.signals.page.path or self.signals.path, seconds(self.at) - COUNTED_WITHIN_S
        return any(
            past.name == PAGE_VIEWED and past.page is not None and past.page.path == path and past.at >= since
            for past in profile.recents.past()
        )


class Asked(Struct, frozen=True):
    """The names of headers, cookies and parameters that the rules ask."""

    header: frozenset[str]
    cookie: frozenset[str]
    query: frozenset[str]


def asked_by_name(ruleset: Ruleset) -> Asked:
    """What goals, and the segments they may ask, want to know of a request by its name."""
    tests = [*_tests(tuple(ruleset.goals.values())), *_tests(tuple(ruleset.segments.values()))] if ruleset.goals else []
    by_kind = {
        kind: frozenset(field.key for test in tests if test.name == kind for field in test.fields)
        for kind in ("header", "cookie", "query")
    }
    return Asked(**by_kind)


def as_kept(signals: Signals, ruleset: Ruleset) -> Signals:
    """Signals without what no step needs later."""
    asked = ruleset.once(asked_by_name)
    return replace(
        signals,
        url="",
        address=None,
        headers={name: value for name, value in signals.headers.items() if name in asked.header},
        cookies={name: value for name, value in signals.cookies.items() if name in asked.cookie},
        query={name: value for name, value in signals.query.items() if name in asked.query},
    )


def encode_deed(deed: Deed, ruleset: Ruleset) -> bytes:
    """The deed as bytes, the first of which is its schema."""
    kept = deed if deed.signals is None else replace(deed, signals=as_kept(deed.signals, ruleset))
    return bytes((DEED_SCHEMA,)) + _encoder.encode(kept)


def decode_deed(raw: bytes) -> Deed:
    """The deed in these bytes. Raises RecordTooNew where a newer release wrote them, msgspec.DecodeError."""
    check_schema(raw)
    return _deeds.decode(memoryview(raw)[1:])


def check_schema(raw: bytes) -> None:
    """Raises RecordTooNew where a newer release wrote this."""
    if raw[:1] > bytes((DEED_SCHEMA,)):
        raise RecordTooNew("A newer release wrote this step; it is left to that release.")


def _tests(value: Any) -> Iterator[Test]:
    """Every test within a value of the rules."""
    match value:
        case Test():
            yield value
        case Struct():
            for name in value.__struct_fields__:
                yield from _tests(getattr(value, name))
        case tuple():
            for one in value:
                yield from _tests(one)


_encoder = msgpack.Encoder()
_deeds = msgpack.Decoder(Deed)
