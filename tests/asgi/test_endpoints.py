"""Our own addresses."""

import json
from importlib.metadata import version

import pytest

from tests.asgi.browser import Browser, page_app
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_frameworks import running


async def test_health_tells_how_the_store_is(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    await browser.get("/")
    answer = await browser.get("/_floorwalker/healthz")
    health = json.loads(answer.body)
    assert (answer.status, answer.all(b"cache-control")) == (200, [b"no-store"])
    assert (health["status"], health["why"]) == ("ok", [])
    assert health["store"] == {
        "state": "here",
        "circuit": "closed",
        "pending": 0,
        "spooled": 0,
        "lost": {},
        "servers_away": [],
        "uncopied": 0,
    }
    assert health["rules"]
    assert health["release"] == version("floorwalker")


async def test_health_is_told_while_the_store_is_away(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(PAGE), store="unix:///nonexistent/floorwalker.sock"))
    await browser.get("/")
    answer = await browser.get("/_floorwalker/healthz")
    health = json.loads(answer.body)
    assert (answer.status, health["store"]["state"]) == (200, "away")
    assert (health["status"], health["why"]) == ("degraded", ["the store is away"])


async def test_health_knows_from_the_start_that_the_store_is_away(wrap: Wrap) -> None:
    app = wrap(page_app(PAGE), store="unix:///nonexistent/floorwalker.sock")
    async with running(app):
        answer = await Browser(app).get("/_floorwalker/healthz")
    assert json.loads(answer.body)["store"]["state"] == "away"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_floorwalker", 404),
        ("GET", "/_floorwalker/nothing", 404),
        ("POST", "/_floorwalker/healthz", 405),
        ("HEAD", "/_floorwalker/healthz", 200),
    ],
)
async def test_what_is_not_there_is_a_problem_report(wrap: Wrap, method: str, path: str, status: int) -> None:
    answer = await Browser(wrap(page_app(PAGE))).ask(method, path)
    assert answer.status == status
    if status != 200:
        assert answer.all(b"content-type") == [b"application/problem+json"]
        assert json.loads(answer.body)["status"] == status


@pytest.mark.parametrize("path", ["/_floorwalkers", "/x/_floorwalker/healthz"])
async def test_other_addresses_are_the_apps(wrap: Wrap, path: str) -> None:
    assert (await Browser(wrap(page_app(PAGE))).get(path)).body == PAGE


async def test_an_excluded_path_is_left_alone(wrap: Wrap) -> None:
    headers = [(b"etag", b'"1"')]
    browser = Browser(wrap(page_app(PAGE, headers=headers), exclude="/admin/**"))
    for path in ("/admin", "/admin/users"):
        answer = await browser.get(path)
        assert (answer.all(b"etag"), answer.cookie) == ([b'"1"'], None)
    assert (await browser.get("/")).cookie is not None


async def test_what_is_kept_nowhere_says_so_to_caches_that_ignore_cache_control(wrap: Wrap) -> None:
    browser = Browser(wrap(page_app(PAGE)))
    for path in ("/healthz", "/slots?names=hero&url=/"):
        answer = await browser.get(f"/_floorwalker{path}")
        assert (answer.all(b"x-accel-expires"), answer.all(b"vary")[0].lower()) == ([b"0"], b"cookie")
    assert (await browser.get("/_floorwalker/client.js")).all(b"x-accel-expires") == []
