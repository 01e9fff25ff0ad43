"""One worker of a site for the tests of publishing: serves a page of three slots on a socket that it is given.

Arguments: the socket's descriptor, the folder with `rules` and `templates`, the store's address. The page's chunks come
one by one, so that a page is under way while rules change.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from floorwalker import PersonalizationMiddleware

SLOTS = ("one", "two", "three")


async def chunks() -> AsyncIterator[bytes]:
    yield b"<body>"
    for name in SLOTS:
        yield f"<!--slot:{name}-->default<!--/slot:{name}-->".encode()
        await asyncio.sleep(0.01)
    yield b"</body>"


async def home(request: Request) -> StreamingResponse:
    return StreamingResponse(chunks(), media_type="text/html")


def main(descriptor: int, folder: Path, store: str) -> None:
    app = PersonalizationMiddleware(
        Starlette(routes=[Route("/", home)]),
        rules=folder / "rules",
        templates=folder / "templates",
        store=store,
        secret_key="k" * 40,
        budget_ms=5000,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    server.run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
