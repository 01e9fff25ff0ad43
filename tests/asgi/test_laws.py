"""Laws of the whole stack: any chunking, nothing to replace, nobody mixed up."""

import asyncio
import gc
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker import PersonalizationMiddleware, get_visitor
from tests.asgi.browser import SEARCH, Browser, page_app
from tests.asgi.conftest import KEY, Clock, Wrap

PAGE = (
    b"<html><head><title>A <!--slot:hero--> title</title></head><body><script>'<!--slot:hero-->'</script>"
    b"<!--slot:hero-->default<p>more<!--/slot:hero--><div id=banner class=x>Old</div><!-- comment --></body></html>"
)
LAWFUL = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


class Given:
    """An app that answers with the chunks it was given last, wrapped; new visitors need no store."""

    def __init__(self, rules: Path) -> None:
        dead = "unix:///nonexistent/floorwalker.sock"
        options: Any = {"rules": rules, "templates": rules / "none", "store": dead, "secret_key": KEY, "clock": Clock()}
        self._wrapped = PersonalizationMiddleware(self._app, **options)
        self._chunks: list[bytes] = []

    async def page(self, path: str, chunks: list[bytes]) -> bytes:
        self._chunks = chunks
        return (await Browser(self._wrapped).get(path, headers={b"referer": SEARCH})).body

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        await page_app(self._chunks)(scope, receive, send)


@pytest.fixture
def given_chunks(rules: Path) -> Given:
    return Given(rules)


def cut(body: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(number % (len(body) + 1) for number in at), len(body)]
    return [body[first:last] for first, last in pairwise(edges)]


@LAWFUL
@given(at=st.lists(st.integers(0, 1000), max_size=8), path=st.sampled_from(["/", "/selected"]))
async def test_any_chunking_gives_the_same_page(given_chunks: Given, at: list[int], path: str) -> None:
    page = await given_chunks.page(path, cut(PAGE, at))
    assert page.count(b"<b>Tripods for cheap tripod</b>") == 1
    assert page.count(b"<u>Hello</u>") == (path == "/selected")
    undone = page.replace(b"<b>Tripods for cheap tripod</b>", b"default<p>more").replace(b"<u>Hello</u>", b"Old")
    assert undone == PAGE


@LAWFUL
@given(body=st.binary(max_size=400), at=st.lists(st.integers(0, 400), max_size=5), marks=st.booleans())
async def test_nothing_to_replace_is_the_same_bytes(
    given_chunks: Given, body: bytes, at: list[int], marks: bool
) -> None:
    if marks:
        body = body[:10] + b"<!--slot:hero-->" + body[10:] + b"<!--/slot:unknown-->"
    assert await given_chunks.page("/elsewhere", cut(body, at)) == body


async def test_requests_of_different_visitors_never_mix(wrap: Wrap) -> None:
    dice = random.Random(7)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def wait() -> None:
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)

        name = scope["path"].rpartition("/")[2].encode()
        await wait()
        visitor = await get_visitor(scope)
        await wait()
        visitor.identify(name.decode())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        for chunk in (b"<!--slot:hero-->", name, b"<!--/slot:hero-->", visitor.id.encode()):
            await wait()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": str(visitor.profile.user).encode()})

    middleware = wrap(app)
    browsers = [Browser(middleware) for _ in range(40)]
    await asyncio.gather(*(browser.get(f"/p/{number}") for number, browser in enumerate(browsers)))
    ids = {browser.cookie for browser in browsers}
    assert len(ids) == 40

    async def ask(number: int, browser: Browser, turn: int) -> None:
        searched = b"https://www.google.com/search?q=tripod+%d" % number
        answer = await browser.get(f"/p/{number}?{turn}", headers={b"referer": searched})
        assert browser.cookie is not None
        visitor = browser.cookie.split(b"=", 1)[1].split(b".")[0]
        assert answer.body.endswith(visitor + b"%d" % number)
        assert b"<b>Tripods for tripod %d</b>" % number in answer.body

    asked = [ask(number, browser, turn) for turn in range(5) for number, browser in enumerate(browsers)]
    dice.shuffle(asked)
    await asyncio.gather(*asked)


async def test_a_request_leaves_nothing_for_the_garbage_collector(wrap: Wrap) -> None:
    """The collector is the tail of the latency, and lol-html's objects must not be freed by another thread."""
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/selected", headers={b"referer": SEARCH})
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for path in ("/selected", "/tripods", "/selected"):
            await browser.get(path, headers={b"referer": SEARCH})
        gc.collect()
        left = {type(thing).__qualname__ for thing in gc.garbage if "floorwalker" in type(thing).__module__}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left
