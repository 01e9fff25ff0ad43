"""Recents: the latest events, exact and compact, bounded by number and by bytes; what leaves goes to the counts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, Literal

from msgspec import DecodeError, Raw, Struct, msgpack, structs

from floorwalker.core.bounds import MOST_PROPERTIES, NAME_BYTES, scalars, short
from floorwalker.core.events import Page, Scalar
from floorwalker.core.memory.kept.rows import (
    NO_ROWS,
    PageRow,
    last_row,
    may_hold,
    renumbered,
    row_bytes,
    rows_in,
    with_row,
    without_empty_end,
)

__all__ = ["MOST_BYTES", "MOST_MOMENTS", "PageRow", "Past", "Recents", "overflow", "shortened", "with_event"]

MOST_MOMENTS = 100
MOST_BYTES = 3500
_LEAVING = 0.2  # of the moments when something must leave: so the tables are made anew once in twenty events

_NO_PROPERTIES: Mapping[str, Scalar] = {}
_MOMENT_BYTES = 5
_FIELDS = 3  # of a moment: seconds since the one before, name's text, page's row


class Past(Struct, frozen=True, gc=False):
    """One remembered event, in words."""

    at: int
    name: str
    page: Page | None
    properties: Mapping[str, Scalar]


class Recents(Struct, frozen=True, array_like=True, dict=True):  # the one dict is of what was read
    """The latest events in order. Texts and pages are numbered from 1, 0 is none; moments from 0.

    last: the time of the latest. kept_pages: `pages` as they lie in the store, so that what nobody asks is neither read
    nor written anew. moments: for each its seconds since the one before, its name's text, its page's row.
    properties: of the moments that have any: key's text, value, key's text, value, … left: the time of the latest
    event that is no longer here; every later one is; 0 when all are. size: about how many bytes this takes.
    """

    last: int = 0
    texts: tuple[str, ...] = ()
    kept_pages: Raw = NO_ROWS
    moments: tuple[int, ...] = ()
    properties: Mapping[int, tuple[Scalar, ...]] = {}
    left: int = 0
    size: int = 0

    def __len__(self) -> int:
        return len(self.moments) // _FIELDS

    @property
    def pages(self) -> tuple[PageRow, ...]:
        """What the pages were, by their rows; read once. Where that cannot be read, nothing is known of any."""
        read: tuple[PageRow, ...] | None = self.__dict__.get("pages")
        if read is None:
            try:
                read = rows_in(self.kept_pages)
            except DecodeError:
                read = (PageRow(),) * max(self.rows(), default=0)
            self.__dict__["pages"] = read
        return read

    @property
    def is_full(self) -> bool:
        """Whether something must leave before the profile is kept."""
        return len(self.moments) > MOST_MOMENTS * _FIELDS or self.size > MOST_BYTES

    def times(self) -> list[int]:
        """When each moment was, in order."""
        gaps = self.moments[::_FIELDS]
        return list(accumulate(gaps, initial=self.last - sum(gaps)))[1:]

    def time(self, moment: int) -> int:
        """When one moment was."""
        return self.last - sum(self.moments[(moment + 1) * _FIELDS :: _FIELDS])

    def names(self) -> tuple[int, ...]:
        """The number of each moment's name, in order."""
        return self.moments[1::_FIELDS]

    def rows(self) -> tuple[int, ...]:
        """Each moment's row of the pages, in order; 0 is none."""
        return self.moments[2::_FIELDS]

    def number(self, text: str) -> int:
        """The number of a text; -1 where it does not occur."""
        return self.texts.index(text) + 1 if text in self.texts else -1

    def text(self, number: int) -> str:
        """The text of that number."""
        return self.texts[number - 1] if number else ""

    def page(self, number: int) -> Page | None:
        """The page of that row, in words."""
        if not number:
            return None
        row, text = self.pages[number - 1], self.text
        return Page(
            path=text(row.path),
            type=text(row.type),
            category=text(row.category),
            product=text(row.product),
            brand=text(row.brand),
            tags=tuple([text(tag) for tag in row.tags]),
            topics=tuple([text(topic) for topic in row.topics]),
            price=row.price,
            price_tier=text(row.price_tier),
            search=text(row.search),
        )

    def latest(self, field: Literal["category", "product"]) -> str:
        """What the latest page tells of that field that tells something of it; empty where none does."""
        for row in reversed(self.rows()):
            if row and (number := getattr(self.pages[row - 1], field)):
                return self.text(number)
        return ""

    def properties_of(self, moment: int) -> Mapping[str, Scalar]:
        """A moment's properties under their names."""
        flat = self.properties.get(moment)
        if not flat:
            return _NO_PROPERTIES
        return {self.text(int(flat[i])): flat[i + 1] for i in range(0, len(flat), 2)}

    def past(self) -> Iterator[Past]:
        """Every remembered event in words, in order."""
        for moment, at in enumerate(self.times()):
            name, row = self.moments[moment * _FIELDS + 1 : moment * _FIELDS + 3]
            yield Past(at, self.text(name), self.page(row), self.properties_of(moment))


def with_event(
    recents: Recents, *, at: int, name: str, page: Page | None = None, properties: Mapping[str, Scalar] = _NO_PROPERTIES
) -> Recents:
    """The recents with one more event at the end; an earlier `at` counts as the latest one's.

    page: within its bounds (`short_page`). The name and the properties are cut here.
    """
    known, new = recents.texts, list[str]()
    kept_pages, row, size = recents.kept_pages, 0, recents.size + _MOMENT_BYTES
    if page is None:
        (named,) = _numbers((short(name, NAME_BYTES),), known, new)
    else:
        named, cells = _cells(short(name, NAME_BYTES), page, known, new)
        encoded = _encode(cells)
        row = last_row(kept_pages, encoded) or _known_row(recents, cells, encoded)
        if not row:
            kept_pages, row = with_row(kept_pages, encoded)
            size += row_bytes(PageRow(*cells))
    flat = _properties(properties, known, new) if properties else ()
    if flat:
        size += sum(map(_property_bytes, flat[1::2]))
    if new:
        size += sum(map(_text_bytes, new))
    last = max(at, recents.last)
    moment = (last - recents.last if recents.moments else 0, named, row)
    after_it = Recents(
        last,
        (*known, *new) if new else known,
        kept_pages,
        recents.moments + moment,
        {**recents.properties, len(recents): flat} if flat else recents.properties,
        recents.left,
        size,
    )
    if kept_pages is recents.kept_pages:
        after_it.__dict__.update(recents.__dict__)
    return after_it


def overflow(recents: Recents) -> tuple[Recents, list[Past]]:
    """The recents back within their bounds, and the oldest events, which had to leave."""
    leaving: list[Past] = []
    while recents.is_full:
        recents, gone = shortened(recents)
        leaving += gone
    return recents, leaving


def shortened(recents: Recents) -> tuple[Recents, list[Past]]:
    """The recents without the oldest fifth, of at least one event, and those that had to leave."""
    drop = max(1, int(len(recents) * _LEAVING))
    return _without_oldest(recents, drop), list(islice(recents.past(), drop))


def _without_oldest(recents: Recents, drop: int) -> Recents:
    """The same but for the `drop` oldest moments, and only the texts and pages that are still in use."""
    left = recents.times()[drop - 1]
    moments = list(recents.moments[drop * _FIELDS :])
    properties = {number - drop: flat for number, flat in recents.properties.items() if number >= drop}
    texts: dict[int, int] = {0: 0}
    rows: dict[int, int] = {0: 0}
    for i in range(1, len(moments), _FIELDS):
        moments[i] = texts.setdefault(moments[i], len(texts))
        moments[i + 1] = rows.setdefault(moments[i + 1], len(rows))
    pages = [renumbered(recents.pages[row - 1], texts) for row in rows if row]
    for number, flat in properties.items():
        keys = [texts.setdefault(int(key), len(texts)) for key in flat[::2]]
        properties[number] = tuple([part for pair in zip(keys, flat[1::2], strict=True) for part in pair])
    if moments:
        moments[0] = 0
    kept = Recents(
        last=recents.last,
        texts=tuple([recents.texts[text - 1] for text in texts if text]),
        kept_pages=Raw(_encode([without_empty_end(structs.astuple(row)) for row in pages])),
        moments=tuple(moments),
        properties=properties,
        left=left,
    )
    return structs.replace(kept, size=_size(kept))


def _size(recents: Recents) -> int:
    size = len(recents) * _MOMENT_BYTES + sum(map(row_bytes, recents.pages)) + sum(map(_text_bytes, recents.texts))
    return size + sum(_property_bytes(value) for flat in recents.properties.values() for value in flat[1::2])


def _text_bytes(text: str) -> int:
    return (len(text) if text.isascii() else len(text.encode())) + 2


def _property_bytes(value: Scalar) -> int:
    return 3 + (_text_bytes(value) if isinstance(value, str) else 6)


def _numbers(texts: Sequence[str], known: tuple[str, ...], new: list[str]) -> list[int]:
    """Their numbers; what was not known goes to `new`, and is numbered after all that was."""
    found = []
    for text in texts:
        if not text:
            found.append(0)
            continue
        try:  # one look at what is known instead of two: 1 µs a page
            found.append(known.index(text) + 1)
        except ValueError:
            if text not in new:
                new.append(text)
            found.append(len(known) + new.index(text) + 1)
    return found


def _cells(name: str, page: Page, known: tuple[str, ...], new: list[str]) -> tuple[int, Sequence[Any]]:
    """The number of the event's name, and the row of its page; few pages tell more than the first five."""
    names = (page.path, page.type, page.category, page.product, page.brand)
    if page.tags or page.topics or page.price is not None or page.price_tier or page.search:
        named, *tags = _numbers((name, *page.tags), known, new)
        topics = tuple(_numbers(page.topics, known, new))
        *cells, tier, search = _numbers((*names, page.price_tier, page.search), known, new)
        return named, without_empty_end((*cells, tuple(tags), topics, _compact(page.price), tier, search))
    named, *cells = _numbers((name, *names), known, new)
    while cells and not cells[-1]:
        cells.pop()
    return named, cells


def _known_row(recents: Recents, cells: Sequence[Any], encoded: bytes) -> int:
    """The number of the row that says the same; 0 where there is none, which the bytes alone mostly tell."""
    if not may_hold(recents.kept_pages, encoded):
        return 0
    try:
        return recents.pages.index(PageRow(*cells)) + 1
    except ValueError:
        return 0


def _properties(properties: Mapping[str, Scalar], known: tuple[str, ...], new: list[str]) -> tuple[Scalar, ...]:
    kept = scalars(properties, most=MOST_PROPERTIES)
    return tuple([part for pair in zip(_numbers([*kept], known, new), kept.values(), strict=True) for part in pair])


_encode = msgpack.Encoder().encode


def _compact(price: float | None) -> int | float | None:
    """A whole number costs three bytes, another one nine."""
    if price is None or not -1e12 < price < 1e12:
        return None
    return int(price) if price == int(price) else price
