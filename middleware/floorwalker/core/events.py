"""What happened: events by their Segment-spec names, and what a page is about."""

from collections.abc import Mapping

from msgspec import Struct

Scalar = str | int | float | bool

PAGE_VIEWED = "Page Viewed"
ERROR_VIEWED = "Error Page Viewed"
VISIT_STARTED = "Visit Started"  # derived, for the stream
SLOT_SHOWN = "Slot Shown"  # properties: slot, block, arm
SLOT_CLICKED = "Slot Clicked"  # properties: slot, block
SLOT_DISMISSED = "Slot Dismissed"  # properties: slot, block
PROMOTION_CLICKED = "Promotion Clicked"  # properties: block or promotion_id, slot or position
PRODUCTS_SEARCHED = "Products Searched"  # properties: query
IDENTIFIED = "Identified"  # properties: user_id, every other one a trait; its traits never reach the stream


class Page(Struct, frozen=True, omit_defaults=True, gc=False):
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


class Event(Struct, frozen=True, omit_defaults=True, gc=False):
    """One event. `at`: seconds since 1970, UTC. `id`: the sender's messageId, where there is one."""

    name: str
    at: float
    properties: Mapping[str, Scalar] = {}
    page: Page | None = None
    id: str = ""
