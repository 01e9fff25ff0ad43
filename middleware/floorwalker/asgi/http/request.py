"""A request as we see it: what every page asks of it is read at once, the rest when somebody asks."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from floorwalker.asgi.http.address import Proxies
from floorwalker.asgi.http.headers import all_of
from floorwalker.asgi.http.kinds import MAY_BE_PAGE, RequestKind, request_kind
from floorwalker.asgi.http.types import Scope
from floorwalker.core.hit import Headers

_PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3
_NEEDS_NO_QUOTING = re.compile(r"[A-Za-z0-9/._~-]*")


class Request:
    """One `http` scope. kind: what it asks for. path: from the site's root. at: seconds since 1970. Raises where the
    scope is none of ASGI's.

    headers: as received, names lower-case. named: the same by name; of several, the last. cookies: every Cookie header;
    HTTP/2 clients send several. address: the client's, where it is known. secure: whether the visitor's browser speaks
    https. They are values, since properties that keep them cost a page 90 bytecodes more.
    """

    __slots__ = ("_scope", "address", "at", "cookies", "headers", "kind", "method", "named", "path", "secure")

    def __init__(
        self,
        scope: Scope,
        *,
        at: float,
        proxies: Proxies,
        path: str | None = None,
        named: Mapping[bytes, bytes] | None = None,
        kind: RequestKind | None = None,
    ) -> None:
        """path, named, kind: where they were read already."""
        self._scope = scope
        self.at = at
        self.method: str = scope["method"]
        self.path = full_path(scope) if path is None else path
        self.named = dict(scope["headers"]) if named is None else named
        self.kind = request_kind(self.method, self.path, self.named) if kind is None else kind
        headers: Headers = tuple(map(tuple, scope["headers"]))
        names = b"".join(self.named)
        if names != names.lower():  # against what ASGI promises; to look at all names at once costs a third
            headers = tuple([(bytes(name).lower(), bytes(value)) for name, value in headers])
            self.named = dict(headers)
        self.headers = headers
        # Nearly always each header is alone of its name.
        cookie = self.named.get(b"cookie") if len(self.named) == len(headers) else None
        self.cookies = all_of(headers, b"cookie") if cookie is None else [cookie]
        caller = proxies.caller(scope.get("client"), str(scope.get("scheme", "http")), headers)
        self.address, self.secure = caller.address, caller.secure

    def header(self, name: bytes) -> bytes:
        """A header's value, empty where there is none; of several, the last."""
        return self.named.get(name, b"")

    @property
    def may_be_page(self) -> bool:
        """Whether the response may be a document of its own."""
        return self.kind in MAY_BE_PAGE

    @property
    def url(self) -> str:
        """As the visitor sees it; a path with query where the request names no host."""
        scope, address, host = self._scope, self.path, self.named.get(b"host")
        if not _NEEDS_NO_QUOTING.fullmatch(address):
            address = quote(address, safe=_PATH_SAFE)
        if query := scope.get("query_string"):
            address = f"{address}?{query.decode('latin-1')}"
        if not host:
            return address
        return f"{'https' if self.secure else 'http'}://{host.decode('latin-1')}{address}"

    @property
    def root(self) -> str:
        """Where this app is mounted; empty at the site's root."""
        return str(self._scope.get("root_path") or "").rstrip("/")

    @property
    def origin(self) -> str:
        """Scheme and host, as a content security policy names them."""
        host = self.header(b"host").decode("latin-1").lower()
        return f"{'https' if self.secure else 'http'}://{host}"


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
