"""The recent events of one profile, found by what they are: positions in order of time, looked up, not walked."""

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from operator import attrgetter

from floorwalker.core.conditions.asking import holds_for, page_values
from floorwalker.core.conditions.matchers import AnyOf, PathIs, fold_texts
from floorwalker.core.conditions.model import Field
from floorwalker.core.events import PAGE_VIEWED, PRODUCTS_SEARCHED, Page
from floorwalker.core.memory.asked.paths import Paths
from floorwalker.core.memory.kept.counts import path_key
from floorwalker.core.memory.kept.recents import Recents

Positions = Sequence[int]
NOWHERE: Positions = ()

Found = tuple[int, int]
"""How often, and at which position last; -1 is nowhere."""

_NOT_ONCE: Found = (0, -1)

_SEVERAL = {"tag": attrgetter("tags"), "topic": attrgetter("topics")}
_SINGLE = {name: attrgetter(name) for name in ("type", "category", "product", "brand", "price_tier")}
_COLUMNS = {**_SINGLE, "path": attrgetter("path")}
_SEARCH = attrgetter("search")
_LONG_ROW = re.compile(rb"[\x9a-\x9f\xdc\xdd]")
"""How MessagePack begins an array that is long enough for a row to tell of a search, which stands at its end. Where no
byte is as these, none of the rows need be read."""
_FOLDED = _SEVERAL.keys() | _SINGLE.keys()


class RecentIndex:
    """Tables are made when they are first asked for, one per field."""

    __slots__ = (
        "_columns",
        "_first_time",
        "_names",
        "_numbers",
        "_pages",
        "_path_numbers",
        "_paths",
        "_patterns",
        "_recents",
        "_rows",
        "_tables",
        "_texts",
        "_times",
        "_values",
        "_viewed_rows",
        "_views",
    )

    def __init__(self, recents: Recents) -> None:
        self._recents = recents
        self._numbers = recents.names()
        self._times: list[int] | None = None
        self._views: Positions | None = None
        self._texts: list[str] | None = None
        self._names: dict[str, list[int]] | None = None
        self._rows: dict[int, list[int]] | None = None
        self._tables: dict[str, dict[str, Positions]] = {}
        self._paths: Paths | None = None
        self._path_numbers: dict[str, list[int]] = {}
        self._columns: dict[str, Sequence[int]] = {}
        self._values: dict[str, tuple[Sequence[int], list[str]]] = {}
        self._viewed_rows: Sequence[int] | None = None
        self._patterns: dict[str, Positions] = {}
        self._pages: dict[int, Page] = {}
        self._first_time: int | None = None

    @property
    def times(self) -> list[int]:
        """When each event happened, in order."""
        if self._times is None:
            self._times = self._recents.times()
        return self._times

    @property
    def views(self) -> Positions:
        """Where a page was viewed."""
        if self._views is None:
            self._views = self.happened(PAGE_VIEWED)
        return self._views

    @property
    def names(self) -> Sequence[str]:
        """All texts of the recent events, folded: what they are called, what their pages are about, and some more."""
        return self._folded()

    @property
    def first_segments(self) -> Set[str]:
        """With which segments the paths of the pages viewed begin, and whatever else looks like a path."""
        return self._known_paths().first_segments

    def since(self, start: float) -> int:
        """The first event that is not before `start`."""
        if self._first_time is None:
            self._first_time = self._recents.time(0)
        if start <= self._first_time or not self._recents.moments:
            return 0  # as nearly always; without the time of each: 3 µs of 30 events
        return bisect_left(self.times, start)

    def time(self, position: int) -> int:
        """When an event happened."""
        return self._recents.time(position) if self._times is None else self._times[position]

    def counted_views(self, what: Sequence[Field], first: int) -> Found | None:
        """How often, from the event `first` on, a page was viewed of which one whole value is asked, and where last.

        None where that is not all that is asked. It is counted in a column of numbers, without positions.
        """
        if len(what) != 1 or what[0].name not in _SINGLE:
            return None
        return self._counted_in(self._column(what[0].name), what[0], first)

    def counted_events(self, what: Sequence[Field], first: int) -> Found | None:
        """The same of events that are asked for by their whole name."""
        if len(what) != 1 or what[0].name != "event":
            return None
        return self._counted_in(self._numbers, what[0], first)

    def viewed(self, what: Sequence[Field]) -> Positions:
        """Where a page was viewed for which all of `what` holds."""
        if not what:
            return self.views
        if len(what) == 1:
            return self._viewed_with(what[0])
        first, *rest = (set(self._viewed_with(field)) for field in what)
        return sorted(first.intersection(*rest))

    def named(self, field: Field) -> Positions:
        """Where something happened whose name fits."""
        names = self._by_name()
        matcher = field.matcher
        if isinstance(matcher, AnyOf) and not matcher.patterns:
            return _merged([names[name] for name in matcher.exact if name in names])
        return _merged([positions for name, positions in names.items() if holds_for(matcher, (name,))])

    def searches(self, first: int) -> list[str]:
        """What was typed into the site's own search from the event `first` on, in order; see `History.searches`."""
        recents = self._recents
        asked = recents.number(PRODUCTS_SEARCHED)
        texts = [0, *map(_SEARCH, recents.pages)]
        rows, names, found = self._rows_viewed(), self._numbers, list[str]()
        for position in range(first, len(names)):
            if names[position] == asked:
                found.append(str(recents.properties_of(position).get("query") or ""))
            elif number := texts[rows[position]]:
                found.append(recents.text(number))
        return [text for text in found if text]

    def happened(self, name: str) -> Positions:
        """Where the event of exactly that name happened."""
        asked = self._recents.number(name)
        return NOWHERE if asked < 0 else [at for at, number in enumerate(self._numbers) if number == asked]

    def _counted_in(self, column: Sequence[int], field: Field, first: int) -> Found | None:
        matcher = field.matcher
        if not isinstance(matcher, AnyOf) or matcher.patterns:
            return None
        numbers, folded = self._values.get(field.name) or self._values_in(column, field.name)
        count, last = 0, -1
        for value in matcher.exact:
            at = -1
            for _ in range(folded.count(value)):  # case, accents or blanks may tell some apart that fold to the same
                at = folded.index(value, at + 1)
                times, latest = _counted(column, numbers[at], first)
                count, last = count + times, max(last, latest)
        return count, last

    def _values_in(self, column: Sequence[int], name: str) -> tuple[Sequence[int], list[str]]:
        """The texts of one column: their numbers, and as they are compared. Those of others are not folded: of all that
        30 events have it would take 8 µs instead of 3."""
        if self._texts is None:
            numbers: Sequence[int] = tuple({*column} - {0})
            texts = self._recents.texts
            folded = fold_texts([texts[number - 1] for number in numbers])
        else:
            numbers, folded = range(1, len(self._texts) + 1), self._texts
        found = self._values[name] = (numbers, folded)
        return found

    def _column(self, field: str) -> Sequence[int]:
        """Of each event the number of the text that its page has in that field; 0 where no page was viewed."""
        column = self._columns.get(field)
        if column is None:
            texts = [0, *map(_COLUMNS[field], self._recents.pages)]
            column = self._columns[field] = list(map(texts.__getitem__, self._rows_viewed()))
        return column

    def _rows_viewed(self) -> Sequence[int]:
        """Of each event the row of the page that was viewed; 0 of any other event."""
        if self._viewed_rows is None:
            viewed = self._recents.number(PAGE_VIEWED)
            rows = zip(self._recents.rows(), self._numbers, strict=True)
            self._viewed_rows = [row if number == viewed else 0 for row, number in rows]
        return self._viewed_rows

    def _folded(self) -> list[str]:
        """The texts as they are compared, in the order of their numbers."""
        if self._texts is None:
            self._texts = fold_texts(self._recents.texts)
        return self._texts

    def _by_name(self) -> dict[str, list[int]]:
        if self._names is None:
            numbers: dict[int, list[int]] = {}
            for at, number in enumerate(self._numbers):
                numbers.setdefault(number, []).append(at)
            self._names = {}
            for number, positions in numbers.items():
                name = self._folded()[number - 1] if number else ""
                self._names[name] = sorted(self._names[name] + positions) if name in self._names else positions
        return self._names

    def _viewed_with(self, field: Field) -> Positions:
        matcher, name = field.matcher, field.name
        if isinstance(matcher, AnyOf):
            if not matcher.patterns and name in _FOLDED:
                table = self._table(name)
                return _merged([table[value] for value in matcher.exact if value in table])
        elif isinstance(matcher, PathIs) and name == "path":
            return _merged([self._on_path(pattern) for pattern in matcher.patterns])
        rows = self._by_row()
        return _merged([at for row, at in rows.items() if holds_for(matcher, page_values(self._page(row), name))])

    def _on_path(self, pattern: str) -> Positions:
        found = self._patterns.get(pattern)
        if found is None:
            paths = self._known_paths().within(pattern)
            wanted = {number for path in paths for number in self._path_numbers[path]}
            column = self._column("path") if wanted else ()
            found = self._patterns[pattern] = [at for at, number in enumerate(column) if number in wanted]
        return found

    def _known_paths(self) -> Paths:
        """All texts that look like a path, as paths are compared."""
        if self._paths is None:
            for number, text in enumerate(self._recents.texts, 1):
                if text[:1] == "/":
                    self._path_numbers.setdefault(path_key(text) if text[-1] == "/" else text, []).append(number)
            self._paths = Paths(self._path_numbers)
        return self._paths

    def _page(self, row: int) -> Page:
        page = self._pages.get(row)
        if page is None:
            page = self._pages[row] = self._recents.page(row) or Page()
        return page

    def _by_row(self) -> dict[int, list[int]]:
        """The rows of the pages viewed, and where; row 0 is a view without a page."""
        if self._rows is None:
            self._rows = {}
            rows = self._recents.rows()
            for position in self.views:
                self._rows.setdefault(rows[position], []).append(position)
        return self._rows

    def _table(self, field: str) -> dict[str, Positions]:
        """The values of one field, as they are compared, and where a page with that value was viewed."""
        table = self._tables.get(field)
        if table is None:
            table = self._tables[field] = {}
            for text, positions in self._by_text(field).items():
                key = self._folded()[text - 1]
                table[key] = _merged([table[key], positions]) if key in table else positions
        return table

    def _by_text(self, field: str) -> dict[int, list[int]]:
        """The texts of one field, by their numbers, and where."""
        found: dict[int, list[int]] = {}
        rows = self._recents.rows()
        if field in _SEVERAL:
            several = [(), *map(_SEVERAL[field], self._recents.pages)]
            for position in self.views:
                for text in several[rows[position]]:
                    found.setdefault(text, []).append(position)
            return found
        single = [0, *map(attrgetter(field), self._recents.pages)]
        for position in self.views:
            if text := single[rows[position]]:
                found.setdefault(text, []).append(position)
        return found


def _counted(column: Sequence[int], number: int, first: int) -> Found:
    """How often a number stands in a column from `first` on, and where last."""
    part = column[first:] if first else column
    times = part.count(number)
    return (times, len(column) - 1 - part[::-1].index(number)) if times else _NOT_ONCE


def has_searches(recents: Recents) -> bool:
    """Whether anything was typed into the site's own search: of most nothing was, and nobody asks when."""
    return PRODUCTS_SEARCHED in recents.texts or (
        _LONG_ROW.search(recents.kept_pages, 1) is not None and any(map(_SEARCH, recents.pages))
    )


def _merged(several: Sequence[Positions]) -> Positions:
    """The positions of all, in order, each once."""
    if len(several) == 1:
        return several[0]
    return sorted({position for positions in several for position in positions}) if several else NOWHERE
