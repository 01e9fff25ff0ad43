"""`PREFIX/console/…`: the console on a site's own addresses, for those who speak with its visitors."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request as Asked

from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.setup import Setup
from floorwalker.console.door import Caller, Console
from floorwalker.store import Store

PATH: Final = "/console"


class OperatorDesk:
    """Brings a request to the console, and what the console says back. store: of the running event loop."""

    def __init__(self, setup: Setup, store: Callable[[], Store]) -> None:
        settings = setup.settings
        self._setup = setup
        self._console = Console(
            settings.operators,
            secret_keys=settings.secret_keys,
            corridor=lambda: setup.rulebook.corridor,
            store=store,
            clock=settings.clock,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, path: str) -> None:
        """path: below `PREFIX/console`."""
        request = Request(scope, at=0.0, proxies=self._setup.proxies)
        home = f"{request.root}{self._setup.settings.prefix}{PATH}"
        caller = Caller(request.address or "", request.secure, home)
        response = await self._console.answer(Asked(scope, receive), path, caller)
        await response(scope, receive, send)
