"""Bodies that come slowly, or never, on our own addresses."""

import asyncio
from functools import partial
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from floorwalker.asgi.http.arriving import answer_in_time
from floorwalker.console.passwords import hashed
from tests.asgi.browser import Answer, page_app, scope_of
from tests.asgi.conftest import PAGE, Wrap

SLOW = [
    ("/collect", {}),
    ("/me/consent", {}),
    ("/me/correct", {}),
    ("/me/erase", {}),
    ("/v1/batch", {"write_keys": ["wk_server"]}),
    ("/console/login", {"operators": {"ann": hashed("correct horse", salt=b"s" * 16, cost=1)}}),
]


async def asked(app: Any, scope: Any, *messages: Any) -> Answer:
    """What comes of a request whose body ends with these messages, and goes on for ever."""
    answer, incoming = Answer(), list(messages)

    async def receive() -> Any:
        if incoming:
            return incoming.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        answer.messages.append(message)

    await app(scope, receive, send)
    return answer


def post(path: str) -> dict[str, Any]:
    headers = [(b"host", b"shop.test"), (b"sec-fetch-site", b"same-origin"), (b"origin", b"https://shop.test")]
    return scope_of("POST", path, headers)


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the time were over once nothing more comes."""
    monkeypatch.setattr(answer_in_time, "__kwdefaults__", {"within_s": 0.0})


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("path", "options"), SLOW)
async def test_a_body_that_does_not_come_is_not_waited_for(path: str, options: dict[str, Any], wrap: Wrap) -> None:
    site = wrap(page_app(PAGE), **options)
    answer = await asked(site, post(f"/_floorwalker{path}"), part(b"al"))
    assert (answer.status, answer.all(b"connection")) == (408, [b"close"])


@pytest.mark.parametrize(("path", "options"), SLOW)
async def test_whoever_goes_away_amid_their_body_is_answered_nothing(
    path: str, options: dict[str, Any], wrap: Wrap
) -> None:
    site = wrap(page_app(PAGE), **options)
    answer = await asked(site, post(f"/_floorwalker{path}"), part(b"al"), {"type": "http.disconnect"})
    assert answer.messages == []


async def test_what_follows_the_body_may_take_long() -> None:
    heard = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(await Request(scope, receive).body())
        waiting = asyncio.ensure_future(receive())
        for _ in range(3):
            await asyncio.sleep(0)
        heard.append(waiting.done())
        waiting.cancel()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    impatient = partial(answer_in_time, app, within_s=0.0)
    answer = await asked(impatient, post("/"), part(b"a"), part(b"b", more=False))
    assert (heard, answer.status) == ([b"ab", False], 200)


async def test_the_end_of_the_connection_is_no_failure_of_ours() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ClientDisconnect

    assert (await asked(partial(answer_in_time, app), post("/"))).messages == []
