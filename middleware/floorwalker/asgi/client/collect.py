"""`POST PREFIX/collect`: what happens in a page, told by the page itself, of the visitor of its cookie."""

import logging
from typing import Final

from starlette.responses import Response

from floorwalker.asgi.client.listening import Listening
from floorwalker.asgi.client.page import NOT_KEPT, is_ours, is_same_origin, page_scope, told_slots
from floorwalker.asgi.client.told import MOST_BYTES, Told, read_told
from floorwalker.asgi.collecting import body_of, refused
from floorwalker.asgi.http.headers import lowered
from floorwalker.asgi.http.problems import problem
from floorwalker.asgi.http.types import Receive, Scope, Send
from floorwalker.asgi.wrapped import Wrapped
from floorwalker.collect.refusals import Refused
from floorwalker.core.hit import HitKind

logger = logging.getLogger(__name__)

_NOTHING: Final = 204
_QUEUED: Final = 202
_NOT_STORED: Final = "What the page told could not be stored. It may be sent again."


class PageDesk:
    """Hears what pages of this site tell. Whoever is unknown stays so, unless a page says that it is looked at."""

    def __init__(self, site: Wrapped) -> None:
        self._site = site
        self._setup = site.setup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """204 once it is stored, 202 while it waits for the store; 200 with the page's live slots that changed."""
        if not is_same_origin(scope):
            refusal = problem(403, "Forbidden", "What happens in a page is told by pages of this site only.")
            await refusal(scope, receive, send)
            return
        try:
            self._setup.limits.check_address(scope)
            body = await body_of(receive, lowered(scope["headers"]), most_bytes=MOST_BYTES)
            if body is None:
                return
            told = read_told(body, at=self._setup.clock())
        except Refused as why:
            await refused(why, challenge=False)(scope, receive, send)
            return
        await self._answer(scope, receive, send, told)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, told: Told) -> None:
        page = page_scope(scope, url=told.url, referrer=told.referrer)
        if not is_ours(scope, page["path"], self._site.leaves_alone) or self._site.meet(page) is not None:
            await _empty(_NOTHING)(scope, receive, send)
            return
        listening = Listening(self._setup, self._site.keeper(), self._site.request(page))
        try:
            listening.begin()
            listening.became(HitKind.FRAGMENT, 200, is_page=False)
            await self._heard(listening, told, scope, receive, send)
        finally:
            await listening.end()

    async def _heard(self, listening: Listening, told: Told, scope: Scope, receive: Receive, send: Send) -> None:
        shown = {}
        try:
            response = _empty(_NOTHING)
            if await listening.hears(told):
                self._check(listening, told)
                stands = await listening.hear(told)
                shown = await listening.changed(told) if stands and told.live else {}
                response = told_slots(shown, listening.rulebook) if shown else _empty(_NOTHING if stands else _QUEUED)
                response.raw_headers.extend(listening.naming())
        except Refused as why:
            response = refused(why, challenge=False)
        except Exception:
            logger.exception("what a page told is not stored")
            self._setup.tallies.failure("what pages tell")
            shown, response = {}, problem(503, "Service Unavailable", _NOT_STORED, NOT_KEPT)
        await response(scope, receive, send)
        listening.show(shown)

    def _check(self, listening: Listening, told: Told) -> None:
        """Raises Refused where this visitor does too much."""
        try:
            self._setup.limits.check_visitor(listening.identity.visitor, len(told.happenings))
        except Refused:
            listening.turn_away(len(told.happenings))
            raise


def _empty(status: int) -> Response:
    return Response(status_code=status, headers=NOT_KEPT)
