"""A worker of a site that takes events. Arguments: its socket's descriptor, the store's address, the stumbles.

stumbles: how many of the first requests are committed and then answered as if the worker had died before its answer.
"""

import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette

from floorwalker import PersonalizationMiddleware
from floorwalker.core.pages import PageRule
from floorwalker.core.ruleset import Ruleset

KEY = "wk_shop"
RULES = Ruleset(pages=(PageRule(path="/p/{product}", type="product"),))
App = Callable[..., Awaitable[None]]


class Stumbling:
    """Answers 502 to what was taken, as a proxy does whose worker went away."""

    def __init__(self, app: App, times: int) -> None:
        self._app = app
        self._left = times

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self._left == 0:
            await self._app(scope, receive, send)
            return
        self._left -= 1
        answers: list[Any] = []

        async def keep(message: Any) -> None:
            answers.append(message)

        await self._app(scope, receive, keep)
        assert answers[0]["status"] == 200, answers
        await send({"type": "http.response.start", "status": 502, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


def main(descriptor: int, store: str, stumbles: int) -> None:
    app = PersonalizationMiddleware(Starlette(), rules=RULES, store=store, secret_key="k" * 40, write_keys=[KEY])
    server = uvicorn.Server(uvicorn.Config(Stumbling(app, stumbles), log_level="warning", lifespan="on"))
    server.run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
