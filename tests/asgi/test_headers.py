"""Header edits."""

import pytest

from floorwalker.asgi.http.headers import (
    accepts_coding,
    as_personal,
    first_of,
    for_document,
    is_public,
    may_be_shared,
    with_cookie,
)


def test_a_document_is_asked_for_whole_now_and_in_a_coding_that_is_known_here() -> None:
    headers = [
        (b"host", b"shop"),
        (b"if-none-match", b'"x"'),
        (b"if-modified-since", b"x"),
        (b"accept-encoding", b"br"),
        (b"if-range", b'"x"'),
        (b"range", b"bytes=0-1"),
        (b"x-any", b"\xff\x00"),
    ]
    assert for_document(headers, safe=True) == [(b"host", b"shop"), (b"x-any", b"\xff\x00")]


def test_a_range_without_condition_stays() -> None:
    assert for_document([(b"range", b"bytes=9-")], safe=True) == [(b"range", b"bytes=9-")]


def test_an_unsafe_request_keeps_the_preconditions_that_guard_data() -> None:
    headers = [(b"if-match", b'"x"'), (b"accept-encoding", b"br")]
    assert for_document(headers, safe=False) == [(b"if-match", b'"x"')]


@pytest.mark.parametrize(
    ("client", "app"),
    [
        (b"gzip, deflate, br, zstd", [b"gzip, deflate"]),
        (b"br;q=1.0, GZIP;q=0.5, *;q=0.1", [b"GZIP;q=0.5"]),
        (b"gzip;q=0, identity", [b"gzip;q=0, identity"]),
        (b"*", []),
        (b"", []),
        (b"\xff;;,,", []),
    ],
)
def test_the_app_is_asked_for_codings_that_can_be_undone(client: bytes, app: list[bytes]) -> None:
    edited = for_document([(b"accept-encoding", client)], safe=True)
    assert [value for name, value in edited if name == b"accept-encoding"] == app


def test_a_personal_page_drops_what_only_holds_for_the_apps_own_bytes() -> None:
    dropped = (
        b"content-length etag last-modified accept-ranges expires content-md5 digest content-digest repr-digest"
        b" cdn-cache-control cloudflare-cdn-cache-control surrogate-control x-accel-expires"
    ).split()
    headers = [(name, b"1") for name in dropped] + [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    assert as_personal(headers) == [
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"cache-control", b"private, no-cache"),
        (b"x-accel-expires", b"0"),
        (b"vary", b"Cookie"),
    ]


@pytest.mark.parametrize(
    ("app", "ours"),
    [
        ([], b"private, no-cache"),
        ([b"max-age=60"], b"private, no-cache"),
        ([b"no-store"], b"private, no-cache, no-store"),
        ([b"NO-STORE, max-age=0", b"no-transform"], b"private, no-cache, no-store, no-transform"),
        ([b"max-age=0, must-revalidate"], b"private, no-cache, must-revalidate"),
    ],
)
def test_cache_control_is_never_weaker_than_the_apps(app: list[bytes], ours: bytes) -> None:
    edited = as_personal([(b"cache-control", value) for value in app])
    assert [value for name, value in edited if name == b"cache-control"] == [ours]


@pytest.mark.parametrize(
    ("app", "ours"),
    [
        ([], [b"Cookie"]),
        ([b"Accept-Encoding"], [b"Accept-Encoding", b"Cookie"]),
        ([b"Accept, cookie"], [b"Accept, cookie"]),
        ([b"*"], [b"*"]),
    ],
)
def test_vary_names_the_cookie_once(app: list[bytes], ours: list[bytes]) -> None:
    edited = as_personal([(b"vary", value) for value in app])
    assert [value for name, value in edited if name == b"vary"] == ours


@pytest.mark.parametrize(
    ("control", "public", "shared"),
    [
        (b"public, max-age=60", True, True),
        (b"s-maxage=10", True, True),
        (b"max-age=60", False, True),
        (b"max-age=0", False, False),
        (b"private, max-age=60", False, False),
        (b'private="x-a", max-age=60', False, True),
        (b"no-cache", False, False),
        (b"\xff=\xfe,,", False, False),
    ],
)
def test_which_pages_others_may_keep(control: bytes, public: bool, shared: bool) -> None:
    headers = [(b"cache-control", control)]
    assert is_public(headers) is public
    assert may_be_shared(headers) is shared


def test_a_date_of_the_last_change_alone_lets_others_guess_how_long_to_keep_a_page() -> None:
    changed = (b"last-modified", b"Thu, 01 Jan 2015 16:00:00 GMT")
    assert may_be_shared([changed])
    assert not may_be_shared([changed, (b"cache-control", b"no-cache")])
    assert not may_be_shared([changed, (b"cache-control", b"max-age=0")])


def test_an_expiry_date_alone_lets_others_keep_a_page() -> None:
    assert may_be_shared([(b"expires", b"Thu, 01 Dec 2050 16:00:00 GMT")])
    assert first_of([], b"expires") is None


@pytest.mark.parametrize(
    ("name", "value", "shared"),
    [
        (b"cdn-cache-control", b"max-age=600", True),
        (b"cloudflare-cdn-cache-control", b"public", True),
        (b"surrogate-control", b'max-age=600, content="ESI/1.0"', True),
        (b"x-accel-expires", b"600", True),
        (b"edge-control", b"cache-maxage=1d", True),
        (b"cdn-cache-control", b"no-store", False),
        (b"surrogate-control", b"no-store", False),
        (b"x-accel-expires", b"0", False),
        (b"edge-control", b"no-store", False),
    ],
)
def test_what_a_network_goes_by_is_heard_before_cache_control(name: bytes, value: bytes, shared: bool) -> None:
    assert may_be_shared([(b"cache-control", b"private"), (name, value)]) is shared


@pytest.mark.parametrize(
    ("app", "sent"),
    [
        ([], b"private"),
        ([b"no-cache"], b"no-cache, private"),
        ([b"max-age=0, stale-while-revalidate=60"], b"max-age=0, stale-while-revalidate=60, private"),
        ([b"no-transform", b'private="x-a"'], b'no-transform, private="x-a", private'),
        ([b"private, max-age=60"], b"private, max-age=60"),
        ([b"No-Store"], b"No-Store"),
    ],
)
def test_no_shared_cache_keeps_what_carries_a_cookie(app: list[bytes], sent: bytes) -> None:
    edited = with_cookie([*((b"cache-control", value) for value in app), (b"etag", b'"1"')], b"fw=1")
    assert [value for name, value in edited if name == b"cache-control"] == [sent]
    assert [pair for pair in edited if pair[0] != b"cache-control"] == [(b"etag", b'"1"'), (b"set-cookie", b"fw=1")]


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        (b"", False),
        (b"gzip, br", True),
        (b"br;q=1, *;q=0.1", True),
        (b"GZIP; q=0.5", True),
        (b"gzip;q=0", False),
        (b"br", False),
        (b"gzip;q=x", False),
        (b"\xff;;", False),
    ],
)
def test_which_codings_the_client_takes(accept: bytes, accepted: bool) -> None:
    assert accepts_coding(accept, "gzip") is accepted
