"""What happened: events by their Segment-spec names, and what a page is about."""

from collections.abc import Mapping

from msgspec import Struct

Scalar = str | int | float | bool

PAGE_VIEWED = "Page Viewed"
ERROR_VIEWED = "Error Page Viewed"
SLOT_SHOWN = "Slot Shown"


class Page(Struct, frozen=True, omit_defaults=True):
    """What one page is about; empty means not known. `path` has no query; `price` is in the site's currency."""

    path: str = ""
    type: str = ""
    category: str = ""
    product: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    price: float | None = None
    price_tier: str = ""
    search: str = ""  # the words of the site's own search, where the page is its result


class Event(Struct, frozen=True, omit_defaults=True):
    """One event. `at`: seconds since 1970, UTC. `id`: the sender's messageId, where there is one."""

    name: str
    at: float
    properties: Mapping[str, Scalar] = {}
    page: Page | None = None
    id: str = ""
