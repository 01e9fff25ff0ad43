"""The proof: no page of one visitor is ever another's, through real caches; and what is public is kept there."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from benchmarks.ports import free_port
from tests.proxies.caches import CACHES, Cache, in_front_of
from tests.proxies.crowd import Findings, send_crowd
from tests.proxies.site import PAGES, PREFIX, wrapped_site

pytestmark = pytest.mark.proxies
VISITORS, PAGES_EACH = 60, 45
PUBLIC = [path for path, page in PAGES.items() if page.kept]
PERSONAL = [path for path, page in PAGES.items() if page.personal]


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """The port of a real server that runs the app."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        yield port
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize("cache", CACHES, ids=lambda cache: cache.name)
async def test_no_page_of_one_visitor_is_anothers(cache: Cache, tmp_path: Path, valkey_url: str) -> None:
    site = wrapped_site(tmp_path / "rules", valkey_url)
    (tmp_path / "cache").mkdir()
    with serving(site) as port, in_front_of(port, cache, tmp_path / "cache") as address:
        found = await send_crowd(address, visitors=VISITORS, pages=PAGES_EACH, seed=5)
    report(cache, found)
    if cache.leaks:
        assert found.alien  # else nothing here would see a leak
        return
    assert not found.alien
    assert not found.shared_cookies
    assert not any(found.kept_with_cookie.values())
    assert all(found.kept[path] for path in [*PUBLIC, "/data", f"{PREFIX}/client.js"])
    assert not any(found.kept[path] for path in PERSONAL)
    assert not (cache.keeps_cookies and found.blind)


@pytest.mark.parametrize("cache", [one for one in CACHES if not one.leaks], ids=lambda cache: cache.name)
async def test_while_the_site_is_down_a_cache_has_nothing_personal_to_fall_back_on(
    cache: Cache, tmp_path: Path, valkey_url: str
) -> None:
    site = wrapped_site(tmp_path / "rules", valkey_url)
    (tmp_path / "cache").mkdir()
    with ExitStack() as front:
        with serving(site) as port:
            address = front.enter_context(in_front_of(port, cache, tmp_path / "cache"))
            await send_crowd(address, visitors=12, pages=60, seed=6)
        async with httpx.AsyncClient(base_url=address, headers={"accept": "text/html"}) as stranger:
            assert (await stranger.get("/public")).status_code == 200
            for path in PERSONAL:
                answer = await stranger.get(path)
                assert answer.status_code >= 500
                assert "canary" not in answer.text


def report(cache: Cache, found: Findings) -> None:
    """One row of the table."""
    kept = sum(found.kept.values())
    print(
        f"\n{cache.name:48}{found.requests:>7} requests{kept:>7} out of the cache{sum(found.alien.values()):>6} secrets"
        f" of others{found.shared_cookies:>5} cookies given twice  {'(must leak)' if cache.leaks else ''}"
    )
    for path, times in sorted(found.alien.items()):
        print(f"    {path}: {times}")
