"""Addresses as text: split without ever raising, bounded, decoded in the charset that fits."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from msgspec import Struct

URL_LIMIT = 8192
TEXT_LIMIT = 512
NAME_LIMIT = 64
PARAMETER_LIMIT = 64
HOST_LIMIT = 253

_REMEMBERED = 512  # a hit's address is asked for twice, and many hits are to the same pages
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,31}):[/\\]{2}")
_AUTHORITY_END = re.compile(r"[/\\?#]")
_UNICODE_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


class Address(Struct, frozen=True, gc=False):
    """The parts of an address. host: lower-case, without user, port and last dot; path: as sent."""

    scheme: str = ""
    host: str = ""
    path: str = "/"
    query: str = ""
    fragment: str = ""


class Target(Struct, frozen=True, gc=False):
    """What a hit asks for. url: in a form that can be stored; path: readable; query: the parameters, decoded."""

    url: str
    host: str
    path: str
    query: Mapping[str, str]


@lru_cache(_REMEMBERED)
def target_of(url: str) -> Target:
    """The address of a hit, no longer than URL_LIMIT, taken apart."""
    url = printable(url)
    address = split_address(url)
    return Target(url, address.host, readable_path(address.path), parameters(address.query))


@lru_cache(_REMEMBERED)
def split_address(url: str) -> Address:
    """The parts of an absolute address, or of a path with query. Anything else is read as a path; nothing raises."""
    url = url[:URL_LIMIT].strip()
    match = _SCHEME.match(url)
    scheme, host = "", ""
    if match:
        scheme = match[1].lower()
        rest = url[match.end() :]
        end = _AUTHORITY_END.search(rest)
        authority = rest[: end.start()] if end else rest
        host = _host(authority)
        url = rest[len(authority) :]
    url, _, fragment = url.partition("#")
    path, _, query = url.partition("?")
    if path[:1] != "/":
        path = "/" + path.lstrip("\\")
    return Address(scheme, host, path, query, fragment)


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        host = host.partition("]")[0][1:]
    elif ":" in host:
        host = host.partition(":")[0]
    host = host.rstrip(".")
    return host if len(host) <= HOST_LIMIT else ""


def readable_path(path: str) -> str:
    """A path as people write it: percent escapes decoded as UTF-8, control characters gone, bounded."""
    path = path[:TEXT_LIMIT]
    if "%" in path:
        path = unquote_to_bytes(path).decode("utf-8", "replace")
    return path if path.isprintable() else path.translate(_CONTROLS)


def without_www(host: str) -> str:
    """The host without its leading `www.`."""
    return host[4:] if host.startswith("www.") else host


def is_within(host: str, parent: str) -> bool:
    """Whether a host is another one or a subdomain of it."""
    return host == parent or (host.endswith(parent) and host[-len(parent) - 1] == ".")


def printable(text: str) -> str:
    """The text in a form that can be stored and encoded: lone surrogates replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, bounded, without control characters and the spaces around it."""
    text = text[:limit]
    return (text if text.isprintable() else text.translate(_CONTROLS)).strip()


def raw_parameters(query: str) -> dict[str, str]:
    """The first filled value of each parameter, still encoded; names lower-case, bounded in number."""
    found: dict[str, str] = {}
    for pair in query.split("&", PARAMETER_LIMIT * 2)[: PARAMETER_LIMIT * 2]:
        name, _, value = pair.partition("=")
        name = name.lower()
        if value and name not in found and len(name) <= NAME_LIMIT:
            found[name] = value
    return found


def parameters(query: str) -> Mapping[str, str]:
    """The first value of each parameter, decoded; as many as PARAMETER_LIMIT, each at most TEXT_LIMIT long."""
    found: dict[str, str] = {}
    if not query:
        return found
    for pair in query.split("&", PARAMETER_LIMIT)[:PARAMETER_LIMIT]:
        name, _, value = pair.partition("=")
        if "%" in name or "+" in name:
            name = decode(name)
        if name and name not in found and len(name) <= NAME_LIMIT:
            found[name] = decode(value)[:TEXT_LIMIT]
    return found


def decode(value: str, charsets: Sequence[str] = ()) -> str:
    """A form-encoded value as text: in UTF-8 where it is that, else in the first charset that fits, else in cp1252."""
    if "%" not in value:
        return value.replace("+", " ")
    value = value.replace("+", " ")
    if "%u" in value:
        value = _UNICODE_ESCAPE.sub(_escaped_character, value)
    data = unquote_to_bytes(value)
    for charset in ("utf-8", *charsets):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _escaped_character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
