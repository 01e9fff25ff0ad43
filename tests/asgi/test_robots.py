"""Robots see the app's own page, each the same, and leave no trace."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import redis

from floorwalker import PersonalizationMiddleware, get_visitor
from tests.asgi.browser import CHROME, GOOGLEBOT, SEARCH, Answer, Browser
from tests.asgi.conftest import Wrap

RULES = """
segments:
  tripod-seeker: {when: {searched: tripod}}
slots:
  hero: {show: [{name: sought, html: "<b>{{ visitor.searched }}</b>"}, {name: all, html: "<b>All</b>"}]}
  hidden: {show: [{name: gone, hide: yes}]}
  banner: {at: "#banner", show: [{name: banner-all, html: "<u>All</u>"}]}
  after: {at: "#last", place: after, show: [{name: after-all, html: "<u>After</u>"}]}
  forced: {pages: [/forced], deliver: page, show: [{name: forced-all, html: "<b>All</b>"}]}
  late: {deliver: script, show: [{name: late-all, html: "<b>Late</b>"}]}
"""
BODY = b"".join(b"<!--slot:%s-->own %s<!--/slot:%s-->" % (name, name, name) for name in (b"hero", b"hidden", b"late"))
SELECTED = b'<div id="banner">own</div><p id="last">own</p><!--slot:forced-->own<!--/slot:forced-->'
PAGE = b"<html><body>%s" + SELECTED + b"</body></html>"
AGENTS = (
    GOOGLEBOT,
    b"curl/8.14.1",
    b"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
    b"",
)
ASKED: tuple[tuple[str, str, Mapping[bytes, bytes]], ...] = (
    ("GET", "/", {b"referer": SEARCH}),
    ("GET", "/?utm_source=letter&utm_medium=email", {}),
    ("GET", "/", {b"sec-fetch-dest": b"empty"}),
    ("GET", "/", {b"sec-purpose": b"prefetch"}),
    ("GET", "/", {b"sec-gpc": b"1"}),
    ("HEAD", "/", {}),
    ("POST", "/", {}),
    ("GET", "/forced", {b"referer": SEARCH}),
    ("GET", "/moved?utm_campaign=spring", {b"referer": SEARCH}),
    ("GET", "/missing", {b"referer": SEARCH}),
    ("GET", "/broken", {}),
    ("GET", "/data", {}),
)


async def says_all(scope: Any) -> Any:
    """A handler that says everything it can."""
    visitor = await get_visitor(scope)
    visitor.page(category="tripods")
    visitor.track("Product Added", {"price": 12})
    visitor.identify("user-1", {"email": "user@shop.example"})
    visitor.consent(["analytics"])
    visitor.refuse()
    visitor.logout()
    return visitor


async def own(scope: Any, receive: Any, send: Any) -> None:
    """The app: its page tells what it was told of the visitor."""
    if scope["type"] != "http":
        return
    visitor = await says_all(scope)
    told = b"%d %s" % (len(visitor.segments), visitor.slot("hero").block.encode())
    answers = {"/moved": (302, b""), "/missing": (404, b""), "/broken": (500, b""), "/data": (200, b"application/json")}
    status, kind = answers.get(scope["path"], (200, b""))
    headers = [(b"content-type", kind or b"text/html; charset=utf-8"), (b"etag", b'"1"')]
    if scope["path"] == "/forced":
        headers.append((b"cache-control", b"public, max-age=60"))
    if status == 302:
        headers.append((b"location", b"/"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": (PAGE % BODY)[:60] + told, "more_body": True})
    await send({"type": "http.response.body", "body": (PAGE % BODY)[60:]})


@pytest.fixture
def site(wrap: Wrap, tmp_path: Path) -> PersonalizationMiddleware:
    (tmp_path / "robots").mkdir()
    (tmp_path / "robots" / "rules.yaml").write_text(RULES)
    return wrap(own, rules=tmp_path / "robots", script="insert", reload_s=0)


@pytest.fixture
async def known(wrap: Wrap, tmp_path: Path) -> bytes:
    """The cookie of somebody who is known."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "rules.yaml").write_text(RULES)

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": PAGE % BODY})

    browser = Browser(wrap(page, rules=tmp_path / "plain", reload_s=0))
    for _ in range(3):
        await browser.get("/", headers={b"referer": SEARCH})
    assert browser.cookie is not None
    return browser.cookie


def stored(url: str) -> dict[bytes, Any]:
    """All that lies in the store, but the versions of the rules."""
    parts = urlsplit(url)
    with redis.Redis(unix_socket_path=parts.path) as store:
        keys = store.scan_iter(f"fw:{parse_qs(parts.query)['namespace'][0]}:*")
        return {key: store.dump(key) for key in keys if b"{rules}" not in key}


def without_cookie(answer: Answer) -> list[tuple[bytes, bytes]]:
    return [pair for pair in answer.headers if pair[0] != b"set-cookie"]


@pytest.mark.parametrize("brings_cookie", [False, True])
async def test_they_see_the_apps_own_page_and_leave_no_trace(
    site: PersonalizationMiddleware,
    known: bytes,
    valkey_url: str,
    caplog: pytest.LogCaptureFixture,
    brings_cookie: bool,
) -> None:
    before = stored(valkey_url)
    for method, path, headers in ASKED:
        bare = await Browser(own).ask(method, path, headers=headers)
        for agent in AGENTS:
            robot = Browser(site, agent=agent, cookie=known if brings_cookie else None)
            answer = await robot.ask(method, path, headers=headers)
            assert (answer.status, answer.body, answer.all(b"set-cookie")) == (bare.status, bare.body, [])
    assert stored(valkey_url) == before
    said = [record.getMessage() for record in caplog.records if record.name.startswith("floorwalker")]
    assert all("do not allow" in message for message in said)  # of what handlers do, once; of no robot


async def test_our_own_addresses_tell_them_nothing(
    site: PersonalizationMiddleware, known: bytes, valkey_url: str
) -> None:
    before = stored(valkey_url)
    told = b'{"url": "/", "events": [{"type": "page", "id": "1"}, {"type": "track", "id": "2", "event": "Thing Done"}]}'
    for cookie in (None, known):
        for agent in AGENTS:
            robot = Browser(site, agent=agent, cookie=cookie)
            slots = await robot.get("/_floorwalker/slots?names=hero,late&url=/")
            assert b'"slots":{}' in slots.body
            assert slots.cookie is None
            heard = await robot.post("/_floorwalker/collect", body=told, headers={b"sec-fetch-site": b"same-origin"})
            assert (heard.status, heard.cookie) == (204, None)
    assert stored(valkey_url) == before


async def test_caches_may_not_tell_them_from_people(site: PersonalizationMiddleware) -> None:
    for path in ("/", "/forced", "/missing"):
        person, robot = [await Browser(site, agent=agent).get(path) for agent in (CHROME, GOOGLEBOT)]
        assert without_cookie(person) == without_cookie(robot)
        assert person.body != robot.body


async def test_a_robot_that_brings_a_visitors_cookie_is_not_that_visitor(
    wrap: Wrap, known: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[str, int, frozenset[str]]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        visitor = await get_visitor(scope)
        seen.append((visitor.id, visitor.profile.visits, visitor.segments))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    with caplog.at_level(logging.DEBUG, "floorwalker"):
        await Browser(wrap(app), agent=GOOGLEBOT, cookie=known).get("/", headers={b"referer": SEARCH})
    visitor, visits, segments = seen[0]
    assert visitor.encode() not in known
    assert (visits, segments) == (0, frozenset())


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        (b"Mozilla/5.0 (compatible; Claude-User/1.0; +Claude-User@anthropic.com)", {}),
        (CHROME, {b"signature-agent": b'"https://chatgpt.com"'}),
    ],
)
async def test_agents_that_act_for_a_person_are_visitors_where_the_site_says_so(
    wrap: Wrap, agent: bytes, headers: dict[bytes, bytes]
) -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<!--slot:hero-->own<!--/slot:hero-->"})

    asked = {b"referer": SEARCH, **headers}
    robot = await Browser(wrap(page), agent=agent).get("/", headers=asked)
    assert (robot.body, robot.cookie) == (b"<!--slot:hero-->own<!--/slot:hero-->", None)
    visitor = await Browser(wrap(page, agents="as-visitors"), agent=agent).get("/", headers=asked)
    assert b"Tripods for cheap tripod" in visitor.body
    assert visitor.cookie is not None
    crawler = await Browser(wrap(page, agents="as-visitors"), agent=GOOGLEBOT).get("/", headers=asked)
    assert crawler.cookie is None
