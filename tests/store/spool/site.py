"""A small site for uvicorn: its settings come from the environment."""

from collections.abc import Mapping
from typing import Any

from floorwalker import PersonalizationMiddleware, get_visitor
from tests.asgi.browser import page_app


async def shop(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """A page, and an action with a number."""
    if scope["type"] == "http" and scope["method"] == "POST":
        (await get_visitor(scope)).track("Acted", {"number": int(scope["query_string"])})
        await page_app(b"", status=303, headers=[(b"location", b"/")])(scope, receive, send)
    else:
        await page_app(b"<p>hello")(scope, receive, send)


app = PersonalizationMiddleware(shop)
