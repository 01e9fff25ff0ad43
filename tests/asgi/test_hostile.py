"""Whatever a client sends: never an error of ours, never markup."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker import PersonalizationMiddleware
from tests.asgi.browser import Browser, Headers, page_app, scope_of
from tests.asgi.conftest import KEY, Clock, Wrap

PAGE = b"<html><body><!--slot:hero-->default<!--/slot:hero--></body></html>"
ECHO = """
pages: [{path: "/search?q={search}", type: search}, {path: "/{category}", type: category}]
segments: {anybody: {when: {pages_this_visit: {at_least: 0}}}}
slots:
  hero:
    show:
      - name: echo
        html: >-
          <b title="{{ page.category | default('') }}">{{ visitor.searched | default('') }}
          {{ page.search | default('') }}
          {{ visitor.campaign | default('') }} {{ visitor.source | default('') }} {{ visitor.language | default('') }}
          {{ visitor.browser | default('') }}</b>
"""
DEAD = "unix:///nonexistent/floorwalker.sock"


@pytest.fixture(scope="session")
def echoing(tmp_path_factory: pytest.TempPathFactory) -> PersonalizationMiddleware:
    """Repeats in the page everything that a client can say; its store is away, which is hostile too."""
    folder = tmp_path_factory.mktemp("echo")
    (folder / "rules.yaml").write_text(ECHO)
    options: Any = {"rules": folder, "templates": folder / "none", "store": DEAD, "secret_key": KEY, "clock": Clock()}
    return PersonalizationMiddleware(page_app(PAGE), **options)


async def ask(app: Any, path: str, query: bytes, headers: Headers) -> bytes:
    """The page's body; the app alone would have answered 200."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = scope_of("GET", "/", headers) | {"path": path, "raw_path": b"/", "query_string": query}
    await app(scope, None, send)
    assert sent[0]["status"] == 200
    for name, value in sent[0]["headers"]:
        assert not {10, 13} & {*name, *value}
    return b"".join(message["body"] for message in sent[1:])


def said(text: str) -> Iterator[tuple[str, bytes, Headers]]:
    """The same text in every place where a client can put it."""
    raw = text.encode("utf-8", "surrogatepass")
    agent = (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    host = (b"host", b"shop.test")
    yield f"/{text}", b"", [host, agent]
    yield "/search", b"q=" + raw, [host, agent]
    yield "/", b"utm_campaign=" + raw + b"&utm_source=" + raw, [host, agent]
    yield "/", b"", [host, agent, (b"referer", b"https://www.google.com/search?q=" + raw), (b"accept-language", raw)]
    yield "/", b"", [host, (b"user-agent", agent[1] + raw), (b"referer", raw), (b"cookie", b"fw=" + raw)]
    yield "/", raw, [(b"host", raw), agent, (b"cookie", raw), (b"sec-ch-ua", raw), (b"x-forwarded-for", raw)]


def is_inert(body: bytes) -> bool:
    """Whether the page holds our two tags and nothing that a client could have put in."""
    inside = body.partition(b"<!--slot:hero-->")[2].partition(b"<!--/slot:hero-->")[0]
    if inside == b"default":
        return True
    head, _, rest = inside.removeprefix(b'<b title="').partition(b'">')
    return not {*b"<>\"'"} & {*head, *rest.removesuffix(b"</b>")} and rest.endswith(b"</b>")


async def test_naughty_strings_stay_text(echoing: Any, shared_data: Path) -> None:
    for text in json.loads((shared_data / "naughty_strings.json").read_text()):
        for path, query, headers in said(text):
            assert is_inert(await ask(echoing, path, query, headers))


async def test_script_payloads_stay_text(echoing: Any, shared_data: Path) -> None:
    lines = (shared_data / "xss_payloads.jsonl").read_text().splitlines()
    for line in lines[::10]:
        payload = json.loads(line)
        text = payload if isinstance(payload, str) else next(iter(payload.values()))
        for path, query, headers in said(text):
            assert is_inert(await ask(echoing, path, query, headers))


NAMES = st.sampled_from(
    b"cookie referer user-agent accept accept-language accept-encoding host sec-fetch-dest sec-purpose origin dnt"
    b" sec-ch-ua sec-gpc x-forwarded-for x-forwarded-proto content-type if-none-match hx-request".split()
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES | st.binary(max_size=12), st.binary(max_size=200)), max_size=12),
    path=st.text(max_size=60),
    query=st.binary(max_size=200),
)
async def test_any_bytes_in_any_header_are_answered(echoing: Any, headers: Headers, path: str, query: bytes) -> None:
    lowered = [(name.lower(), value) for name, value in headers]
    assert is_inert(await ask(echoing, f"/{path}", query, lowered))


async def test_long_and_many_headers_are_answered(echoing: Any) -> None:
    await ask(echoing, "/" + "a/" * 4000, b"q=" + b"%41" * 5000, [(b"user-agent", b"Mozilla/5.0 " + b"x" * 8192)])
    await ask(echoing, "/", b"&".join([b"a=1"] * 3000), [(b"cookie", b"fw=x; " * 3000)] * 3)
    await ask(echoing, "/", b"", [(b"x-%d" % number, b"1") for number in range(2000)])


async def test_a_profile_stays_small_whatever_comes(wrap: Wrap, remembered: Any) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    for number in range(60):
        noise = f"/{number}{'é' * 300}?utm_campaign={'ж' * 500}&q={'x' * 2000}"
        referrer = b"https://www.google.com/search?q=" + b"y" * 1500
        await browser.get(noise, headers={b"referer": referrer, b"accept-language": b"de" * 300})
    import msgspec

    assert len(msgspec.msgpack.encode(await remembered(browser.cookie))) < 16_384


@pytest.mark.parametrize("pair", [tuple, list])
@pytest.mark.parametrize("spelt", [bytes.lower, bytes.title])
async def test_however_a_server_hands_over_headers_the_page_is_the_same(wrap: Wrap, pair: Any, spelt: Any) -> None:
    seen: list[Any] = []
    app = page_app(PAGE)

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])
        await app(scope, receive, send)

    headers = {
        b"accept": b"text/html",
        b"accept-encoding": b"gzip, br",
        b"if-none-match": b'"a"',
        b"host": b"shop.test",
    }
    scope = dict(scope_of("GET", "/", {}))
    scope["headers"] = [pair((spelt(name), value)) for name, value in headers.items()]
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await wrap(noting, reload_s=0)(scope, None, send)
    assert sent[0]["status"] == 200
    assert (b"vary", b"Cookie") in sent[0]["headers"]
    assert {name.lower(): value for name, value in seen}[b"accept-encoding"] == b"gzip"
    assert all(name.lower() != b"if-none-match" for name, _ in seen)
