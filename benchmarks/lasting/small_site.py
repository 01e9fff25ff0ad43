"""One worker of a small shop with everything in it: what fault tests and the endurance run talk to.

Every page is the same for whoever asks, so what differs between the wrapped shop and the bare one is ours.
"""

import argparse
import asyncio
import gc
import os
import resource
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from benchmarks.site.pages import App
from floorwalker import PersonalizationMiddleware, get_visitor

SECRET_KEY, WRITE_KEY = "a key for trials, used nowhere else, long enough", "wk_trial"
PREFIX = "/_floorwalker"
BLOCKS = (b"<b>Welcome back, buyer</b>", b"<b>Spring</b>", b"<b>Seen some</b>")
RULES = """
site: {currency: EUR}
pages:
  - {path: "/p/{product}", type: product}
segments:
  buyers: {when: {orders: {at_least: 1}}}
  lookers: {when: {viewed: {path: /p/**, at_least: 2}}}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
slots:
  hero:
    goal: order
    control: 50 %
    show:
      - {to: buyers, name: again, html: "<b>Welcome back, buyer</b>"}
      - {name: spring, html: "<b>Spring</b>"}
  offer:
    at: "#offer"
    show: [{to: lookers, name: seen, html: "<b>Seen some</b>"}]
"""
_LINES = "".join(f"<p>Lens № {number} &amp; hood, sharp from corner to corner.</p>" for number in range(60))
_CHUNKS, _BETWEEN_CHUNKS_S = 8, 0.005


class Clock:
    """The machine's clock, which may be moved. ahead_s: how far it is off."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


def write_rules(folder: Path) -> Path:
    """Write the shop's rules below a folder, and give theirs."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "rules.yaml").write_text(RULES)
    return rules


def page_of(title: str) -> str:
    """A page with two slots, one by marker and one by selector; what stands before and after tells where they are."""
    hero = '<i id="from-hero"></i><!--slot:hero--><p>Lenses</p><!--/slot:hero--><i id="to-hero"></i>'
    offer = '<i id="from-offer"></i><section id="offer"><p>Everything</p></section><i id="to-offer"></i>'
    return f"<!doctype html><html><head><title>{title}</title></head><body>{hero}{_LINES}{offer}{_LINES}</body></html>"


async def page(request: Request) -> Response:
    return HTMLResponse(page_of(request.url.path))


async def long_page(request: Request) -> Response:
    """The same in pieces, with time between them."""
    whole = page_of(request.url.path).encode()
    step = len(whole) // _CHUNKS + 1

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), step):
            yield whole[start : start + step]
            await asyncio.sleep(_BETWEEN_CHUNKS_S)

    return StreamingResponse(pieces(), media_type="text/html")


async def stock(request: Request) -> Response:
    return JSONResponse({"product": request.path_params["product"], "stock": 3})


async def cart(request: Request) -> Response:
    """Track one event by the name that is told."""
    (await get_visitor(request)).track(request.path_params["name"])
    return JSONResponse({})


async def order(request: Request) -> Response:
    told = {"order_id": request.path_params["id"], "revenue": request.path_params["revenue"]}
    (await get_visitor(request)).track("Order Completed", told)
    return JSONResponse({})


async def login(request: Request) -> Response:
    (await get_visitor(request)).identify(request.path_params["user"], {"club": True})
    return JSONResponse({})


async def logout(request: Request) -> Response:
    (await get_visitor(request)).logout()
    return JSONResponse({})


class Inside:
    """What the process is made of just now, and the hand on its clock; no part of the shop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses_s: list[float] = []

    async def look(self, request: Request) -> Response:
        """counted=yes counts Python's objects as well, after a collection."""
        told: dict[str, Any] = {
            "pid": os.getpid(),
            "tasks": len(asyncio.all_tasks()),
            "fds": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names alone, at once
            "rss_kb": _resident_kb(),
            "cpu_s": sum(resource.getrusage(resource.RUSAGE_SELF)[:2]),
        }
        if request.query_params.get("counted"):
            gc.collect()
            told["objects"] = len(gc.get_objects())
        return JSONResponse(told)

    async def set_clock(self, request: Request) -> Response:
        self._clock.ahead_s = float(request.query_params["ahead_s"])
        return JSONResponse({})


def _resident_kb() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize() // 1024


def shop(clock: Clock) -> Starlette:
    """The shop, not wrapped."""
    inside = Inside(clock)
    return Starlette(
        routes=[
            Route("/inside", inside.look),
            Route("/inside/clock", inside.set_clock, methods=["POST"]),
            Route("/long/{rest:path}", long_page),
            Route("/stock/{product}", stock),
            Route("/cart/{name}", cart, methods=["POST"]),
            Route("/order/{id}/{revenue:int}", order, methods=["POST"]),
            Route("/login/{user}", login, methods=["POST"]),
            Route("/logout", logout, methods=["POST"]),
            Route("/{rest:path}", page),
        ]
    )


def wrapped(*, rules: str, store: str, budget_ms: float, clock: Clock, **more: Any) -> App:
    """The shop behind the middleware; more: settings of it."""
    return PersonalizationMiddleware(
        shop(clock),
        rules=rules,
        store=store,
        secret_key=[SECRET_KEY],
        write_keys=[WRITE_KEY],
        budget_ms=budget_ms,
        exclude=["/inside", "/inside/**"],
        clock=clock,
        **more,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=int, required=True, help="the descriptor of a listening socket")
    parser.add_argument("--rules", default="", help="a folder of rules; without one the shop is bare")
    parser.add_argument("--store", default="")
    parser.add_argument("--budget-ms", type=float, default=50.0)
    parser.add_argument("--spool", default="", help="a folder for what waits")
    parser.add_argument("--largest-file", type=int, default=0, help="bytes; a write beyond fails, as on a full disk")
    return parser.parse_args()


def main() -> None:
    options, clock = _options(), Clock()
    if options.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.largest_file, resource.RLIM_INFINITY))
    application: App = shop(clock)
    if options.rules:
        more = {"spool": options.spool} if options.spool else {}
        application = wrapped(
            rules=options.rules, store=options.store, budget_ms=options.budget_ms, clock=clock, **more
        )
    config = uvicorn.Config(application, log_level="warning", access_log=False, lifespan="on", timeout_keep_alive=60)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=options.socket)])


if __name__ == "__main__":
    main()
