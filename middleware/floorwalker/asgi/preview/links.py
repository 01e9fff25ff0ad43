"""Links that open a preview: for the command that prints them, and for a page of the site's own that makes them."""

import time
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from floorwalker.asgi.preview.guise import read_guise
from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.asgi.preview.seal import LONGEST_SEAL_CHARS, link_seal
from floorwalker.asgi.settings import read_settings
from floorwalker.errors import ConfigurationError

PREFIX: Final = "/_floorwalker"


def preview_link(
    *,
    secret_key: str | Sequence[str],
    until: float,
    persona: str = "",
    segments: Iterable[str] = (),
    at: str = "",
    path: str = "",
    site: str = "",
    prefix: str = PREFIX,
) -> str:
    """A signed link: until that second whoever opens it sees the site as that persona would, and from there as anybody.

    secret_key: as the middleware has it. until: seconds since 1970, a week ahead at most. persona: empty is somebody
    new. segments: they are in these anyway. at: such as 2026-11-28T19:30, in the site's zone. path: where it begins;
    empty is where the persona landed. site: such as https://shop.example; without it the link is a path. Whether the
    rules know the names is not looked at. Raises a FloorwalkerError that says in one sentence what cannot be.
    """
    guise = read_guise(persona=persona, segments=[(name, True) for name in segments], at=at)
    settings = read_settings({"secret_key": secret_key, "prefix": prefix}, {})
    token = link_seal(settings.secret_keys).close(guise, until=until, made=time.time())
    if len(token) > LONGEST_SEAL_CHARS:
        raise ConfigurationError("these are too many segments for a link; leave some of them to the rules")
    asked = {"token": token, **({"to": _path(path)} if path else {})}
    return f"{_site(site)}{settings.prefix}/preview?{urlencode(asked, quote_via=quote, safe='/')}"


def _path(path: str) -> str:
    quoted = quote(path, safe="/?&=:@!$'()*+,;%~-._[]")
    if not is_own_path(quoted):
        raise ConfigurationError(f"{path!r} is no path of the site; write /sale, say")
    return quoted


def _site(site: str) -> str:
    if not site:
        return ""
    refusal = ConfigurationError(f"{site!r} is no address of a site; write https://shop.example")
    try:
        parts = urlsplit(site)
        named = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError as error:  # half an address of IPv6, a port that is none
        raise refusal from error
    if not named or parts.scheme not in ("http", "https") or parts.query or parts.fragment or not site.isprintable():
        raise refusal
    return site.rstrip("/")
