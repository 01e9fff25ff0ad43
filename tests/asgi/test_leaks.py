"""Requests that go wrong in every way leave nothing behind: no task, no connection, no object of ours.

FLOORWALKER_LONG_RUN=20 tries some fifteen thousand.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from floorwalker import get_visitor
from floorwalker.store import Store
from tests.asgi.browser import SEARCH, Browser, page_app, scope_of
from tests.asgi.conftest import PAGE, Wrap
from tests.core.long_run import TIMES

ROUNDS = 40 * TIMES
KEPT_ANYWAY = ("Recollection", "Signals", "Profile")  # what is remembered of pages, and one profile of the last request


class Gone(Exception):
    """Somebody went away, or the app's own failure."""


async def hurried(scope: Any, receive: Any, send: Any) -> None:
    """An app that says something, answers in two parts, and fails or waits for ever where it is asked to."""
    visitor = await get_visitor(scope)
    visitor.track("Product Added", {"price": 1})
    match scope["path"]:
        case "/fails":
            raise Gone
        case "/hangs":
            await asyncio.Event().wait()
    await page_app([PAGE[:40], PAGE[40:]])(scope, receive, send)
    if scope["path"] == "/fails-late":
        raise Gone


async def disconnecting(app: Any, cookie: bytes, after: int) -> None:
    """The client goes away after so many messages."""
    sent = 0

    async def send(_: Any) -> None:
        nonlocal sent
        if sent >= after:
            raise Gone
        sent += 1

    headers = [(b"accept", b"text/html"), (b"cookie", cookie), (b"referer", SEARCH), (b"user-agent", b"Mozilla/5.0")]
    await app(scope_of("GET", "/", headers), None, send)


async def cancelled(request: Awaitable[Any], turns: int) -> None:
    """Ended after so many turns of the loop, wherever it is then."""
    task = asyncio.ensure_future(request)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError, Gone):
        await task


async def one_round(app: Any, known: Browser, number: int) -> None:
    assert known.cookie is not None
    browser = Browser(app, cookie=known.cookie)
    for request in (browser.get("/fails"), browser.get("/fails-late"), disconnecting(app, known.cookie, number % 3)):
        with suppress(Gone):
            await request
    await cancelled(browser.get("/hangs"), number % 8)
    await cancelled(browser.get("/"), number % 8)
    await cancelled(Browser(app).get("/"), number % 8)


def ours() -> Counter[str]:
    gc.collect()
    names = [type(one).__name__ for one in gc.get_objects() if str(type(one).__module__).startswith("floorwalker.")]
    return Counter(name for name in names if name not in KEPT_ANYWAY)


@pytest.mark.parametrize("store", ["there", "away", "slow"])
async def test_nothing_is_left_of_requests_that_went_wrong(
    wrap: Wrap, store: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    options: dict[str, Any] = {"store": "unix:///nonexistent/floorwalker.sock"} if store == "away" else {}
    app = wrap(hurried, reload_s=0, budget_ms=1, **options)
    keeper = app._keepers.announced()
    if store == "slow":
        monkeypatch.setattr(Store, "begin_load", _slow(Store.begin_load))
    for number in range(10):
        await one_round(app, known, number)
    await _settled(keeper.store)
    caplog.clear()
    tasks, files, objects = len(asyncio.all_tasks()), _files(), ours()
    for number in range(ROUNDS):
        await one_round(app, known, number)
    await _settled(keeper.store)
    caplog.clear()
    more = {name: count for name, count in (ours() - objects).items() if count > 5}
    if store == "away":  # what waits for it, and is bounded
        more = {name: count for name, count in more.items() if name not in WAITING}
    assert more == {}
    assert len(asyncio.all_tasks()) - tasks <= (ROUNDS if store == "away" else 2)
    assert _files() <= files + 2
    await keeper.close()


WAITING = frozenset({
    "Waiting", "Lane", "Batch", "KeptStep", "Deed", "Event", "Page", "Commit", "Loaded", "Referrer", "Search",
})  # fmt: skip


def _slow(begin_load: Callable[..., Any]) -> Callable[..., Any]:
    """Every answer comes, and always too late for the page."""

    def later(store: Store, visitor: str) -> Any:
        loading = begin_load(store, visitor)
        arrived = loading.arrived
        late: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def pass_on(done: asyncio.Future[Any]) -> None:
            asyncio.get_running_loop().call_later(0.003, lambda: late.done() or late.set_result(done.result()))

        arrived.add_done_callback(pass_on)
        loading.arrived = late
        return loading

    return later


def _files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def _settled(store: Store) -> None:
    if not store.health().away:
        await store.flush(5)
    for _ in range(5):
        await asyncio.sleep(0)
