"""Content codings: bytes in, bytes out, a bounded piece at a time.

gzip and deflate (zlib's format, or the bare one that some servers send) are read and written; `identity` is what
needs nothing. A decoder never gives more than 64 KB at once, however much a few bytes unfold to.
"""

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from floorwalker.errors import BodyUndecodable

PIECE_BYTES: Final = 65_536
_GZIP_BITS: Final = zlib.MAX_WBITS | 16
_COMPRESSION_LEVEL: Final = 6


class Decoder(Protocol):
    """Undoes one content coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decoded bytes so far, in pieces of at most 64 KB; to be exhausted before the next call."""
        ...

    def close(self) -> Iterator[bytes]:
        """The rest; raises BodyUndecodable where the body ends too early."""
        ...


class Encoder(Protocol):
    """Applies one content coding."""

    def feed(self, data: bytes) -> bytes:
        """The encoded bytes, flushed: whoever reads them can decode everything fed so far."""
        ...

    def close(self) -> bytes:
        """The rest."""
        ...


class IdentityDecoder:
    """Passes a body through that is not encoded."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if data:
            yield data

    def close(self) -> Iterator[bytes]:
        return iter(())


class ZlibDecoder:
    """Decodes gzip, in one member or several, or deflate with a header or bare."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._inflater = zlib.decompressobj(_GZIP_BITS if coding == "gzip" else zlib.MAX_WBITS)
        self._head = b""
        self._is_begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._is_begun:
            data = self._begin(data)
        is_full = False
        while data or is_full:
            if self._inflater.eof:
                data = self._next_member(data)
                is_full = False
                continue
            piece = self._inflate(data)
            is_full = len(piece) == PIECE_BYTES
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if piece:
                yield piece

    def close(self) -> Iterator[bytes]:
        if self._head:
            self._is_begun = True
            yield from self.feed(self._head)
        if self._is_begun and not self._inflater.eof:
            raise BodyUndecodable(self._coding, "the body ends too early")

    def _begin(self, data: bytes) -> bytes:
        """Waits for the two bytes that tell deflate's two forms apart; returns what to read."""
        self._head += data
        if self._coding != "gzip" and len(self._head) < 2:
            return b""
        head, self._head = self._head, b""
        if self._coding != "gzip" and not _has_zlib_header(head):
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._is_begun = True
        return head

    def _inflate(self, data: bytes) -> bytes:
        try:
            return self._inflater.decompress(data, PIECE_BYTES)
        except zlib.error as broken:
            raise BodyUndecodable(self._coding, str(broken)) from broken

    def _next_member(self, rest: bytes) -> bytes:
        """What follows the end: in gzip another member, or padding, which is left out."""
        if self._coding != "gzip" or not rest.startswith(b"\x1f"):
            return b""
        self._inflater = zlib.decompressobj(_GZIP_BITS)
        return rest


class IdentityEncoder:
    """Passes a body through."""

    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> bytes:
        return b""


class ZlibEncoder:
    """Encodes gzip or deflate, flushed at every piece."""

    def __init__(self, coding: str) -> None:
        bits = _GZIP_BITS if coding == "gzip" else zlib.MAX_WBITS
        self._deflater = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, bits)

    def feed(self, data: bytes) -> bytes:
        if not data:
            return b""
        return self._deflater.compress(data) + self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def close(self) -> bytes:
        return self._deflater.flush(zlib.Z_FINISH)


def read_codings(content_encoding: bytes) -> tuple[str, ...] | None:
    """The codings of a body in the order they were applied, from its header; None where one is not known here."""
    if not content_encoding:
        return ()
    names = [name.strip().lower() for name in content_encoding.decode("latin-1").split(",")]
    codings = tuple(_ALIASES.get(name, name) for name in names if name not in ("", "identity"))
    return codings if all(coding in ("gzip", "deflate") for coding in codings) else None


def decoder_for(codings: tuple[str, ...]) -> Decoder:
    """Undoes these codings, the last first."""
    decoder: Decoder = IdentityDecoder()
    for coding in codings:
        decoder = ZlibDecoder(coding) if isinstance(decoder, IdentityDecoder) else _Chain(ZlibDecoder(coding), decoder)
    return decoder


def encoder_for(coding: str | None) -> Encoder:
    """Applies one coding: `gzip`, `deflate`, or None for none."""
    return IdentityEncoder() if coding is None else ZlibEncoder(coding)


class _Chain:
    """One decoder after another."""

    def __init__(self, first: Decoder, second: Decoder) -> None:
        self._first, self._second = first, second

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._first.feed(data):
            yield from self._second.feed(piece)

    def close(self) -> Iterator[bytes]:
        for piece in self._first.close():
            yield from self._second.feed(piece)
        yield from self._second.close()


def _has_zlib_header(head: bytes) -> bool:
    """RFC 1950, 2.2: the method is 8, and the two bytes are a multiple of 31."""
    return head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0


_ALIASES: Final = {"x-gzip": "gzip", "x-deflate": "deflate"}
