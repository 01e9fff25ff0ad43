"""Which requests may be pages, and what they count as."""

import pytest

from floorwalker.asgi.http.kinds import RequestKind, admits_html, hit_kind, request_kind
from floorwalker.core.hit import HitKind

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DOCUMENT, FRAME, FRAGMENT, PREFETCH, OTHER = RequestKind

REQUESTS = [
    ("a navigation", "GET", "/", {"sec-fetch-dest": "document", "accept": HTML}, DOCUMENT),
    ("an old browser's navigation", "GET", "/a", {"accept": HTML}, DOCUMENT),
    ("curl", "GET", "/a", {"accept": "*/*"}, DOCUMENT),
    ("no Accept at all", "GET", "/a", {}, DOCUMENT),
    ("a form", "POST", "/cart", {"sec-fetch-dest": "document", "accept": HTML}, DOCUMENT),
    (
        "a path that looks like a file, asked for as a document",
        "GET",
        "/a.pdf",
        {"sec-fetch-dest": "document"},
        DOCUMENT,
    ),
    ("an iframe", "GET", "/", {"sec-fetch-dest": "iframe", "accept": HTML}, FRAME),
    ("htmx", "GET", "/", {"hx-request": "true", "sec-fetch-dest": "empty", "accept": "*/*"}, FRAGMENT),
    ("htmx in an old browser", "GET", "/", {"hx-request": "true", "accept": "*/*"}, FRAGMENT),
    ("Turbo", "GET", "/", {"turbo-frame": "x", "accept": HTML}, FRAGMENT),
    ("XMLHttpRequest", "GET", "/", {"x-requested-with": "XMLHttpRequest", "accept": "*/*"}, FRAGMENT),
    ("fetch", "GET", "/", {"sec-fetch-dest": "empty", "accept": "*/*"}, FRAGMENT),
    ("fetch of JSON", "GET", "/api", {"sec-fetch-dest": "empty", "accept": "application/json"}, FRAGMENT),
    ("htmx deleting", "DELETE", "/row", {"hx-request": "true", "accept": "*/*"}, FRAGMENT),
    ("a client that puts", "PUT", "/row", {"accept": HTML}, FRAGMENT),
    ("speculation rules", "GET", "/", {"sec-purpose": "prefetch", "sec-fetch-dest": "document"}, PREFETCH),
    ("prerender", "GET", "/", {"sec-purpose": "prefetch;prerender", "sec-fetch-dest": "document"}, PREFETCH),
    ("link rel=prefetch", "GET", "/", {"sec-purpose": "prefetch", "sec-fetch-dest": "empty"}, PREFETCH),
    ("an old Chromium's prefetch", "GET", "/", {"purpose": "prefetch", "accept": HTML}, PREFETCH),
    ("an old Firefox's prefetch", "GET", "/", {"x-moz": "prefetch", "accept": HTML}, PREFETCH),
    ("Safari's preview", "GET", "/", {"x-purpose": "preview", "accept": HTML}, PREFETCH),
    ("a prefetched image", "GET", "/a", {"sec-purpose": "prefetch", "sec-fetch-dest": "image"}, OTHER),
    ("an image", "GET", "/a", {"sec-fetch-dest": "image", "accept": "image/*,*/*;q=0.8"}, OTHER),
    ("an old browser's image", "GET", "/a", {"accept": "image/avif,image/webp,*/*;q=0.8"}, OTHER),
    ("a script", "GET", "/a.js", {"sec-fetch-dest": "script", "accept": "*/*"}, OTHER),
    ("an old browser's script", "GET", "/a.JS", {"accept": "*/*"}, OTHER),
    ("an API client", "GET", "/a", {"accept": "application/json, text/plain, */*"}, OTHER),
    ("an empty destination header", "GET", "/a", {"sec-fetch-dest": "", "accept": "application/json"}, OTHER),
    ("an unknown destination", "GET", "/a", {"sec-fetch-dest": "\xff\x00"}, OTHER),
    ("HEAD", "HEAD", "/", {"sec-fetch-dest": "document", "accept": HTML}, OTHER),
    ("OPTIONS", "OPTIONS", "/", {"accept": HTML}, OTHER),
]

RESPONSES = [
    ("a page", DOCUMENT, 200, True, HitKind.VIEW),
    ("a page that was made", DOCUMENT, 201, True, HitKind.VIEW),
    ("a redirect", DOCUMENT, 302, False, HitKind.REDIRECT),
    ("a redirect with a page in it", DOCUMENT, 301, True, HitKind.REDIRECT),
    ("a redirect after a form", DOCUMENT, 303, False, HitKind.REDIRECT),
    ("not found", DOCUMENT, 404, True, HitKind.ERROR),
    ("broken", DOCUMENT, 500, True, HitKind.ERROR),
    ("not found, as JSON", DOCUMENT, 404, False, None),
    ("a download", DOCUMENT, 200, False, None),
    ("not modified", DOCUMENT, 304, False, None),
    ("a frame", FRAME, 200, True, HitKind.FRAGMENT),
    ("a fragment", FRAGMENT, 200, True, HitKind.FRAGMENT),
    ("a fragment that is none", FRAGMENT, 200, False, None),
    ("a redirected fragment", FRAGMENT, 302, False, None),
    ("a page ahead of time", PREFETCH, 200, True, HitKind.PREFETCH),
    ("a redirect ahead of time", PREFETCH, 302, False, None),
    ("an asset that is a page", OTHER, 404, True, None),
]


@pytest.mark.parametrize(("what", "method", "path", "headers", "kind"), REQUESTS, ids=[case[0] for case in REQUESTS])
def test_what_a_request_asks_for(what: str, method: str, path: str, headers: dict[str, str], kind: RequestKind) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    assert request_kind(method, path, dict(raw)) is kind


@pytest.mark.parametrize(("what", "asked", "status", "is_html", "kind"), RESPONSES, ids=[case[0] for case in RESPONSES])
def test_what_it_counted_as(what: str, asked: RequestKind, status: int, is_html: bool, kind: HitKind | None) -> None:
    assert hit_kind(asked, status=status, is_html=is_html) is kind


@pytest.mark.parametrize(
    ("accept", "admits"),
    [
        (b"text/html", True),
        (b"TEXT/HTML;level=1", True),
        (b"application/json, text/html;q=0.1", True),
        (b"text/*", True),
        (b"*/*;q=0.1", True),
        (b" ", True),
        (b"text/html;q=0", False),
        (b"text/html; q=0.000", False),
        (b"application/json", False),
        (b"\xff\xfe,,;;", False),
    ],
)
def test_which_accept_headers_admit_pages(accept: bytes, admits: bool) -> None:
    assert admits_html(accept) is admits
