"""A request as we see it: what every request must tell is read at once, the rest when somebody asks."""

from functools import cached_property
from urllib.parse import quote

from floorwalker.asgi.address import Caller, Proxies
from floorwalker.asgi.kinds import Asked, read_request
from floorwalker.asgi.types import Scope

_PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3


class Request:
    """One `http` scope. asked: what it asks for. at: seconds since 1970. Raises where the scope is none of ASGI's."""

    def __init__(self, scope: Scope, *, at: float, proxies: Proxies) -> None:
        self._scope = scope
        self._proxies = proxies
        self.at = at
        self.asked: Asked = read_request(scope["method"], full_path(scope), scope["headers"])

    @cached_property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """As received, names lower-case."""
        return tuple([(bytes(name).lower(), bytes(value)) for name, value in self._scope["headers"]])

    @cached_property
    def url(self) -> str:
        """As the visitor sees it; a path with query where the request names no host."""
        query: bytes = self._scope.get("query_string") or b""
        address = quote(self.asked.path, safe=_PATH_SAFE)
        if query:
            address = f"{address}?{query.decode('latin-1')}"
        host = self.asked.header(b"host").decode("latin-1")
        return f"{'https' if self.secure else 'http'}://{host}{address}" if host else address

    @property
    def cookies(self) -> list[bytes]:
        """Every Cookie header; HTTP/2 clients send several."""
        return [value for name, value in self.headers if name == b"cookie"]

    @property
    def address(self) -> str | None:
        """The client's address, where it is known."""
        return self._caller.address

    @property
    def secure(self) -> bool:
        """Whether the visitor's browser speaks https."""
        return self._caller.secure

    @cached_property
    def _caller(self) -> Caller:
        scheme = str(self._scope.get("scheme", "http"))
        return self._proxies.caller(self._scope.get("client"), scheme, list(self.headers))


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
