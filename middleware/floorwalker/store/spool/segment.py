"""One file of the spool: appended to by one process, which holds its lock, and taken over once that has ended.

Everything here blocks, so it runs in the spool's own thread.
"""

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

SUFFIX: Final = ".spool"
_MADE: Final = ".new"
_sync = getattr(os, "fdatasync", os.fsync)  # macOS has the second alone


class Segment:
    """A file, open and locked. The kernel frees the lock with the process, however that ends."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self.size = size
        self._descriptor = descriptor

    @classmethod
    def create(cls, folder: Path, name: str) -> "Segment":
        """A new file in the folder, which is made where it is missing. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, made = folder / f"{name}{SUFFIX}", folder / f"{name}{_MADE}"
        descriptor = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            made.rename(path)  # nobody finds it before it is locked
        except OSError:
            os.close(descriptor)
            with suppress(OSError):
                made.unlink()
            raise
        return cls(path, descriptor, 0)

    @classmethod
    def adopt(cls, path: Path) -> "Segment | None":
        """A file whose process has ended; None where it lives, or somebody else was first. Raises OSError."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if not found.st_nlink:
            os.close(descriptor)
            return None
        return cls(path, descriptor, found.st_size)

    @property
    def is_gone(self) -> bool:
        """Whether somebody took the file out of the folder: nobody would find what is written."""
        return not os.fstat(self._descriptor).st_nlink

    @property
    def written_at(self) -> float:
        """When it was last written to, in seconds since 1970."""
        return os.fstat(self._descriptor).st_mtime

    def append(self, content: bytes) -> None:
        """Write all of it at the end, or nothing. Raises OSError."""
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(content)

    def sync(self) -> None:
        """Wait until the disk has it. Raises OSError."""
        _sync(self._descriptor)

    def read(self) -> bytes:
        """All that lies in it. Raises OSError."""
        parts, offset = [], 0
        while part := os.pread(self._descriptor, 1 << 20, offset):
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def overwrite(self, places: Iterable[tuple[int, bytes]]) -> None:
        """Put bytes in the place of as many others, and wait until the disk has it. Raises OSError."""
        descriptor = os.open(self.path, os.O_WRONLY)  # pwrite would append through the other one
        try:
            for offset, content in places:
                os.pwrite(descriptor, content, offset)
            _sync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self) -> None:
        """Delete it and let go."""
        with suppress(OSError):
            self.path.unlink()
        self.release()

    def release(self) -> None:
        """Let go: whoever looks next may take it over."""
        os.close(self._descriptor)


def segments_in(folder: Path) -> list[Path]:
    """The files in the folder, the oldest first; none where there is no folder. Raises OSError."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []


def bytes_in(paths: Iterable[Path]) -> int:
    """How much these files hold together."""
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size
    return total
