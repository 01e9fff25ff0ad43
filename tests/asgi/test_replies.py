"""What the start of a response tells: the short way of most pages is the long way's."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwalker.asgi.http import replies
from floorwalker.asgi.http.headers import as_personal
from floorwalker.asgi.http.replies import read_reply

NAMES = (
    b"content-type", b"Content-Type", b"content-length", b"etag", b"x-any", b"set-cookie", b"server", b"expires",
    b"cache-control", b"vary", b"content-encoding", b"content-disposition", b"content-security-policy",
    b"cloudflare-cdn-cache-control", b"X-Odd", b"x-accel-expires", bytearray(b"x-any"),
)  # fmt: skip
VALUES = (
    b"text/html", b"text/html; charset=utf-8", b"TEXT/HTML", b"text/htmlx", b"application/json", b"", b"gzip", b"br",
    b"attachment", b"public, max-age=5", b"no-store", b"Cookie", b"12", bytearray(b"text/html"),
)  # fmt: skip
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=5)
STARTS = st.builds(
    lambda status, before, after, has_type: {
        "status": status,
        "headers": [*before, *([(b"content-type", b"text/html")] if has_type else []), *after],
    },
    st.sampled_from((101, 200, 204, 206, 302, 304, 404, 500)),
    PAIRS,
    PAIRS,
    st.booleans(),
)


@given(start=STARTS)
def test_most_replies_are_read_as_any_other(start: dict[str, Any]) -> None:
    reply, general = read_reply(start), replies._read(start["status"], start["headers"])
    assert replace(reply, shape=None) == general
    if reply.is_page:
        assert reply.personal() == as_personal(general.headers)


def test_what_an_app_does_with_its_headers_afterwards_changes_nothing() -> None:
    headers = [(b"content-length", b"1"), (b"content-type", b"text/html")]
    reply = read_reply({"status": 200, "headers": headers})
    headers.clear()
    assert reply.shape is not None
    assert reply.personal()[0] == (b"content-type", b"text/html")
