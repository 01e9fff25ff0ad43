"""Several tasks of one request ask who its visitor is, and some of them give up."""

import asyncio
from typing import Any

from floorwalker import get_visitor
from tests.asgi.browser import SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, Wrap


def asking(seen: list[Any]) -> Any:
    """A page whose app asks in two tasks; so many are cancelled while they wait as the query says."""
    page = page_app(PAGE)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        tasks = [asyncio.ensure_future(get_visitor(scope)) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks[: int(scope["query_string"] or b"0")]:
            assert not task.done()
            task.cancel()
        seen[:] = await asyncio.gather(*tasks, return_exceptions=True)
        await page(scope, receive, send)

    return app


async def test_a_page_is_personal_whoever_of_the_app_gave_up_asking(wrap: Wrap) -> None:
    seen: list[Any] = []
    browser = Browser(wrap(asking(seen)))
    await browser.get("/", headers={b"referer": SEARCH})
    for gives_up in range(3):
        body = (await browser.get(f"/?{gives_up}")).body
        assert b"<b>Tripods for" in body
        assert [isinstance(one, asyncio.CancelledError) for one in seen] == [number < gives_up for number in range(2)]
        assert all("tripod-seeker" in one.segments for one in seen[gives_up:])
        await browser.get("/")  # what this page stores is stored once the next is there
