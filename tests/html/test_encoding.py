"""Content codings."""

import gzip
import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.errors import BodyUndecodable
from floorwalker.html.encoding import PIECE_BYTES, Decoder, decoder_for, encoder_for, read_codings
from tests.html.conftest import pieces_of


def encode_bare(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(body) + deflater.flush()


def decode(decoder: Decoder, pieces: Iterable[bytes]) -> bytes:
    decoded = [piece for encoded in pieces for piece in decoder.feed(encoded)]
    decoded += decoder.close()
    assert all(0 < len(piece) <= PIECE_BYTES for piece in decoded)
    return b"".join(decoded)


FORMS = [
    ((), bytes),
    (("gzip",), gzip.compress),
    (("deflate",), zlib.compress),
    (("deflate",), encode_bare),
    (("gzip",), lambda body: gzip.compress(body[:3]) + gzip.compress(body[3:]) + b"\0padding"),
    (("gzip", "deflate"), lambda body: zlib.compress(gzip.compress(body))),
    (("deflate", "gzip"), lambda body: gzip.compress(encode_bare(body))),
]


@pytest.mark.parametrize(("codings", "encode"), FORMS)
@given(st.binary(max_size=200), st.data())
def test_a_body_is_decoded_wherever_it_is_cut(codings, encode, body, data) -> None:  # type: ignore[no-untyped-def]
    encoded = encode(body)
    cuts = data.draw(st.lists(st.integers(0, len(encoded)), max_size=5))
    assert decode(decoder_for(codings), [encoded] if codings or encoded else []) == body
    assert decode(decoder_for(codings), [piece for piece in pieces_of(encoded, cuts) if piece]) == body
    assert decode(decoder_for(codings), [encoded[at : at + 1] for at in range(len(encoded))]) == body


@pytest.mark.parametrize("coding", [None, "gzip", "deflate"])
@given(st.lists(st.binary(max_size=50), max_size=6))
def test_what_was_fed_can_be_decoded_at_once(coding: str | None, pieces: list[bytes]) -> None:
    encoder, decoder = encoder_for(coding), decoder_for((coding,) if coding else ())
    for piece in pieces:
        assert b"".join(decoder.feed(encoder.feed(piece))) == piece
    assert b"".join([*decoder.feed(encoder.close()), *decoder.close()]) == b""


def test_a_bomb_unfolds_in_bounded_pieces() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    decoder = decoder_for(("gzip",))
    sizes = [len(piece) for piece in decoder.feed(bomb)]
    assert max(sizes) == PIECE_BYTES
    assert sum(sizes) == 50_000_000


def test_a_bomb_in_a_bomb_unfolds_in_bounded_pieces() -> None:
    bomb = gzip.compress(gzip.compress(bytes(20_000_000)))
    sizes = [len(piece) for piece in decoder_for(("gzip", "gzip")).feed(bomb)]
    assert max(sizes) <= PIECE_BYTES
    assert sum(sizes) == 20_000_000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("body", [b"plain text that is not encoded", b"\x1f\x8b\x08\0garbage after the header", b"x"])
def test_what_is_not_so_encoded_is_refused(coding: str, body: bytes) -> None:
    with pytest.raises(BodyUndecodable) as caught:
        decode(decoder_for((coding,)), [body])
    assert caught.value.coding == coding


@pytest.mark.parametrize(("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_that_ends_too_early_is_refused(coding, encode) -> None:  # type: ignore[no-untyped-def]
    encoded = encode(b"a body that is long enough to be cut")
    with pytest.raises(BodyUndecodable, match="too early"):
        decode(decoder_for((coding,)), [encoded[:-6]])


def test_an_empty_body_needs_no_coding() -> None:
    for coding in ("gzip", "deflate"):
        assert decode(decoder_for((coding,)), []) == b""


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        (b"gzip", ("gzip",)),
        (b"GZIP", ("gzip",)),
        (b"x-gzip", ("gzip",)),
        (b"deflate, gzip", ("deflate", "gzip")),
        (b"identity", ()),
        (b"", ()),
        (b"br", None),
        (b"gzip, br", None),
        (b"\xff", None),
    ],
)
def test_the_header_tells_the_codings(header: bytes, codings: tuple[str, ...] | None) -> None:
    assert read_codings(header) == codings
