"""A request that most likely has no page for an answer: nothing is done before somebody asks who the visitor is."""

import logging
from collections.abc import Awaitable

from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.replies import may_concern_us
from floorwalker.asgi.http.types import Message, Receive, Scope, Send
from floorwalker.asgi.responder import Responder
from floorwalker.asgi.tracing import encounter_of
from floorwalker.asgi.wrapped import Wrapped

logger = logging.getLogger(__name__)


class Bystander:
    """Stands in the scope where an Encounter would, and makes one when it is asked for it.

    Requests for data are the most frequent ones, and a microsecond here is percents of what a small answer costs.
    """

    __slots__ = ("_encounter", "_passes", "_responder", "_scope", "_send", "_site")

    def __init__(self, site: Wrapped, scope: Scope, send: Send) -> None:
        self._site, self._scope, self._send = site, scope, send
        self._encounter: Encounter | None = None
        self._responder: Responder | None = None
        self._passes = False

    @property
    def encounter(self) -> Encounter:
        """The visitor of this request. Raises where the scope is none of ASGI's."""
        if self._encounter is None:
            site = self._site
            self._encounter = encounter_of(site.setup, site.keeper(), site.request(self._scope))
        return self._encounter

    async def __call__(self, scope: Scope, receive: Receive) -> None:
        """Run the app."""
        try:
            await self._site.app(scope, receive, self._on_message)
        except BaseException as failure:
            if self._responder is not None:
                await self._responder.break_off(failure)
            elif self._encounter is not None:
                await self._ended(self._encounter, failed=True)
            raise
        finally:
            responder, self._responder = self._responder, None
        if responder is not None:
            await responder.end()
        elif self._encounter is not None:
            await self._ended(self._encounter, failed=False)

    async def _ended(self, encounter: Encounter, *, failed: bool) -> None:
        """The app is through, without a response in which we had a part."""
        try:
            if failed:
                encounter.abandon()
            else:
                await encounter.end()
        except Exception:
            logger.exception("a request could not be ended")

    def _on_message(self, message: Message) -> Awaitable[None]:
        if self._responder is None:
            if self._passes or message["type"] != "http.response.start":
                return self._send(message)
            self._responder = self._taking_part(message)
            if self._responder is None:
                self._passes = True
                return self._send(message)
        return self._responder.on_message(message)

    def _taking_part(self, start: Message) -> Responder | None:
        """What takes part in this response; None where nothing of it concerns us."""
        try:
            if self._encounter is None and not may_concern_us(start):
                return None
            return Responder(self.encounter, self._send)
        except Exception:
            logger.exception("a response passes by: nobody can be met")
            self._site.setup.tallies.failure("start of a response")
            return None
