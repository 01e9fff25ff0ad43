"""Passwords: kept as hashes alone; anything else than the hash's own form is no entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.console.passwords import hashed, is_password, read_operators

HASH = hashed("a carnation in the lapel", salt=b"0123456789abcdef")
CHEAP = f"scrypt$1$1$1${HASH.split('$')[4]}$" + "A" * 43


def test_only_the_password_itself_is_taken() -> None:
    assert is_password(HASH, "a carnation in the lapel")
    for other in ("", "A carnation in the lapel", "a carnation in the lapel ", "a carnation", "x" * 5000):
        assert not is_password(HASH, other)


def test_the_same_password_has_another_hash_with_another_salt() -> None:
    assert hashed("a carnation in the lapel", salt=b"another salt 123") != HASH


def test_accents_count_however_the_keyboard_writes_them() -> None:
    assert is_password(hashed("café café café", salt=b"0" * 16, cost=4), "cafe\u0301 cafe\u0301 cafe\u0301")


@given(st.text(max_size=200))
def test_what_is_no_hash_opens_nothing(stored: str) -> None:
    assert not is_password(stored, stored)


def test_operators_are_named_in_one_line_or_a_mapping() -> None:
    named = read_operators(f" anna:{HASH} , bob:{CHEAP},")
    assert [one.name for one in named] == ["anna", "bob"]
    assert read_operators({"anna": HASH, "bob": CHEAP}) == named
    assert read_operators("") == ()


@pytest.mark.parametrize(
    "entry",
    [
        *["anna", "anna:", f":{HASH}", "anna:secret", f"an na:{HASH}", f"anna:{HASH}x", f"anna:{HASH},anna:{CHEAP}"],
        *[f"anna:{HASH.replace('$15$', '$30$')}", f"anna:{HASH.replace('$8$', '$0$')}"],
    ],
)
def test_an_entry_that_is_none_is_refused_without_being_shown(entry: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_operators(entry)
    assert "$" not in str(refused.value).replace("scrypt$…", "")
