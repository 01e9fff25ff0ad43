"""Sessions: nothing but what we signed, as long as it holds, and for whom it was."""

from http.cookies import SimpleCookie

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.console.passwords import Operator
from floorwalker.console.sessions import LONGEST_S, Sessions

KEY, OTHER = "k" * 40, "o" * 40
ANNA = Operator("anna", "scrypt$1")
SESSIONS = Sessions([KEY], [ANNA])
NOW = 1_795_000_000.0


def sent(header: str) -> bytes:
    return header.partition(";")[0].encode()


COOKIE = sent(SESSIONS.cookie("anna", secure=True, now=NOW))


def test_a_session_is_good_for_eight_hours() -> None:
    for later, name in ((0, "anna"), (LONGEST_S - 1, "anna"), (LONGEST_S, ""), (-3600, "")):
        assert SESSIONS.operator([b"a=b; " + COOKIE], secure=True, now=NOW + later) == name


def test_it_ends_with_the_password_and_with_the_operator() -> None:
    changed = Sessions([KEY], [Operator("anna", "scrypt$2")])
    assert changed.operator([COOKIE], secure=True, now=NOW) == ""
    assert Sessions([KEY], [Operator("bob", "scrypt$1")]).operator([COOKIE], secure=True, now=NOW) == ""


def test_a_key_that_is_rotated_out_ends_it() -> None:
    assert Sessions([OTHER, KEY], [ANNA]).operator([COOKIE], secure=True, now=NOW) == "anna"
    assert Sessions([OTHER], [ANNA]).operator([COOKIE], secure=True, now=NOW) == ""


def test_a_session_of_plain_http_is_none_on_https() -> None:
    assert SESSIONS.operator([COOKIE.removeprefix(b"__Host-")], secure=True, now=NOW) == ""
    assert SESSIONS.operator([COOKIE], secure=False, now=NOW) == ""


@given(st.integers(0, len(COOKIE) - 1), st.integers(1, 255))
@example(len(COOKIE) - 1, 5)  # another spelling of the same last bits
@example(len(COOKIE) - 1, 1)
def test_no_altered_byte_is_taken(place: int, change: int) -> None:
    altered = bytearray(COOKIE)
    altered[place] ^= change
    found = SESSIONS.operator([bytes(altered)], secure=True, now=NOW)
    assert found == "" or bytes(altered).strip() == COOKIE.strip()


@given(st.binary(max_size=300))
def test_no_bytes_are_a_session(value: bytes) -> None:
    assert SESSIONS.operator([b"__Host-fw-operator=" + value], secure=True, now=NOW) == ""


def test_a_visitors_cookie_is_no_session() -> None:
    cookie = VisitorCookie([KEY], random=lambda n: b"1" * n)
    value = cookie.set_cookie(cookie.new(NOW), secure=True, now=NOW).partition(b";")[0].partition(b"=")[2]
    assert SESSIONS.operator([b"__Host-fw-operator=" + value], secure=True, now=NOW) == ""


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_this_site_alone(secure: bool) -> None:
    for header in (SESSIONS.cookie("anna", secure=secure, now=NOW), Sessions.no_cookie(secure=secure)):
        (morsel,) = SimpleCookie(header).values()
        assert morsel.key == ("__Host-fw-operator" if secure else "fw-operator")
        assert (morsel["path"], morsel["httponly"], morsel["samesite"]) == ("/", True, "Strict")
        assert bool(morsel["secure"]) is secure
