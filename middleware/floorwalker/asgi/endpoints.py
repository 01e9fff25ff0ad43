"""Our own addresses under the prefix; all that is not there is a problem report."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse

from floorwalker.asgi.client.collect import PageDesk
from floorwalker.asgi.client.slots import SlotDesk
from floorwalker.asgi.collecting import CollectDesk
from floorwalker.asgi.consent.desk import PATH as CONSENT
from floorwalker.asgi.consent.desk import ConsentDesk
from floorwalker.asgi.http.arriving import answer_in_time
from floorwalker.asgi.http.headers import kept_nowhere
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.request import inner_path
from floorwalker.asgi.http.types import App, Message, Receive, Scope, Send
from floorwalker.asgi.operating import PATH as CONSOLE
from floorwalker.asgi.operating import OperatorDesk
from floorwalker.asgi.own.page import PATH as OWN_PAGE
from floorwalker.asgi.own.page import OwnDesk
from floorwalker.asgi.preview.desk import PreviewDesk

_READING = ("GET", "HEAD")


class Endpoints:
    """health: what `GET /healthz` tells, made anew at each call. collect: takes events below `/v1/`. pages: hears what
    pages tell. consent: hears what visitors allow. preview: answers below `/preview`. console: answers below
    `/console`, where there are operators. metrics: answers `GET /metrics`, where anybody may read them. own_page:
    answers at `/me` and below."""

    def __init__(
        self,
        *,
        prefix: str,
        health: Callable[[], Mapping[str, Any]],
        slots: SlotDesk,
        collect: CollectDesk,
        pages: PageDesk,
        consent: ConsentDesk,
        preview: PreviewDesk | None = None,
        console: OperatorDesk | None = None,
        metrics: App | None = None,
        own_page: OwnDesk | None = None,
    ) -> None:
        self._prefix = prefix
        self._health = health
        self._collect = collect
        self._told: Mapping[str, App] = {"/collect": pages, CONSENT: consent}
        self._preview = preview
        self._console = console
        self._own_page = own_page
        self._read: Mapping[str, App] = {"/healthz": self._healthz, "/slots": slots.slots, "/client.js": slots.client}
        if metrics is not None:
            self._read = {**self._read, "/metrics": metrics}

    def owns(self, path: str) -> bool:
        return path.startswith(self._prefix) and path[len(self._prefix) : len(self._prefix) + 1] in ("", "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": kept_nowhere(message["headers"])}
            await send(message)

        await answer_in_time(self._answer, scope, receive, send_guarded)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = inner_path(scope).removeprefix(self._prefix)
        if self._preview is not None and (path == "/preview" or path.startswith("/preview/")):
            await self._preview(scope, receive, send, path=path.removeprefix("/preview"))
            return
        if self._console is not None and (path == CONSOLE or path.startswith(CONSOLE + "/")):
            await self._console(scope, receive, send, path=path.removeprefix(CONSOLE))
            return
        if path in self._told:
            told = self._told[path] if scope.get("method") == "POST" else _takes("POST")
            await told(scope, receive, send)
            return
        if self._own_page is not None and (path in (OWN_PAGE, f"{OWN_PAGE}.json") or path.startswith(f"{OWN_PAGE}/")):
            await self._own_page(scope, receive, send, path=path)
            return
        if path.startswith("/v1/"):
            await self._collect(scope, receive, send, path=path)
            return
        await self._answering(path, str(scope.get("method", "GET")))(scope, receive, send)

    def _answering(self, path: str, method: str) -> App:
        found = self._read.get(path)
        if found is None:
            return problem(404, "Not Found", "There is nothing at this address.")
        if method not in _READING:
            return _takes("GET", *_READING[1:])
        return found

    async def _healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse(self._health(), headers={"cache-control": "no-store"})(scope, receive, send)


def _takes(method: str, *others: str) -> App:
    allow = ", ".join((method, *others))
    return problem(405, "Method Not Allowed", f"This address takes {method}.", {"allow": allow})
