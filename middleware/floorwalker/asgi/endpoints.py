"""Our own addresses under the prefix, and the problem reports of RFC 9457 for all that is not there."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse

from floorwalker.asgi.preview.desk import PreviewDesk
from floorwalker.asgi.request import inner_path
from floorwalker.asgi.types import Receive, Scope, Send


class Endpoints:
    """health: what `GET /healthz` tells, made anew at each call. preview: answers below `/preview`."""

    def __init__(
        self, *, prefix: str, health: Callable[[], Mapping[str, Any]], preview: PreviewDesk | None = None
    ) -> None:
        self._prefix = prefix
        self._health = health
        self._preview = preview

    def owns(self, path: str) -> bool:
        return path.startswith(self._prefix) and path[len(self._prefix) : len(self._prefix) + 1] in ("", "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = inner_path(scope).removeprefix(self._prefix)
        if self._preview is not None and (path == "/preview" or path.startswith("/preview/")):
            await self._preview(scope, receive, send, path=path.removeprefix("/preview"))
            return
        response = self._answer(str(scope.get("method", "GET")), path)
        await response(scope, receive, send)

    def _answer(self, method: str, path: str) -> JSONResponse:
        if path != "/healthz":
            return _problem(404, "Not Found", "There is nothing at this address.")
        if method not in ("GET", "HEAD"):
            return _problem(405, "Method Not Allowed", "This address takes GET.", {"allow": "GET, HEAD"})
        return JSONResponse(self._health(), headers={"cache-control": "no-store"})


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(content, status, headers, media_type="application/problem+json")
