"""The folder of exported events: files by day, and how far it has come, so that each event is in it once.

Files are written apart. Once they are whole, the note of how far it has come names them; then they move to their
places. Whatever breaks off before the note is as if it had never begun, whatever breaks off after it is ended by the
next run. A file that is in its place never changes and never goes.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from floorwalker.errors import ConfigurationError
from floorwalker.export.files import Form, RowFile, keep, open_file
from floorwalker.export.rows import EventRow

NOTE: Final = "cursor.json"
APART: Final = ".unfinished"
FORMAT: Final = 1


class Cursor(Struct, frozen=True):
    """How far it has come. of: the keyspace. batches: so many are whole. last: by partition, the id of the last entry.
    files: of the latest batch, which may still be apart."""

    format: int
    of: str
    batches: int = 0
    last: Mapping[int, str] = {}
    files: tuple[str, ...] = ()


class EventFolder:
    """Where events go. Raises OSError where it cannot be written."""

    def __init__(self, folder: Path, form: Form) -> None:
        self._folder, self._form = folder, form
        self._apart = folder / APART
        self._open: dict[str, RowFile] = {}
        self.cursor = Cursor(FORMAT, "")
        self.files = 0

    @contextmanager
    def held(self, mark: str) -> Iterator[None]:
        """This folder for this run alone, with what broke off put right. mark: of the keyspace; another's is refused.

        Raises ConfigurationError.
        """
        self._apart.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._apart, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConfigurationError(f"another export writes into {self._folder} now") from error
            self._resume(mark)
            yield
        finally:
            self._close()
            os.close(descriptor)

    def write(self, day: date, rows: Sequence[EventRow]) -> None:
        """Rows of one day, into the batch that is under way."""
        name = f"day={day.isoformat()}/part-{self.cursor.batches + 1:06}.{self._form}"
        if name not in self._open:
            self._open[name] = open_file(self._form, self._place_apart(name), EventRow)
        self._open[name].write(rows)

    def commit(self, last: Mapping[int, str]) -> None:
        """The batch is whole: from here on its rows are there, whatever happens. last: by partition."""
        if not self._open and last == self.cursor.last:
            return
        files = tuple(self._open)
        self._close()
        for name in files:
            keep(self._place_apart(name))
        batches = self.cursor.batches + bool(files)
        self._note(replace(self.cursor, batches=batches, last=dict(last), files=files))
        self.files += len(files)
        self._publish()

    def _resume(self, mark: str) -> None:
        note = self._folder / NOTE
        if note.exists():
            self.cursor = _read(note)
            if self.cursor.of != mark:
                raise ConfigurationError(f"{self._folder} holds events of another store; name another folder")
        elif any(self._folder.glob("day=*")):
            raise ConfigurationError(f"{self._folder} holds events, but no {NOTE} that says which; name another folder")
        self.cursor = replace(self.cursor, of=mark)
        self._publish()
        for left in self._apart.iterdir():
            left.unlink()

    def _publish(self) -> None:
        """Whatever the note names and is still apart goes to its place."""
        for name in self.cursor.files:
            if (apart := self._place_apart(name)).exists():
                place = self._folder / name
                place.parent.mkdir(mode=0o700, exist_ok=True)
                apart.replace(place)
                keep(place.parent)

    def _note(self, cursor: Cursor) -> None:
        fresh = self._apart / NOTE
        fresh.write_bytes(json.encode(cursor))
        keep(fresh)
        fresh.replace(self._folder / NOTE)
        keep(self._folder)
        self.cursor = cursor

    def _place_apart(self, name: str) -> Path:
        """Under a name that no pattern for rows takes."""
        return self._apart / f"{name.replace('/', ' ')}.part"

    def _close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def _read(note: Path) -> Cursor:
    try:
        cursor = json.decode(note.read_bytes(), type=Cursor)
    except DecodeError as error:
        raise ConfigurationError(f"{note} cannot be read: {error}; export into a new folder") from error
    if cursor.format > FORMAT:
        raise ConfigurationError(f"a newer release wrote {note}; export with that release")
    return cursor
