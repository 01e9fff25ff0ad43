"""What is let in: texts cut to a number of bytes, numbers kept finite, so nothing that is remembered can grow."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from uuid import UUID

from floorwalker.core.events import Page, Scalar

PATH_BYTES = 120
NAME_BYTES = 60  # an event, a category, a product, a tag, a property's key
TEXT_BYTES = 80  # a property's value, the words of a search
MOST_PROPERTIES = 8
MOST_TAGS = 6

_LATEST = 253370764800  # the end of the year 9998: the calendar ends with the next one
_LARGEST = 1 << 53


def short(text: str, most: int) -> str:
    """The text, cut to `most` bytes of UTF-8; what UTF-8 cannot say is left out."""
    if text.isascii():
        return text if len(text) <= most else text[:most]
    return text[:most].encode("utf-8", "ignore")[:most].decode("utf-8", "ignore")


def short_page(page: Page) -> Page:
    """The page with every text cut, and as many tags and topics as are remembered; most often the very same."""
    if _is_short(page):  # 130 bytecodes less than to cut every text by itself
        return page
    return Page(
        path=short(page.path, PATH_BYTES),
        type=short(page.type, NAME_BYTES),
        category=short(page.category, NAME_BYTES),
        product=short(page.product, NAME_BYTES),
        brand=short(page.brand, NAME_BYTES),
        tags=tuple([short(tag, NAME_BYTES) for tag in page.tags[:MOST_TAGS]]) if page.tags else (),
        topics=tuple([short(topic, NAME_BYTES) for topic in page.topics[:MOST_TAGS]]) if page.topics else (),
        price=page.price,
        price_tier=short(page.price_tier, NAME_BYTES),
        search=short(page.search, TEXT_BYTES),
    )


def _is_short(page: Page) -> bool:
    """Whether all of it together is no more than one of its texts may be."""
    names = (page.type, page.category, page.product, page.brand, page.price_tier, page.search)
    texts = "".join((*names, *page.tags, *page.topics))
    return (
        len(texts) <= NAME_BYTES
        and len(page.path) <= PATH_BYTES
        and texts.isascii()
        and page.path.isascii()
        and len(page.tags) <= MOST_TAGS
        and len(page.topics) <= MOST_TAGS
    )


def seconds(at: float) -> int:
    """A time in whole seconds since 1970, within the calendar. Access logs have no finer one, and they are replayed."""
    return int(at) if 1 <= at <= _LATEST else (_LATEST if at > _LATEST else 1)


def plainly(value: object) -> object:
    """A value of an app's own models as JSON would have it; any other as it is."""
    match value:
        case Decimal():
            return float(value) if value.is_finite() else None
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def scalar(value: object) -> Scalar | None:
    """A value that may be remembered; None where it is none, or no finite number."""
    if isinstance(value, str):
        return short(value, TEXT_BYTES)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else None
    return value if isinstance(value, float) and isfinite(value) else None


def scalars(values: Mapping[str, object], *, most: int) -> dict[str, Scalar]:
    """The first `most` values that may be remembered, under cut names."""
    kept: dict[str, Scalar] = {}
    for name, value in values.items():
        bounded = scalar(value)
        if bounded is not None and isinstance(name, str):
            kept[short(name, NAME_BYTES)] = bounded
            if len(kept) == most:
                break
    return kept
