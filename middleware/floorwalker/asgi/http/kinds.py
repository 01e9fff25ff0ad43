"""Which requests may be pages, and what a request counted as once its response has begun."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from floorwalker.asgi.http.replies import REDIRECTS
from floorwalker.core.hit import HitKind

_FRAMES = frozenset((b"iframe", b"frame", b"fencedframe", b"embed", b"object"))
_TELL_PURPOSE = frozenset((b"sec-purpose", b"purpose", b"x-moz", b"x-purpose"))
_AHEAD = (b"prefetch", b"prerender", b"preview")
_STATIC = re.compile(
    r"\.(avif|bmp|css|csv|eot|gif|gz|ico|jpe?g|js|json|m4[av]|map|mjs|mov|mp[34]|mpeg|og[gv]|otf|pdf|png|rss|svg"
    r"|tar|tgz|ttf|txt|wasm|wav|web[mp]|webmanifest|woff2?|xlsx?|xml|zip)\Z",
    re.IGNORECASE,
)


class RequestKind(StrEnum):
    """What a request asks for, as far as its headers tell."""

    DOCUMENT = "document"  # a navigation
    FRAME = "frame"  # a page inside a page
    FRAGMENT = "fragment"  # a part of a page, fetched by a script
    PREFETCH = "prefetch"  # a page, ahead of time
    OTHER = "other"  # an asset, a download, HEAD, OPTIONS


class Asked(Struct, frozen=True):
    """What a request asks for. `path` is from the site's root."""

    kind: RequestKind
    method: str
    path: str
    headers: Mapping[bytes, bytes]

    @property
    def may_be_page(self) -> bool:
        """Whether the response may be a document of its own: then, and only then, request headers are touched."""
        return self.kind is not RequestKind.OTHER and self.kind is not RequestKind.FRAGMENT

    def header(self, name: bytes) -> bytes:
        """A header's value, empty where there is none; of several, the last."""
        return self.headers.get(name, b"")


def read_request(method: str, path: str, headers: Iterable[tuple[bytes, bytes]]) -> Asked:
    """Read what a request asks for from its headers, whose names are lower-case."""
    named = dict(headers)
    return Asked(_request_kind(method, path, named), method, path, named)


def hit_kind(asked: RequestKind, *, status: int, is_html: bool) -> HitKind | None:
    """What the request counts as once the response's start is known; None is nothing at all."""
    if status in REDIRECTS:
        return HitKind.REDIRECT if asked is RequestKind.DOCUMENT else None
    if not is_html:
        return None
    match asked:
        case RequestKind.DOCUMENT:
            return HitKind.ERROR if status >= 400 else HitKind.VIEW
        case RequestKind.FRAME | RequestKind.FRAGMENT:
            return HitKind.FRAGMENT
        case RequestKind.PREFETCH:
            return HitKind.PREFETCH
        case RequestKind.OTHER:
            return None
        case never:
            assert_never(never)


def admits_html(accept: bytes | None) -> bool:
    """Whether an Accept header asks for pages: it names HTML, or nothing in particular (RFC 9110, 12.5.1).

    `image/avif,*/*;q=0.8` admits HTML by the letter; whoever sends it wants something else.
    """
    if accept is None or accept.startswith(b"text/html,") or accept == b"text/html" or not accept.strip():
        return True
    ranges = [part.strip() for part in accept.lower().split(b",")]
    if ranges[0].split(b";")[0].strip() == b"*/*":
        return True
    return any(
        part.startswith((b"text/html", b"application/xhtml+xml", b"text/*")) and not _refused(part) for part in ranges
    )


def _request_kind(method: str, path: str, headers: Mapping[bytes, bytes]) -> RequestKind:
    if method in ("HEAD", "OPTIONS", "TRACE", "CONNECT"):
        return RequestKind.OTHER
    kind = _by_destination(path, headers)
    if kind is not RequestKind.OTHER and _is_ahead_of_time(headers):
        return RequestKind.PREFETCH
    if kind is RequestKind.DOCUMENT and (_is_fragment(headers) or method not in ("GET", "POST")):
        return RequestKind.FRAGMENT
    return kind


def _by_destination(path: str, headers: Mapping[bytes, bytes]) -> RequestKind:
    match headers.get(b"sec-fetch-dest", b"").lower():
        case b"document":
            return RequestKind.DOCUMENT
        case b"empty":
            return RequestKind.FRAGMENT
        case b"":
            page = admits_html(headers.get(b"accept")) and not _STATIC.search(path)
            return RequestKind.DOCUMENT if page else RequestKind.OTHER
        case destination if destination in _FRAMES:
            return RequestKind.FRAME
        case _:
            return RequestKind.OTHER


def _is_fragment(headers: Mapping[bytes, bytes]) -> bool:
    return (
        b"hx-request" in headers
        or b"turbo-frame" in headers
        or headers.get(b"x-requested-with", b"").lower() == b"xmlhttprequest"
    )


def _is_ahead_of_time(headers: Mapping[bytes, bytes]) -> bool:
    if headers.keys().isdisjoint(_TELL_PURPOSE):
        return False
    return any(headers.get(name, b"").lower().startswith(_AHEAD) for name in _TELL_PURPOSE)


def _refused(media_range: bytes) -> bool:
    _, _, parameters = media_range.partition(b";")
    weight = parameters.replace(b" ", b"")
    return weight.startswith(b"q=0") and not weight[3:].strip(b".0")
