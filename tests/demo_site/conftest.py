"""The plain shop, and a customer in it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from demo_site.app import create_app
from demo_site.catalogue import Catalogue

KEY = "a key for the tests of the shop, long enough"


class InProcess(httpx.BaseTransport):
    """Requests to an ASGI app of this process, one after the other."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # two spellings of ASGI
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    def close(self) -> None:
        self._runner.close()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="session")
def shop() -> Starlette:
    return create_app(secret_key=KEY)


@pytest.fixture
def visit() -> Iterator[Callable[[ASGIApp], httpx.Client]]:
    """Opens a browser, of a kind, on any app; all are closed at the end."""
    with ExitStack() as open_browsers:
        yield lambda app: open_browsers.enter_context(
            httpx.Client(transport=InProcess(app), base_url="http://shop.test", follow_redirects=True)
        )


@pytest.fixture
def customer(shop: Starlette, visit: Callable[[ASGIApp], httpx.Client]) -> httpx.Client:
    return visit(shop)
