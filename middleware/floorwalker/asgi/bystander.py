"""A request that most likely has no page for an answer: nothing is done before somebody asks who the visitor is."""

import logging
from collections.abc import Awaitable

from msgspec import Struct

from floorwalker.asgi.http.replies import may_concern_us
from floorwalker.asgi.http.types import Message, Scope, Send
from floorwalker.asgi.meeting import Meeting
from floorwalker.asgi.responder import Responder
from floorwalker.asgi.tracing import encounter_of
from floorwalker.asgi.wrapped import Wrapped

logger = logging.getLogger(__name__)


class Bystander(Struct, eq=False):
    """Stands in the scope where an Encounter would, and makes one when it is asked for it; takes what the app sends.

    Requests for data are the most frequent ones, and a microsecond here is percents of what a small answer costs. A
    Struct is made in a third of the time of a class. responder: what takes part, once anything does.
    """

    site: Wrapped
    scope: Scope
    send: Send
    responder: Responder | None = None
    has_passed: bool = False

    @property
    def encounter(self) -> Meeting:
        """The visitor of this request. Raises where the scope is none of ASGI's."""
        return self._met().encounter

    def __call__(self, message: Message) -> Awaitable[None]:
        """What the app sends."""
        if self.has_passed:
            return self.send(message)
        responder = self.responder
        if responder is None:
            if message["type"] != "http.response.start":
                return self.send(message)
            try:
                if may_concern_us(message):
                    responder = self._met()
            except Exception:
                logger.exception("a response passes by: nobody can be met")
                self.site.setup.tallies.failure("start of a response")
            if responder is None:
                self.has_passed = True
                return self.send(message)
        return responder.on_message(message)

    def _met(self) -> Responder:
        if self.responder is None:
            site = self.site
            meeting = site.meet(self.scope) or encounter_of(site.setup, site.keeper(), site.request(self.scope))
            self.responder = Responder(meeting, self.send)
        return self.responder
