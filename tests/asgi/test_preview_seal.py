"""The signed link and the cookie of a preview."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.asgi.preview.guise import SWITCHED_AT_MOST, Guise, GuiseUnreadable, read_guise
from floorwalker.asgi.preview.seal import (
    LONGEST_LINK_S,
    LONGEST_SEAL_CHARS,
    LONGEST_SITTING_S,
    PreviewCookie,
    Refused,
    Seal,
    Sealed,
    link_seal,
    may_preview,
)

KEYS = ["k" * 40]
NOW = 1_790_000_000.0
GUISE = Guise("cheap-tripod", {"returning": True, "buyer": False}, "2026-11-28T19:30")
LINK = link_seal(KEYS).close(GUISE, until=NOW + 3600)


def opened(text: str | bytes, keys: list[str] = KEYS, now: float = NOW) -> Sealed | Refused:
    return link_seal(keys).open(text, now=now, longest_s=LONGEST_LINK_S)


def test_a_link_brings_back_what_was_sealed_and_says_what_it_allows() -> None:
    assert opened(LINK) == Sealed("open a preview", int(NOW + 3600), GUISE)


def test_a_link_ends_when_its_time_is_over() -> None:
    assert isinstance(opened(LINK, now=NOW + 3599), Sealed)
    assert opened(LINK, now=NOW + 3600) is Refused.EXPIRED


def test_a_link_that_was_made_for_longer_than_a_week_is_none() -> None:
    assert opened(link_seal(KEYS).close(GUISE, until=NOW + LONGEST_LINK_S + 3600)) is Refused.FORGED


def test_a_new_key_before_the_old_one_still_takes_old_links() -> None:
    assert isinstance(opened(LINK, keys=["n" * 40, *KEYS]), Sealed)
    assert opened(LINK, keys=["n" * 40]) is Refused.FORGED


def test_the_cookie_is_no_link_and_the_link_no_cookie() -> None:
    cookie = PreviewCookie(KEYS)
    line = cookie.set_cookie(GUISE, until=NOW + 3600, secure=True, now=NOW)
    assert line is not None
    value = line.split(";")[0].partition("=")[2]
    assert opened(value) is Refused.FORGED
    assert cookie.read([f"__Host-fw-preview={LINK}".encode()], secure=True, now=NOW) is None


def test_what_another_part_signed_with_the_same_keys_is_no_link() -> None:
    assert opened(Seal(KEYS, allows="something else").close(GUISE, until=NOW + 60)) is Refused.FORGED


@given(st.integers(0, len(LINK) - 1), st.integers(0, 255))
def test_a_link_with_any_byte_altered_is_forged(at: int, byte: int) -> None:
    altered = LINK[:at].encode() + bytes([byte]) + LINK[at + 1 :].encode()
    if altered != LINK.encode():
        assert opened(altered) is Refused.FORGED


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_anything_at_all_is_refused_and_never_an_error(text: Any) -> None:
    assert opened(text) is Refused.FORGED


def test_what_is_too_long_is_not_even_looked_at() -> None:
    assert opened(LINK + "A" * LONGEST_SEAL_CHARS) is Refused.TOO_LONG


@pytest.mark.parametrize(("secure", "name"), [(True, "__Host-fw-preview"), (False, "fw-preview")])
def test_the_cookie_belongs_to_the_browser_and_the_site_alone(secure: bool, name: str) -> None:
    line = PreviewCookie(KEYS).set_cookie(GUISE, until=NOW + 3600, secure=secure, now=NOW)
    assert line is not None
    assert line.startswith(f"{name}=")
    attributes = set(line.split("; ")[1:])
    wanted = {"Path=/", "Max-Age=3600", "HttpOnly", "SameSite=Lax"}
    assert attributes == (wanted | {"Secure"} if secure else wanted)


def test_the_cookie_is_read_among_others_and_ends_by_itself() -> None:
    cookie = PreviewCookie(KEYS)
    line = cookie.set_cookie(GUISE, until=NOW + LONGEST_SITTING_S, secure=True, now=NOW)
    assert line is not None
    headers = [b"a=b; fw-preview=x", b"fw=1; " + line.split(";")[0].encode()]
    found = cookie.read(headers, secure=True, now=NOW)
    assert found is not None
    assert found.guise == GUISE
    assert cookie.read(headers, secure=True, now=NOW + LONGEST_SITTING_S) is None
    assert cookie.read(headers, secure=False, now=NOW) is None


def test_a_guise_that_no_cookie_holds_is_not_set() -> None:
    large = Guise("", {f"{'n' * 110}-{number}": True for number in range(SWITCHED_AT_MOST)})
    assert PreviewCookie(KEYS).set_cookie(large, until=NOW + 60, secure=True, now=NOW) is None


@pytest.mark.parametrize("at", ["", "2026-11-28", "2026-11-28T19:30", "2026-11-28 19:30:05+01:00", "2026-11-28T19:30Z"])
def test_a_moment_is_taken_as_people_write_it(at: str) -> None:
    assert read_guise(at=at).at == at


@pytest.mark.parametrize(
    "at", ["tomorrow", "19:30", "2026-13-01", "0001-01-01", "9999-12-31T23:59", "2026-11-28T25:00"]
)
def test_what_is_no_moment_is_refused_with_one_to_write(at: str) -> None:
    with pytest.raises(GuiseUnreadable, match="2026-11-28T19:30"):
        read_guise(at=at)


def test_a_moment_without_an_offset_is_one_of_the_sites_zone() -> None:
    assert Guise(at="2026-11-28T19:30").moment("Europe/Berlin") == Guise(at="2026-11-28T18:30Z").moment("UTC")
    assert Guise().moment("Europe/Berlin") is None


def test_names_that_are_none_are_refused() -> None:
    for persona in ("n" * 121, "a\nb", "a\x00"):
        with pytest.raises(GuiseUnreadable, match="no name"):
            read_guise(persona=persona)
    with pytest.raises(GuiseUnreadable, match="segments"):
        read_guise(segments=[(str(number), True) for number in range(SWITCHED_AT_MOST + 1)])


@pytest.mark.parametrize(
    ("cookies", "may"),
    [
        ([], False),
        ([b"a=b"], False),
        ([b"a=b; fw-preview=x"], True),
        ([b"__Host-fw-preview=x", b"a=b"], True),
        ([b"a=b", b"__Host-fw-preview=x"], True),
    ],
)
def test_a_preview_is_seen_in_any_of_several_cookie_headers(cookies: list[bytes], may: bool) -> None:
    headers = [(b"accept", b"*/*"), *[(b"cookie", cookie) for cookie in cookies]]
    assert may_preview(headers, dict(headers)) is may
