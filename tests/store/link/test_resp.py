"""Commands and replies are the same with and without hiredis, however their bytes are cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import InvalidResponse, RedisError

from floorwalker.store.link.resp import MORE, PlainReader, Reader, pack, packer, reader

REPLIES = st.recursive(
    st.none() | st.binary() | st.integers(-(1 << 63), (1 << 63) - 1) | st.sampled_from(["+OK", "-ERR no", "-LOADING"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def sent(reply: Any) -> bytes:
    """A reply as a server sends it."""
    match reply:
        case None:
            return b"$-1\r\n"
        case bytes():
            return b"$%d\r\n%b\r\n" % (len(reply), reply)
        case int():
            return b":%d\r\n" % reply
        case str():
            return reply.encode() + b"\r\n"
        case _:
            return b"*%d\r\n%b" % (len(reply), b"".join(map(sent, reply)))


def told(reply: Any) -> Any:
    """A reply that can be compared: errors by their class and words."""
    if isinstance(reply, list):
        return [told(one) for one in reply]
    return (type(reply), str(reply)) if isinstance(reply, RedisError) else reply


def read(through: Reader, pieces: list[bytes]) -> list[Any]:
    """All replies in these pieces."""
    replies = []
    for piece in pieces:
        through.feed(piece)
        while (reply := through.gets()) is not MORE:
            replies.append(told(reply))
    return replies


@given(st.lists(st.text() | st.binary() | st.integers(), min_size=1, max_size=8))
def test_commands_are_the_same_bytes_with_and_without_hiredis(words: list[str | bytes | int]) -> None:
    assert packer()(tuple(words)) == pack(tuple(words))


@given(st.lists(REPLIES, max_size=5), st.lists(st.integers(1, 40), max_size=30))
def test_replies_are_the_same_with_and_without_hiredis_wherever_they_are_cut(
    replies: list[Any], cuts: list[int]
) -> None:
    whole, pieces, at = b"".join(map(sent, replies)), [], 0
    for cut in cuts:
        pieces.append(whole[at : at + cut])
        at += cut
    pieces.append(whole[at:])
    plain = read(PlainReader(), pieces)
    assert plain == read(reader(), pieces) == read(reader(), [whole])
    assert len(plain) == len(replies)


@pytest.mark.parametrize("garbage", [b"hello\r\n", b"$x\r\n", b"*x\r\n", b":x\r\n", b"\r\n"])
@pytest.mark.parametrize("make", [PlainReader, reader])
def test_what_is_no_reply_is_refused(make: type[PlainReader], garbage: bytes) -> None:
    one = make()
    one.feed(garbage)
    with pytest.raises(InvalidResponse):
        one.gets()


def test_a_long_list_in_small_pieces_is_read_in_linear_time() -> None:
    class Counted(PlainReader):
        lines = 0

        def _line(self) -> Any:
            self.lines += 1
            return super()._line()

    one, whole = Counted(), sent([b"x"] * 1000)
    assert read(one, [whole[at : at + 7] for at in range(0, len(whole), 7)]) == [[b"x"] * 1000]
    assert one.lines == 1 + 1000 + 1  # of the list, of all in it, and of what may follow


def test_nothing_is_read_of_an_empty_list_or_of_none() -> None:
    assert read(PlainReader(), [b"*0\r\n*-1\r\n$-1\r\n$0\r\n\r\n"]) == [[], None, None, b""]
