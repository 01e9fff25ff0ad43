"""`GET /slots` in hostile hands, and beside what is none of its business."""

import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from floorwalker import PersonalizationMiddleware
from floorwalker.asgi.encounter import Encounter
from floorwalker.core.advance import Corridor
from tests.asgi.browser import Answer, Browser, page_app, scope_of
from tests.asgi.conftest import Wrap

RULES = """
slots:
  aside: {deliver: script, show: [{name: anybody, html: "<i>{{ page.path }}</i></script>"}]}
"""
PUBLIC = [(b"cache-control", b"public, max-age=600")]
FETCH = [(b"sec-fetch-dest", b"empty"), (b"sec-fetch-site", b"same-origin")]
NAUGHTY = [
    "\r\nset-cookie: x=1",
    "\0",
    "\ud800",
    "💥" * 1000,
    "</script><script>",
    "../" * 1000,
    "%",
    "%zz",
    "http://[::1",
    "//",
    "\\\\evil.example",
    "javascript:alert(1)",
    "?" * 4000,
    "#",
    "/" + "%00" * 1000,
    "\u202e",
    "http://" + "a" * 4000,
]


@pytest.fixture
def site(wrap: Wrap, tmp_path: Path) -> PersonalizationMiddleware:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    return wrap(page_app(b"<p>", headers=PUBLIC), rules=tmp_path / "rules", exclude=["/admin/**"])


async def ask(browser: Browser, url: str = "/", *, method: str = "GET", **options: Any) -> Answer:
    options.setdefault("headers", FETCH)
    scope = {"query_string": urlencode({"names": "aside", "url": url}).encode(), **options.pop("scope", {})}
    return await browser.ask(method, "/_floorwalker/slots", scope=scope, **options)


def slots(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["slots"]


@pytest.mark.parametrize("url", ["/admin/x", "/%61dmin/x", "/_floorwalker/slots", "https://shop.test/admin"])
async def test_a_page_that_is_left_alone_has_no_slots_and_begins_nobody(
    site: PersonalizationMiddleware, url: str
) -> None:
    answer = await ask(Browser(site), url)
    assert slots(answer) == {}
    assert answer.cookie is None


@pytest.mark.parametrize(("url", "asked"), [("/sub/x", 1), ("/sub/admin/x", 0), ("/else", 0), ("/subway", 0)])
async def test_below_a_mount_only_its_own_pages_are_asked_for(
    site: PersonalizationMiddleware, url: str, asked: int
) -> None:
    mounted = {"root_path": "/sub", "path": "/sub/_floorwalker/slots"}
    assert len(slots(await ask(Browser(site), url, scope=mounted))) == asked


@pytest.mark.parametrize(
    ("method", "more"), [("HEAD", []), ("GET", [(b"sec-purpose", b"prefetch;prerender")])], ids=["head", "prerender"]
)
async def test_nobody_begins_before_the_page_is_looked_at(
    site: PersonalizationMiddleware, method: str, more: list[tuple[bytes, bytes]]
) -> None:
    answer = await ask(Browser(site), method=method, headers=[*FETCH, *more])
    assert answer.status == 200
    assert answer.cookie is None


async def test_nobody_begins_on_a_path_at_which_there_is_no_page(wrap: Wrap, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    data = wrap(page_app(b"{}", content_type=b"application/json"), rules=tmp_path / "rules")
    await Browser(data).get("/data")
    assert (await ask(Browser(data), "/data")).cookie is None


async def test_another_site_may_not_ask_whatever_its_browser_leaves_out(site: PersonalizationMiddleware) -> None:
    answer = await ask(Browser(site), headers=[(b"origin", b"https://evil.example")])
    assert answer.status == 403
    own = await ask(Browser(site), headers=[(b"origin", b"https://shop.test")])
    assert own.status == 200
    assert own.all(b"access-control-allow-origin") == []
    assert own.all(b"x-content-type-options") == [b"nosniff"]


@pytest.mark.parametrize("naughty", NAUGHTY, ids=range(len(NAUGHTY)))
@pytest.mark.parametrize("field", ["names", "url", "referrer"])
async def test_no_text_whatever_makes_it_fail(site: PersonalizationMiddleware, field: str, naughty: str) -> None:
    said = {"names": "aside", "url": "/", "referrer": "", field: naughty}
    query = urlencode(said, errors="surrogatepass").encode()
    answer = await Browser(site).get("/_floorwalker/slots", scope={"query_string": query}, headers=FETCH)
    assert answer.status in (200, 400)
    assert all(b"\n" not in value for _, value in answer.headers)


async def test_at_a_failure_of_ours_every_slot_keeps_its_default(
    site: PersonalizationMiddleware, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Corridor, "read", fails)
    assert slots(await ask(Browser(site))) == {}
    assert "the slots of a page keep their defaults" in caplog.text


async def test_a_client_that_goes_away_leaves_nothing_under_way(
    site: PersonalizationMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []
    end: Callable[[Encounter], Awaitable[None]] = Encounter.end

    async def noted(encounter: Encounter) -> None:
        ended.append(encounter)
        await end(encounter)

    async def gone(_: Any) -> None:
        raise OSError

    monkeypatch.setattr(Encounter, "end", noted)
    browser = Browser(site)
    asked = {"query_string": b"names=aside&url=/", "path": "/_floorwalker/slots"}
    with pytest.raises(OSError):
        await site({**_scope(browser), **asked}, _never, gone)
    assert len(ended) == 1


def _scope(browser: Browser) -> dict[str, Any]:
    return scope_of("GET", "/", browser._headers(FETCH))


async def _never() -> Any:
    raise AssertionError


async def test_the_script_is_known_again_by_a_tag_that_a_proxy_made_weak(site: PersonalizationMiddleware) -> None:
    (tag,) = (await Browser(site).get("/_floorwalker/client.js")).all(b"etag")
    again = await Browser(site).get("/_floorwalker/client.js", headers=[(b"if-none-match", b"W/" + tag)])
    assert again.status == 304


async def test_the_script_is_small(site: PersonalizationMiddleware) -> None:
    answer = await Browser(site).get("/_floorwalker/client.js")
    assert len(gzip.compress(answer.body, 6)) < 3072
    assert b"/*" not in answer.body
