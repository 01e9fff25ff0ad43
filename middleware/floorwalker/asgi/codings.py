"""Content codings of a body that comes encoded all the same: decoded, and encoded again, chunk by chunk."""

import zlib
from typing import Protocol

from floorwalker.errors import FloorwalkerError

_GZIP, _ZLIB, _RAW = 31, 15, -15
_WINDOWS = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}


class _Decompressing(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class BodyDamaged(FloorwalkerError):
    """A body is not encoded as its headers say."""


def is_known(coding: bytes) -> bool:
    """Whether a Content-Encoding can be read here: gzip, deflate, identity or none."""
    return coding in _WINDOWS or coding in (b"", b"identity")


def is_accepted(coding: bytes, accept_encoding: bytes | None) -> bool:
    """Whether the client takes this coding (RFC 9110, 12.5.3); no header is taken as no."""
    weights = dict(map(_weighted, (accept_encoding or b"").lower().split(b",")))
    return weights.get(coding, weights.get(b"*", 0.0)) > 0


class Decoder:
    """Bytes in, decoded bytes out; deflate with its zlib header or without, gzip in any number of members."""

    def __init__(self, coding: bytes) -> None:
        self._window = _WINDOWS[coding]
        self._stream: _Decompressing | None = None
        self._head = b""

    def feed(self, data: bytes) -> bytes:
        """Raises BodyDamaged."""
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data, self._head = self._head, b""
            self._stream = zlib.decompressobj(self._window_for(data))
        try:
            decoded = self._stream.decompress(data)
            while self._window == _GZIP and (rest := self._stream.unused_data.lstrip(b"\0")):
                self._stream = zlib.decompressobj(_GZIP)
                decoded += self._stream.decompress(rest)
        except zlib.error as error:
            raise BodyDamaged("the body is not encoded as its headers say") from error
        return decoded

    def close(self) -> bytes:
        """What was still held. Raises BodyDamaged where the body breaks off."""
        if self._head or (self._stream is not None and not self._stream.eof):
            raise BodyDamaged("the encoded body breaks off")
        return b""

    def _window_for(self, data: bytes) -> int:
        """Many servers send deflate without the zlib header (RFC 1950, 2.2) that RFC 9110 asks for."""
        has_header = data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return self._window if self._window == _GZIP or has_header else _RAW


class Encoder:
    """Bytes in, encoded bytes out; every chunk can be decoded as soon as it has come."""

    def __init__(self, coding: bytes) -> None:
        self._stream = zlib.compressobj(6, zlib.DEFLATED, _WINDOWS[coding])

    def feed(self, data: bytes) -> bytes:
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH) if data else b""

    def close(self) -> bytes:
        return self._stream.flush()


def _weighted(part: bytes) -> tuple[bytes, float]:
    coding, _, parameters = part.partition(b";")
    weight = parameters.replace(b" ", b"").removeprefix(b"q=")
    try:
        return coding.strip(), float(weight) if weight else 1.0
    except ValueError:
        return coding.strip(), 0.0
