"""The table of request kinds in docs/http.md, row by row, as a browser meets it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from floorwalker.asgi.cookie import MAX_AGE_SECONDS
from floorwalker.asgi.http.headers import as_personal
from tests.asgi.browser import GOOGLEBOT, SEARCH, Browser, page_app
from tests.asgi.conftest import PAGE, RULES, Wrap, clock, remembered, rules, wrap
from tests.docs.pages import ROOT, table

__all__ = ["clock", "remembered", "rules", "wrap"]

HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
TABLE = {row[0]: row[1:] for row in table("http.md", "## Which requests are pages\n")}
FETCHED, FRAMED = {b"sec-fetch-dest": b"empty"}, {b"sec-fetch-dest": b"iframe"}
JSON = {"body": b"{}", "content_type": b"application/json"}
TO_LANDING = {"body": b"", "status": 302, "headers": [(b"location", b"/")]}

ROWS: list[tuple[str, str, dict[bytes, bytes], dict[str, Any]]] = [
    ("a navigation, answered with HTML", "GET", {}, {}),
    ("a navigation, redirected", "GET", {}, TO_LANDING),
    ("a navigation, answered with an HTML error page (400 and above)", "GET", {}, {"status": 404}),
    ("a form's POST, answered with HTML", "POST", {}, {}),
    ("a part of a page, fetched by a script (htmx, Turbo, fetch)", "GET", FETCHED, {}),
    ("a part of a page, fetched by a script (htmx, Turbo, fetch)", "GET", {b"hx-request": b"true"}, {}),
    ("a frame", "GET", FRAMED, {}),
    ("a page fetched ahead of time", "GET", {b"sec-purpose": b"prefetch"}, {}),
    ("HEAD, OPTIONS, assets, downloads, JSON, WebSockets", "HEAD", {}, {"body": b""}),
    ("HEAD, OPTIONS, assets, downloads, JSON, WebSockets", "OPTIONS", {}, {"body": b""}),
    ("HEAD, OPTIONS, assets, downloads, JSON, WebSockets", "GET", {}, JSON),
    ("a robot", "GET", {b"user-agent": GOOGLEBOT}, {}),
]


@pytest.mark.parametrize(("row", "method", "headers", "page"), ROWS, ids=[f"{row[1]} {row[0]}" for row in ROWS])
async def test_a_request_is_treated_as_the_table_says(
    wrap: Wrap,
    remembered: Callable[..., Any],
    row: str,
    method: str,
    headers: dict[bytes, bytes],
    page: dict[str, Any],
) -> None:
    arrival, counted, filled, cookie = TABLE[row]
    stranger = Browser(wrap(page_app(**{"body": PAGE, **page})))
    answer = await stranger.ask(method, "/", headers={b"referer": SEARCH, **headers})
    assert (answer.cookie is not None) is (cookie == "yes")
    if filled != "–":
        assert (b"<b>Tripods" in answer.body) is (filled == "yes")
    known = Browser(wrap(page_app(PAGE)))
    await known.get("/")
    known.app = stranger.app
    await known.ask(method, "/", headers={b"referer": SEARCH, **headers})
    profile = await remembered(known.cookie)
    assert profile.visit.views - 1 == (counted == "yes")
    assert profile.visit.errors == (counted == "as an error view")
    read = profile.visit.touch.search is not None or profile.arrival is not None
    assert read is arrival.startswith("yes")


def test_every_row_is_tried() -> None:
    assert {row[0] for row in ROWS} == set(TABLE)


def test_a_personal_page_loses_the_headers_that_the_docs_name() -> None:
    row = next(row for row in table("http.md", "## Caching headers\n") if row[0] == "personal")[1]
    lost, _, said = row.partition("; says")
    named = [name.replace("…", "") for name in lost.split("`")[1::2]]
    assert len(named) == 13
    assert as_personal([(name.lower().encode(), b"x") for name in named]) == as_personal([])
    assert b"cache-control" in dict(as_personal([]))
    assert "`Cookie` in `Vary`" in said


def test_the_cookies_life_is_the_one_in_the_docs() -> None:
    assert f"Max-Age={MAX_AGE_SECONDS};" in HTTP


async def test_turned_off_in_the_rules_pages_go_out_as_they_were_and_visits_are_remembered(
    wrap: Wrap, remembered: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "off.yaml").write_text("site: {personalize: no}")
    page = page_app(PAGE, headers=[(b"etag", b'"1"')])
    browser = Browser(wrap(page, rules=tmp_path))
    answer = await browser.get("/", headers={b"referer": SEARCH})
    assert (answer.body, answer.all(b"etag"), answer.all(b"vary")) == (PAGE, [b'"1"'], [])
    assert (await remembered(browser.cookie)).visit.views == 1


async def test_with_everything_excluded_requests_are_left_alone(wrap: Wrap) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"]).get(b"accept-encoding"))
        await page_app(PAGE)(scope, receive, send)

    answer = await Browser(wrap(app, exclude="/**")).get("/", headers={b"accept-encoding": b"gzip"})
    assert (answer.body, answer.cookie, seen) == (PAGE, None, [b"gzip"])
