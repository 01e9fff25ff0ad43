"""A Hit: one request as web analytics sees it, whatever door it came in by."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from floorwalker.core.events import Event, Page, Scalar
from floorwalker.core.signals import Place

Headers = tuple[tuple[bytes, bytes], ...]


class HitKind(StrEnum):
    """What a request counts as (the table of request kinds in docs/http.md)."""

    VIEW = "view"  # an HTML page was seen: the arrival is read, a view is counted
    ERROR = "error"  # an HTML error page was seen: the arrival is read, an error view is counted
    REDIRECT = "redirect"  # the arrival is read and kept for the landing; no view
    FRAGMENT = "fragment"  # a part of a page: no arrival, no view
    PREFETCH = "prefetch"  # fetched ahead of time: nothing happened yet
    EVENTS = "events"  # events alone, from a client or a handler: no arrival, no view


class Hit(Struct, frozen=True, kw_only=True):
    """One request. `at` is the only clock of the corridor.

    at: seconds since 1970, UTC. url: absolute, or a path with query. headers: as received, names lower-case.
    status: the response's status. address: the client's address, evaluated for place and `ip`, never stored.
    page: what the app said of this page, which the address alone does not tell. events: what handlers or clients
    added, in order. attributes: set by the app for `attribute` conditions. place, timezone: of somebody made up,
    instead of what address and headers tell.
    """

    at: float
    url: str
    headers: Headers = ()
    method: str = "GET"
    status: int = 200
    kind: HitKind = HitKind.VIEW
    address: str | None = None
    page: Page | None = None
    events: tuple[Event, ...] = ()
    attributes: Mapping[str, Scalar] = {}
    place: Place | None = None
    timezone: str = ""
