"""The visitor's cookie."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.asgi.cookie import MAX_AGE_SECONDS, Identity, VisitorCookie, is_due

NOW = 1_790_000_000.0
NEW, OLD = "n" * 32, "o" * 32


def dice(count: int) -> bytes:
    return hashlib.sha256(b"dice").digest()[:count]


def cookie(*keys: str) -> VisitorCookie:
    return VisitorCookie(keys or (NEW,), random=dice)


def value_of(header: bytes) -> bytes:
    return header.split(b"=", 1)[1].split(b";")[0]


SIGNED = value_of(cookie().set_cookie(cookie().new(NOW), secure=False, now=NOW))


def test_a_visitor_comes_back_as_who_they_are() -> None:
    visitor = cookie().new(NOW)
    read = cookie().read(b"fw=" + SIGNED, secure=False, now=NOW + 5)
    assert read == Identity(visitor.visitor, int(NOW), confirmed=True)
    assert not visitor.confirmed
    assert len(visitor.visitor) == 22


def test_plain_http_and_https_have_each_their_name_and_attributes() -> None:
    http = cookie().set_cookie(cookie().new(NOW), secure=False, now=NOW)
    https = cookie().set_cookie(cookie().new(NOW), secure=True, now=NOW)
    assert http.startswith(b"fw=")
    assert http.endswith(b"; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax")
    assert https.startswith(b"__Host-fw=")
    assert https.endswith(b"; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure")
    assert cookie().read(b"fw=" + SIGNED, secure=True, now=NOW) is None
    assert cookie().read(b"__Host-fw=" + SIGNED, secure=False, now=NOW) is None


def test_the_newest_key_signs_and_all_verify() -> None:
    rotated = cookie(NEW, OLD)
    by_old = value_of(cookie(OLD).set_cookie(rotated.new(NOW), secure=False, now=NOW))
    by_both = value_of(rotated.set_cookie(rotated.new(NOW), secure=False, now=NOW))
    assert rotated.read(b"fw=" + by_old, secure=False, now=NOW)
    assert cookie(NEW).read(b"fw=" + by_both, secure=False, now=NOW)
    assert cookie(NEW).read(b"fw=" + by_old, secure=False, now=NOW) is None


@given(at=st.integers(0, len(SIGNED) - 1), byte=st.integers(0, 255))
def test_any_altered_byte_is_a_new_visitor(at: int, byte: int) -> None:
    altered = SIGNED[:at] + bytes([byte]) + SIGNED[at + 1 :]
    if altered != SIGNED:
        assert cookie().read(b"fw=" + altered, secure=False, now=NOW) is None


@given(at=st.integers(0, len(SIGNED)), extra=st.binary(min_size=1, max_size=4).filter(lambda b: b.strip(b" \t")))
def test_any_inserted_bytes_are_a_new_visitor(at: int, extra: bytes) -> None:
    altered = SIGNED[:at] + extra + SIGNED[at:]
    read = cookie().read(b"fw=" + altered, secure=False, now=NOW)
    assert read is None or altered.split(b";")[0].strip() == SIGNED


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error(header: bytes) -> None:
    assert cookie().read(header, secure=False, now=NOW) is None


@pytest.mark.parametrize(
    "header",
    [
        b"a=1; fw=%s; b=2",
        b"fw=%s",
        b"a=1;fw=%s",
        b"xfw=1; __Host-fw=no; fw=%s",
        b"fw=garbage; fw=%s",
        b"note=fw=; fw=%s;",
        b'"; fw=%s',
    ],
)
def test_it_is_found_wherever_it_stands(header: bytes) -> None:
    assert cookie().read(header % SIGNED, secure=False, now=NOW)


@pytest.mark.parametrize("header", [b"xfw=%s", b"a=fw=%s", b"fw%s", b"FW=%s", b"fw=x; " * 50 + b"fw=%s"])
def test_what_only_looks_like_it_is_nobody(header: bytes) -> None:
    assert cookie().read(header % SIGNED, secure=False, now=NOW) is None


def test_it_is_set_at_first_and_again_when_a_day_old() -> None:
    assert is_due(Identity("v", int(NOW), confirmed=False), NOW)
    assert not is_due(Identity("v", int(NOW), confirmed=True), NOW + 86_399)
    assert is_due(Identity("v", int(NOW), confirmed=True), NOW + 86_400)


def test_past_its_life_it_is_nobody() -> None:
    assert cookie().read(b"fw=" + SIGNED, secure=False, now=NOW + MAX_AGE_SECONDS)
    assert cookie().read(b"fw=" + SIGNED, secure=False, now=NOW + MAX_AGE_SECONDS + 1) is None


def test_a_cookie_that_verified_before_expires_all_the_same() -> None:
    jar = cookie()
    assert jar.read(b"fw=" + SIGNED, secure=False, now=NOW) == jar.read(b"fw=" + SIGNED, secure=False, now=NOW)
    assert jar.read(b"fw=" + SIGNED, secure=False, now=NOW + MAX_AGE_SECONDS + 1) is None
    assert jar.read(b"fw=" + SIGNED[:-1] + b"!", secure=False, now=NOW) is None


def test_however_many_come_only_so_many_are_known_at_once() -> None:
    numbers = iter(range(10_000))
    jar = VisitorCookie((NEW,), random=lambda count: next(numbers).to_bytes(count, "big"))
    for _ in range(5_000):
        value = value_of(jar.set_cookie(jar.new(NOW), secure=False, now=NOW))
        assert jar.read(b"fw=" + value, secure=False, now=NOW)
    assert 0 < len(jar._known) <= 4_096


@given(
    parts=st.lists(
        st.sampled_from((b"fw=" + SIGNED, b"a=1", b"fw=no", b"fw=", b" fw=" + SIGNED, b"x" * 1100)), max_size=4
    ),
    times=st.lists(st.sampled_from((0, 1, MAX_AGE_SECONDS - 1, MAX_AGE_SECONDS + 1)), min_size=1, max_size=4),
)
def test_a_header_that_came_before_is_read_as_one_that_never_did(parts: list[bytes], times: list[int]) -> None:
    often, header = cookie(), b";".join(parts)
    for later in times:
        for secure in (False, True):
            fresh = cookie().read(header, secure=secure, now=NOW + later)
            assert often.read(header, secure=secure, now=NOW + later) == fresh


def test_no_number_of_headers_fills_the_memory() -> None:
    often = cookie()
    for number in range(5000):
        assert often.read(b"n=%d; fw=%s" % (number, SIGNED), secure=False, now=NOW) is not None
    assert len(often._headers[False]) <= 2048
