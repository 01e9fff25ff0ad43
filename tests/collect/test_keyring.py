"""Keys: where they may stand, what they allow, and what is said of one in a wrong place."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.collect.keys import Access, Keyring, key_of
from floorwalker.collect.refusals import Refused
from floorwalker.errors import ConfigurationError
from tests.collect.conftest import refusal_of

RING = Keyring(["wk_server"], ["pk_browser"])


def basic(text: bytes) -> bytes:
    return b"Basic " + b64encode(text)


@pytest.mark.parametrize("header", [basic(b"wk_server:"), basic(b"wk_server"), b"basic  " + b64encode(b"wk_server:x")])
def test_the_key_is_the_user_name(header: bytes) -> None:
    assert key_of([(b"authorization", header)], b"") == "wk_server"


def test_a_request_may_name_its_key_in_the_body_alone() -> None:
    assert key_of([(b"content-type", b"text/plain")], b"utm_source=news") is None


@pytest.mark.parametrize(
    ("headers", "query", "told"),
    [
        ([(b"authorization", b"Bearer wk_server")], b"", "Basic"),
        ([(b"authorization", b"wk_server")], b"", "Basic"),
        ([(b"authorization", basic(b":wk_server"))], b"", "password"),
        ([(b"authorization", b"Basic wk_server!")], b"", "base64"),
        ([(b"authorization", b"Basic " + b64encode(b"\xff\xfe:"))], b"", "base64"),
        ([(b"authorization", basic(b"a:")), (b"authorization", basic(b"b:"))], b"", "single"),
        ([(b"x-api-key", b"wk_server")], b"", "header of its own"),
        ([], b"writeKey=wk_server", "address"),
        ([(b"authorization", basic(b"wk_server:"))], b"a=1&write_key=wk_server", "address"),
    ],
)
def test_a_key_in_a_wrong_place_is_told_where_it_belongs(
    headers: list[tuple[bytes, bytes]], query: bytes, told: str
) -> None:
    with pytest.raises(Refused) as refused:
        key_of(headers, query)
    assert refused.value.status == 401
    assert told in refused.value.detail
    assert "Authorization: Basic" in refused.value.detail
    assert "wk_server" not in refused.value.detail


@given(st.binary(max_size=60))
def test_any_authorization_is_a_key_or_refused(value: bytes) -> None:
    refusal = refusal_of(lambda: key_of([(b"authorization", value)], b""))
    assert refusal is None or refusal.status == 401


@given(st.text(max_size=20))
def test_only_the_very_keys_open_anything(key: str) -> None:
    expected = {"wk_server": Access.SERVER, "pk_browser": Access.BROWSER}.get(key)
    assert RING.access(key) is expected


@pytest.mark.parametrize(
    ("keys", "from_browser", "access"),
    [
        (["wk_server"], False, Access.SERVER),
        (["wk_server", "wk_server"], False, Access.SERVER),
        (["pk_browser"], True, Access.BROWSER),
        (["pk_browser"], False, Access.BROWSER),
        ([], False, None),
        (["other"], False, None),
        (["wk_server", "pk_browser"], False, None),
        (["pk_browser", "wk_server"], False, None),
        (["wk_server"], True, None),  # it lies in a page, for everybody to read
    ],
)
def test_what_is_allowed_by_the_keys_that_a_request_names(
    keys: list[str], from_browser: bool, access: Access | None
) -> None:
    if access is not None:
        assert RING.authorized(keys, from_browser=from_browser) is access
        return
    with pytest.raises(Refused) as refused:
        RING.authorized(keys, from_browser=from_browser)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("secret", "public"), [(["a"], ["a"]), (["a:b"], []), ([], ["ü"]), ([], ["a\nb"]), (["a", "b:"], [])]
)
def test_keys_that_could_not_be_told_apart_or_sent_are_refused_at_the_start(
    secret: list[str], public: list[str]
) -> None:
    with pytest.raises(ConfigurationError):
        Keyring(secret, public)


def test_no_key_opens_where_none_is_set() -> None:
    ring = Keyring([], [])
    assert not ring
    assert ring.access("") is None
