"""Recents: the latest events, exact and compact, bounded by number and by bytes; what leaves goes to the counts."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.events import Page, Scalar


class PageRow(Struct, frozen=True, array_like=True):
    """A page as numbers into the table of texts; 0 is empty."""

    path: int
    type: int = 0
    category: int = 0
    product: int = 0
    brand: int = 0
    tags: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    price: float | None = None
    price_tier: int = 0
    search: int = 0


class Moment(Struct, frozen=True, array_like=True):
    """One event: `after` seconds since the one before, its name's text, its page's row (0 is none).

    properties: key's text number, value, key's text number, value, …
    """

    after: int
    name: int
    page: int = 0
    properties: tuple[Scalar, ...] = ()


class Recents(Struct, frozen=True, array_like=True):
    """The latest events in order. Texts and pages are numbered from 1.

    start: the time from which the first `after` counts. left: the time of the latest event that is no longer here;
    every event later than that is here; 0 when all are.
    """

    start: int = 0
    texts: tuple[str, ...] = ()
    pages: tuple[PageRow, ...] = ()
    moments: tuple[Moment, ...] = ()
    left: int = 0

    def text(self, number: int) -> str:
        return self.texts[number - 1] if number else ""

    def page(self, number: int) -> Page | None:
        """The page of a moment, in words."""
        if not number:
            return None
        row, text = self.pages[number - 1], self.text
        return Page(
            path=text(row.path),
            type=text(row.type),
            category=text(row.category),
            product=text(row.product),
            brand=text(row.brand),
            tags=tuple(text(tag) for tag in row.tags),
            topics=tuple(text(topic) for topic in row.topics),
            price=row.price,
            price_tier=text(row.price_tier),
            search=text(row.search),
        )

    def properties(self, moment: Moment) -> Mapping[str, Scalar]:
        flat = moment.properties
        return {self.text(int(flat[i])): flat[i + 1] for i in range(0, len(flat), 2)}
