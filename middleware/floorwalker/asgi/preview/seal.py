"""What is signed: the link that opens a preview, and the cookie that keeps it. What does not verify says why."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence, Sized
from enum import StrEnum
from hmac import digest
from typing import Final

import msgspec
from itsdangerous import Signer
from msgspec import Struct

from floorwalker.asgi.cookie import values_of
from floorwalker.asgi.preview.guise import Guise

LONGEST_LINK_S: Final = 7 * 86400
LONGEST_SITTING_S: Final = 8 * 3600
_CLOCKS_APART_S: Final = 60  # workers need not agree to the second
LONGEST_SEAL_CHARS: Final = 3_000  # with its name and attributes it stays below the 4,096 bytes that browsers keep

# The last of 43 characters carries four bits: only these spell them canonically, so no two texts are one signature.
_SHAPE = re.compile(rb"([A-Za-z0-9_-]{2,})\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Refused(StrEnum):
    """Why something sealed is not taken."""

    TOO_LONG = "too long"
    FORGED = "forged"
    EXPIRED = "expired"
    TAKEN_BACK = "taken back"


class Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    """allows: what it is good for, `open a preview` or `preview`. made, until: seconds since 1970."""

    allows: str
    until: int
    guise: Guise = Guise()
    made: int = 0


class Seal:
    """Signs one kind of thing with a list of keys: the first signs, all verify."""

    def __init__(self, secret_keys: Sequence[str], *, allows: str) -> None:
        # itsdangerous signs with the last key; the cookie of visitors derives its own keys in the same way.
        keys = [digest(key.encode(), f"floorwalker {allows} 1".encode(), "sha256") for key in reversed(secret_keys)]
        self._signer = Signer(keys, key_derivation="none", digest_method=hashlib.sha256)
        self._allows = allows

    def close(self, guise: Guise, *, until: float, made: float = 0.0) -> str:
        """The text that stands for a guise until that second. made: now; what is taken back goes by it."""
        content = msgspec.json.encode(Sealed(self._allows, int(until), guise, int(made)))
        return self._signer.sign(urlsafe_b64encode(content).rstrip(b"=")).decode("ascii")

    def open(self, text: str | bytes, *, now: float, longest_s: float, since: float = 0.0) -> Sealed | Refused:
        """What was sealed, or why it is not taken; nothing is good for longer than that from now.

        since: what was made before is taken back.
        """
        sealed = text.encode("utf-8", "replace") if isinstance(text, str) else text
        if len(sealed) > LONGEST_SEAL_CHARS:
            return Refused.TOO_LONG
        shape = _SHAPE.fullmatch(sealed)
        if shape is None or not self._signer.validate(sealed):
            return Refused.FORGED
        try:
            found = msgspec.json.decode(urlsafe_b64decode(shape[1] + b"=="), type=Sealed)
        except (ValueError, msgspec.MsgspecError):
            return Refused.FORGED
        if found.allows != self._allows or found.until > now + longest_s + _CLOCKS_APART_S:
            return Refused.FORGED
        if found.made < since:
            return Refused.TAKEN_BACK
        return Refused.EXPIRED if found.until <= now else found


def link_seal(secret_keys: Sequence[str]) -> Seal:
    """Of links: whoever has one may open a preview."""
    return Seal(secret_keys, allows="open a preview")


class PreviewCookie:
    """Keeps the preview of one browser: as whom, and until when."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._seal = Seal(secret_keys, allows="preview")

    def read(self, cookies: Iterable[bytes], *, secure: bool, now: float, since: float = 0.0) -> Sealed | None:
        """The preview that a request's Cookie headers carry, in any bytes; None where none is valid."""
        for header in cookies:
            for value in values_of(header, _name(secure=secure)):
                found = self._seal.open(value, now=now, longest_s=LONGEST_SITTING_S, since=since)
                if isinstance(found, Sealed):
                    return found
        return None

    def set_cookie(self, guise: Guise, *, until: float, secure: bool, now: float) -> str | None:
        """The value of a Set-Cookie header; None where the guise is more than a cookie holds."""
        value = self._seal.close(guise, until=until, made=now)
        if len(value) > LONGEST_SEAL_CHARS:
            return None
        return _line(value, max_age_s=max(0, int(until - now)), secure=secure)

    def clear_cookie(self, *, secure: bool) -> str:
        """The value of a Set-Cookie header that ends the preview."""
        return _line("", max_age_s=0, secure=secure)


def may_preview(headers: Sized, named: Mapping[bytes, bytes]) -> bool:
    """Whether a request may carry a preview. Every request is asked this, so it must cost next to nothing.

    named: the same headers by name; where one stands there twice, it is to be looked at closely.
    """
    return _PREVIEW in named.get(b"cookie", b"") or len(named) < len(headers)


def _line(value: str, *, max_age_s: int, secure: bool) -> str:
    name = _name(secure=secure).decode("ascii")
    return f"{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def _name(*, secure: bool) -> bytes:
    return b"__Host-" + _PREVIEW if secure else _PREVIEW


_PREVIEW: Final = b"fw-preview"
