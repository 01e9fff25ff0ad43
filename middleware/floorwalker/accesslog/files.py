"""Opening a log: plain, gzip, or standard input; its lines one by one, in bounded memory."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from floorwalker.accesslog.lines import LONGEST, LogLine, Rejected, read_line

_GZIP = b"\x1f\x8b"


class AccessLog:
    """An open log. size: bytes on disk, None for a stream."""

    def __init__(self, raw: BinaryIO, *, size: int | None) -> None:
        self.size = size
        self._raw = raw
        self._file = _decompressed(raw)

    def position(self) -> int:
        """How many of the bytes on disk are read."""
        return self._raw.tell() if self.size is not None else 0

    def lines(self) -> Iterator[LogLine | Rejected]:
        """Every line, read or rejected, lazily; a damaged gzip file ends in a rejected line, not in an error."""
        number = 0
        try:
            while line := self._file.readline(LONGEST + 2):
                number += 1
                if not line.endswith(b"\n") and len(line) > LONGEST:
                    self._skip_line()
                yield read_line(line.rstrip(b"\r\n").decode("latin-1"), number)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield Rejected(number + 1, f"the compressed file is damaged from here on: {error}")

    def _skip_line(self) -> None:
        while (rest := self._file.readline(LONGEST)) and not rest.endswith(b"\n"):
            pass


@contextmanager
def open_log(name: str) -> Iterator[AccessLog]:
    """The log named, or standard input for `-`; OSError where it cannot be read."""
    if name == "-":
        yield AccessLog(cast(BinaryIO, sys.stdin.buffer), size=None)
        return
    path = Path(name)
    with path.open("rb") as file:
        yield AccessLog(file, size=path.stat().st_size)


def _decompressed(file: BinaryIO) -> BinaryIO:
    head = file.peek(2)[:2] if hasattr(file, "peek") else b""
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if head == _GZIP else file
