"""Rows: the pages of recent events as they lie in the store, one short MessagePack array after the other."""

from typing import Any

from msgspec import DecodeError, Raw, Struct, msgpack

NO_ROWS = Raw(b"\x90")

_EMPTY_ROW: tuple[Any, ...] = (0, 0, 0, 0, 0, (), (), None, 0, 0)
_FIX_ARRAY, _ARRAY_16, _MOST_FIXED = 0x90, 0xDC, 16  # how MessagePack begins an array
_WHOLE_ROW = b"\x9a"  # a row of all ten cells, as an older release wrote every one


class PageRow(Struct, frozen=True, array_like=True, gc=False):
    """A page as numbers into the table of texts; 0 is empty. What is empty at its end is not kept."""

    path: int = 0
    type: int = 0
    category: int = 0
    product: int = 0
    brand: int = 0
    tags: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    price: int | float | None = None
    price_tier: int = 0
    search: int = 0


class _SomeRows(Struct, array_like=True):
    """However many rows, none of which is read: only that they are whole is known then, at a tenth of the cost."""


rows_in = msgpack.Decoder(tuple[PageRow, ...]).decode
"""Raises DecodeError."""
_whole = msgpack.Decoder(_SomeRows).decode


def with_row(kept: Raw, row: bytes) -> tuple[Raw, int]:
    """The rows and one more, and its number."""
    rows = bytes(kept)
    number, begin = _head(rows)
    return Raw(_head_of(number + 1) + rows[begin:] + row), number + 1


def last_row(kept: Raw, row: bytes) -> int:
    """The number of the last row where it is this one, as on a list that is turned over; else 0. None is read."""
    rows = bytes(kept)
    if not rows.endswith(row):
        return 0
    number, begin = _head(rows)
    if not number:
        return 0
    try:  # what ends alike may be less than a row, or more: then those before it are not whole
        _whole(_head_of(number - 1) + rows[begin : -len(row)])
    except DecodeError:
        return 0
    return number


def may_hold(kept: Raw, row: bytes) -> bool:
    """Whether some row may be this one; what an older release wrote has to be read to be known."""
    rows = bytes(kept)
    return row in rows or _WHOLE_ROW in rows


def _head(rows: bytes) -> tuple[int, int]:
    """How many rows these are, as the header of the array counts them, and where the first begins."""
    return (int.from_bytes(rows[1:3], "big"), 3) if rows[0] == _ARRAY_16 else (rows[0] - _FIX_ARRAY, 1)


def _head_of(number: int) -> bytes:
    return bytes((_FIX_ARRAY + number,)) if number < _MOST_FIXED else bytes((_ARRAY_16, number >> 8, number & 255))


def without_empty_end(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells but for those at the end that say nothing."""
    end = len(row)
    while end and row[end - 1] == _EMPTY_ROW[end - 1]:
        end -= 1
    return row[:end]


def renumbered(row: PageRow, texts: dict[int, int]) -> PageRow:
    """The row with its texts under their new numbers. texts: old number → new one; what is not there is added."""

    def number(old: int) -> int:
        return texts.setdefault(old, len(texts)) if old else 0

    return PageRow(
        path=number(row.path),
        type=number(row.type),
        category=number(row.category),
        product=number(row.product),
        brand=number(row.brand),
        tags=tuple([number(tag) for tag in row.tags]),
        topics=tuple([number(topic) for topic in row.topics]),
        price=row.price,
        price_tier=number(row.price_tier),
        search=number(row.search),
    )


def row_bytes(row: PageRow) -> int:
    """About how many bytes it takes."""
    return 14 + 2 * (len(row.tags) + len(row.topics)) + (3 if row.price is not None else 0)
