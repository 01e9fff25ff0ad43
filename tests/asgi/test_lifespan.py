"""Lifespan: we take part, and answer where the app does not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.asgi.browser import Browser, Message, page_app
from tests.asgi.conftest import PAGE, Wrap

STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
COMPLETE = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def live(app: Any, between: Callable[[], Any] | None = None) -> list[str]:
    """Start up, do something, shut down; what was answered."""
    incoming: list[Message] = [STARTUP, SHUTDOWN]
    answers: list[str] = []

    async def receive() -> Message:
        message = incoming.pop(0)
        if message is SHUTDOWN and between is not None:
            await between()
        return message

    async def send(message: Message) -> None:
        answers.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    return answers


def taking_part(seen: list[str]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await page_app(PAGE)(scope, receive, send)
            return
        for what in ("startup", "shutdown"):
            seen.append((await receive())["type"])
            await send({"type": f"lifespan.{what}.complete"})

    return app


async def test_an_app_that_takes_part_is_asked_as_ever(wrap: Wrap) -> None:
    seen: list[str] = []
    assert await live(wrap(taking_part(seen))) == COMPLETE
    assert seen == ["lifespan.startup", "lifespan.shutdown"]


async def test_what_a_page_left_is_stored_by_the_end(wrap: Wrap, remembered: Callable[..., Any]) -> None:
    middleware = wrap(taking_part([]))
    browser = Browser(middleware)

    async def visit() -> None:
        for _ in range(5):
            await browser.get("/")

    await live(middleware, visit)
    assert (await remembered(browser.cookie)).visit.views == 5


@pytest.mark.parametrize("how", ["raises", "returns", "leaves early"])
async def test_where_the_app_refuses_we_answer(wrap: Wrap, how: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if how == "raises":
            raise ValueError("no lifespan here")
        if how == "leaves early":
            await receive()
            await send({"type": "lifespan.startup.complete"})

    assert await live(wrap(app)) == COMPLETE


async def test_a_start_up_that_fails_is_the_apps_own(wrap: Wrap) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        await live(wrap(app))


async def test_a_store_that_is_away_does_not_stop_the_start(wrap: Wrap) -> None:
    middleware = wrap(page_app(PAGE), store="unix:///nonexistent/floorwalker.sock")
    answers: list[int] = []

    async def visit() -> None:
        answers.append((await Browser(middleware).get("/")).status)

    assert await live(middleware, visit) == COMPLETE
    assert answers == [200]


async def test_an_instance_within_an_instance_stays_out(wrap: Wrap) -> None:
    assert await live(wrap(wrap(taking_part([])))) == COMPLETE


async def test_what_kept_the_app_from_taking_part_is_said(wrap: Wrap, caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("a secret")

    with caplog.at_level("INFO", "floorwalker.asgi.lifespan"):
        assert await live(wrap(app)) == COMPLETE
    assert caplog.messages == ["the app takes no part in start-up and shutdown: LookupError"]
