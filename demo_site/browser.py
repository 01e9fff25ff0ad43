"""A browser without a window, in this process: cookies, redirects, and what client.js would tell."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from starlette.types import ASGIApp, Message

HOST = "127.0.0.1"
COLLECT = "/_floorwalker/collect"
MOST_REDIRECTS = 5
BLOCK = re.compile(r"<!--fw:([^:]+):(.*?)-->")
FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A page as it came. blocks: slot → block, of those that were put into it."""

    url: str
    status: int
    html: str
    blocks: Mapping[str, str]


class Browser:
    """One person's browser. device: its user agent."""

    def __init__(self, app: ASGIApp, device: str) -> None:
        self._app = app
        self._device = device
        self._jar: SimpleCookie = SimpleCookie()
        self._told = 0
        self.page = Seen(url="", status=0, html="", blocks={})

    def remember(self, name: str, value: str) -> None:
        """Keep a cookie that nobody sent."""
        self._jar[name] = value

    async def go(self, url: str, *, referrer: str = "") -> Seen:
        """Open a page; without a referrer from the page at hand, or by typing the address."""
        came_from = referrer or (f"http://{HOST}{self.page.url}" if self.page.url else "")
        return await self._load("GET", url, came_from, b"")

    async def post(self, url: str, form: Mapping[str, str]) -> Seen:
        """Send a form from the page at hand."""
        return await self._load("POST", url, f"http://{HOST}{self.page.url}", urlencode(form).encode())

    def leave(self) -> None:
        """Whatever comes next is typed, or comes from elsewhere."""
        self.page = Seen(url="", status=0, html="", blocks={})

    async def click(self, slot: str) -> None:
        """Click the block that a slot of the page shows, which client.js tells."""
        self._told += 1
        told = {"slot": slot, "block": self.page.blocks[slot]}
        event = {"id": f"{self._told}", "type": "track", "event": "Slot Clicked", "properties": told}
        body = json.dumps({"url": self.page.url, "referrer": "", "live": {}, "events": [event]}).encode()
        headers = {b"content-type": b"text/plain", b"sec-fetch-site": b"same-origin", b"sec-fetch-dest": b"empty"}
        await self._ask("POST", COLLECT, headers, body)

    async def _load(self, method: str, url: str, referrer: str, body: bytes) -> Seen:
        for _ in range(MOST_REDIRECTS):
            is_ours = referrer.startswith(f"http://{HOST}")
            site = b"same-origin" if is_ours else b"cross-site" if referrer else b"none"
            headers = {b"accept": b"text/html", b"sec-fetch-dest": b"document", b"sec-fetch-site": site}
            if referrer:
                headers[b"referer"] = referrer.encode()
            if method == "POST":
                headers[b"content-type"] = FORM
            status, location, html = await self._ask(method, url, headers, body)
            if not location:
                break
            method, url, body = "GET", location, b""
        blocks = {slot: unquote(block) for slot, block in BLOCK.findall(html)}
        self.page = Seen(url=url, status=status, html=html, blocks=blocks)
        return self.page

    async def _ask(self, method: str, url: str, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, str, str]:
        """Status, where it leads on to, and the body."""
        address = urlsplit(url)
        raw = [(b"host", HOST.encode()), (b"user-agent", self._device.encode()), (b"accept-language", b"en-GB")]
        raw += headers.items()
        if self._jar:
            raw.append((b"cookie", "; ".join(f"{k}={m.coded_value}" for k, m in self._jar.items()).encode()))
        if body:
            raw.append((b"content-length", str(len(body)).encode()))
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(address.path),
            "raw_path": address.path.encode(),
            "root_path": "",
            "query_string": address.query.encode(),
            "headers": raw,
            "client": (HOST, 1),
            "server": (HOST, 80),
        }
        answer = _Answer(self._jar)
        await self._app(scope, _sending(body), answer.take)
        return answer.status, answer.location, bytes(answer.body).decode("utf-8", "replace")


class _Answer:
    """What comes back. jar: where its cookies go."""

    def __init__(self, jar: SimpleCookie) -> None:
        self._jar = jar
        self.status = 0
        self.location = ""
        self.body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            return
        self.status = message["status"]
        for name, value in message["headers"]:
            if name == b"set-cookie":
                self._jar.load(value.decode("latin-1"))
            elif name == b"location" and 300 <= self.status < 400:
                self.location = value.decode("latin-1")


def _sending(body: bytes) -> Any:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@asynccontextmanager
async def lifespan_of(app: ASGIApp) -> AsyncIterator[None]:
    """Start the app as a server does, and stop it at the end, when all that waits is stored."""
    asked: asyncio.Queue[Message] = asyncio.Queue()
    told: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    running = asyncio.ensure_future(app(scope, asked.get, told.put))
    await asked.put({"type": "lifespan.startup"})
    await told.get()
    try:
        yield
    finally:
        await asked.put({"type": "lifespan.shutdown"})
        await told.get()
        await running
