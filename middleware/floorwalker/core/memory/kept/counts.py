"""Counts: what left the recent events, by key and day, then by month, then all together; each knows since when.

A key is one letter for its dimension and the value in its folded form: `clenses` is the category lenses. Paths keep
their case. All visits, and all page views, are one key each.
"""

from collections.abc import Mapping

from msgspec import DecodeError, Raw, Struct, msgpack

EVENT, TYPE, CATEGORY, PRODUCT, BRAND, TAG, TOPIC, TIER, PATH, VISIT, VIEW = "etcpbgoruvw"

_NOTHING = Raw(b"\x90")

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


class Buckets(Struct, frozen=True, gc=False):
    """How often the keys were counted: on days, in months, and `older`, before all of these."""

    days: tuple[Bucket, ...] = ()
    months: tuple[Bucket, ...] = ()
    older: tuple[int, ...] = ()


class Counts(Struct, frozen=True, array_like=True, gc=False):
    """Days and months as the site's Calendar numbers them, oldest first.

    How often stays as it lies in the store until somebody asks: few windows reach back so far, and what nobody asks is
    neither read nor written anew.

    rolled_day, rolled_month: the latest day that went into a month, the latest month that went into `older`.
    lost: per dimension, when the latest thing happened whose key was dropped.
    """

    keys: tuple[Key, ...] = ()
    kept_days: Raw = _NOTHING
    kept_months: Raw = _NOTHING
    kept_older: Raw = _NOTHING
    rolled_day: int = 0
    rolled_month: int = 0
    lost: Mapping[str, int] = {}

    def read(self) -> Buckets:
        """How often each key was counted; never, where that cannot be read."""
        try:
            return Buckets(
                _buckets_in(self.kept_days),
                _buckets_in(self.kept_months),
                _numbers_in(self.kept_older),
            )
        except DecodeError:
            return Buckets()


def kept(buckets: tuple[Bucket, ...] | tuple[int, ...]) -> Raw:
    """Days, months or what is older, as they are kept."""
    return Raw(_encode(buckets))


_encode = msgpack.Encoder().encode
_buckets_in = msgpack.Decoder(tuple[Bucket, ...]).decode
_numbers_in = msgpack.Decoder(tuple[int, ...]).decode

EMPTY = Counts()


def path_key(path: str) -> str:
    """The form in which paths are compared: without a slash at the end."""
    return path.rstrip("/") or "/"
