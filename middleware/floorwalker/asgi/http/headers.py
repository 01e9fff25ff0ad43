"""Header edits: lists of lower-cased byte pairs in, lists out; repeated headers stay repeated."""

from collections.abc import Container, Mapping, Sequence
from functools import lru_cache

from floorwalker.asgi.http.types import RawHeaders

Headers = Sequence[tuple[bytes, bytes]]

_CONDITIONAL = frozenset(
    (b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range")
)
_CONDITIONAL_BUT_RANGE = _CONDITIONAL - {b"range"}
_CODINGS = frozenset((b"gzip", b"x-gzip", b"deflate", b"identity"))
_NOT_PERSONAL = frozenset(
    (
        b"content-length",
        b"etag",
        b"last-modified",
        b"accept-ranges",
        b"expires",
        b"content-md5",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"surrogate-control",
        b"x-accel-expires",
        b"edge-control",
    )
)
# What a cache in front goes by before it looks at Cache-Control (RFC 9213; nginx; Akamai).
_BEFORE_CACHE_CONTROL = frozenset((b"surrogate-control", b"x-accel-expires", b"edge-control"))
_PERSONAL = b"private, no-cache"
# What an app asked for beyond it and makes it stricter still.
_STRICTER = (b"no-store", b"no-transform", b"must-revalidate")
# Many an nginx is told to ignore Cache-Control and Expires; this goes before both, and no client sees it behind one.
_NOT_BY_NGINX = (b"x-accel-expires", b"0")
_VARYING = (b"vary", b"Cookie")
MADE_PERSONAL = ((b"cache-control", _PERSONAL), _NOT_BY_NGINX, _VARYING)
"""What a page is given that is made personal, if it says nothing of caching."""
_FORBIDDING = (b"private", b"no-store", b"no-cache")


def all_of(headers: Headers, name: bytes) -> list[bytes]:
    """Every value of that name, in order."""
    return [value for key, value in headers if key == name]


def first_of(headers: Headers, name: bytes) -> bytes | None:
    """The first value of that name."""
    found = all_of(headers, name)
    return found[0] if found else None


def without(headers: Headers, names: Container[bytes]) -> RawHeaders:
    return [pair for pair in headers if pair[0] not in names]


def lowered(headers: object) -> RawHeaders:
    """A message's headers as a list of lower-cased pairs; ASGI promises it, not every app keeps the promise."""
    return [(bytes(name).lower(), bytes(value)) for name, value in headers or ()]  # type: ignore[attr-defined]


def for_document(headers: Headers, *, safe: bool, named: Mapping[bytes, bytes] | None = None) -> RawHeaders:
    """Request headers for an app whose page may be rewritten: a whole page, now, in a coding that is known here.

    named: the same by name, where somebody has them so; of several, the last.

    A range goes only together with the If-Range it hangs on (RFC 9110, 14.2). The preconditions of an unsafe request
    guard the app's data and stay.
    """
    kept, named = list(headers), dict(headers) if named is None else named
    if safe and not named.keys().isdisjoint(_CONDITIONAL):
        kept = without(headers, _CONDITIONAL if b"if-range" in named else _CONDITIONAL_BUT_RANGE)
    for codings in all_of(kept, b"accept-encoding") if b"accept-encoding" in named else ():
        place, known = kept.index((b"accept-encoding", codings)), _known_codings(codings)
        kept[place : place + 1] = [(b"accept-encoding", known)] if known else []
    return kept


def as_personal(headers: RawHeaders) -> RawHeaders:
    """Response headers of a page that may hold a slot: nobody but its visitor's own cache may keep it."""
    kept = [pair for pair in headers if keeps_personal(pair[0])]
    named, control = dict(kept), _PERSONAL
    if b"cache-control" in named:
        directives = _directives(kept)
        control = b", ".join([_PERSONAL, *[each for each in _STRICTER if each in directives]])
        kept = without(kept, (b"cache-control",))
    kept += ((b"cache-control", control), _NOT_BY_NGINX)
    return _varying_by_cookie(kept) if b"vary" in named else [*kept, _VARYING]


def keeps_personal(name: bytes) -> bool:
    """Whether a page that is made personal keeps such a header as it is, or stricter."""
    return name not in _NOT_PERSONAL and not name.endswith(b"cdn-cache-control")


def kept_nowhere(headers: RawHeaders) -> RawHeaders:
    """Response headers of ours; what is never to be kept tells that also to caches that ignore Cache-Control."""
    if b"no-store" not in _directives(headers):
        return headers
    return _varying_by_cookie([*headers, _NOT_BY_NGINX])


def is_public(headers: RawHeaders) -> bool:
    """Whether the app made this page public: shared caches are told that they may keep it."""
    directives = _directives(headers)
    return b"public" in directives or b"s-maxage" in directives


def accepts_coding(accept_encoding: bytes, coding: str) -> bool:
    """Whether the client takes a content coding (RFC 9110, 12.5.3); no header is taken as no."""
    weights = dict(map(_weighted, accept_encoding.lower().split(b",")))
    return weights.get(coding.encode(), weights.get(b"*", 0.0)) > 0


def may_be_shared(headers: RawHeaders) -> bool:
    """Whether the app lets shared caches keep the response as fresh, and with it a cookie (RFC 9111, 3 and 7.3).

    Where nothing says how long, caches guess from the date of the last change (4.2.2). What is false here may still be
    kept by a cache that guesses from nothing, as most do for a 301 or 404: see `with_cookie`.
    """
    if any(_lets_networks_keep(name, value) for name, value in headers):
        return True
    directives = _directives(headers)
    if any(directives.get(name) == b"" for name in _FORBIDDING):
        return False  # with a list of fields they guard those fields alone
    max_age = directives.get(b"max-age", b"")
    fresh = max_age.isdigit() and int(max_age[:12]) > 0
    dated = not {b"expires", b"last-modified"}.isdisjoint(name for name, _ in headers)
    return fresh or is_public(headers) or (not max_age and dated)


def with_cookie(headers: RawHeaders, cookie: bytes) -> RawHeaders:
    """The response with a cookie that is one visitor's alone, so that no shared cache keeps it.

    Caches may keep what says nothing at all (RFC 9111, 4.2.2; RFC 9110, 15.1: 200, 301, 308, 404, …), serve what is
    stale, and answer from what they have after asking whether it still holds; `Set-Cookie` does not prevent that.
    """
    directives = _directives(headers)
    if any(directives.get(name) == b"" for name in (b"private", b"no-store")):
        return [*headers, (b"set-cookie", cookie)]
    control = b", ".join([*all_of(headers, b"cache-control"), b"private"])
    return [*without(headers, (b"cache-control",)), (b"cache-control", control), (b"set-cookie", cookie)]


def _lets_networks_keep(name: bytes, value: bytes) -> bool:
    """Whether it is a header that goes before Cache-Control, and does not forbid keeping."""
    if name not in _BEFORE_CACHE_CONTROL and not name.endswith(b"cdn-cache-control"):
        return False
    parts = [part.strip() for part in value.lower().replace(b";", b",").split(b",")]
    return not any(part in _FORBIDDING or part == b"0" for part in parts)


@lru_cache(256)
def _known_codings(accept_encoding: bytes) -> bytes:
    """What of an Accept-Encoding header can be decoded here, should the app answer with it."""
    parts = [part.strip() for part in accept_encoding.split(b",")]
    return b", ".join(part for part in parts if part.partition(b";")[0].strip().lower() in _CODINGS)


def _directives(headers: RawHeaders) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for line in all_of(headers, b"cache-control"):
        for part in line.lower().split(b","):
            name, _, value = part.strip().partition(b"=")
            found[name.strip()] = value.strip(b' "')
    return found


def _varying_by_cookie(headers: RawHeaders) -> RawHeaders:
    if b"vary" in dict(headers):
        named = b",".join(all_of(headers, b"vary")).lower().replace(b" ", b"").split(b",")
        if b"cookie" in named or b"*" in named:
            return headers
    return [*headers, _VARYING]


def _weighted(part: bytes) -> tuple[bytes, float]:
    coding, _, parameters = part.partition(b";")
    weight = parameters.replace(b" ", b"").removeprefix(b"q=")
    try:
        return coding.strip(), float(weight) if weight else 1.0
    except ValueError:
        return coding.strip(), 0.0
