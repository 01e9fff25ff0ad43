"""Counts: what left the recent events, by key and day, then by month, then all together; each knows since when.

A key is one letter for its dimension and the value in its folded form: `clenses` is the category lenses. Paths keep
their case. All visits, and all page views, are one key each.
"""

from collections.abc import Mapping

from msgspec import Struct

EVENT, TYPE, CATEGORY, PRODUCT, BRAND, TAG, TOPIC, TIER, PATH, VISIT, VIEW = "etcpbgoruvw"

DIMENSIONS = {
    "type": TYPE,
    "category": CATEGORY,
    "product": PRODUCT,
    "brand": BRAND,
    "tag": TAG,
    "topic": TOPIC,
    "price_tier": TIER,
    "path": PATH,
}
"""The field of a page → its dimension. Tags and topics may be several on one page."""


class Key(Struct, frozen=True, array_like=True, gc=False):
    """One thing that is counted. since: its count is complete for what happened later; 0 from the beginning on."""

    name: str
    since: int = 0
    last: int = 0


class Bucket(Struct, frozen=True, array_like=True, gc=False):
    """The counts of one day or month: key's number, count, key's number, count, …; keys are numbered from 0."""

    start: int
    counts: tuple[int, ...] = ()


class Counts(Struct, frozen=True, array_like=True, gc=False):
    """Days and months as the site's Calendar numbers them, oldest first; `older` is everything before the months.

    rolled_day, rolled_month: the latest day that went into a month, the latest month that went into `older`.
    lost: per dimension, when the latest thing happened whose key was dropped.
    """

    keys: tuple[Key, ...] = ()
    days: tuple[Bucket, ...] = ()
    months: tuple[Bucket, ...] = ()
    older: tuple[int, ...] = ()
    rolled_day: int = 0
    rolled_month: int = 0
    lost: Mapping[str, int] = {}


EMPTY = Counts()


def path_key(path: str) -> str:
    """The form in which paths are compared: without a slash at the end."""
    return path.rstrip("/") or "/"
