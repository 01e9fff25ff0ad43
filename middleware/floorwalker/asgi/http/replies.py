"""What the start of a response tells: whether a page follows, and in what form its bytes come."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from floorwalker.asgi.http.headers import (
    MADE_PERSONAL,
    all_of,
    as_personal,
    first_of,
    is_public,
    keeps_personal,
    lowered,
)
from floorwalker.asgi.http.types import Message, RawHeaders
from floorwalker.html.encoding import read_codings

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ENDS_TYPE = (b"", b";", b" ", b"\t")
_NOT_PAGES = REDIRECTS | {204, 205, 206, 304}
_TELL_MORE = frozenset(
    (b"cache-control", b"content-encoding", b"content-disposition", b"content-security-policy", b"vary")
)


class Shape(Struct, frozen=True, gc=False):
    """Where in the headers of a response, of which the content type alone is to be read, stands what.

    personal: what stays of them in a page that is made personal.
    """

    content_type: int
    personal: tuple[int, ...]


class Reply(Struct, frozen=True):
    """The start of a response, read once.

    headers: as they came; of a page, in a list and with lower-case names. is_page: an HTML page of its own, whole.
    public: the app lets shared caches keep it. codings: of the body, in the order they were applied; None where one of
    them is not known here. shape: of a page whose headers tell its type and nothing else that concerns us.
    """

    status: int
    headers: RawHeaders
    is_page: bool
    public: bool = False
    content_type: bytes = b""
    codings: tuple[str, ...] | None = ()
    shape: Shape | None = None

    def personal(self) -> RawHeaders:
        """The headers of a page that may hold a slot; see `as_personal`."""
        headers, shape = self.headers, self.shape
        if shape is None:
            return as_personal(headers)
        return [*[headers[at] for at in shape.personal], *MADE_PERSONAL]


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
    if type(raw) is list and status >= 200 and status not in _NOT_PAGES:
        try:
            shape = _shape_of(tuple([name for name, _ in raw]))
            if shape is not None and _is_html(content_type := raw[shape.content_type][1]):
                return Reply(status, raw.copy(), is_page=True, content_type=content_type, shape=shape)
        except TypeError:  # a name or value of a kind that nobody can look up
            pass
    return _read(status, raw)


def _read(status: int, raw: RawHeaders) -> Reply:
    """The same of any response."""
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


@lru_cache(256)
def _shape_of(names: tuple[bytes, ...]) -> Shape | None:
    if not all(type(name) is bytes and name == name.lower() for name in names):
        return None
    if names.count(b"content-type") != 1 or not _TELL_MORE.isdisjoint(names):
        return None
    return Shape(names.index(b"content-type"), tuple([at for at, name in enumerate(names) if keeps_personal(name)]))


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == b"content-type" or name.lower() == b"content-type":
            return bytes(value)
    return b""


@lru_cache(64)
def _is_html(content_type: bytes) -> bool:
    return content_type[:9].lower() == b"text/html" and content_type[9:10] in _ENDS_TYPE


def _is_download(headers: RawHeaders) -> bool:
    return (first_of(headers, b"content-disposition") or b"").strip().lower().startswith(b"attachment")
