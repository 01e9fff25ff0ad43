"""Files of rows: Parquet where pyarrow is there, else JSON, a row a line."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol, assert_never

from msgspec import json

from floorwalker.errors import ConfigurationError
from floorwalker.export.rows import Row


class Form(StrEnum):
    """How rows are written; the value is how the names of such files end."""

    PARQUET = "parquet"
    NDJSON = "ndjson"


class RowFile(Protocol):
    """One file that is being written; whole once it is closed."""

    def write(self, rows: Sequence[Row]) -> None:
        """Some rows."""

    def close(self) -> None:
        """That was all of it."""


class NdjsonFile:
    """A row a line, as JSON; times as RFC 3339, what is not known left out or null."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, rows: Sequence[Row]) -> None:
        self._file.write(json.Encoder().encode_lines(rows))

    def close(self) -> None:
        self._file.close()


def check(form: Form) -> None:
    """Raises ConfigurationError where such files cannot be written on this machine."""
    if form is Form.PARQUET:
        try:
            import pyarrow  # noqa: F401 - asked for before anything is read
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "pyarrow is not installed, which Parquet needs; write pip install 'floorwalker[parquet]', "
                "or take --ndjson in its place"
            ) from error


def open_file(form: Form, path: Path, row: type[Row]) -> RowFile:
    """A new file for rows of a kind; it is about people, and for its owner alone."""
    path.touch(mode=0o600)
    match form:
        case Form.PARQUET:
            from floorwalker.export.parquet import ParquetFile

            return ParquetFile(path, row)
        case Form.NDJSON:
            return NdjsonFile(path)
        case other:
            assert_never(other)


def keep(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
