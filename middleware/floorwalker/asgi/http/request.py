"""A request as we see it: what every request must tell is read at once, the rest when somebody asks."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from floorwalker.asgi.http.address import Caller, Proxies
from floorwalker.asgi.http.headers import all_of
from floorwalker.asgi.http.kinds import MAY_BE_PAGE, RequestKind, request_kind
from floorwalker.asgi.http.types import Scope
from floorwalker.core.hit import Headers

_PATH_SAFE = "/:@!$&'()*+,;=~"  # RFC 3986, 3.3
_NEEDS_NO_QUOTING = re.compile(r"[A-Za-z0-9/._~-]*")


class Request:
    """One `http` scope. kind: what it asks for. path: from the site's root. named: the headers by name; of several, the
    last. at: seconds since 1970. Raises where the scope is none of ASGI's.
    """

    __slots__ = ("_caller", "_cookies", "_headers", "_proxies", "_scope", "at", "kind", "method", "named", "path")

    def __init__(
        self,
        scope: Scope,
        *,
        at: float,
        proxies: Proxies,
        named: Mapping[bytes, bytes] | None = None,
        kind: RequestKind | None = None,
    ) -> None:
        """named, kind: where they were read already."""
        self._scope = scope
        self._proxies = proxies
        self.at = at
        self.method: str = scope["method"]
        self.path = full_path(scope)
        self.named = dict(scope["headers"]) if named is None else named
        self.kind = request_kind(self.method, self.path, self.named) if kind is None else kind
        self._headers: Headers | None = None
        self._caller: Caller | None = None
        self._cookies: list[bytes] | None = None

    def header(self, name: bytes) -> bytes:
        """A header's value, empty where there is none; of several, the last."""
        return self.named.get(name, b"")

    @property
    def may_be_page(self) -> bool:
        """Whether the response may be a document of its own."""
        return self.kind in MAY_BE_PAGE

    @property
    def headers(self) -> Headers:
        """As received, names lower-case."""
        if self._headers is None:
            raw, names = self._scope["headers"], b"".join(self.named)
            if names == names.lower():  # as ASGI promises it; to look at all at once costs a third
                self._headers = tuple(map(tuple, raw))
            else:
                self._headers = tuple([(bytes(name).lower(), bytes(value)) for name, value in raw])
        return self._headers

    @property
    def url(self) -> str:
        """As the visitor sees it; a path with query where the request names no host."""
        query: bytes = self._scope.get("query_string") or b""
        path = self.path
        address = path if _NEEDS_NO_QUOTING.fullmatch(path) else quote(path, safe=_PATH_SAFE)
        if query:
            address = f"{address}?{query.decode('latin-1')}"
        host = self.header(b"host").decode("latin-1")
        return f"{'https' if self.secure else 'http'}://{host}{address}" if host else address

    @property
    def root(self) -> str:
        """Where this app is mounted; empty at the site's root."""
        return str(self._scope.get("root_path") or "").rstrip("/")

    @property
    def origin(self) -> str:
        """Scheme and host, as a content security policy names them."""
        host = self.header(b"host").decode("latin-1").lower()
        return f"{'https' if self.secure else 'http'}://{host}"

    @property
    def cookies(self) -> list[bytes]:
        """Every Cookie header; HTTP/2 clients send several."""
        if self._cookies is None:
            named = self.named
            is_alone = b"cookie" in named and len(named) == len(self._scope["headers"])  # as it nearly always is
            self._cookies = [named[b"cookie"]] if is_alone else all_of(self.headers, b"cookie")
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
