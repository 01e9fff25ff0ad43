"""The cookie in which a choice lies that was made here: readable by scripts, of no identifier, and of a day only."""

from collections.abc import Sequence
from typing import Final

from floorwalker.asgi.cookie import values_of
from floorwalker.core.choices import read_own, written
from floorwalker.core.consent import UNCLEAR, Choice

NAME: Final = b"fw-consent"
MAX_AGE_SECONDS: Final = 400 * 86400  # the longest that browsers keep a cookie (RFC 6265bis)


def read_choice(cookies: Sequence[bytes], *, secure: bool, today: int) -> Choice | None:
    """The choice in the Cookie headers; None where there is none. Two of them, and any bytes, are unclear."""
    text = only_cookie(cookies, _name(secure=secure))
    if text is None:
        return None
    return read_own(text, today=today) if text else UNCLEAR


def set_choice(choice: Choice, *, secure: bool) -> bytes:
    """The value of a Set-Cookie header that keeps the choice for 400 days. Not HttpOnly: consent bars read it."""
    value = f"{written(choice)}; Path=/; Max-Age={MAX_AGE_SECONDS}; SameSite=Lax"
    return b"%s=%s%s" % (_name(secure=secure), value.encode("ascii"), b"; Secure" if secure else b"")


def only_cookie(cookies: Sequence[bytes], name: bytes) -> str | None:
    """The one cookie of that name, as text; None where there is none, and empty where there are several."""
    found = [value for header in cookies for value in values_of(header, name)]
    if not found:
        return None
    return found[0].decode("latin-1").strip('"') if len(found) == 1 else ""


def _name(*, secure: bool) -> bytes:
    return b"__Host-" + NAME if secure else NAME
