"""The browser behind a hit: what those of its headers tell that are the same with every page."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.hit import Headers
from floorwalker.core.reading.address import HOST_LIMIT, NAME_LIMIT, PARAMETER_LIMIT, TEXT_LIMIT, split_address
from floorwalker.core.reading.device import Hints
from floorwalker.core.reading.language import read_languages
from floorwalker.core.signals import Device, Robot

_HINT_LIMIT = 256
_SECRET = frozenset((b"authorization", b"proxy-authorization"))
_PREFETCH = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD = ("prefetch", "preview", "prerender")
_CONNECTIONS = frozenset(("slow-2g", "2g", "3g", "4g", "5g"))
_OF_BROWSERS = frozenset((
    b"host", b"user-agent", b"accept", b"accept-encoding", b"accept-language", b"connection", b"cache-control",
    b"pragma", b"priority", b"te", b"upgrade-insecure-requests", b"dnt", b"sec-gpc", b"save-data", b"ect", b"downlink",
    b"rtt", b"device-memory", b"purpose", b"x-purpose", b"x-moz", b"sec-purpose", b"signature-agent",
    b"sec-fetch-dest", b"sec-fetch-mode", b"sec-fetch-site", b"sec-fetch-user", b"sec-ch-ua", b"sec-ch-ua-arch",
    b"sec-ch-ua-bitness", b"sec-ch-ua-full-version-list", b"sec-ch-ua-form-factors", b"sec-ch-ua-mobile",
    b"sec-ch-ua-model", b"sec-ch-ua-platform", b"sec-ch-ua-platform-version", b"sec-ch-ua-wow64",
    b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-requested-with",
))  # fmt: skip
_SPACES = " \t\n\r\x0b\x0c"  # as bytes.strip() knows them


class Browser(Struct, frozen=True, gc=False):
    """headers: those that it sends with every page, as text. host: that it asks for."""

    headers: Mapping[str, str]
    host: str
    device: Device
    robot: Robot | None
    languages: tuple[str, ...]
    connection: str | None
    prefetch: bool
    do_not_track: bool


class Parted(Struct, frozen=True, gc=False):
    """A request's headers: the browser's own, all others that are no secret, and the raw cookies."""

    of_browser: Headers
    others: Headers
    cookie: bytes

    @property
    def referrer(self) -> bytes:
        """The first that is filled, raw: its charset is not known yet."""
        for name, value in self.others:
            if name == b"referer" and value:
                return value
        return b""


def parted(pairs: Headers) -> Parted:
    """The headers, taken apart."""
    own: list[tuple[bytes, bytes]] = []
    others: list[tuple[bytes, bytes]] = []
    cookie = b""
    for name, value in pairs[:PARAMETER_LIMIT]:
        if name in _OF_BROWSERS:
            own.append((name, value))
        elif name == b"cookie":
            cookie = cookie + b"; " + value if cookie else value
        elif name not in _SECRET:
            others.append((name, value))
    return Parted(tuple(own), tuple(others), cookie)


def texts_of(pairs: Headers) -> dict[str, str]:
    """The headers as text, bounded; what is repeated joined by commas."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name[:NAME_LIMIT].decode("latin-1")
        text = value[:TEXT_LIMIT].decode("latin-1")
        if key in headers and key != "user-agent":
            text = f"{headers[key]}, {text}"[:TEXT_LIMIT]
        headers[key] = text
    return headers


def browser_of(headers: Mapping[str, str], device: Device, robot: Robot | None) -> Browser:
    """What the headers tell, beside what was told of device and robot."""
    return Browser(
        headers,
        split_address("http://" + headers.get("host", "")[:HOST_LIMIT]).host,
        device,
        robot,
        read_languages(headers.get("accept-language", "")[:_HINT_LIMIT]),
        _connection(headers),
        _is_prefetch(headers),
        headers.get("sec-gpc") == "1" or headers.get("dnt") == "1",
    )


def read_cookies(header: bytes) -> dict[str, str]:
    """The first value of each cookie, bounded."""
    found: dict[str, str] = {}
    for pair in header.decode("latin-1").split(";", PARAMETER_LIMIT)[:PARAMETER_LIMIT] if header else ():
        name, separator, value = pair.strip(_SPACES).partition("=")
        key = name[:NAME_LIMIT]
        if separator and key not in found:
            found[key] = value[:TEXT_LIMIT].strip(' "')
    return found


def hints_of(headers: Mapping[str, str]) -> Hints:
    """The client hints among the headers."""

    def plain(name: str) -> str:
        return headers.get(name, "")[:_HINT_LIMIT].strip(' "')

    brands = headers.get("sec-ch-ua-full-version-list") or headers.get("sec-ch-ua", "")
    return Hints(
        brands[:_HINT_LIMIT],
        plain("sec-ch-ua-mobile"),
        plain("sec-ch-ua-platform"),
        plain("sec-ch-ua-platform-version"),
        plain("sec-ch-ua-model"),
        plain("sec-ch-ua-form-factors"),
    )


def _connection(headers: Mapping[str, str]) -> str | None:
    if headers.get("save-data", "").lower() == "on":
        return "save-data"
    effective = headers.get("ect", "").lower()
    return effective if effective in _CONNECTIONS else None


def _is_prefetch(headers: Mapping[str, str]) -> bool:
    return any(headers[name].lower().startswith(_AHEAD) for name in _PREFETCH if name in headers)
