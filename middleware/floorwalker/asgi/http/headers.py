"""Header edits: lists of lower-cased byte pairs in, lists out; repeated headers stay repeated."""

from collections.abc import Container, Sequence

from floorwalker.asgi.http.types import RawHeaders

Headers = Sequence[tuple[bytes, bytes]]

_CONDITIONAL = frozenset(
    (b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range", b"range")
)
_NOT_ASKED = _CONDITIONAL | {b"accept-encoding"}
_NOT_ASKED_BUT_RANGE = _NOT_ASKED - {b"range"}
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
# What an app asked for beyond `private, no-cache` and makes it stricter still.
_STRICTER = (b"no-store", b"no-transform", b"must-revalidate")


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


def for_document(headers: Headers, *, safe: bool) -> RawHeaders:
    """Request headers for an app whose page will be rewritten: a whole page, now, as plain bytes.

    A range goes only together with the If-Range it hangs on (RFC 9110, 14.2). The preconditions of an unsafe request
    guard the app's data and stay.
    """
    if not safe:
        return without(headers, (b"accept-encoding",))
    return without(headers, _NOT_ASKED if all_of(headers, b"if-range") else _NOT_ASKED_BUT_RANGE)


def as_personal(headers: RawHeaders) -> RawHeaders:
    """Response headers of a page that may hold a slot: nobody but its visitor's own cache may keep it."""
    directives = _directives(headers)
    kept = [
        (name, value)
        for name, value in headers
        if name not in _NOT_PERSONAL and name != b"cache-control" and not name.endswith(b"cdn-cache-control")
    ]
    control = b", ".join([b"private", b"no-cache", *(each for each in _STRICTER if each in directives)])
    return _varying_by_cookie([*kept, (b"cache-control", control)])


def is_public(headers: RawHeaders) -> bool:
    """Whether the app made this page public: shared caches are told that they may keep it."""
    directives = _directives(headers)
    return b"public" in directives or b"s-maxage" in directives


def accepts_coding(accept_encoding: bytes, coding: str) -> bool:
    """Whether the client takes a content coding (RFC 9110, 12.5.3); no header is taken as no."""
    weights = dict(map(_weighted, accept_encoding.lower().split(b",")))
    return weights.get(coding.encode(), weights.get(b"*", 0.0)) > 0


def may_be_shared(headers: RawHeaders) -> bool:
    """Whether a shared cache may keep the response as fresh, and a cookie on it with it (RFC 9111, 3 and 7.3).

    Where nothing says how long, caches guess from the date of the last change (4.2.2).
    """
    directives = _directives(headers)
    if any(directives.get(name) == b"" for name in (b"private", b"no-store", b"no-cache")):
        return False  # with a list of fields they guard those fields alone
    max_age = directives.get(b"max-age", b"")
    fresh = max_age.isdigit() and int(max_age[:12]) > 0
    dated = not {b"expires", b"last-modified"}.isdisjoint(name for name, _ in headers)
    return fresh or is_public(headers) or (not max_age and dated)


def _directives(headers: RawHeaders) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for line in all_of(headers, b"cache-control"):
        for part in line.lower().split(b","):
            name, _, value = part.strip().partition(b"=")
            found[name.strip()] = value.strip(b' "')
    return found


def _varying_by_cookie(headers: RawHeaders) -> RawHeaders:
    named = b",".join(all_of(headers, b"vary")).lower().replace(b" ", b"").split(b",")
    if b"cookie" in named or b"*" in named:
        return headers
    return [*headers, (b"vary", b"Cookie")]


def _weighted(part: bytes) -> tuple[bytes, float]:
    coding, _, parameters = part.partition(b";")
    weight = parameters.replace(b" ", b"").removeprefix(b"q=")
    try:
        return coding.strip(), float(weight) if weight else 1.0
    except ValueError:
        return coding.strip(), 0.0
