"""A page of megabytes, in one message, does not keep the others waiting."""

import asyncio
import gzip
from collections.abc import Mapping
from typing import Any

import pytest

from tests.asgi.browser import Browser
from tests.asgi.conftest import Wrap

FILLER = b"y<i>z</i>" * 150_000
HEAD, TAIL = b"<html><body>", b"<div id=banner>Old</div></body></html>"
CHANGED = HEAD + FILLER + TAIL.replace(b"Old", b"<u>Hello</u>")


class Turns:
    """An app that sends a long message, and counts the turns that others had meanwhile."""

    def __init__(self, *, gzipped: bool) -> None:
        self.gzipped = gzipped
        self.taken = 0
        self.meanwhile = 0

    async def take(self) -> None:
        while True:
            self.taken += 1
            await asyncio.sleep(0)

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError("no lifespan here")
        page = HEAD + FILLER + TAIL
        body, headers = page, [(b"content-type", b"text/html; charset=utf-8")]
        if self.gzipped:
            body, headers = gzip.compress(page), [*headers, (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:40], "more_body": True})
        before = self.taken
        await send({"type": "http.response.body", "body": body[40:], "more_body": True})
        self.meanwhile = self.taken - before
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.mark.parametrize("gzipped", [False, True])
async def test_others_have_their_turn_while_a_long_page_is_rewritten(wrap: Wrap, gzipped: bool) -> None:
    app = Turns(gzipped=gzipped)
    others = asyncio.ensure_future(app.take())
    answer = await Browser(wrap(app)).get("/selected")
    others.cancel()
    assert answer.body == CHANGED
    assert app.meanwhile >= len(FILLER) // 262_144
