"""Data keys: what is sealed is nobody's without the key, nor another's with it."""

import builtins
import secrets
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.errors import ConfigurationError
from floorwalker.store.records.keyring import NO_KEYS, PLAIN, Keyring, Purpose

OLD, NEW = "o" * 32, "n" * 40
OWNER = "a" * 22


def ring(*keys: str) -> Keyring:
    return Keyring(keys, secrets.token_bytes)


@given(plain=st.binary(max_size=300), owner=st.text(max_size=30), purpose=st.sampled_from(Purpose))
def test_what_was_sealed_is_opened_by_its_owner_and_purpose_alone(plain: bytes, owner: str, purpose: Purpose) -> None:
    keys = ring(NEW, OLD)
    sealed = keys.seal(plain, purpose, owner)
    assert len(sealed) == len(plain) + 33
    assert keys.open(sealed, purpose, owner) == plain
    assert keys.open(sealed, purpose, owner + "x") is None
    assert all(keys.open(sealed, other, owner) is None for other in Purpose if other is not purpose)


@given(st.binary(max_size=100))
def test_any_other_bytes_open_to_nothing(stored: bytes) -> None:
    assert ring(NEW).open(stored, Purpose.RECORD, OWNER) is None


@given(place=st.integers(0, 42), bit=st.integers(0, 7))
def test_one_altered_bit_opens_to_nothing(place: int, bit: int) -> None:
    sealed = bytearray(ring(NEW).seal(b"0123456789", Purpose.RECORD, OWNER))
    sealed[place] ^= 1 << bit
    assert ring(NEW).open(bytes(sealed), Purpose.RECORD, OWNER) is None


def test_the_first_key_seals_and_all_open() -> None:
    before, between, after = ring(OLD), ring(NEW, OLD), ring(NEW)
    old, new = before.seal(b"x", Purpose.RECORD, OWNER), between.seal(b"x", Purpose.RECORD, OWNER)
    assert between.open(old, Purpose.RECORD, OWNER) == after.open(new, Purpose.RECORD, OWNER) == b"x"
    assert before.open(new, Purpose.RECORD, OWNER) is after.open(old, Purpose.RECORD, OWNER) is None
    assert (between.is_current(old), between.is_current(new)) == (False, True)


def test_plain_in_the_place_of_the_first_key_only_opens() -> None:
    sealed, plain = ring(OLD).seal(b"x", Purpose.RECORD, OWNER), ring(PLAIN, OLD)
    assert not plain.seals
    assert plain.hide(b"y", Purpose.RECORD, OWNER) == b"y"
    assert plain.show(sealed, Purpose.RECORD, OWNER) == b"x"


def test_the_same_sealed_twice_is_not_the_same() -> None:
    keys = ring(NEW)
    assert keys.seal(b"x", Purpose.RECORD, OWNER) != keys.seal(b"x", Purpose.RECORD, OWNER)


def test_what_cannot_be_opened_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    keys, sealed = ring(NEW), ring(OLD).seal(b"x", Purpose.RECORD, OWNER)
    for _ in range(3):
        assert keys.open(sealed, Purpose.RECORD, OWNER) is None
    assert len(caplog.records) == 1
    assert OWNER not in caplog.text


@pytest.mark.parametrize("keys", [("short",), (NEW, "x" * 31), (PLAIN, ""), ("",)])
def test_a_short_key_is_refused_and_not_repeated(keys: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="characters") as refused:
        ring(*keys)
    assert not any(key in str(refused.value) for key in keys if key)


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert not NO_KEYS.seals
    with pytest.raises(ConfigurationError, match=r"floorwalker\[encrypted\]"):
        ring(NEW)


def test_without_a_key_nothing_can_be_sealed() -> None:
    with pytest.raises(ConfigurationError):
        NO_KEYS.seal(b"x", Purpose.RECORD, OWNER)
