"""Who may send what: secret keys of servers may do all, public keys of browsers may say what an unknown visitor does.

Keys are compared in constant time, and every key that is set is compared.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl

from floorwalker.collect.refusals import Refused
from floorwalker.errors import ConfigurationError

RawHeaders = Sequence[tuple[bytes, bytes]]

WHERE_KEYS_BELONG: Final = (
    "Send it as `Authorization: Basic`, the key as the user name and no password, or as `writeKey` in the body."
)
_QUERY_NAMES: Final = frozenset(("writekey", "write_key", "key", "api_key", "apikey", "token", "auth"))
_HEADER_NAMES: Final = frozenset((b"x-write-key", b"write-key", b"writekey", b"x-api-key", b"api-key"))
_LONGEST_QUERY: Final = 4096


class Access(StrEnum):
    """What a key allows."""

    SERVER = "server"  # a secret key: everything
    BROWSER = "browser"  # a public key: track, page, screen and traits, of visitors nobody knows


class Keyring:
    """The keys of one site. Raises ConfigurationError where a key cannot be told apart or cannot be sent."""

    def __init__(self, secret: Sequence[str], public: Sequence[str]) -> None:
        if set(secret) & set(public):
            raise ConfigurationError("One key is in write_keys and in public_keys; a browser's key is never secret.")
        if any(":" in key or not key.isascii() or not key.isprintable() for key in (*secret, *public)):
            raise ConfigurationError("A key in write_keys or public_keys has a colon or no plain characters.")
        self._keys = [(key.encode(), Access.SERVER) for key in secret]
        self._keys += [(key.encode(), Access.BROWSER) for key in public]
        self.takes_browsers = bool(public)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def access(self, key: str) -> Access | None:
        """What the key allows; None where it is not one of ours."""
        presented = key.encode("utf-8", "replace")
        found = None
        for known, access in self._keys:
            if compare_digest(known, presented):
                found = access
        return found

    def authorized(self, keys: Iterable[str], *, from_browser: bool) -> Access:
        """What these keys allow, which one request named. Raises Refused where there is none, or not one and the same.

        from_browser: whether a page sent it, as an `Origin` tells.
        """
        named = list(keys)
        if not named:
            raise Refused(401, f"A key is missing. {WHERE_KEYS_BELONG}")
        found = [self.access(key) for key in dict.fromkeys(named)]
        if len(found) > 1:
            raise Refused(401, f"Two different keys came with one request. {WHERE_KEYS_BELONG}")
        if found[0] is None:
            raise Refused(401, "This key is not known here.")
        if found[0] is Access.SERVER and from_browser:
            raise Refused(401, "A secret key came from a page, where anybody can read it. Use a public key there.")
        return found[0]


def key_of(headers: RawHeaders, query: bytes) -> str | None:
    """The key in a request's head, or None. headers: names lower-case. Raises Refused for a key in a wrong place."""
    _refuse_in_address(query)
    if any(name in _HEADER_NAMES for name, _ in headers):
        raise Refused(401, f"A key does not belong into a header of its own. {WHERE_KEYS_BELONG}")
    found = [value for name, value in headers if name == b"authorization"]
    if not found:
        return None
    scheme, _, credentials = found[0].strip().partition(b" ")
    if len(found) > 1 or scheme.lower() != b"basic":
        raise Refused(401, f"This Authorization is no single Basic one. {WHERE_KEYS_BELONG}")
    try:
        key, _, _ = b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")
    except (NotBase64, UnicodeDecodeError) as wrong:
        raise Refused(401, f"This Authorization is no base64 of `KEY:`. {WHERE_KEYS_BELONG}") from wrong
    if not key:
        raise Refused(401, f"The key stands in the password's place. {WHERE_KEYS_BELONG}")
    return key


def _refuse_in_address(query: bytes) -> None:
    pairs = parse_qsl(query[:_LONGEST_QUERY].decode("latin-1"), keep_blank_values=True) if query else ()
    if any(name.lower() in _QUERY_NAMES for name, _ in pairs):
        raise Refused(401, f"A key does not belong into an address, which every log keeps. {WHERE_KEYS_BELONG}")
