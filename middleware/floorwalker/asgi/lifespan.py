"""Lifespan: we start before the app's start-up and flush after its shutdown; where the app refuses, we answer."""

import logging
from collections.abc import Awaitable, Callable

from floorwalker.asgi.http.types import App, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

_ANSWERS = ("lifespan.startup.complete", "lifespan.startup.failed")
_ENDS = ("lifespan.shutdown.complete", "lifespan.shutdown.failed", "lifespan.startup.failed")


class LifespanResponder:
    """One lifespan scope. start and stop are ours; neither may raise."""

    def __init__(self, app: App, *, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._start, self._stop = start, stop
        self._asked = self._answered = self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive_outside, self._send_outside = receive, send
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as failure:
            if self._asked:  # a start-up or shutdown that fails is the app's own affair
                await self._stop()
                raise
            logger.info("the app takes no part in start-up and shutdown: %s", type(failure).__name__)
        if not self._ended:
            await self._answer_alone()

    async def _receive(self) -> Message:
        message = await self._receive_outside()
        if message["type"] == "lifespan.startup":
            self._asked = True
            await self._start()
        return message

    async def _send(self, message: Message) -> None:
        self._answered = self._answered or message["type"] in _ANSWERS
        if message["type"] in _ENDS:
            self._ended = True
            await self._stop()
        await self._send_outside(message)

    async def _answer_alone(self) -> None:
        """The app speaks no lifespan, or left it early: we stay until the shutdown."""
        if not self._asked:
            await self._receive()
        if not self._answered:
            await self._send({"type": "lifespan.startup.complete"})
        await self._receive_outside()
        await self._send({"type": "lifespan.shutdown.complete"})
