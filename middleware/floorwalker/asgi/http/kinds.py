"""Which requests may be pages, and what a request counted as once its response has begun."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, assert_never

from floorwalker.asgi.http.replies import REDIRECTS
from floorwalker.core.hit import HitKind

_TELL_PURPOSE = frozenset((b"sec-purpose", b"purpose", b"x-moz", b"x-purpose"))
_TELL_FRAGMENT = frozenset((b"hx-request", b"turbo-frame", b"x-requested-with"))
_TELLING = _TELL_PURPOSE | _TELL_FRAGMENT
_AHEAD = (b"prefetch", b"prerender", b"preview")
_NEVER_PAGES = ("HEAD", "OPTIONS", "TRACE", "CONNECT")
_PAGE_METHODS = ("GET", "POST")
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


_DOCUMENT: Final = RequestKind.DOCUMENT  # an enum's attributes cost more than a name
_FRAGMENT: Final = RequestKind.FRAGMENT
_OTHER: Final = RequestKind.OTHER

_BY_DESTINATION: Final = {
    b"document": _DOCUMENT,
    b"empty": _FRAGMENT,
    **dict.fromkeys((b"iframe", b"frame", b"fencedframe", b"embed", b"object"), RequestKind.FRAME),
}

MAY_BE_PAGE: Final = frozenset((_DOCUMENT, RequestKind.FRAME, RequestKind.PREFETCH))
"""What may be answered with a document of its own: then, and only then, request headers are touched."""


def request_kind(method: str, path: str, named: Mapping[bytes, bytes]) -> RequestKind:
    """What a request asks for. path: from the site's root. named: its headers by lower-case name; of several, the
    last."""
    is_telling = not named.keys().isdisjoint(_TELLING)  # as of few
    if method == "GET" and not is_telling and named.get(b"sec-fetch-dest") == b"document":
        return _DOCUMENT
    if method in _NEVER_PAGES:
        return _OTHER
    kind = _by_destination(path, named)
    if kind is _OTHER:
        return kind
    if is_telling:
        if any(named.get(name, b"").lower().startswith(_AHEAD) for name in _TELL_PURPOSE):
            return RequestKind.PREFETCH
        if kind is _DOCUMENT and _is_fragment(named):
            return _FRAGMENT
    return _FRAGMENT if kind is _DOCUMENT and method not in _PAGE_METHODS else kind


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


def _by_destination(path: str, named: Mapping[bytes, bytes]) -> RequestKind:
    destination = named.get(b"sec-fetch-dest")
    if destination:
        return _BY_DESTINATION.get(destination.lower(), _OTHER)
    return _DOCUMENT if admits_html(named.get(b"accept")) and not _STATIC.search(path) else _OTHER


def _is_fragment(named: Mapping[bytes, bytes]) -> bool:
    return (
        b"hx-request" in named
        or b"turbo-frame" in named
        or named.get(b"x-requested-with", b"").lower() == b"xmlhttprequest"
    )


def _refused(media_range: bytes) -> bool:
    _, _, parameters = media_range.partition(b";")
    weight = parameters.replace(b" ", b"")
    return weight.startswith(b"q=0") and not weight[3:].strip(b".0")
