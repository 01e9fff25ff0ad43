"""Content codings."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.asgi.codings import BodyDamaged, Decoder, Encoder, is_accepted, is_known


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


CODED = {
    "gzip": (b"gzip", gzip.compress),
    "two gzip members": (b"x-gzip", lambda data: gzip.compress(data) + gzip.compress(b"more")),
    "deflate": (b"deflate", zlib.compress),
    "deflate without its header": (b"deflate", raw_deflate),
}


@pytest.mark.parametrize("how", CODED)
@given(data=st.binary(max_size=400), size=st.integers(1, 64))
def test_any_chunking_decodes_to_the_same(how: str, data: bytes, size: int) -> None:
    coding, encode = CODED[how]
    encoded = encode(data)
    decoder = Decoder(coding)
    chunks = [decoder.feed(encoded[at : at + size]) for at in range(0, len(encoded), size)]
    assert b"".join([*chunks, decoder.close()]) == data + (b"more" if how.startswith("two") else b"")


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6))
def test_every_encoded_chunk_can_be_read_at_once(chunks: list[bytes]) -> None:
    encoder, reader = Encoder(b"gzip"), Decoder(b"gzip")
    assert [reader.feed(encoder.feed(chunk)) for chunk in chunks] == chunks
    assert reader.feed(encoder.close()) + reader.close() == b""


def test_a_body_that_is_not_what_it_says_is_damaged() -> None:
    with pytest.raises(BodyDamaged):
        Decoder(b"gzip").feed(b"<html>")
    decoder = Decoder(b"gzip")
    decoder.feed(gzip.compress(b"hello")[:-9])
    with pytest.raises(BodyDamaged):
        decoder.close()


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        (None, False),
        (b"gzip, br", True),
        (b"br;q=1, *;q=0.1", True),
        (b"GZIP;q=0.5", True),
        (b"gzip;q=0", False),
        (b"br", False),
        (b"gzip;q=x", False),
        (b"\xff;;", False),
    ],
)
def test_what_the_client_accepts(accept: bytes | None, accepted: bool) -> None:
    assert is_accepted(b"gzip", accept) is accepted


def test_what_can_be_read_here() -> None:
    assert all(map(is_known, (b"", b"identity", b"gzip", b"x-gzip", b"deflate")))
    assert not any(map(is_known, (b"br", b"zstd", b"gzip, br")))
