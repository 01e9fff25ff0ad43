"""What the start of a response tells: whether a page follows, and in what form its bytes come."""

from msgspec import Struct

from floorwalker.asgi.headers import all_of, first_of, is_public, lowered
from floorwalker.asgi.types import Message, RawHeaders
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


def read_reply(message: Message) -> Reply:
    """Read an `http.response.start`. Raises where it is none that ASGI knows."""
    status, raw = int(message["status"]), message.get("headers") or []
    for name, value in raw:
        if name == b"content-type" or name.lower() == b"content-type":
            content_type = bytes(value)
            break
    else:
        return Reply(status, raw, is_page=False)
    if content_type[:9].lower() != b"text/html" or content_type[9:10] not in _ENDS_TYPE:
        return Reply(status, raw, is_page=False)
    headers = lowered(raw)
    if status < 200 or status in _NOT_PAGES or _is_download(headers):
        return Reply(status, raw, is_page=False)
    codings = read_codings(b",".join(all_of(headers, b"content-encoding")))
    return Reply(status, headers, is_page=True, public=is_public(headers), content_type=content_type, codings=codings)


def _is_download(headers: RawHeaders) -> bool:
    return (first_of(headers, b"content-disposition") or b"").strip().lower().startswith(b"attachment")
