"""A spool: the rows of a file by person and time, on disk where they are many, gone with the process."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final

import msgspec
from msgspec import Struct

from floorwalker.cli.importing.rows import Row

MEMORY_KB: Final = 32_000
_AT_ONCE: Final = 1000
_TABLES: Final = """
CREATE TABLE rows (line INTEGER PRIMARY KEY, whose TEXT, at REAL, of_order TEXT, row BLOB);
CREATE TABLE orders (id TEXT PRIMARY KEY, whose TEXT, at REAL, first INTEGER, wrong INTEGER) WITHOUT ROWID;
CREATE TABLE wrong (line INTEGER PRIMARY KEY, why TEXT);
CREATE TABLE raw (line INTEGER PRIMARY KEY, raw TEXT);
"""
_IN_ORDER: Final = """
SELECT rows.row FROM rows LEFT JOIN orders ON rows.of_order = orders.id
ORDER BY rows.whose, coalesce(orders.at, nullif(rows.at, 0), 1e15), coalesce(orders.first, rows.line), rows.line
"""


class OrderSeen(Struct, frozen=True):
    """What a file says of one order. whose: by its first row. wrong: a line of it that cannot be taken, 0 is none."""

    whose: str
    first: int
    wrong: int


class Spool:
    """Holds the rows of one file, what is wrong with others, and these as they stood there. unread: how many lines
    could not be read as rows."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: list[tuple[object, ...]] = []
        self.unread = 0

    def keep(self, row: Row) -> None:
        """One row, in whatever order they come."""
        whose = f"{row.who} {row.name}"
        of_order = row.order if row.order and not row.event else None
        if of_order is not None:
            self._database.execute(
                "INSERT INTO orders VALUES (?1, ?2, nullif(?3, 0), ?4, 0) ON CONFLICT (id) DO UPDATE SET "
                "at = coalesce(at, excluded.at), whose = coalesce(whose, excluded.whose), "
                "first = min(first, excluded.first)",
                (of_order, whose, row.at, row.line),
            )
        self._waiting.append((row.line, whose, row.at, of_order, msgspec.msgpack.encode(row)))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def reject(self, line: int, why: str, *, order: str = "") -> None:
        """A line that cannot be taken, and with it the order that it is about."""
        self._database.execute("INSERT OR IGNORE INTO wrong VALUES (?, ?)", (line, why))
        if order:
            self._database.execute(
                "INSERT INTO orders VALUES (?1, NULL, NULL, ?2, ?2) ON CONFLICT (id) DO UPDATE SET wrong = ?2",
                (order, line),
            )

    def keep_raw(self, line: int, raw: str) -> None:
        """A line as it stood there, should it be rejected."""
        self._database.execute("INSERT INTO raw VALUES (?, ?)", (line, raw.encode("utf-8", "surrogatepass")))

    def order(self, id: str) -> OrderSeen:
        """What the file says of an order in it."""
        found = self._database.execute("SELECT whose, first, wrong FROM orders WHERE id = ?", (id,)).fetchone()
        return OrderSeen(found[0] or "", found[1], found[2])

    def rows(self) -> Iterator[Row]:
        """All rows: by person, then by time, traits at the end; those of one order one after the other."""
        self._write()
        decoder = msgspec.msgpack.Decoder(Row)
        for (packed,) in self._database.execute(_IN_ORDER):
            yield decoder.decode(packed)

    def wrong(self) -> Iterable[tuple[int, str]]:
        """The lines that cannot be taken, and why, in their order."""
        return self._database.execute("SELECT line, why FROM wrong ORDER BY line")

    def rejected(self) -> Iterator[str]:
        """The same lines as they stood there."""
        for (raw,) in self._database.execute("SELECT raw FROM raw JOIN wrong USING (line) ORDER BY line"):
            yield raw.decode("utf-8", "surrogatepass")

    def counts(self) -> tuple[int, int]:
        """How many rows are kept, and how many lines are rejected."""
        self._write()
        (kept,), (wrong,) = (
            self._database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
            for table in ("rows", "wrong")
        )
        return kept, wrong

    def _write(self) -> None:
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


@contextmanager
def open_spool() -> Iterator[Spool]:
    """A database without a name: what does not fit into memory lies in a file that nobody else can open."""
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA cache_size = -{MEMORY_KB}; {_TABLES}")
        database.execute("BEGIN")
        yield Spool(database)
