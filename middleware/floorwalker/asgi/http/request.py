"""A request as we see it: what every request must tell is read at once, the rest when somebody asks."""

import re
from urllib.parse import quote

from floorwalker.asgi.http.address import Caller, Proxies
from floorwalker.asgi.http.kinds import Asked, read_request
from floorwalker.asgi.http.types import Scope

_PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3
_NEEDS_NO_QUOTING = re.compile(r"[A-Za-z0-9/._~-]*")


class Request:
    """One `http` scope. asked: what it asks for. at: seconds since 1970. Raises where the scope is none of ASGI's."""

    def __init__(self, scope: Scope, *, at: float, proxies: Proxies) -> None:
        self._scope = scope
        self._proxies = proxies
        self.at = at
        self._headers: tuple[tuple[bytes, bytes], ...] | None = None
        self._caller: Caller | None = None
        self._cookies: list[bytes] | None = None
        self.asked: Asked = read_request(scope["method"], full_path(scope), scope["headers"])

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """As received, names lower-case."""
        if self._headers is None:
            self._headers = tuple([(bytes(name).lower(), bytes(value)) for name, value in self._scope["headers"]])
        return self._headers

    @property
    def url(self) -> str:
        """As the visitor sees it; a path with query where the request names no host."""
        query: bytes = self._scope.get("query_string") or b""
        path = self.asked.path
        address = path if _NEEDS_NO_QUOTING.fullmatch(path) else quote(path, safe=_PATH_SAFE)
        if query:
            address = f"{address}?{query.decode('latin-1')}"
        host = self.asked.header(b"host").decode("latin-1")
        return f"{'https' if self.secure else 'http'}://{host}{address}" if host else address

    @property
    def root(self) -> str:
        """Where this app is mounted; empty at the site's root."""
        return str(self._scope.get("root_path") or "").rstrip("/")

    @property
    def origin(self) -> str:
        """Scheme and host, as a content security policy names them."""
        host = self.asked.header(b"host").decode("latin-1").lower()
        return f"{'https' if self.secure else 'http'}://{host}"

    @property
    def cookies(self) -> list[bytes]:
        """Every Cookie header; HTTP/2 clients send several."""
        if self._cookies is None:
            self._cookies = [value for name, value in self.headers if name == b"cookie"]
        return self._cookies

    @property
    def address(self) -> str | None:
        """The client's address, where it is known."""
        return self.caller.address

    @property
    def secure(self) -> bool:
        """Whether the visitor's browser speaks https."""
        return self.caller.secure

    @property
    def caller(self) -> Caller:
        """Whose request it is."""
        if self._caller is None:
            scheme = str(self._scope.get("scheme", "http"))
            self._caller = self._proxies.caller(self._scope.get("client"), scheme, self.headers)
        return self._caller


def full_path(scope: Scope) -> str:
    """The path from the site's root. Servers and frameworks do not agree whether `path` holds `root_path`."""
    path: str = scope["path"]
    root = scope.get("root_path")
    if not root:
        return path
    root = root.rstrip("/")
    return path if path == root or path.startswith(f"{root}/") else root + path


def inner_path(scope: Scope) -> str:
    """The path below the place where this app is mounted."""
    root = scope.get("root_path")
    return full_path(scope).removeprefix(root.rstrip("/")) or "/" if root else scope["path"]
