"""The bytes leave before we remember: nobody waits for what is stored of them, and it is stored once in any case."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn

from benchmarks.ports import free_port
from floorwalker import get_visitor
from floorwalker.asgi.walk import Walk
from floorwalker.core.memory.profile import Profile
from tests.asgi.browser import CHROME, SEARCH, Browser, Headers, page_app, scope_of
from tests.asgi.conftest import PAGE, Wrap

LONGEST_S = 20.0
TURNS = 12  # of the loop, more than any request here takes
LOOPS = ("uvloop", "asyncio")
IN_PIECES = [PAGE[:30], PAGE[30:]]


class Gone(Exception):
    """The app's own failure."""


@contextmanager
def serving(app: Any, loop: str) -> Iterator[int]:
    """The port of a real server that runs the app."""
    port = free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, loop=loop, lifespan="on", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        yield port
    finally:
        server.should_exit = True
        thread.join(LONGEST_S)


def asking(path: str = "/", cookie: bytes = b"") -> bytes:
    lines = [b"GET %s HTTP/1.1" % path.encode(), b"Host: shop.test", b"Accept: text/html", b"User-Agent: " + CHROME]
    return b"\r\n".join([*lines, *([b"Cookie: " + cookie] if cookie else []), b"", b""])


def read_pages(connection: socket.socket, count: int = 1) -> bytes:
    """Everything up to the last byte of so many chunked answers."""
    came = b""
    while came.count(b"\r\n0\r\n\r\n") < count:
        more = connection.recv(65_536)
        assert more
        came += more
    return came


def cookie_in(answer: bytes) -> bytes:
    return answer.split(b"set-cookie: ")[1].split(b";")[0]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("chunks", [[PAGE], IN_PIECES], ids=["whole", "streamed"])
def test_the_last_byte_has_arrived_before_what_is_remembered_is_worked_out(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch, loop: str, chunks: list[bytes]
) -> None:
    has_arrived, in_time, take = threading.Event(), [], Walk.take

    def waits_for_the_client(walk: Walk, *told: Any, **how: Any) -> Any:
        in_time.append(has_arrived.wait(LONGEST_S))
        return take(walk, *told, **how)

    monkeypatch.setattr(Walk, "take", waits_for_the_client)
    with (
        serving(wrap(Speechless(page_app(chunks)), reload_s=0), loop) as port,
        socket.create_connection(("127.0.0.1", port), LONGEST_S / 2) as connection,
    ):
        connection.sendall(asking())
        read_pages(connection)
        has_arrived.set()
    assert in_time == [True]


@pytest.mark.parametrize("loop", LOOPS)
def test_requests_that_were_sent_without_waiting_know_of_each_other(
    wrap: Wrap, remembered: Callable[..., Any], loop: str
) -> None:
    with (
        serving(wrap(Speechless(page_app(PAGE)), reload_s=0), loop) as port,
        socket.create_connection(("127.0.0.1", port), LONGEST_S) as connection,
    ):
        connection.sendall(asking())
        cookie = cookie_in(read_pages(connection))
        connection.sendall(asking(cookie=cookie) * 3)
        pages = read_pages(connection, 3)
    assert [b"Seen &lt;%d&gt; pages" % count in pages for count in (2, 3, 4)] == [True] * 3
    assert asyncio.run(remembered(cookie)).visit.views == 4  # the server has ended, and nothing was left behind


async def test_a_page_is_counted_once_wherever_its_request_is_cancelled(
    wrap: Wrap, remembered: Callable[..., Any]
) -> None:
    for turns in range(TURNS):
        site = wrap(page_app(IN_PIECES), reload_s=0)
        keeper = site._keepers.announced()
        visitor = await known_to(site)
        sent: list[Any] = []
        task = asyncio.ensure_future(site(asked(visitor), None, noting(sent, slowly=True)))
        await turned(turns)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await keeper.close()
        profile = await remembered(visitor)
        assert profile.visit.views == 1 + bool(sent), turns


async def test_a_page_is_counted_once_if_the_app_fails_after_it(wrap: Wrap, remembered: Callable[..., Any]) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await page_app(PAGE)(scope, receive, send)
        raise Gone

    site = wrap(failing, reload_s=0)
    keeper = site._keepers.announced()
    sent: list[Any] = []
    with pytest.raises(Gone):
        await site(asked(), None, noting(sent))
    await keeper.close()
    profile = await remembered(cookie_of(sent))
    assert profile.visit.views == 1
    assert shown(profile) == 1


async def test_an_app_that_ends_before_its_page_has_left_is_waited_for(
    wrap: Wrap, remembered: Callable[..., Any]
) -> None:
    tasks: list[asyncio.Future[None]] = []
    is_out = asyncio.Event()

    async def leaving(scope: Any, receive: Any, send: Any) -> None:
        tasks.append(asyncio.ensure_future(page_app(PAGE)(scope, receive, send)))
        await is_out.wait()

    async def server(message: Any) -> None:
        sent.append(message)
        if len(sent) == 2:
            is_out.set()

    sent: list[Any] = []
    site = wrap(leaving, reload_s=0)
    keeper = site._keepers.announced()
    await site(asked(), None, server)
    await asyncio.gather(*tasks)
    await keeper.close()
    profile = await remembered(cookie_of(sent))
    assert profile.visit.views == 1
    assert shown(profile) == 1


async def test_what_is_said_behind_the_page_is_stored_once(wrap: Wrap, remembered: Callable[..., Any]) -> None:
    async def talking(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)

        async def said_meanwhile() -> None:
            await asyncio.sleep(0)
            visitor.track("Meanwhile")

        meanwhile = asyncio.ensure_future(said_meanwhile())
        await page_app(PAGE)(scope, receive, send)
        visitor.track("Afterwards")
        await meanwhile

    site = wrap(talking, reload_s=0)
    keeper = site._keepers.announced()
    sent: list[Any] = []
    await site(asked(), None, noting(sent))
    await keeper.close()
    profile = await remembered(cookie_of(sent))
    assert profile.visit.views == 1
    said = [past.name for past in profile.recents.past()]
    assert [said.count(name) for name in ("Meanwhile", "Afterwards")] == [1, 1]


async def test_a_server_may_drive_a_request_by_hand(wrap: Wrap, remembered: Callable[..., Any]) -> None:
    site = wrap(page_app(PAGE), reload_s=0)
    keeper = site._keepers.announced()
    sent: list[Any] = []
    assert steps_of(site(asked(), None, noting(sent))) == 1
    await keeper.close()
    assert (await remembered(cookie_of(sent))).visit.views == 1


async def test_a_request_that_is_dropped_as_its_page_leaves_is_stored(
    wrap: Wrap, remembered: Callable[..., Any]
) -> None:
    site = wrap(page_app(PAGE), reload_s=0)
    keeper = site._keepers.announced()
    sent: list[Any] = []
    request = site(asked(), None, noting(sent, slowly=True))
    for _ in range(2):
        request.send(None)
    assert sent[-1]["type"] == "http.response.body"
    request.close()
    await keeper.close()
    profile = await remembered(cookie_of(sent))
    assert profile.visit.views == 1
    assert shown(profile) == 0, "the server had not taken the last byte"


def asked(cookie: bytes = b"", agent: bytes = CHROME) -> dict[str, Any]:
    headers: Headers = [(b"host", b"shop.test"), (b"accept", b"text/html"), (b"user-agent", agent)]
    headers += [(b"referer", SEARCH), *([(b"cookie", cookie)] if cookie else [])]
    return scope_of("GET", "/", headers)


async def known_to(site: Any) -> bytes:
    browser = Browser(site)
    await browser.get("/")
    assert browser.cookie is not None
    return browser.cookie


def noting(sent: list[Any], *, slowly: bool = False) -> Any:
    async def send(message: Any) -> None:
        sent.append(message)
        if slowly:
            await asyncio.sleep(0)

    return send


def cookie_of(sent: list[Any]) -> bytes:
    return next(value for name, value in sent[0]["headers"] if name == b"set-cookie").split(b";")[0]


def shown(profile: Profile) -> int:
    """How often a block was shown to them."""
    return sum(block.shown.total for block in profile.responses.blocks) if profile.responses is not None else 0


def steps_of(request: Coroutine[Any, Any, None]) -> int:
    """How often a request has to be resumed that waits for nothing but its turn."""
    for steps in range(1, TURNS):
        try:
            assert request.send(None) is None
        except StopIteration:
            return steps
    raise AssertionError


async def turned(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


class Speechless:
    """An app that takes part in start-up and shutdown, and says nothing there."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
