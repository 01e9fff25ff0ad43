"""An operator's session: a signed cookie with a key of its own, good for eight hours."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hmac import digest
from itertools import islice
from typing import Final

from itsdangerous import Signer

from floorwalker.console.passwords import Operator

LONGEST_S: Final = 8 * 3600
# The last of 43 characters carries four bits: only these spell them canonically, so no two texts are one signature.
_SHAPE: Final = re.compile(
    rb"([A-Za-z0-9_-]{2,88})\.([0-9a-f]{8,10})\.([0-9a-f]{16})\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
)
_TRIES: Final = 4
_CLOCKS_APART_S: Final = 60


class Sessions:
    """secret_keys: the site's, newest first; the first signs, all verify. With a password go its sessions."""

    def __init__(self, secret_keys: Sequence[str], operators: Iterable[Operator]) -> None:
        keys = [digest(key.encode(), b"floorwalker operator session 1", "sha256") for key in reversed(secret_keys)]
        self._signer = Signer(keys, key_derivation="none", digest_method=hashlib.sha256)
        self._marks = {one.name: hashlib.sha256(one.password.encode()).hexdigest()[:16] for one in operators}

    def operator(self, cookies: Iterable[bytes], *, secure: bool, now: float) -> str:
        """Who is logged in; empty where nobody is. cookies: the Cookie headers."""
        for value in islice(_values(cookies, _name(secure=secure)), _TRIES):
            if name := self._opened(value, now):
                return name
        return ""

    def cookie(self, name: str, *, secure: bool, now: float) -> str:
        """The value of a Set-Cookie header for somebody who has just logged in."""
        named = urlsafe_b64encode(name.encode()).rstrip(b"=")
        signed = self._signer.sign(b"%s.%08x.%s" % (named, int(now), self._marks[name].encode()))
        return _cookie(signed.decode("ascii"), LONGEST_S, secure=secure)

    @staticmethod
    def no_cookie(*, secure: bool) -> str:
        """The same for somebody who logs out."""
        return _cookie("", 0, secure=secure)

    def _opened(self, value: bytes, now: float) -> str:
        shape = _SHAPE.fullmatch(value)
        if shape is None or not self._signer.validate(value):
            return ""
        began = int(shape[2], 16)
        if not began - _CLOCKS_APART_S <= now < began + LONGEST_S:
            return ""
        name = urlsafe_b64decode(shape[1] + b"=" * (-len(shape[1]) % 4)).decode("utf-8", "replace")
        return name if self._marks.get(name) == shape[3].decode() else ""


def _cookie(value: str, life_s: int, *, secure: bool) -> str:
    kept = f"Path=/; Max-Age={life_s}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    return f"{_name(secure=secure).decode()}={value}; {kept}"


def _values(cookies: Iterable[bytes], name: bytes) -> Iterable[bytes]:
    for header in cookies:
        for part in header.split(b";")[:100]:
            key, _, value = part.strip().partition(b"=")
            if key == name:
                yield value


def _name(*, secure: bool) -> bytes:
    return b"__Host-fw-operator" if secure else b"fw-operator"
