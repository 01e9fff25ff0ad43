"""A file's lines: CSV or JSON Lines, plain or gzip, or standard input. One at a time, in bounded memory."""

import csv
import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO, cast

from msgspec import Struct

from floorwalker.errors import ConfigurationError

LONGEST: Final = 100_000  # characters of one line
_GZIP: Final = b"\x1f\x8b"
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t|"
_TOO_LONG: Final = f"it has more than {LONGEST:,} characters"
_STANDARD_INPUT: Final = "-"


class Line(Struct, frozen=True):
    """One record. number: of its first line in the file, from 1. fields: by name, as they came. why: it cannot be read,
    and then there are no fields. raw: as it stood there."""

    number: int
    raw: str
    fields: dict[str, Any] = {}
    why: str = ""


class RowFile:
    """An open file. size: bytes on disk, None for a stream. columns: of a CSV file, as its first line names them."""

    def __init__(self, name: str, raw: BinaryIO, *, size: int | None) -> None:
        self.size = size
        self._name = name
        self._raw = raw
        self._text = _text_of(name, raw)
        self._number = 0
        self._first = self._next()
        while self._first and not self._first.strip():
            self._first = self._next()
        if not self._first:
            raise ConfigurationError(f"{name} is empty")
        self.is_csv = not self._first.lstrip().startswith("{")
        self._delimiter = _delimiter_of(self._first) if self.is_csv else ","
        self.columns = self._header() if self.is_csv else []

    def position(self) -> int:
        """How many of the bytes on disk are read."""
        return self._raw.tell() if self.size is not None else 0

    def lines(self) -> Iterator[Line]:
        """Every record but the header. Raises ConfigurationError where the file is no UTF-8, or damaged."""
        return self._csv() if self.is_csv else self._json()

    def writer(self, out: TextIO) -> "RawWriter":
        """What writes records back as they stood here."""
        return RawWriter(out, self._first if self.is_csv else "")

    def _header(self) -> list[str]:
        columns = [name.strip() for name in next(csv.reader([self._first], delimiter=self._delimiter))]
        if twice := sorted({name for name in columns if columns.count(name) > 1}):
            raise ConfigurationError(f"{self._name} has the column {twice[0] or 'without a name'} twice")
        return columns

    def _csv(self) -> Iterator[Line]:
        pieces: list[str] = []
        reader = csv.reader(self._pieces(pieces), delimiter=self._delimiter)
        while True:
            pieces.clear()
            started = self._number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(started, "".join(pieces), why=f"it cannot be read: {error}")
                continue
            if any(len(piece) > LONGEST for piece in pieces):
                yield Line(started, "".join(pieces), why=_TOO_LONG)
            elif any(cell.strip() for cell in cells):
                yield self._record(started, "".join(pieces), cells)

    def _record(self, number: int, raw: str, cells: Sequence[str]) -> Line:
        columns = self.columns
        if len(cells) != len(columns):
            return Line(number, raw, why=f"it has {len(cells)} cells, and the header {len(columns)}")
        named = zip(columns, cells, strict=True)
        return Line(number, raw, {name: text.strip() for name, text in named if text.strip()})

    def _json(self) -> Iterator[Line]:
        line = self._first
        while line:
            if line.strip():
                yield _object_of(line, self._number)
            line = self._next()

    def _pieces(self, pieces: list[str]) -> Iterator[str]:
        """The lines that the reader asks for; pieces: those of the record at hand."""
        while line := self._next():
            pieces.append(line)
            yield line if len(line) <= LONGEST else line.replace('"', "")  # cut, it must not open what never closes

    def _next(self) -> str:
        """The next line; empty at the end. What is beyond the longest is passed over."""
        try:
            line = self._text.readline(LONGEST)
            while line and not line.endswith("\n") and (rest := self._text.readline(LONGEST)):
                line = line[:LONGEST] + rest[-1:]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ConfigurationError(f"{self._name} is damaged: {error}; nothing was imported") from error
        self._number += bool(line)
        if not line.isascii() and any("\udc80" <= c <= "\udcff" for c in line):
            raise ConfigurationError(
                f"{self._name} is no UTF-8 text: line {self._number}. Save it as UTF-8 (in spreadsheets: CSV UTF-8); "
                "nothing was imported"
            )
        return line


class RawWriter:
    """Writes records as they stood in a file, its header first."""

    def __init__(self, out: TextIO, header: str) -> None:
        self._out = out
        self._header = header

    def write(self, raw: str) -> None:
        if self._header:
            self._out.write(_ended(self._header))
            self._header = ""
        self._out.write(_ended(raw))


@contextmanager
def open_rows(name: str) -> Iterator[RowFile]:
    """The file named, or standard input for `-`. Raises ConfigurationError where it cannot be read."""
    if name == _STANDARD_INPUT:
        yield RowFile("standard input", cast(BinaryIO, sys.stdin.buffer), size=None)
        return
    path = Path(name)
    try:
        with path.open("rb") as file:
            yield RowFile(name, file, size=path.stat().st_size)
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror or error}") from error


def _text_of(name: str, raw: BinaryIO) -> TextIO:
    head = raw.peek(2)[:2] if hasattr(raw, "peek") else b""
    if head in _OTHER_MARKS:
        raise ConfigurationError(
            f"{name} is UTF-16. Save it as UTF-8 (in spreadsheets: CSV UTF-8); nothing was imported"
        )
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if head == _GZIP else raw
    return TextIOWrapper(plain, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _delimiter_of(header: str) -> str:
    """What parts most columns; a comma where there is but one."""
    return max(_DELIMITERS, key=lambda one: (len(next(csv.reader([header], delimiter=one))), one == ","))


def _object_of(line: str, number: int) -> Line:
    if len(line) > LONGEST:
        return Line(number, line, why=_TOO_LONG)
    try:
        fields = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Line(number, line, why="it is no JSON object")
    if not isinstance(fields, dict):
        return Line(number, line, why="it is no JSON object")
    return Line(number, line, {name: value for name, value in fields.items() if value is not None})


def _no_number(name: str) -> float:
    raise ValueError(name)


def _ended(line: str) -> str:
    return line if line.endswith(("\n", "\r")) else line + "\n"
