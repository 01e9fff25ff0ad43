"""Where else a choice is read: a cookie or header of the site's, or a consent tool's cookie."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from floorwalker.asgi.http.headers import all_of
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.permitting.cookie import only_cookie
from floorwalker.core.choices import read_cookiebot, read_onetrust, read_words
from floorwalker.core.consent import UNCLEAR, Choice, together

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}")  # RFC 9110, 5.6.2; so are the names of cookies


class Teller(StrEnum):
    """Who tells a choice."""

    COOKIE = "cookie"
    HEADER = "header"
    ONETRUST = "onetrust"
    COOKIEBOT = "cookiebot"


class Source(Struct, frozen=True):
    """name: of the cookie, or of the header in lower case."""

    teller: Teller
    name: bytes = b""


def read_sources(value: str | Sequence[str]) -> tuple[Source, ...]:
    """Where a choice is read, in the words of the setting. Raises ValueError, TypeError."""
    parts = value.split(",") if isinstance(value, str) else value
    return tuple([_source(part) for part in parts if str(part).strip()])


def choice_elsewhere(sources: Sequence[Source], request: Request, *, today: int) -> Choice | None:
    """What the sources tell; where several do, what all of them allow. None where none does."""
    found: Choice | None = None
    for source in sources:
        found = together(found, _told(source, request, today=today))
    return found


def _source(text: str) -> Source:
    if not isinstance(text, str):
        raise TypeError("it holds something that is no text")
    kind, colon, name = text.strip().partition(":")
    teller, name = kind.strip().lower(), name.strip()
    match teller:
        case Teller.ONETRUST | Teller.COOKIEBOT if not colon:
            return Source(Teller(teller))
        case Teller.COOKIE if _TOKEN.fullmatch(name):
            return Source(Teller.COOKIE, name.encode())
        case Teller.HEADER if _TOKEN.fullmatch(name):
            return Source(Teller.HEADER, name.lower().encode())
        case _:
            raise ValueError("it is cookie:NAME, header:NAME, onetrust or cookiebot, or several of them")


def _told(source: Source, request: Request, *, today: int) -> Choice | None:
    match source.teller:
        case Teller.COOKIE:
            text = only_cookie(request.cookies, source.name)
            return text if text is None else read_words(text, today=today)
        case Teller.HEADER:
            values = all_of(request.headers, source.name)
            if not values:
                return None
            return read_words(values[0].decode("latin-1"), today=today) if len(values) == 1 else UNCLEAR
        case Teller.ONETRUST:
            text = only_cookie(request.cookies, b"OptanonConsent")
            closed = only_cookie(request.cookies, b"OptanonAlertBoxClosed")
            return text if text is None else read_onetrust(text, closed, today=today)
        case Teller.COOKIEBOT:
            text = only_cookie(request.cookies, b"CookieConsent")
            return text if text is None else read_cookiebot(text, today=today)
        case never:
            assert_never(never)
