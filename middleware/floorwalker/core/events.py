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
PRODUCT_VIEWED = "Product Viewed"
PRODUCT_ADDED = "Product Added"  # one item
PRODUCT_REMOVED = "Product Removed"  # one item
CART_VIEWED = "Cart Viewed"  # items: the whole cart
CHECKOUT_STARTED = "Checkout Started"  # items: the whole cart
ORDER_COMPLETED = "Order Completed"  # properties: order_id, revenue, total, currency; items: what was bought
ORDER_REFUNDED = "Order Refunded"  # properties: order_id, total, currency; items: what came back, else all of it
ORDER_CANCELLED = "Order Cancelled"  # properties: order_id
ORDER_UPDATED = "Order Updated"  # as Order Completed; says anew what a known order came to
WISH_ADDED_TO_CART = "Wishlist Product Added to Cart"  # one item
PROMOTION_VIEWED = "Promotion Viewed"
EMAIL_DELIVERED = "Email Delivered"
EMAIL_OPENED = "Email Opened"
EMAIL_LINK_CLICKED = "Email Link Clicked"
EMAIL_BOUNCED = "Email Bounced"
EMAIL_MARKED_AS_SPAM = "Email Marked as Spam"
UNSUBSCRIBED = "Unsubscribed"
NOTE_TAKEN = "Note Taken"  # what an agent wrote down: properties: text, by; its text never reaches the stream
PAGE_LEFT = "Page Left"  # told by the page itself: properties: seconds (in view), scroll (0 to 100), path
IDENTIFIED = "Identified"  # properties: user_id, every other one a trait; its traits never reach the stream
MERGED = "Visitor Merged"  # derived, for the stream: an anonymous history joined this one; properties: from
EXPOSED = "Exposed"  # derived, once per visitor and comparison: properties: unit, block, arm, segments, day
CONVERTED = "Converted"  # derived: unit, block, arm, day, goal, first (yes once), undone, value (minor units), currency
SEGMENT_ENTERED = "Segment Entered"  # derived, of watched segments: properties: segment, visitor
SEGMENT_LEFT = "Segment Left"


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


class Item(Struct, frozen=True, omit_defaults=True, gc=False):
    """One product that an event speaks of. product: its id, else its article number. price: of one piece, in the
    event's currency; None where not known. path: of its page, where the event tells it."""

    product: str = ""
    name: str = ""
    category: str = ""
    brand: str = ""
    price: float | None = None
    quantity: int = 1
    variant: str = ""
    path: str = ""


class Event(Struct, frozen=True, omit_defaults=True, gc=False):
    """One event. `at`: seconds since 1970, UTC. `id`: the sender's messageId, where there is one. items: the products
    that it speaks of; they change cart and orders, and are not remembered with the event."""

    name: str
    at: float
    properties: Mapping[str, Scalar] = {}
    page: Page | None = None
    id: str = ""
    items: tuple[Item, ...] = ()
