"""The recent events of one profile, found by what they are: positions in order of time, looked up, not walked."""

from collections.abc import Iterable, Sequence

from floorwalker.core.conditions.asking import holds_for, page_values
from floorwalker.core.conditions.matchers import AnyOf, PathIs, fold_text
from floorwalker.core.conditions.model import Field
from floorwalker.core.conditions.patterns import path_pattern
from floorwalker.core.counts import path_key
from floorwalker.core.events import PAGE_VIEWED, Page
from floorwalker.core.recents import PageRow, Recents

_COLUMNS = {"tag": "tags", "topic": "topics"}
_TEXTS = ("path", "type", "category", "product", "brand", "tag", "topic", "price_tier")

Positions = Sequence[int]
NOWHERE: Positions = ()


class RecentIndex:
    """Tables are made when they are first asked for, one per field."""

    __slots__ = ("_names", "_numbers", "_pages", "_recents", "_rows", "_tables", "times", "views")

    def __init__(self, recents: Recents) -> None:
        self._recents = recents
        self.times = recents.times()
        self._numbers: dict[int, list[int]] = {}
        for position, name in enumerate(recents.names()):
            self._numbers.setdefault(name, []).append(position)
        number = recents.number(PAGE_VIEWED)
        self.views: Positions = self._numbers.get(number, NOWHERE)
        self._names: dict[str, list[int]] | None = None
        self._rows: dict[int, list[int]] | None = None
        self._tables: dict[str, dict[str, list[int]]] = {}
        self._pages: dict[int, Page] = {}

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

    def happened(self, name: str) -> Positions:
        """Where the event of exactly that name happened."""
        return self._numbers.get(self._recents.number(name), NOWHERE)

    def _by_name(self) -> dict[str, list[int]]:
        if self._names is None:
            self._names = {}
            for number, positions in self._numbers.items():
                name = fold_text(self._recents.text(number))
                self._names[name] = sorted(self._names.get(name, []) + positions)
        return self._names

    def _viewed_with(self, field: Field) -> Positions:
        matcher, name = field.matcher, field.name
        if name in _TEXTS:
            if isinstance(matcher, AnyOf) and not matcher.patterns and name != "path":
                table = self._table(name)
                return _merged([table[value] for value in matcher.exact if value in table])
            if isinstance(matcher, PathIs) and name == "path":
                return self._on_paths(matcher)
        rows = self._by_row()
        return _merged([at for row, at in rows.items() if holds_for(matcher, page_values(self._page(row), name))])

    def _on_paths(self, matcher: PathIs) -> Positions:
        table = self._table("path")
        found: dict[str, list[int]] = {}
        for pattern in matcher.patterns:
            if "*" not in pattern:
                path = literal_path(pattern)
                if path in table:
                    found[path] = table[path]
                continue
            head, fits = pattern.partition("*")[0].rstrip("/"), path_pattern(pattern).match
            found.update({path: at for path, at in table.items() if path.startswith(head) and fits(path)})
        return _merged(list(found.values()))

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

    def _table(self, field: str) -> dict[str, list[int]]:
        """The values of one field, as they are compared, and where a page with that value was viewed."""
        table = self._tables.get(field)
        if table is None:
            table = self._tables[field] = self._made_table(_COLUMNS.get(field, field), is_path=field == "path")
        return table

    def _made_table(self, column: str, *, is_path: bool) -> dict[str, list[int]]:
        pages = self._recents.pages
        by_text: dict[int, list[int]] = {}
        for row, positions in self._by_row().items():
            if row:
                for text in _numbers(pages[row - 1], column):
                    by_text.setdefault(text, []).extend(positions)
        table: dict[str, list[int]] = {}
        for text, positions in by_text.items():
            value = self._recents.text(text)
            key = path_key(value) if is_path else fold_text(value)
            table[key] = sorted({*table.get(key, ()), *positions})
        return table


def literal_path(pattern: str) -> str:
    """A path pattern without wildcards, in the form in which paths are compared."""
    return "/" + "/".join([segment for segment in pattern.split("/") if segment])


def _numbers(row: PageRow, column: str) -> Iterable[int]:
    value = getattr(row, column)
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def _merged(several: list[list[int]]) -> Positions:
    """The positions of all, in order, each once."""
    if len(several) == 1:
        return several[0]
    return sorted({position for positions in several for position in positions}) if several else NOWHERE
