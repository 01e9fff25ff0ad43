"""What is none of ours passes byte for byte and message for message."""

import asyncio
import gzip
import logging
import zlib
from typing import Any

import pytest

from floorwalker import get_visitor
from tests.asgi.browser import GOOGLEBOT, SEARCH, Browser, Message, page_app, scope_of
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_first_page import FILLED

VALIDATORS = [(b"etag", b'"1"'), (b"last-modified", b"Thu, 01 Jan 2026 00:00:00 GMT"), (b"content-length", b"5")]


def sends(*messages: Message) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


def start(status: int = 200, content_type: bytes = b"text/html", **more: Any) -> Message:
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type)], **more}


@pytest.mark.parametrize("content_type", [b"application/json", b"text/plain", b"image/svg+xml", b"text/html5", b""])
async def test_other_types_pass_with_their_headers(wrap: Wrap, content_type: bytes) -> None:
    answer = await Browser(wrap(page_app(PAGE, headers=VALIDATORS, content_type=content_type))).get("/")
    assert answer.body == PAGE
    assert answer.headers == [(b"content-type", content_type), *VALIDATORS]


@pytest.mark.parametrize("status", [204, 205, 206, 304])
async def test_answers_without_a_whole_page_pass(wrap: Wrap, status: int) -> None:
    answer = await Browser(wrap(page_app(PAGE, status=status, headers=VALIDATORS))).get("/")
    assert answer.headers[1:] == VALIDATORS
    assert answer.body == PAGE


async def test_a_download_passes(wrap: Wrap) -> None:
    headers = [(b"content-disposition", b"Attachment; filename=a.html"), *VALIDATORS]
    answer = await Browser(wrap(page_app(PAGE, headers=headers))).get("/")
    assert (answer.body, answer.headers[1:]) == (PAGE, headers)


async def test_other_messages_pass_in_their_order(wrap: Wrap) -> None:
    messages = [
        {"type": "http.response.early_hint", "links": [b"</a.css>"]},
        {"type": "http.response.debug", "info": {}},
        start(trailers=True),
        {"type": "http.response.push", "path": "/a.css", "headers": []},
        {"type": "http.response.body", "body": PAGE},
        {"type": "http.response.trailers", "headers": []},
    ]
    answer = await Browser(wrap(sends(*messages))).get("/")
    assert sorted(message["type"] for message in answer.messages) == sorted(message["type"] for message in messages)
    assert answer.messages[-1]["type"] == "http.response.trailers"
    assert answer.body == PAGE


@pytest.mark.parametrize("kind", ["http.response.pathsend", "http.response.zerocopysend", "http.response.anything"])
async def test_a_body_that_is_no_bytes_passes(wrap: Wrap, kind: str) -> None:
    messages = [start(), {"type": kind, "path": "/tmp/page.html"}]
    answer = await Browser(wrap(sends(*messages))).get("/")
    assert answer.messages == messages


async def test_a_websocket_passes_untouched(wrap: Wrap) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send, (await get_visitor(scope)).segments))

    scope, receive, send = {"type": "websocket", "path": "/", "headers": []}, object(), object()
    await wrap(app)(scope, receive, send)  # type: ignore[arg-type]
    assert seen == [(scope, receive, send, frozenset())]


async def test_the_request_body_is_the_apps_alone(wrap: Wrap) -> None:
    seen: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["body"])
        await page_app(PAGE)(scope, receive, send)

    await Browser(wrap(app)).post("/", body=b"a=1")
    assert seen == [b"a=1"]


async def seen_headers(wrap: Wrap, headers: dict[bytes, bytes], method: str = "GET") -> tuple[dict[bytes, bytes], Any]:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await page_app(PAGE)(scope, receive, send)

    extensions = {"http.response.pathsend": {}, "http.response.zerocopysend": {}, "tls": {}}
    await Browser(wrap(app)).ask(method, "/", headers=headers, scope={"extensions": extensions})
    return dict(seen[0]["headers"]), seen[0]["extensions"]


CONDITIONAL = {b"if-none-match": b'"1"', b"accept-encoding": b"gzip, br", b"x-mine": b"\xff"}


async def test_a_document_is_asked_for_whole(wrap: Wrap) -> None:
    headers, extensions = await seen_headers(wrap, CONDITIONAL)
    assert b"if-none-match" not in headers
    assert headers[b"accept-encoding"] == b"gzip"
    assert headers[b"x-mine"] == b"\xff"
    assert extensions == {"tls": {}}


async def test_a_request_for_data_is_left_alone(wrap: Wrap) -> None:
    headers, extensions = await seen_headers(wrap, {**CONDITIONAL, b"sec-fetch-dest": b"empty"})
    assert headers.items() >= CONDITIONAL.items()
    assert len(extensions) == 3


async def test_a_path_that_answers_with_data_is_left_alone_from_then_on(wrap: Wrap) -> None:
    seen: list[dict[bytes, bytes]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"]))
        await page_app(b"{}", content_type=b"application/json")(scope, receive, send)

    browser = Browser(wrap(app))
    for _ in range(2):
        await browser.get("/api", headers={b"sec-fetch-dest": b"", b"if-none-match": b'"1"'})
    assert [b"if-none-match" in headers for headers in seen] == [False, True]


async def test_such_a_path_may_answer_with_a_page_or_a_redirect_all_the_same(wrap: Wrap) -> None:
    answers = [
        page_app(b"{}", content_type=b"application/json"),
        page_app(PAGE),
        page_app(b"{}", content_type=b"application/json"),
        page_app(b"", status=302, content_type=b"text/plain"),
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answers.pop(0)(scope, receive, send)

    middleware = wrap(app)
    seen = [await Browser(middleware).get("/both", headers={b"referer": SEARCH}) for _ in range(4)]
    assert [answer.body for answer in seen] == [b"{}", FILLED, b"{}", b""]
    assert [answer.cookie is not None for answer in seen] == [False, True, False, True]


async def test_the_servers_scope_stays_as_it_was(wrap: Wrap) -> None:
    scope = scope_of("GET", "/", [(b"if-none-match", b"x"), (b"accept", b"text/html")])
    before = {**scope, "headers": list(scope["headers"])}
    await Browser(wrap(page_app(PAGE))).get("/", scope=scope)
    assert scope == before


async def test_an_instance_within_an_instance_is_inert(wrap: Wrap) -> None:
    browser = Browser(wrap(wrap(page_app(PAGE))))
    answer = await browser.get("/", headers={b"referer": SEARCH})
    assert answer.body == FILLED
    assert len(answer.all(b"set-cookie")) == 1
    assert len(answer.all(b"cache-control")) == 1


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("coding", "encode", "decode"),
    [
        (b"gzip", gzip.compress, gzip.decompress),
        (b"x-gzip", gzip.compress, gzip.decompress),
        (b"deflate", zlib.compress, zlib.decompress),
        (b"deflate", raw_deflate, zlib.decompress),
    ],
)
@pytest.mark.parametrize("size", [7, 10_000])
async def test_an_encoded_page_is_changed_and_encoded_again(
    wrap: Wrap, coding: bytes, encode: Any, decode: Any, size: int
) -> None:
    encoded = encode(PAGE)
    chunks = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    browser = Browser(wrap(page_app(chunks, headers=[(b"content-encoding", coding)])))
    answer = await browser.get("/", headers={b"accept-encoding": b"gzip, deflate", b"referer": SEARCH})
    assert answer.all(b"content-encoding") == [coding.removeprefix(b"x-")]
    assert decode(answer.body) == FILLED
    answer = await browser.get("/", headers={b"referer": SEARCH})
    assert answer.all(b"content-encoding") == []
    assert answer.body == FILLED


async def test_an_unknown_encoding_passes_and_is_said_once(wrap: Wrap, caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser(wrap(page_app(b"\x0b\x02\x80", headers=[(b"content-encoding", b"br"), *VALIDATORS])))
    with caplog.at_level(logging.WARNING, "floorwalker"):
        for _ in range(3):
            answer = await browser.get("/")
            assert (answer.body, answer.all(b"content-encoding")) == (b"\x0b\x02\x80", [b"br"])
            assert answer.all(b"etag") == [b'"1"']
    assert len(caplog.records) == 1


async def test_a_page_that_is_not_encoded_as_it_says_passes(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(PAGE, headers=[(b"content-encoding", b"gzip")]))).get("/")
    assert (answer.body, answer.all(b"content-encoding")) == (PAGE, [b"gzip"])


@pytest.mark.parametrize(("charset", "filled"), [("iso-8859-1", True), ("windows-1251", True), ("utf-16", False)])
async def test_charsets(wrap: Wrap, charset: str, filled: bool) -> None:
    page = PAGE.decode().replace("rest", "Ende").encode(charset)
    app = page_app(page, content_type=f"text/html; charset={charset}".encode())
    answer = await Browser(wrap(app)).get("/", headers={b"referer": SEARCH})
    assert (answer.body != page) is filled
    assert answer.body.decode(charset).endswith("<p>Ende</p></body></html>")


async def test_head_has_the_pages_headers_and_no_body(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(b"", headers=VALIDATORS)))
    answer = await browser.ask("HEAD", "/")
    assert answer.all(b"cache-control") == [b"private, no-cache"]
    assert answer.all(b"etag") == answer.all(b"content-length") == []
    assert answer.body == b""


async def test_a_chunk_leaves_before_the_next_is_made(wrap: Wrap) -> None:
    left: list[int] = []
    middleware: Any = None
    answer: Any = None

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def counting(message: Message) -> None:
            await send(message)

        await counting(start(content_type=b"text/html; charset=utf-8"))
        for chunk in (b"<p>one</p>", b"<p>two</p>", b"<p>three</p>"):
            await counting({"type": "http.response.body", "body": chunk, "more_body": True})
            left.append(len(sent))
        await counting({"type": "http.response.body", "body": b""})

    sent: list[Message] = []

    async def collect(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    middleware = wrap(app)
    await middleware(scope_of("GET", "/", [(b"accept", b"text/html"), (b"user-agent", GOOGLEBOT)]), receive, collect)
    assert left == [2, 3, 4]
    assert answer is None


async def test_a_handler_may_ask_who_it_is_once_its_data_are_on_their_way(wrap: Wrap) -> None:
    async def late(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/api":
            await page_app(PAGE)(scope, receive, send)
            return
        await send(start(content_type=b"application/json"))
        (await get_visitor(scope)).track("Product Added", {"price": 5})
        await send({"type": "http.response.body", "body": b"{}"})

    browser = Browser(wrap(late))
    await browser.get("/")
    answer = await browser.get("/api", headers={b"sec-fetch-dest": b"empty"})
    assert answer.body == b"{}"
    assert answer.headers == [(b"content-type", b"application/json")]
    assert b"Thanks" in (await browser.get("/")).body
