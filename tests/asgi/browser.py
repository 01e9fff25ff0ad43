"""A browser for the tests: speaks plain ASGI, message by message, and keeps its cookies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
App = Callable[..., Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
GOOGLEBOT = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
HTML = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SEARCH = b"https://www.google.com/search?q=cheap+tripod"


@dataclass
class Answer:
    """What an app sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self._start["status"])

    @property
    def headers(self) -> Headers:
        return list(self._start.get("headers", []))

    @property
    def body(self) -> bytes:
        return b"".join(
            message.get("body", b"") for message in self.messages if message["type"] == "http.response.body"
        )

    @property
    def chunks(self) -> list[bytes]:
        return [message.get("body", b"") for message in self.messages if message["type"] == "http.response.body"]

    @property
    def cookie(self) -> bytes | None:
        """The visitor's cookie that was set, as a browser sends it back."""
        for value in self.all(b"set-cookie"):
            if value.startswith((b"fw=", b"__Host-fw=")):
                return value.split(b";")[0]
        return None

    def all(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key == name]

    @property
    def _start(self) -> Message:
        return next(message for message in self.messages if message["type"] == "http.response.start")


@dataclass
class Browser:
    """One person's browser. agent: its user agent; https: whether it speaks it."""

    app: App
    agent: bytes = CHROME
    https: bool = True
    cookie: bytes | None = None

    async def get(self, path: str = "/", **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(self, path: str = "/", **options: Any) -> Answer:
        return await self.ask("POST", path, **options)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[bytes, bytes] | Headers = (),
        scope: Mapping[str, Any] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Ask, keep the cookie, and give what came. Headers given replace the browser's own of that name."""
        asked = scope_of(method, path, self._headers(headers), https=self.https) | dict(scope or {})
        answer = Answer()
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            if incoming:
                return incoming.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            answer.messages.append(message)

        await self.app(asked, receive, send)
        if any(message["type"] == "http.response.start" for message in answer.messages):
            self.cookie = answer.cookie or self.cookie
        return answer

    def _headers(self, given: Mapping[bytes, bytes] | Headers) -> Headers:
        pairs = list(given.items()) if isinstance(given, Mapping) else list(given)
        own = [
            (b"host", b"shop.test"),
            (b"user-agent", self.agent),
            (b"accept", HTML),
            (b"sec-fetch-dest", b"document"),
        ]
        if self.cookie:
            own.append((b"cookie", self.cookie))
        named = {name for name, _ in pairs}
        return [(name, value) for name, value in own if name not in named] + [pair for pair in pairs if pair[1]]


def scope_of(method: str, path: str, headers: Headers, *, https: bool = True) -> dict[str, Any]:
    """An `http` scope as a server makes it."""
    address, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https" if https else "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("203.0.113.7", 50_000),
        "server": ("127.0.0.1", 8000),
        "extensions": {},
    }


def page_app(
    body: bytes | list[bytes],
    *,
    status: int = 200,
    headers: Headers | None = None,
    content_type: bytes = b"text/html; charset=utf-8",
) -> App:
    """An app that answers everything with one body, whole or in chunks."""
    chunks = [body] if isinstance(body, bytes) else body
    own = [(b"content-type", content_type), *(headers or [])]

    async def app(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError("no lifespan here")
        await send({"type": "http.response.start", "status": status, "headers": own})
        for number, chunk in enumerate(chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})

    return app
