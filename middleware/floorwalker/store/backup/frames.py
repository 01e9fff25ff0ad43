"""The file of a backup: gzip of frames, each four bytes of length (big-endian) and a MessagePack array.

The first frame is `Begin`, the last is `End`, which tells how many there are: a file that was cut off is refused. gzip
itself finds a changed byte. Keys stand without their namespace, times to live as instants, so that what should be gone
by now does not come back. Nothing here depends on the kind of server.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from gzip import GzipFile
from pathlib import Path
from types import TracebackType

from msgspec import DecodeError, Struct, msgpack

from floorwalker.errors import FloorwalkerError

FORMAT = 1
_LENGTH = struct.Struct(">I")
_LONGEST = 1 << 30


class Begin(Struct, tag="begin", array_like=True, frozen=True):
    """at: seconds since 1970. layout, schema: the newest that its records may have."""

    format: int
    at: float
    release: str
    layout: int
    schema: int


class Text(Struct, tag="s", array_like=True, frozen=True):
    """A string. until_ms: when it expires, milliseconds since 1970; 0 is never. It takes the place of what was."""

    key: str
    until_ms: int
    value: bytes


class Fields(Struct, tag="h", array_like=True, frozen=True):
    """A hash, or a part of it: name, value, name, … is_first: of this key; what was there before goes."""

    key: str
    until_ms: int
    is_first: bool
    pairs: tuple[bytes, ...]


class Ranked(Struct, tag="z", array_like=True, frozen=True):
    """A sorted set, or a part of it: member, score, member, …"""

    key: str
    until_ms: int
    is_first: bool
    pairs: tuple[bytes, ...]


class Listed(Struct, tag="l", array_like=True, frozen=True):
    """A list, or a part of it."""

    key: str
    until_ms: int
    is_first: bool
    items: tuple[bytes, ...]


class Entries(Struct, tag="x", array_like=True, frozen=True):
    """Entries of a stream: each an id, and name, value, name, …"""

    key: str
    entries: tuple[tuple[bytes, tuple[bytes, ...]], ...]


class Tip(Struct, tag="tip", array_like=True, frozen=True):
    """How far a stream has come. added: how many entries it ever had; -1 where the server does not tell. until_ms: when
    it goes if nothing more comes; 0 is never."""

    key: str
    last_id: bytes
    added: int
    until_ms: int = 0


class Group(Struct, tag="g", array_like=True, frozen=True):
    """A group of readers: how far they were told, and (reader, entry) of what they have not acknowledged."""

    key: str
    name: bytes
    delivered: bytes
    read: int
    pending: tuple[tuple[bytes, bytes], ...]


class End(Struct, tag="end", array_like=True, frozen=True):
    """frames: how many stand before this one. visitors: how many records are among them."""

    frames: int
    visitors: int


Frame = Begin | Text | Fields | Ranked | Listed | Entries | Tip | Group | End


class BackupBroken(FloorwalkerError):
    """A file that is no whole backup, or one of a later release."""


class Writer:
    """Writes a new file, readable by its owner alone; what is not finished keeps its other name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._frames = 0
        self._file: GzipFile | None = None

    def __enter__(self) -> "Writer":
        self._part.touch(mode=0o600)
        self._part.chmod(0o600)
        self._file = gzip.open(self._part, "wb", compresslevel=4)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    @property
    def frames(self) -> int:
        """How many were written so far."""
        return self._frames

    def write(self, frame: Frame) -> None:
        """Append one frame. Raises OSError where the disk is full."""
        assert self._file is not None
        packed = _encoder.encode(frame)
        self._file.write(_LENGTH.pack(len(packed)) + packed)
        self._frames += 1


def read_frames(path: Path) -> Iterator[Frame]:
    """Every frame of a backup, in order, one in memory at a time. Raises BackupBroken, or OSError."""
    frames, ended = 0, False
    try:
        with gzip.open(path, "rb") as file:
            while head := file.read(_LENGTH.size):
                frame = _frame(file, head)
                if (frames == 0) != isinstance(frame, Begin) or ended:
                    raise BackupBroken(f"{path} is no backup of floorwalker")
                _check(path, frame, frames)
                ended = isinstance(frame, End)
                yield frame
                frames += 1
    except (gzip.BadGzipFile, zlib.error, EOFError, DecodeError, struct.error, ValueError) as error:
        raise BackupBroken(f"{path} is no whole backup: {error or 'it was cut off'}") from error
    if not ended:
        raise BackupBroken(f"{path} is no whole backup: its end is missing")


def _frame(file: GzipFile, head: bytes) -> Frame:
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST:
        raise ValueError("a frame is longer than any that was written")
    return _decoder.decode(file.read(length))


def _check(path: Path, frame: Frame, frames: int) -> None:
    match frame:
        case Begin(format=format_, release=release) if format_ > FORMAT:
            raise BackupBroken(
                f"{path} was made by floorwalker {release}, which is newer; restore it with that release"
            )
        case End(frames=told) if told != frames:
            raise BackupBroken(f"{path} is no whole backup: it has {frames} frames of {told}")


_encoder = msgpack.Encoder()
_decoder: "msgpack.Decoder[Frame]" = msgpack.Decoder(Frame)
