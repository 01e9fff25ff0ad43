"""A request, read once at the door; no scope travels further."""

from typing import Any
from urllib.parse import quote

from msgspec import Struct

from floorwalker.asgi.address import Proxies
from floorwalker.asgi.kinds import Asked, read_request
from floorwalker.asgi.types import RawHeaders, Scope

_PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3


class Request(Struct, frozen=True):
    """at: seconds since 1970. url: as the visitor sees it. secure: the visitor's browser speaks https."""

    asked: Asked
    at: float
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    address: str | None
    secure: bool


def read_scope(scope: Scope, *, at: float, proxies: Proxies) -> Request:
    """Read an `http` scope. Raises where it is none that ASGI knows."""
    headers: RawHeaders = [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]
    path = full_path(scope)
    asked = read_request(str(scope["method"]).upper(), path, headers)
    caller = proxies.caller(scope.get("client"), str(scope.get("scheme", "http")), headers)
    url = _url(scope, path, "https" if caller.secure else "http", asked.headers.get(b"host", b""))
    return Request(asked, at, url, tuple(headers), caller.address, caller.secure)


def full_path(scope: Scope) -> str:
    """The path from the site's root. Servers and frameworks do not agree whether `path` holds `root_path`."""
    path, root = str(scope["path"]), str(scope.get("root_path") or "").rstrip("/")
    return path if not root or path == root or path.startswith(f"{root}/") else root + path


def inner_path(scope: Scope) -> str:
    """The path below the place where this app is mounted."""
    return full_path(scope).removeprefix(str(scope.get("root_path") or "").rstrip("/")) or "/"


def _url(scope: Scope, path: str, scheme: str, host: bytes) -> str:
    query: Any = scope.get("query_string") or b""
    address = quote(path, safe=_PATH_SAFE)
    if query:
        address = f"{address}?{query.decode('latin-1')}"
    return f"{scheme}://{host.decode('latin-1')}{address}" if host else address
