"""The same promise under every framework: a marker filled, JSON untouched, the visitor at hand, an event stored."""

import json
import sys
import types
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from floorwalker import get_visitor
from tests.asgi.browser import SEARCH, Browser
from tests.asgi.conftest import PAGE, Wrap
from tests.asgi.test_first_page import FILLED

Remembered = Callable[..., Any]


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[None]:
    """The app between its start-up and its shutdown, as a server runs it."""
    import asyncio

    incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    life = asyncio.create_task(
        app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, incoming.get, answers.put)
    )
    await incoming.put({"type": "lifespan.startup"})
    assert (await answers.get())["type"] == "lifespan.startup.complete"
    yield
    await incoming.put({"type": "lifespan.shutdown"})
    assert (await answers.get())["type"] == "lifespan.shutdown.complete"
    await life


def starlette_app() -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Route

    async def page(request: Request) -> Response:
        return HTMLResponse(PAGE, headers={"x-segments": " ".join(sorted((await get_visitor(request)).segments))})

    async def data(_: Request) -> Response:
        return JSONResponse({"slot": "<!--slot:hero-->"})

    async def add(request: Request) -> Response:
        (await get_visitor(request)).track("Product Added", {"price": 12})
        return Response(status_code=303, headers={"location": "/"})

    return Starlette(routes=[Route("/", page), Route("/data", data), Route("/add", add, methods=["POST"])])


def fastapi_app() -> Any:
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

    app = FastAPI()

    @app.get("/")
    async def page(request: Request) -> StreamingResponse:
        segments = " ".join(sorted((await get_visitor(request)).segments))
        chunks = iter([PAGE[:30], PAGE[30:]])
        return StreamingResponse(chunks, media_type=HTMLResponse.media_type, headers={"x-segments": segments})

    @app.get("/data")
    async def data() -> dict[str, str]:
        return {"slot": "<!--slot:hero-->"}

    @app.post("/add")
    async def add(request: Request) -> RedirectResponse:
        (await get_visitor(request)).track("Product Added", {"price": 12})
        return RedirectResponse("/", status_code=303)

    return app


def django_app() -> Any:
    import django
    from django.conf import settings
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
    from django.urls import path

    async def page(request: HttpRequest) -> HttpResponse:
        segments = " ".join(sorted((await get_visitor(request)).segments))
        return HttpResponse(PAGE, headers={"X-Segments": segments})

    async def data(_: HttpRequest) -> HttpResponse:
        return JsonResponse({"slot": "<!--slot:hero-->"})

    async def add(request: HttpRequest) -> HttpResponse:
        (await get_visitor(request)).track("Product Added", {"price": 12})
        return HttpResponseRedirect("/")

    addresses = types.ModuleType("floorwalker_test_urls")
    addresses.urlpatterns = [path("", page), path("data", data), path("add", add)]  # type: ignore[attr-defined]
    sys.modules[addresses.__name__] = addresses
    if not settings.configured:
        settings.configure(ROOT_URLCONF=addresses.__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50, MIDDLEWARE=[])
        django.setup()
    return get_asgi_application()


def litestar_app() -> Any:
    from litestar import Litestar, Request, Response, get, post
    from litestar.response import Redirect

    @get("/")
    async def page(request: Request[Any, Any, Any]) -> Response[bytes]:
        segments = " ".join(sorted((await get_visitor(request)).segments))
        return Response(PAGE, media_type="text/html", headers={"x-segments": segments})

    @get("/data")
    async def data() -> dict[str, str]:
        return {"slot": "<!--slot:hero-->"}

    @post("/add", status_code=303)
    async def add(request: Request[Any, Any, Any]) -> Redirect:
        (await get_visitor(request)).track("Product Added", {"price": 12})
        return Redirect("/")

    return Litestar([page, data, add])


def quart_app() -> Any:
    from quart import Quart, Response, jsonify, redirect, request

    app = Quart("shop")

    @app.get("/")
    async def page() -> Response:
        segments = " ".join(sorted((await get_visitor(request)).segments))
        return Response(PAGE.decode(), headers={"x-segments": segments}, mimetype="text/html")

    @app.get("/data")
    async def data() -> Response:
        return jsonify(slot="<!--slot:hero-->")

    @app.post("/add")
    async def add() -> Any:
        (await get_visitor(request)).track("Product Added", {"price": 12})
        return redirect("/", 303)

    return app


APPS = [starlette_app, fastapi_app, django_app, litestar_app, quart_app]


@pytest.mark.parametrize("make", APPS, ids=[make.__name__.removesuffix("_app") for make in APPS])
async def test_a_wrapped_app_is_personal_and_otherwise_as_it_was(
    make: Callable[[], Any], wrap: Wrap, remembered: Remembered
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the frameworks' own
        app = wrap(make())
        browser = Browser(app)
        async with running(app):
            first = await browser.get("/", headers={b"referer": SEARCH})
            data = await browser.get("/data", headers={b"sec-fetch-dest": b"empty", b"accept": b"application/json"})
            added = await browser.post("/add", headers={b"content-type": b"application/x-www-form-urlencoded"})
            last = await browser.get("/")
        profile = await remembered(browser.cookie)
    assert first.body == FILLED
    assert first.all(b"x-segments") == [b"tripod-seeker"]
    assert json.loads(data.body) == {"slot": "<!--slot:hero-->"}
    assert not data.all(b"set-cookie")
    assert added.status in (302, 303)
    assert b"<b>Thanks</b>" in last.body
    assert profile.visit.views == 2


async def test_an_app_that_nobody_here_wrote(wrap: Wrap, tmp_path: Any) -> None:
    """Datasette, as it comes from its package: a banner before its footer, in front of its own content."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, and its dependencies'
        from datasette.app import Datasette

        app = Datasette(memory=True).app()
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "r.yaml").write_text(
        "slots: {banner: {at: footer.ft, place: inside, show: [{name: hello, html: '<b>Hello</b>'}]}}"
    )
    plain = await Browser(app).get("/")
    answer = await Browser(wrap(app, rules=tmp_path / "r")).get("/")
    before, _, after = plain.body.partition(b'<footer class="ft">')
    assert after
    assert answer.body == before + b'<footer class="ft"><b>Hello</b>' + after[after.index(b"</footer>") :]
    assert answer.cookie is not None
    data = await Browser(wrap(app, rules=tmp_path / "r")).get("/-/versions.json")
    assert json.loads(data.body)["datasette"]
    assert not data.all(b"set-cookie")


async def test_an_instance_in_a_sub_mount_serves_its_part(wrap: Wrap) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    app = Starlette(routes=[Mount("/shop", app=wrap(starlette_app()))])
    browser = Browser(app)
    answer = await browser.get("/shop/", headers={b"referer": SEARCH})
    assert answer.body == FILLED
    health = await browser.get("/shop/_floorwalker/healthz")
    assert json.loads(health.body)["status"] == "ok"
    assert (await browser.get("/_floorwalker/healthz")).status == 404


async def test_starlettes_own_way_of_adding_a_middleware(wrap: Wrap) -> None:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    inner = starlette_app()
    app = Starlette(routes=inner.routes, middleware=[Middleware(wrap)])  # type: ignore[arg-type]
    async with running(app):
        answer = await Browser(app).get("/", headers={b"referer": SEARCH})
    assert answer.body == FILLED
