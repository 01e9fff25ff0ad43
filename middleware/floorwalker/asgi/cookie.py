"""The visitor's cookie: a signed id and nothing else. What does not verify is a new visitor, never an error."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from hmac import digest

from itsdangerous import Signer
from msgspec import Struct

MAX_AGE_SECONDS = 400 * 86400  # the longest that browsers keep a cookie (RFC 6265bis)
REFRESH_SECONDS = 86400
_TRIES = 4  # a header full of cookies that bear our name must not buy hashing time

# The last of 43 characters carries four bits: only these spell them canonically, so no two texts are one signature.
_SHAPE = re.compile(rb"([A-Za-z0-9_-]{22})\.([0-9a-f]{8,10})\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Identity(Struct, frozen=True):
    """A visitor as the cookie names them. issued: seconds since 1970; confirmed: the request brought it."""

    visitor: str
    issued: int
    confirmed: bool


class VisitorCookie:
    """Signs and verifies with a list of keys: the first signs, all verify. Values are 128 random bits and a date."""

    def __init__(self, secret_keys: Sequence[str], *, random: Callable[[int], bytes]) -> None:
        # itsdangerous signs with the last key. Deriving here, once, leaves one HMAC per check.
        keys = [digest(key.encode(), b"floorwalker visitor cookie 1", "sha256") for key in reversed(secret_keys)]
        self._signer = Signer(keys, key_derivation="none", digest_method=hashlib.sha256)
        self._random = random

    def new(self, now: float) -> Identity:
        """Somebody whom no request has named yet."""
        visitor = urlsafe_b64encode(self._random(16)).rstrip(b"=").decode("ascii")
        return Identity(visitor, int(now), confirmed=False)

    def read(self, cookies: bytes, *, secure: bool, now: float) -> Identity | None:
        """The first valid visitor in one Cookie header, in any bytes, or None."""
        for value in values_of(cookies, _name(secure=secure)):
            if (identity := self._verify(value, now)) is not None:
                return identity
        return None

    def set_cookie(self, identity: Identity, *, secure: bool, now: float) -> bytes:
        """The value of a Set-Cookie header that keeps this visitor for 400 days from now."""
        signed = self._signer.sign(b"%s.%08x" % (identity.visitor.encode("ascii"), int(now)))
        attributes = b"Path=/; Max-Age=%d; HttpOnly; SameSite=Lax" % MAX_AGE_SECONDS
        return b"%s=%s; %s%s" % (_name(secure=secure), signed, attributes, b"; Secure" if secure else b"")

    @staticmethod
    def is_in(cookies: Iterable[bytes], *, secure: bool) -> bool:
        """Whether any of these Cookie headers bears our name, whatever its value is worth."""
        return any(list(values_of(header, _name(secure=secure))) for header in cookies)

    @staticmethod
    def no_cookie(*, secure: bool) -> bytes:
        """The value of a Set-Cookie header by which a browser forgets who it was."""
        return b"%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s" % (
            _name(secure=secure),
            b"; Secure" if secure else b"",
        )

    def _verify(self, value: bytes, now: float) -> Identity | None:
        shape = _SHAPE.fullmatch(value)
        if shape is None or not self._signer.validate(value):
            return None
        issued = int(shape[2], 16)
        if issued + MAX_AGE_SECONDS < now:
            return None
        return Identity(shape[1].decode("ascii"), issued, confirmed=True)


def is_due(identity: Identity, now: float) -> bool:
    """Whether the response should carry the cookie: at first, and once the one that came is a day old."""
    return not identity.confirmed or now - identity.issued >= REFRESH_SECONDS


def _name(*, secure: bool) -> bytes:
    return b"__Host-fw" if secure else b"fw"


def values_of(cookies: bytes, name: bytes) -> Iterator[bytes]:
    """Every value of that name, found in the bytes: splitting a header of forty cookies costs fifty times as much."""
    wanted = name + b"="
    at = cookies.find(wanted)
    for _ in range(_TRIES):
        if at < 0:
            return
        start = at + len(wanted)
        if at == 0 or cookies[at - 1 : at] in (b";", b" ", b"\t"):
            end = cookies.find(b";", start)
            yield cookies[start : end if end >= 0 else len(cookies)].strip(b" \t")
        at = cookies.find(wanted, start)
