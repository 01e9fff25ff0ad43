"""Profiles as they stand: a folder for each time that it was asked, whole or not there at all."""

import shutil
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from floorwalker.core.memory.profile import Profile
from floorwalker.export.files import Form, RowFile, keep, open_file
from floorwalker.export.rows import ProfileRow, may_leave, profile_row
from floorwalker.store.records.found import Loaded

ROWS_OF_A_FILE: Final = 500_000
ROWS_AT_ONCE: Final = 500
_APART: Final = ".unfinished"


class Taken(Struct):
    """What was written. withheld: visitors who do not allow that they are counted. unconfirmed: whose cookie never came
    back. folder: of this time. removed: how many earlier ones went."""

    folder: str
    rows: int = 0
    withheld: int = 0
    unconfirmed: int = 0
    removed: int = 0


class ProfileExport:
    """One run. inside: the segments that somebody is in now. traits: the names of those that may leave. kept: how many
    times are kept, this one included; earlier ones hold people who have been erased since."""

    def __init__(
        self,
        folder: Path,
        form: Form,
        *,
        now: datetime,
        inside: Callable[[Profile], Collection[str]],
        traits: Collection[str] = (),
        kept: int = 1,
        rows_of_a_file: int = ROWS_OF_A_FILE,
    ) -> None:
        self._folder, self._form, self._inside = folder, form, inside
        self._traits, self._kept, self._rows_of_a_file = traits, kept, rows_of_a_file
        self._name = f"taken={now:%Y%m%dT%H%M%SZ}"
        self._apart = folder / _APART
        self._file: RowFile | None = None
        self._place = self._apart
        self._files = self._in_file = 0
        self.taken = Taken(self._name)

    async def run(self, profiles: AsyncIterator[Loaded]) -> Taken:
        """Write everybody. Raises what `profiles` raises, and OSError; then nothing of this time is there."""
        shutil.rmtree(self._apart, ignore_errors=True)
        self._apart.mkdir(mode=0o700, parents=True)
        try:
            rows: list[ProfileRow] = []
            async for loaded in profiles:
                rows += self._rows(loaded)
                if len(rows) >= ROWS_AT_ONCE:
                    self._write(rows)
                    rows = []
            if rows or not self._files:  # of nobody there is a file, too, that says which columns there are
                self._write(rows)
        finally:
            self._close()
        place = self._folder / self._name
        shutil.rmtree(place, ignore_errors=True)  # of the same second
        self._apart.replace(place)
        keep(self._folder)
        self._remove_earlier()
        return self.taken

    def _rows(self, loaded: Loaded) -> list[ProfileRow]:
        if not loaded.confirmed or loaded.profile is None:
            self.taken.unconfirmed += 1
            return []
        if not may_leave(loaded.profile):
            self.taken.withheld += 1
            return []
        return [profile_row(loaded, segments=self._inside(loaded.profile), traits=self._traits)]

    def _write(self, rows: list[ProfileRow]) -> None:
        file = self._file or self._next_file()
        file.write(rows)
        self._in_file += len(rows)
        self.taken.rows += len(rows)
        if self._in_file >= self._rows_of_a_file:
            self._close()

    def _next_file(self) -> RowFile:
        self._files, self._in_file = self._files + 1, 0
        self._place = self._apart / f"part-{self._files:06}.{self._form}"
        self._file = open_file(self._form, self._place, ProfileRow)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()
            keep(self._place)

    def _remove_earlier(self) -> None:
        for earlier in sorted(self._folder.glob("taken=*"))[: -self._kept]:
            shutil.rmtree(earlier)
            self.taken.removed += 1
