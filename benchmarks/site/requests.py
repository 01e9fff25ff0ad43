"""Requests to an app in this process, as a server would hand them over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.site.pages import App, Message

AGENT = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@asynccontextmanager
async def started(served: App) -> AsyncIterator[None]:
    """The app between start-up and shutdown, as a server runs it."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    answers: asyncio.Queue[Any] = asyncio.Queue()
    lifespan = asyncio.ensure_future(served({"type": "lifespan", "asgi": {"version": "3.0"}}, said.get, answers.put))
    said.put_nowait({"type": "lifespan.startup"})
    await answers.get()
    try:
        yield
    finally:
        said.put_nowait({"type": "lifespan.shutdown"})
        await lifespan


def request(path: str, cookie: str = "") -> dict[str, Any]:
    """The scope of a browser's request for a page, with its cookie where it has one."""
    headers = [(b"host", b"shop.example"), (b"accept", b"text/html"), (b"user-agent", AGENT)]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
    }


async def no_body() -> Message:
    """The receive of a request without a body."""
    return {"type": "http.request"}


async def swallow(_: Message) -> None:
    """The send of a server that throws away what it is given."""
