"""Takes what visitors say that they allow. The answer never waits longer than a page would, whatever the store does."""

import logging
from typing import Final

from starlette.responses import JSONResponse, RedirectResponse, Response

from floorwalker.asgi.client.page import NOT_KEPT, is_ours, is_own_form, page_scope
from floorwalker.asgi.collecting import body_of, refused
from floorwalker.asgi.consent.agreeing import Agreeing
from floorwalker.asgi.consent.told import MOST_BYTES, Told, read_told
from floorwalker.asgi.http.headers import first_of, lowered
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.types import RawHeaders, Receive, Scope, Send
from floorwalker.asgi.permitting.cookie import set_choice
from floorwalker.asgi.preview.landing import is_own_path
from floorwalker.asgi.wrapped import Wrapped
from floorwalker.collect.refusals import Refused
from floorwalker.core.reading.address import split_address

logger = logging.getLogger(__name__)

PATH: Final = "/me/consent"
_SEE_OTHER: Final = 303


class ConsentDesk:
    """Takes what a form or a script tells."""

    def __init__(self, site: Wrapped) -> None:
        self._site = site
        self._setup = site.setup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """303 to a page for a form, 200 with what is allowed for a script; both bring the cookies."""
        headers = lowered(scope["headers"])
        if not is_own_form(scope, self._site.request(scope).origin):
            refusal = problem(403, "Forbidden", "What a visitor allows is told by pages of this site only.")
            await refusal(scope, receive, send)
            return
        try:
            body = await body_of(receive, headers, most_bytes=MOST_BYTES)
            if body is None:
                return
            told = read_told(body, (first_of(headers, b"content-type") or b"").decode("latin-1"))
        except Refused as why:
            await refused(why, challenge=False)(scope, receive, send)
            return
        await self._answer(scope, receive, send, told)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, told: Told) -> None:
        landing = self._landing(scope, told.url)
        page = page_scope(scope, url=landing or "/", referrer=told.referrer if landing else "")
        response = self._response(told, landing)
        if self._site.meet(page) is not None:  # an editor who tries the question out allows nothing by it
            await response(scope, receive, send)
            return
        agreeing = Agreeing(self._setup, self._site.keeper(), self._site.request(page))
        try:
            response.raw_headers.extend(await self._kept(agreeing, told, has_landed=bool(landing)))
            await response(scope, receive, send)
        finally:
            await agreeing.end()

    async def _kept(self, agreeing: Agreeing, told: Told, *, has_landed: bool) -> RawHeaders:
        """The answer's cookies; if all else of ours fails, still the one that keeps what was said."""
        try:
            return [
                pair for pair in await agreeing.agrees(told.granted, has_landed=has_landed) if pair[0] == b"set-cookie"
            ]
        except Exception:
            logger.exception("what a visitor allows is kept in their browser alone")
            self._setup.tallies.failure("what visitors allow")
            choice = self._setup.terms.chosen(told.granted, at=agreeing.request.at)
            return [(b"set-cookie", set_choice(choice, secure=agreeing.request.secure))]

    def _landing(self, scope: Scope, url: str) -> str:
        """The path with query of the page on which they were asked; empty where it is none of this site's pages."""
        there = split_address(url)
        host = (first_of(lowered(scope["headers"]), b"host") or b"").decode("latin-1")
        if not url or there.host not in ("", split_address(f"https://{host}").host):
            return ""
        path = f"{there.path}?{there.query}" if there.query else there.path
        return path if is_own_path(path) and is_ours(scope, there.path, self._site.leaves_alone) else ""

    def _response(self, told: Told, landing: str) -> Response:
        if not told.by_form:
            return JSONResponse({"allowed": sorted(told.granted)}, headers=NOT_KEPT)
        to = told.to or landing
        return RedirectResponse(to if is_own_path(to) else "/", _SEE_OTHER, headers=NOT_KEPT)
