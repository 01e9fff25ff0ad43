"""`PREFIX/me…`: the visitor's own page, a copy of what is known, what they may correct, and erasing it.

Whose it is says the cookie alone. What changes anything is a POST that a page of this very origin sent, which the
browser says itself (`Sec-Fetch-Site`, else `Origin`), so forms need no token; nothing is ever changed by a GET.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from msgspec import Struct
from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse, JSONResponse, Response

from floorwalker.asgi.client.page import is_ours, is_own_form, page_scope
from floorwalker.asgi.collecting import body_of, refused
from floorwalker.asgi.http.headers import first_of, lowered
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.own.visitor import Erased, OwnVisitor
from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.wrapped import Wrapped
from floorwalker.collect.refusals import Refused
from floorwalker.core.reading.address import split_address
from floorwalker.errors import ConfigurationError, StoreError, TemplateFailed
from floorwalker.me import answers
from floorwalker.me.export import everything_of, for_the_visitor, nothing_of
from floorwalker.me.pages import ICON, Own, Pages
from floorwalker.me.traits import NotTaken, correction_of, own_traits

logger = logging.getLogger(__name__)

PATH: Final = "/me"
FORM_BYTES: Final = 4_096
_COPIES_AT_ONCE: Final = 2  # each reads a partition's stream from its beginning
_KEPT: Final = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
_GUARDS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "vary": "cookie",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
_READ: Final = ("/me", "/me.json", "/me/me.css", "/me/icon.svg")
_POSTED: Final = ("/me/correct", "/me/erase")


class _Caller(Struct, frozen=True):
    """Who asks, and from where. page: the path whose slots are told, empty for none. prefix: of our own addresses, from
    the site's root."""

    visitor: OwnVisitor
    page: str
    prefix: str


class OwnDesk:
    """Shows visitors what is known of them. Raises ConfigurationError."""

    def __init__(self, site: Wrapped) -> None:
        settings = site.setup.settings
        self._site = site
        self._setup = site.setup
        self._own_traits = own_traits(settings.me_traits)
        if settings.me_template:
            _check_template(site.setup, settings.me_template)
        self._pages = Pages(name=settings.me_name, accent=settings.me_accent)
        self._copying = asyncio.Semaphore(_COPIES_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, path: str) -> None:
        """path: below the prefix, such as `/me/correct`."""
        response = await self._answer(scope, receive, path)
        if response is not None:
            for name, value in _GUARDS.items():
                response.headers.setdefault(name, value)
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, path: str) -> Response | None:
        """The answer; None for somebody who has gone meanwhile."""
        method = str(scope["method"])
        if path in _READ and method not in ("GET", "HEAD"):
            return problem(405, "Method Not Allowed", "This address takes GET.", {"allow": "GET, HEAD"})
        if path in _POSTED and method != "POST":
            return problem(405, "Method Not Allowed", "This address takes POST.", {"allow": "POST"})
        match path:
            case "/me/me.css":
                return Response(self._pages.style, media_type="text/css", headers=_KEPT)
            case "/me/icon.svg":
                return Response(ICON, media_type="image/svg+xml", headers=_KEPT)
            case "/me" | "/me.json":
                return await self._met(scope, path, {})
            case "/me/correct" | "/me/erase":
                return await self._posted(scope, receive, path)
            case _:
                return problem(404, "Not Found", "There is nothing at this address.")

    async def _posted(self, scope: Scope, receive: Receive, path: str) -> Response | None:
        if not is_own_form(scope, self._site.request(scope).origin):
            return self._plain(answers.ELSEWHERE, self._prefix(scope))
        try:
            body = await body_of(receive, lowered(scope["headers"]), most_bytes=FORM_BYTES)
        except Refused:
            return self._plain(answers.TOO_LONG, self._prefix(scope))
        return None if body is None else await self._met(scope, path, _form(body))

    async def _met(self, scope: Scope, path: str, form: Mapping[str, str]) -> Response:
        """The answer to whoever asks. Their page is decided as if they were on the page that they came from."""
        page, prefix = self._page_asked(scope), self._prefix(scope)
        asked = page_scope(scope, url=page or prefix + PATH, referrer="")
        if self._site.meet(asked) is not None:
            return self._plain(answers.PREVIEW, prefix)
        keeper = self._site.keeper()
        caller = _Caller(OwnVisitor(self._setup, keeper, self._site.request(asked)), page, prefix)
        try:
            await caller.visitor.meet()
            match path:
                case "/me/correct":
                    return await self._corrected(caller, form)
                case "/me/erase":
                    return await self._erased(caller, is_sure="sure" in form)
                case "/me.json":
                    return await self._copied(caller, keeper)
                case _:
                    return await self._page(caller)
        finally:
            await caller.visitor.end()

    async def _corrected(self, caller: _Caller, form: Mapping[str, str]) -> Response:
        visitor = caller.visitor
        if visitor.profile is None:
            status, problem = (503, answers.AWAY) if visitor.is_away else (404, answers.NOTHING)
            return await self._page(caller, status=status, problem=problem)
        try:
            own = self._own_traits if visitor.permission.stores else ()
            events = correction_of(visitor.profile, form, own, at=visitor.request.at)
        except NotTaken as why:
            return await self._page(caller, status=400, problem=str(why))
        stands = not events or await visitor.correct(events)
        return await self._page(caller, said=answers.CHANGED if stands else answers.CHANGED_SOON)

    async def _erased(self, caller: _Caller, *, is_sure: bool) -> Response:
        visitor = caller.visitor
        if visitor.profile is None and not visitor.is_away:
            return await self._page(caller, said=answers.NOTHING)
        if not is_sure:
            own = await visitor.own(page="", prefix=caller.prefix, own_traits=self._own_traits)
            return HTMLResponse(self._pages.sure(own))
        erased = await visitor.erase()
        if erased is Erased.REFUSED:
            return self._plain(answers.NOT_GONE, caller.prefix)
        response = self._plain(answers.GONE if erased is Erased.GONE else answers.GONE_SOON, caller.prefix)
        cookie = self._setup.cookie.no_cookie(secure=visitor.request.secure)
        response.raw_headers.append((b"set-cookie", cookie))
        return response

    async def _copied(self, caller: _Caller, keeper: Keeper) -> Response:
        """Everything, as a file."""
        visitor = caller.visitor
        loaded, profile, away = visitor.loaded, visitor.profile, problem(503, "Service Unavailable", answers.AWAY)
        if visitor.is_away:
            return away
        copy = nothing_of()
        if loaded is not None and profile is not None:
            try:
                self._setup.limits.check_copy(loaded.visitor)
                async with self._copying:
                    copy = for_the_visitor(await everything_of(keeper.store, loaded, visitor.drawn(profile)))
            except Refused as why:
                return refused(why, challenge=False)
            except StoreError:
                return away
        named = {"content-disposition": 'attachment; filename="what-is-known-of-me.json"'}
        return JSONResponse({**copy, "consent": visitor.allowed()}, headers=named)

    async def _page(self, caller: _Caller, *, status: int = 200, said: str = "", problem: str = "") -> Response:
        own = await caller.visitor.own(page=caller.page, prefix=caller.prefix, own_traits=self._own_traits)
        own.said, own.problem = said, problem
        return HTMLResponse(self._sites_page(own) or self._pages.page(own), status)

    def _sites_page(self, own: Own) -> str | None:
        """The page in the site's own template; None where it has none, or that one fails."""
        template = self._setup.settings.me_template
        if not template:
            return None
        return self._setup.rulebook.document(template, {"me": self._pages.values(own)})

    def _plain(self, answer: answers.Answer, prefix: str) -> Response:
        return HTMLResponse(self._pages.plain(answer.title, answer.remedy, prefix=prefix), answer.status)

    def _page_asked(self, scope: Scope) -> str:
        """The path with query of a page of this site: as asked for, else the one that they came from; else empty."""
        page = Asked(scope).query_params.get("page", "")
        if not page:
            headers = lowered(scope["headers"])
            referrer = (first_of(headers, b"referer") or b"").decode("latin-1")
            came_from = split_address(referrer)
            is_here = referrer.startswith(self._site.request(scope).origin + "/")
            page = f"{came_from.path}?{came_from.query}".rstrip("?") if is_here else ""
        path = page.partition("?")[0]
        return page if is_own_path(page) and is_ours(scope, path, self._site.leaves_alone) else ""

    def _prefix(self, scope: Scope) -> str:
        return f"{str(scope.get('root_path') or '').rstrip('/')}{self._setup.settings.prefix}"


def _check_template(setup: Setup, path: str) -> None:
    try:
        setup.rulebook.check_document(path)
    except TemplateFailed as failed:
        raise ConfigurationError(f"The setting me_template cannot be {path!r}: {failed}.") from failed


def _form(body: bytes) -> dict[str, Any]:
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=16)
    except ValueError:  # more fields than any form here has
        return {}
    return {name: values[0] for name, values in fields.items()}
