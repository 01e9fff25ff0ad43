"""The visitor's cookie: a signed id and nothing else. What does not verify is a new visitor, never an error."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from hmac import compare_digest, digest
from typing import Final

from msgspec import Struct

MAX_AGE_SECONDS = 400 * 86400  # the longest that browsers keep a cookie (RFC 6265bis)
REFRESH_SECONDS = 86400
_TRIES = 4  # a header full of cookies that bear our name must not buy hashing time
_KNOWN: Final = 4096  # values that verified before: 1.2 MB
_HEADERS_KNOWN: Final = 2048  # of each scheme, whole headers in which one verified: 2.5 MB at most
_LONGEST_KNOWN: Final = 1024
_NAME, _SECURE_NAME = b"fw", b"__Host-fw"

# The last of 43 characters carries four bits: only these spell them canonically, so no two texts are one signature.
_SHAPE = re.compile(rb"([A-Za-z0-9_-]{22})\.([0-9a-f]{8,10})\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Identity(Struct, frozen=True, gc=False):
    """A visitor as the cookie names them. issued: seconds since 1970; confirmed: the request brought it."""

    visitor: str
    issued: int
    confirmed: bool


class VisitorCookie:
    """Signs and verifies with a list of keys: the first signs, all verify. Values are 128 random bits and a date."""

    def __init__(self, secret_keys: Sequence[str], *, random: Callable[[int], bytes]) -> None:
        self._keys = [digest(key.encode(), b"floorwalker visitor cookie 1", "sha256") for key in secret_keys]
        self._random = random
        self._known: dict[bytes, Identity] = {}
        self._headers: tuple[dict[bytes, Identity], dict[bytes, Identity]] = ({}, {})

    def new(self, now: float) -> Identity:
        """Somebody whom no request has named yet."""
        visitor = urlsafe_b64encode(self._random(16)).rstrip(b"=").decode("ascii")
        return Identity(visitor, int(now), confirmed=False)

    def read(self, cookies: bytes, *, secure: bool, now: float) -> Identity | None:
        """The first valid visitor in one Cookie header, in any bytes, or None."""
        # Whoever reads on most often sends the very header of a page ago.
        identity = self._headers[secure].get(cookies)
        if identity is None or identity.issued + MAX_AGE_SECONDS < now:
            identity = self._read(cookies, secure=secure, now=now)
        return identity

    def _read(self, cookies: bytes, *, secure: bool, now: float) -> Identity | None:
        values = values_of(cookies, _SECURE_NAME if secure else _NAME)
        for value in values:
            # Somebody who reads on brings what verified a page ago: to look that up costs a ninetieth of verifying it.
            identity = self._known.get(value) or self._verified(value)
            if identity is not None and identity.issued + MAX_AGE_SECONDS >= now:
                if len(values) == 1 and len(cookies) <= _LONGEST_KNOWN:
                    self._note(cookies, identity, secure=secure)
                return identity
        return None

    def _note(self, cookies: bytes, identity: Identity, *, secure: bool) -> None:
        known = self._headers[secure]
        if len(known) >= _HEADERS_KNOWN:
            known.clear()
        known[cookies] = identity

    def set_cookie(self, identity: Identity, *, secure: bool, now: float) -> bytes:
        """The value of a Set-Cookie header that keeps this visitor for 400 days from now."""
        named = b"%s.%08x" % (identity.visitor.encode("ascii"), int(now))
        attributes = b"Path=/; Max-Age=%d; HttpOnly; SameSite=Lax" % MAX_AGE_SECONDS
        signature, ending = _signature(self._keys[0], named), b"; Secure" if secure else b""
        return b"%s=%s.%s; %s%s" % (_name(secure=secure), named, signature, attributes, ending)

    @staticmethod
    def is_in(cookies: Iterable[bytes], *, secure: bool) -> bool:
        """Whether any of these Cookie headers bears our name, whatever its value is worth."""
        return any(values_of(header, _name(secure=secure)) for header in cookies)

    @staticmethod
    def no_cookie(*, secure: bool) -> bytes:
        """The value of a Set-Cookie header by which a browser forgets who it was."""
        return b"%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s" % (
            _name(secure=secure),
            b"; Secure" if secure else b"",
        )

    def _verified(self, value: bytes) -> Identity | None:
        """Whom a value names that one of the keys signed, whenever that was."""
        shape = _SHAPE.fullmatch(value)
        if shape is None:
            return None
        named, signature = value[:-44], value[-43:]
        if not any(compare_digest(_signature(key, named), signature) for key in self._keys):
            return None
        if len(self._known) >= _KNOWN:
            self._known.clear()
        found = self._known[value] = Identity(shape[1].decode("ascii"), int(shape[2], 16), confirmed=True)
        return found


def is_due(identity: Identity, now: float) -> bool:
    """Whether the response should carry the cookie: at first, and once the one that came is a day old."""
    return not identity.confirmed or now - identity.issued >= REFRESH_SECONDS


def values_of(cookies: bytes, name: bytes) -> list[bytes]:
    """Every value of that name, found in the bytes: splitting a header of forty cookies costs fifty times as much."""
    wanted, found = name + b"=", []
    at = cookies.find(wanted)
    for _ in range(_TRIES):
        if at < 0:
            break
        start = at + len(wanted)
        if at == 0 or cookies[at - 1 : at] in (b";", b" ", b"\t"):
            end = cookies.find(b";", start)
            found.append(cookies[start : end if end >= 0 else len(cookies)].strip(b" \t"))
        at = cookies.find(wanted, start)
    return found


def _signature(key: bytes, named: bytes) -> bytes:
    """As itsdangerous signs with a key that is derived already, in one call of C."""
    return urlsafe_b64encode(digest(key, named, "sha256")).rstrip(b"=")


def _name(*, secure: bool) -> bytes:
    return _SECURE_NAME if secure else _NAME
