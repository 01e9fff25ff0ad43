"""When something fails: the app's failure is its own, ours shows the page as the app made it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from floorwalker import PersonalizationMiddleware, get_visitor
from floorwalker.errors import ConfigurationError, RuleErrors
from tests.asgi.browser import SEARCH, Browser, page_app, scope_of
from tests.asgi.conftest import KEY, PAGE, Wrap
from tests.asgi.test_first_page import FILLED

DEAD = "unix:///nonexistent/floorwalker.sock"


class Own(Exception):
    """The app's own."""


async def test_the_apps_exception_is_its_own(wrap: Wrap) -> None:
    failure = Own()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise failure

    with pytest.raises(Own) as raised:
        await Browser(wrap(app)).get("/")
    assert raised.value is failure


async def test_an_exception_amid_a_page_is_the_apps_own_and_what_came_before_goes_out(wrap: Wrap) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<p>half", "more_body": True})
        raise Own

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(Own):
        await wrap(app)(scope_of("GET", "/", [(b"accept", b"text/html")]), None, send)  # type: ignore[arg-type]
    assert [message.get("body") for message in sent] == [None, b"<p>half"]


async def test_an_unknown_visitors_page_is_personal_while_the_store_is_away(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(PAGE), store=DEAD)).get("/", headers={b"referer": SEARCH})
    assert answer.body == FILLED


async def test_a_known_visitor_sees_the_apps_page_while_the_store_is_away(wrap: Wrap) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    answer = await Browser(wrap(page_app(PAGE), store=DEAD), cookie=known.cookie).get("/", headers={b"referer": SEARCH})
    assert (answer.status, answer.body) == (200, PAGE)


async def test_nobody_asks_a_store_that_is_away_again_and_again(wrap: Wrap, caplog: pytest.LogCaptureFixture) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    known.app = wrap(page_app(PAGE), store=DEAD)
    with caplog.at_level(logging.WARNING, "floorwalker.asgi"):
        for _ in range(20):
            await known.get("/")
    assert len([record for record in caplog.records if record.name.startswith("floorwalker.asgi")]) == 1


async def test_a_store_that_hangs_costs_the_budget_and_no_more(wrap: Wrap, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")

    async def hang(*_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("floorwalker.store.Store.load", hang)
    known.app = wrap(page_app(PAGE), budget_ms=5)
    answer = await known.get("/", headers={b"referer": SEARCH})
    assert answer.body == PAGE
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "hang"]


async def test_a_store_that_is_away_holds_up_no_action(wrap: Wrap) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        (await get_visitor(scope)).track("Product Added")
        await page_app(b"", status=303)(scope, receive, send)

    middleware = wrap(app, store=DEAD, budget_ms=60_000)
    async with asyncio.timeout(30):
        await Browser(middleware).post("/")
        await Browser(middleware).post("/")


@pytest.mark.parametrize(
    "broken",
    [
        "floorwalker.asgi.middleware.Request",
        "floorwalker.asgi.responder.read_reply",
        "floorwalker.asgi.responder.Opening",
        "floorwalker.asgi.responder.SlotRewriter",
        "floorwalker.asgi.encounter.is_due",
        "floorwalker.asgi.outlook.decide",
        "floorwalker.core.advance.Corridor.read",
        "floorwalker.core.advance.Corridor.advance",
        "floorwalker.html.weave.Weave.open",
        "floorwalker.html.weave.Weave.close",
    ],
)
async def test_a_failure_of_ours_shows_the_page_as_it_was(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("on purpose")

    middleware = wrap(page_app([PAGE[:50], PAGE[50:]]))
    monkeypatch.setattr(broken, fail)
    answer = await Browser(middleware).get("/", headers={b"referer": SEARCH})
    assert answer.status == 200
    assert answer.body in (PAGE, FILLED)
    assert caplog.records
    assert all(b"fw=" not in record.getMessage().encode() for record in caplog.records)


async def test_a_block_that_fails_leaves_the_default(wrap: Wrap, tmp_path: Any) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "r.yaml").write_text("slots: {hero: {show: [{name: a, html: '{{ 1 / 0 }}'}]}}")
    answer = await Browser(wrap(page_app(PAGE), rules=tmp_path / "r")).get("/")
    assert answer.body == PAGE


@pytest.mark.parametrize("scope", [{}, {"method": None}, {"headers": None}, {"path": None}, {"client": 5}])
async def test_a_malformed_scope_is_passed_on(wrap: Wrap, scope: dict[str, Any]) -> None:
    base = scope_of("GET", "/", [(b"accept", b"text/html")])
    if not scope:
        del base["headers"]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await wrap(page_app(PAGE))({**base, **scope}, None, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 200


async def test_a_cancelled_request_leaves_no_task(wrap: Wrap) -> None:
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    before = asyncio.all_tasks()
    begun = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await get_visitor(scope)
        begun.set()
        await asyncio.Event().wait()

    known.app = wrap(app, reload_s=0)
    request = asyncio.create_task(known.get("/"))
    await begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    left = {task for task in asyncio.all_tasks() - before if "floorwalker/asgi" in repr(task)}
    left = {task for task in left if "know the population" not in task.get_name()}  # that one is the site's
    assert not left


async def test_a_disconnect_is_passed_on(wrap: Wrap) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(await receive())
        await page_app(PAGE)(scope, receive, send)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await wrap(app)(scope_of("GET", "/", [(b"accept", b"text/html")]), receive, send)
    assert seen == [{"type": "http.disconnect"}]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"secret_key": "short"}, ConfigurationError),
        ({"store": "ftp://nowhere"}, ConfigurationError),
        ({"rules": "/nonexistent"}, ConfigurationError),
        ({"places": "/nonexistent.mmdb"}, ConfigurationError),
        ({"trusted_proxies": "nobody"}, ConfigurationError),
        ({"geo_headers": "nobody"}, ConfigurationError),
    ],
)
def test_what_could_never_serve_is_refused_at_the_start(
    wrap: Wrap, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        wrap(page_app(PAGE), **options)
    assert "\n" not in str(refused.value)


def test_a_bad_rule_folder_is_refused_with_every_problem(tmp_path: Any) -> None:
    (tmp_path / "r.yaml").write_text("segments: {a: {when: {viewd: x}}, b: {when: {in: nobody}}}")
    with pytest.raises(RuleErrors) as refused:
        PersonalizationMiddleware(page_app(PAGE), rules=tmp_path, secret_key=KEY)
    assert {problem.column for problem in refused.value.problems if problem.severity == "error"} == {23, 50}  # type: ignore[attr-defined]


Remembered = Callable[..., Any]


async def test_a_visitor_who_was_erased_is_somebody_new(wrap: Wrap, valkey_url: str, remembered: Remembered) -> None:
    from floorwalker import open_store

    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/")
    erased = browser.cookie
    assert erased is not None
    store = open_store(valkey_url)
    await store.erase(erased.split(b"=", 1)[1].split(b".")[0].decode())
    await store.close()
    answer = await browser.get("/")
    assert answer.cookie not in (None, erased)
    assert (await remembered(browser.cookie)).visits == 1
    assert await remembered(erased) is None


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (b"<body><!--slot:hero-->%s<!--/slot:hero--></body>" % (b"x" * 70_000), "is longer than 64 KB"),
        (b"<body><div><!--slot:hero-->default</div></body>", "is not closed"),
    ],
)
async def test_a_slot_that_cannot_be_served_is_said_once(
    wrap: Wrap, caplog: pytest.LogCaptureFixture, page: bytes, why: str
) -> None:
    app = wrap(page_app(page))
    with caplog.at_level(logging.WARNING, "floorwalker.asgi"):
        for _ in range(3):
            answer = await Browser(app).get("/", headers={b"referer": SEARCH})
            assert answer.body == page
    said = [record.getMessage() for record in caplog.records if "slot" in record.getMessage()]
    assert said == [f"the slot hero keeps its default: its content {why}"]


async def test_what_is_said_after_an_answer_fails_for_nobody_but_us(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The app's background work goes on, whatever becomes of what it said there."""

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("ours")

    answer = page_app(b"{}", content_type=b"application/json")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(scope, receive, send)
        (await get_visitor(scope)).track("Letter Sent")

    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    browser = Browser(wrap(app), cookie=known.cookie)
    monkeypatch.setattr("floorwalker.core.reading.reader.SignalReader.read", fail)
    with caplog.at_level(logging.ERROR, logger="floorwalker"):
        assert (await browser.get("/")).body == b"{}"
    assert "a request could not be stored" in caplog.text


def run_without_asyncio(coroutine: Any) -> None:
    """As a server would that runs another kind of event loop."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_in_an_event_loop_of_another_kind_everything_passes_by(wrap: Wrap, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        seen.append(message["type"])

    middleware = wrap(app)
    for scope in ({"type": "lifespan"}, *[scope_of("GET", "/", [(b"accept", b"text/html")])] * 2):
        run_without_asyncio(middleware(scope, None, send))  # type: ignore[arg-type]
    assert seen == ["lifespan", "http.response.start", *["http", "http.response.start"] * 2]
    assert [record.getMessage() for record in caplog.records if record.name.startswith("floorwalker")] == [
        "requests pass by: the server runs no event loop of asyncio"
    ]
