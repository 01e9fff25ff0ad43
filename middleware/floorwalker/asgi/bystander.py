"""A request that most likely has no page for an answer: nothing is done before somebody asks who the visitor is."""

import logging
from collections.abc import Awaitable

from floorwalker.asgi.encounter import Encounter
from floorwalker.asgi.http.replies import may_concern_us
from floorwalker.asgi.http.request import Request
from floorwalker.asgi.http.types import App, Message, Receive, Scope, Send
from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.responder import Responder
from floorwalker.asgi.setup import Setup
from floorwalker.asgi.tracing import encounter_of

logger = logging.getLogger(__name__)


class Bystander:
    """Stands in the scope where an Encounter would, and makes one when it is asked for it.

    Requests for data are the most frequent ones, and a microsecond here is percents of what a small answer costs.
    """

    __slots__ = ("_app", "_encounter", "_keeper", "_passes", "_responder", "_scope", "_send", "_setup")

    def __init__(self, app: App, setup: Setup, keeper: Keeper, scope: Scope) -> None:
        self._app, self._setup, self._keeper, self._scope = app, setup, keeper, scope
        self._encounter: Encounter | None = None
        self._responder: Responder | None = None
        self._passes = False

    @property
    def encounter(self) -> Encounter:
        """The visitor of this request. Raises where the scope is none of ASGI's."""
        if self._encounter is None:
            setup = self._setup
            request = Request(self._scope, at=setup.clock(), proxies=setup.proxies)
            self._encounter = encounter_of(setup, self._keeper, request)
        return self._encounter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._send = send
        try:
            await self._app(scope, receive, self._on_message)
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
        if self._passes:
            return self._send(message)
        if self._responder is None and message["type"] == "http.response.start":
            self._responder = self._taking_part(message)
            self._passes = self._responder is None
        return self._send(message) if self._responder is None else self._responder.on_message(message)

    def _taking_part(self, start: Message) -> Responder | None:
        """What takes part in this response; None where nothing of it concerns us."""
        try:
            if self._encounter is None and not may_concern_us(start):
                return None
            return Responder(self._app, self.encounter, self._send)
        except Exception:
            logger.exception("a response passes by: nobody can be met")
            self._setup.tallies.failure("start of a response")
            return None
