"""Data keys: what is personal lies encrypted where a site gives any.

AES-256 in GCM, by a key of its own for every purpose and owner (HKDF, RFC 5869), so random nonces never come near the
2^32 that one key may seal (NIST SP 800-38D), and nothing sealed for one visitor can be read as another's. Not Fernet:
that binds nothing to its owner, tells when it was written, and is a third longer.
"""

import hmac
import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from floorwalker.errors import ConfigurationError

logger = logging.getLogger(__name__)

SHORTEST_KEY = 32
PLAIN = "plain"  # in the place of the first key: nothing is sealed, and the others open what was
MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'

_FORM = b"\xc1"  # form, name of the key, nonce; then what was sealed. Neither MessagePack nor JSON begins so
_NAME_BYTES = 4
_NONCE_BYTES = 12
_HEAD_BYTES = 1 + _NAME_BYTES + _NONCE_BYTES
_SALT = b"floorwalker data key"


class Purpose(StrEnum):
    """What something is sealed for; whatever was sealed for one cannot be opened for another."""

    RECORD = "record"
    MOVE = "move"  # the event that moves a record
    ASIDE = "aside"  # raw events in the side list
    SPOOL = "spool"


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _DataKey:
    """One key: its name, and what it is for each purpose."""

    def __init__(self, key: str) -> None:
        whole = hmac.digest(_SALT, key.encode(), sha256)
        self.name = _expanded(whole, b"name")[:_NAME_BYTES]
        self._of = {purpose: _expanded(whole, b"for " + purpose.encode()) for purpose in Purpose}

    def of(self, purpose: Purpose, owner: bytes) -> bytes:
        return _expanded(self._of[purpose], owner)


class Keyring:
    """A site's data keys, the newest first: the first seals, all open. Without any nothing is sealed.

    keys: at least 32 characters each; `plain` as the first one seals nothing any more. Raises ConfigurationError for a
    short one, and where the package `cryptography` is missing.
    """

    def __init__(self, keys: Sequence[str], random_bytes: Callable[[int], bytes]) -> None:
        is_plain = bool(keys) and keys[0] == PLAIN
        known = [_DataKey(_checked(key)) for key in (keys[1:] if is_plain else keys)]
        self._cipher_of = _cipher() if known else None
        self._known = {key.name: key for key in known}
        self._newest = known[0] if known and not is_plain else None
        self._random_bytes = random_bytes
        self._was_said = False

    @property
    def seals(self) -> bool:
        """Whether what is personal is to be sealed."""
        return self._newest is not None

    @property
    def is_empty(self) -> bool:
        """Whether there is no key at all."""
        return not self._known

    def seal(self, plain: bytes, purpose: Purpose, owner: str) -> bytes:
        """The same for nobody to read without the key: 33 bytes longer. owner: whoever reads it has to name them."""
        if self._newest is None or self._cipher_of is None:
            raise ConfigurationError("There is no data key to seal with.")
        nonce, name = self._random_bytes(_NONCE_BYTES), self._newest.name
        who = owner.encode()
        sealed = self._cipher_of(self._newest.of(purpose, who)).encrypt(nonce, plain, _FORM + name + who)
        return b"".join((_FORM, name, nonce, sealed))

    def open(self, sealed: bytes, purpose: Purpose, owner: str) -> bytes | None:
        """What was sealed; None where no key fits, or it is another's, or was altered. The first time is logged."""
        name = sealed[1 : 1 + _NAME_BYTES]
        key = self._known.get(name) if sealed[:1] == _FORM else None
        plain = None
        if key is not None and self._cipher_of is not None and len(sealed) > _HEAD_BYTES:
            who = owner.encode()
            try:
                nonce = sealed[1 + _NAME_BYTES : _HEAD_BYTES]
                plain = self._cipher_of(key.of(purpose, who)).decrypt(nonce, sealed[_HEAD_BYTES:], _FORM + name + who)
            except _invalid_tag():
                plain = None
        if plain is None and not self._was_said:
            self._was_said = True
            logger.error("what is personal of some visitors cannot be read: no data key opens it; it stays as it lies")
        return plain

    def hide(self, plain: bytes, purpose: Purpose, owner: str) -> bytes:
        """Sealed where there is a key to seal with, else as it is; `show` knows."""
        return self.seal(plain, purpose, owner) if self.seals else plain

    def show(self, hidden: bytes, purpose: Purpose, owner: str) -> bytes | None:
        """What was hidden; None where no key opens it."""
        return self.open(hidden, purpose, owner) if hidden[:1] == _FORM else hidden

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed by the newest key."""
        return self._newest is not None and sealed[1 : 1 + _NAME_BYTES] == self._newest.name


def check_data_keys(keys: Sequence[str]) -> None:
    """Raises ConfigurationError as `Keyring` does."""
    Keyring(keys, bytes)


def _checked(key: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"A data key has {len(key)} characters, it needs {SHORTEST_KEY}: make one with `{MAKE_A_KEY}` and set it "
            "as data_keys or FLOORWALKER_DATA_KEYS, the newest first."
        )
    return key


def _expanded(key: bytes, info: bytes) -> bytes:
    """HKDF-Expand to 32 bytes, which one block is (RFC 5869, 2.3)."""
    return hmac.digest(key, info + b"\x01", sha256)


def _cipher() -> Callable[[bytes], _Cipher]:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise ConfigurationError(
            "data_keys needs the package `cryptography`: pip install 'floorwalker[encrypted]'."
        ) from error
    return AESGCM


def _invalid_tag() -> type[Exception]:
    from cryptography.exceptions import InvalidTag

    return InvalidTag


NO_KEYS = Keyring((), bytes)
