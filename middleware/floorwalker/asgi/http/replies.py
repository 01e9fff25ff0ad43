"""What the start of a response tells: whether a page follows, and in what form its bytes come."""

from collections.abc import Iterable

from msgspec import Struct

from floorwalker.asgi.http.headers import all_of, first_of, is_public, lowered
from floorwalker.asgi.http.types import Message, RawHeaders
from floorwalker.html.encoding import read_codings

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ENDS_TYPE = (b"", b";", b" ", b"\t")
_NOT_PAGES = REDIRECTS | {204, 205, 206, 304}


class Reply(Struct, frozen=True):
    """The start of a response, read once.

    headers: as they came; of a page, in a list and with lower-case names. is_page: an HTML page of its own, whole.
    public: the app lets shared caches keep it. codings: of the body, in the order they were applied; None where one of
    them is not known here.
    """

    status: int
    headers: RawHeaders
    is_page: bool
    public: bool = False
    content_type: bytes = b""
    codings: tuple[str, ...] | None = ()


def may_concern_us(start: Message) -> bool:
    """Whether the response may be a page, or lead to one; the answer to most requests is no, and must come quickly."""
    if start["status"] in REDIRECTS:
        return True
    headers = start.get("headers") or ()
    for name, value in headers:
        if name == b"content-type":
            return value[:5].lower() == b"text/" and _is_html(bytes(value))
    return _is_html(_content_type(headers))  # it may be spelt in another way


def read_reply(start: Message) -> Reply:
    """Read an `http.response.start`. Raises where it is none that ASGI knows."""
    status, raw = int(start["status"]), start.get("headers") or []
    content_type = _content_type(raw)
    if not _is_html(content_type):
        return Reply(status, raw, is_page=False)
    headers = lowered(raw)
    named = dict(headers)  # to ask this for a name costs less than to look through all headers
    if status < 200 or status in _NOT_PAGES or (b"content-disposition" in named and _is_download(headers)):
        return Reply(status, raw, is_page=False)
    public = b"cache-control" in named and is_public(headers)
    codings = read_codings(b",".join(all_of(headers, b"content-encoding"))) if b"content-encoding" in named else ()
    return Reply(status, headers, is_page=True, public=public, content_type=content_type, codings=codings)


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == b"content-type" or name.lower() == b"content-type":
            return bytes(value)
    return b""


def _is_html(content_type: bytes) -> bool:
    return content_type[:9].lower() == b"text/html" and content_type[9:10] in _ENDS_TYPE


def _is_download(headers: RawHeaders) -> bool:
    return (first_of(headers, b"content-disposition") or b"").strip().lower().startswith(b"attachment")
