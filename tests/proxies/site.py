"""A site whose pages hold secrets of whoever asks, and pages of every kind that caches treat in another way."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from floorwalker import PersonalizationMiddleware, get_visitor

RULES = """
slots:
  hero:
    show:
      - {name: known, html: "<b>{{ visitor.traits.secret }}</b>"}
      - {name: sought, html: "<i>{{ visitor.searched }}</i>"}
  pointed:
    pages: [/selected]
    at: "#banner"
    show: [{name: sought-there, html: "<i>{{ visitor.searched }}</i>"}]
  forced:
    pages: [/forced]
    deliver: page
    show: [{name: forced-known, html: "<b>{{ visitor.traits.secret }}</b>"}]
"""
SLOT = '<!--slot:hero--><p class="app">what everybody sees</p><!--/slot:hero-->'
HERO = f"<!doctype html><title>Shop</title><body>{SLOT}<p>{'more ' * 400}</p></body>"
PLAIN = f"<!doctype html><title>Shop</title><body><p>{'plain ' * 400}</p></body>"
CHANGED = "Thu, 01 Jan 2026 00:00:00 GMT"
PREFIX = "/_floorwalker"


@dataclass(frozen=True)
class Page:
    """What the app answers. personal: whether it holds what is one visitor's; kept: whether caches should keep it."""

    body: str = PLAIN
    status: int = 200
    headers: Mapping[str, str] | None = None
    personal: bool = False
    kept: bool = False
    streamed: bool = False


PAGES: Mapping[str, Page] = {
    "/personal": Page(HERO, personal=True),
    "/streamed": Page(HERO, streamed=True, personal=True),
    "/selected": Page('<body><div id="banner">old</div></body>', personal=True),
    "/fresh-slot": Page(HERO, headers={"cache-control": "max-age=600", "etag": '"s"'}, personal=True),
    "/surrogate": Page(HERO, headers={"surrogate-control": "max-age=600", "x-accel-expires": "600"}, personal=True),
    "/forced": Page(
        "<body><!--slot:forced-->x<!--/slot:forced--></body>",
        headers={"cache-control": "public, max-age=600"},
        personal=True,
    ),
    "/broken": Page(HERO, status=500, personal=True),
    "/missing": Page(HERO, status=404, personal=True),
    "/plain": Page(),
    "/plain-streamed": Page(streamed=True),
    "/dated": Page(headers={"last-modified": CHANGED}),
    "/checked": Page(headers={"cache-control": "no-cache", "etag": '"c"'}),
    "/stale": Page(headers={"cache-control": "max-age=0, stale-while-revalidate=600, stale-if-error=600"}),
    "/private": Page(headers={"cache-control": "private, max-age=60"}),
    "/networked": Page(headers={"cache-control": "private", "surrogate-control": "max-age=600"}),
    "/gone": Page(status=410),
    "/not-found": Page(status=404),
    "/fresh": Page(headers={"cache-control": "max-age=600", "etag": '"f"'}, kept=True),
    "/public": Page(HERO, headers={"cache-control": "public, max-age=600", "etag": '"p"'}, kept=True),
    "/varying": Page(headers={"cache-control": "public, max-age=600", "vary": "Accept-Language"}, kept=True),
    "/brief": Page(headers={"cache-control": "s-maxage=1, stale-while-revalidate=600, stale-if-error=600"}, kept=True),
}
REDIRECTS = {"/moved": 301, "/found": 302, "/other": 303, "/temporary": 307, "/permanent": 308}
OURS = ("/me", "/me.json", "/slots?names=hero&url=/personal", "/client.js", "/console/", "/healthz", "/preview")


def wrapped_site(folder: Path, store: str) -> PersonalizationMiddleware:
    """The site, wrapped; its rules lie in that folder."""
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    routes = [Route(path, _answering(page)) for path, page in PAGES.items()]
    routes += [Route(path, _leading_on(status)) for path, status in REDIRECTS.items()]
    routes += [Route("/login", log_in, methods=["POST"]), Route("/data", data)]
    app = Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1000)])
    return PersonalizationMiddleware(
        app, rules=folder, templates=folder / "none", store=store, secret_key="k" * 40, budget_ms=10_000, reload_s=0
    )


async def log_in(request: Request) -> Response:
    secret = (await request.body()).decode()
    (await get_visitor(request)).identify(f"user-{secret}", {"secret": secret})
    return RedirectResponse("/personal", 303)


async def data(_: Request) -> Response:
    return JSONResponse({"price": 12}, headers={"cache-control": "max-age=600"})


def _answering(page: Page) -> Any:
    async def answer(_: Request) -> Response:
        if page.streamed:
            return StreamingResponse(_chunks(page.body), page.status, page.headers, media_type="text/html")
        return HTMLResponse(page.body, page.status, page.headers)

    return answer


def _leading_on(status: int) -> Any:
    async def lead_on(_: Request) -> Response:
        return RedirectResponse("/plain", status)

    return lead_on


async def _chunks(body: str) -> AsyncIterator[str]:
    for at in range(0, len(body), 500):
        yield body[at : at + 500]
