"""Caching headers are a function of the page alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.asgi.browser import GOOGLEBOT, SEARCH, Answer, Browser, Headers, page_app
from tests.asgi.conftest import PAGE, RULES, Wrap

CACHING: Headers = [
    (b"etag", b'"1"'),
    (b"last-modified", b"Thu, 01 Jan 2026 00:00:00 GMT"),
    (b"expires", b"Thu, 01 Jan 2026 00:00:00 GMT"),
    (b"cache-control", b"max-age=60"),
    (b"cdn-cache-control", b"max-age=60"),
    (b"vary", b"Accept-Language"),
    (b"content-length", b"66"),
    (b"accept-ranges", b"bytes"),
]
DEAD = "unix:///nonexistent/floorwalker.sock"


def kept(answer: Answer) -> Headers:
    return [pair for pair in answer.headers if pair[0] != b"set-cookie"]


async def test_a_personal_page_is_the_visitors_own(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(PAGE, headers=CACHING))).get("/")
    assert kept(answer) == [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"vary", b"Accept-Language"),
        (b"cache-control", b"private, no-cache"),
        (b"x-accel-expires", b"0"),
        (b"vary", b"Cookie"),
    ]


async def test_it_is_the_same_for_everybody(wrap: Wrap, tmp_path: Path) -> None:
    page = page_app(PAGE, headers=CACHING)
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "rules.yaml").write_text(f"site: {{control: 100 %}}\n{RULES}")
    known = Browser(wrap(page))
    seen = [kept(await known.get("/", headers={b"referer": SEARCH})), kept(await known.get("/"))]
    for browser in (
        Browser(wrap(page), agent=GOOGLEBOT),
        Browser(wrap(page, rules=tmp_path / "control")),
        Browser(wrap(page, store=DEAD, budget_ms=20), cookie=known.cookie),
        Browser(wrap(page, store=DEAD, budget_ms=20)),
    ):
        seen += [kept(await browser.get("/", headers={b"referer": SEARCH}))]
    for headers in ({b"sec-fetch-dest": b"empty"}, {b"sec-purpose": b"prefetch"}, {b"sec-fetch-dest": b"image"}):
        seen += [kept(await known.get("/", headers=headers))]
    assert all(headers == seen[0] for headers in seen)


async def test_a_failure_of_ours_does_not_change_them(wrap: Wrap, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_app(PAGE, headers=CACHING)
    well = await Browser(wrap(page)).get("/")

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("floorwalker.asgi.responder.SlotRewriter", broken)
    ill = await Browser(wrap(page)).get("/", headers={b"referer": SEARCH})
    assert ill.body == PAGE
    assert kept(ill) == kept(well)


async def test_nor_does_one_that_leaves_open_whether_the_page_holds_a_slot(
    wrap: Wrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_app(PAGE, headers=CACHING)
    well = await Browser(wrap(page)).get("/")

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("floorwalker.core.advance.Corridor.read", broken)
    ill = await Browser(wrap(page)).get("/", headers={b"referer": SEARCH})
    assert ill.body == PAGE
    assert kept(ill) == kept(well)


async def test_a_page_without_a_slot_keeps_its_headers(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(b"<p>plain</p>", headers=CACHING))).get("/")
    assert kept(answer)[1:] == CACHING


async def test_a_streamed_page_may_still_hold_one(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app([b"<p>plain", b"</p>"], headers=CACHING))).get("/")
    assert answer.all(b"cache-control") == [b"private, no-cache"]


async def test_a_page_that_no_slot_is_meant_for_keeps_them_streamed_or_not(wrap: Wrap, tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "rules.yaml").write_text("slots: {hero: {pages: [/here], show: [{name: a, html: x}]}}")
    browser = Browser(wrap(page_app([b"<p>", PAGE], headers=CACHING), rules=tmp_path / "few"))
    assert kept(await browser.get("/there"))[1:] == CACHING
    assert (await browser.get("/here")).all(b"etag") == []


async def test_a_page_with_a_selector_slot_is_personal_in_one_piece_too(wrap: Wrap) -> None:
    answer = await Browser(wrap(page_app(b"<p>plain</p>", headers=CACHING))).get("/selected")
    assert answer.all(b"cache-control") == [b"private, no-cache"]


@pytest.mark.parametrize("control", [b"public, max-age=60", b"s-maxage=5"])
async def test_a_public_page_stays_untouched_and_without_cookie(wrap: Wrap, control: bytes) -> None:
    headers = [(b"cache-control", control), (b"etag", b'"1"')]
    answer = await Browser(wrap(page_app(PAGE, headers=headers))).get("/", headers={b"referer": SEARCH})
    assert answer.body == PAGE
    assert answer.headers[1:] == headers


async def test_a_cookie_never_goes_where_others_may_get_it(wrap: Wrap) -> None:
    plain = page_app(b"<p>plain</p>", headers=[(b"cache-control", b"max-age=60")])
    assert (await Browser(wrap(plain)).get("/")).cookie is None
    private = page_app(b"<p>plain</p>", headers=[(b"cache-control", b"private, max-age=60")])
    assert (await Browser(wrap(private)).get("/")).cookie is not None


@pytest.mark.parametrize("status", [200, 301, 302, 308, 404, 410, 500])
@pytest.mark.parametrize("control", [None, b"no-cache", b"max-age=0, stale-if-error=600"])
async def test_no_cache_may_guess_that_it_can_keep_a_cookie(wrap: Wrap, status: int, control: bytes | None) -> None:
    """RFC 9110, 15.1: without a word on caching most of these may be kept; after a 304 all of them go out again."""
    headers = [(b"etag", b'"1"'), *([(b"cache-control", control)] if control else [])]
    browser = Browser(wrap(page_app(b"<p>plain</p>", status=status, headers=headers)))
    first, second = [await browser.get("/") for _ in range(2)]
    assert first.cookie is not None
    assert b"private" in first.all(b"cache-control")[0].split(b", ")
    assert second.headers[1:] == headers


async def test_a_network_that_is_told_to_keep_a_page_gets_no_cookie(wrap: Wrap) -> None:
    headers = [(b"cache-control", b"private"), (b"cdn-cache-control", b"max-age=600")]
    answer = await Browser(wrap(page_app(b"<p>plain</p>", headers=headers))).get("/")
    assert answer.headers[1:] == headers


async def test_a_second_set_cookie_of_the_app_is_not_lost(wrap: Wrap) -> None:
    headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    answer = await Browser(wrap(page_app(PAGE, headers=headers))).get("/")
    assert answer.all(b"set-cookie")[:2] == [b"a=1", b"b=2"]
    assert len(answer.all(b"set-cookie")) == 3
