"""The shop's own relay, inside the demo: it sees to time, and tells by webhook who came into a watched segment.

A site of one's own runs `floorwalker relay` beside it instead. Here it has to live at the time that is played.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import random
from base64 import b64decode, b64encode
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from floorwalker import Corridor, FloorwalkerError, Ruleset, Store, open_store
from floorwalker.relay import Relay, read_endpoint, read_secrets

HOOK = "/demo/hook"
EVERY_S = 2.0
MOST_VISITORS = 500
LONGEST_MEMORY = 8
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One webhook that arrived. at: when the visitor came into the segment or left it, seconds since 1970."""

    segment: str
    entered: bool
    at: float


class Nightwatch:
    """Looks at watched segments again and again, and keeps what the webhook told of each visitor.

    store: its address. clock: the real one, of which whoever plays may be ahead.
    """

    def __init__(
        self,
        *,
        store: str,
        rules: Path,
        templates: Path,
        secret_key: str,
        clock: Callable[[], float],
    ) -> None:
        self._address, self._rules, self._templates = store, rules, templates
        self._clock, self._ahead = clock, 0.0
        self._secret = webhook_secret(secret_key)
        self._told: OrderedDict[str, deque[Told]] = OrderedDict()
        self._read: tuple[object, Corridor] | None = None
        self._lock = asyncio.Lock()

    def told(self, visitor: str) -> Sequence[Told]:
        """What arrived of this visitor, the latest first."""
        return list(reversed(self._told.get(visitor, ())))

    async def travel(self, ahead: float) -> None:
        """Whoever plays is so many seconds ahead now; what is due by then is told at once."""
        is_later, self._ahead = ahead > self._ahead, ahead
        if is_later:
            await self.look()

    async def look(self) -> None:
        """One round, now, at the time that is played. A store that is away is looked at another time."""
        try:
            store = open_store(self._address)
            try:
                await self._look(store)
            finally:
                await store.close()
        except FloorwalkerError as failure:
            logger.info("the demo's relay could not look: %s", failure)

    @asynccontextmanager
    async def watching(self, _: object = None) -> AsyncIterator[None]:
        """Looks every two seconds, as long as the app is up."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def hear(self, request: Request) -> Response:
        """The webhook's receiver: what is not signed with the shared secret is nobody's."""
        body = await request.body()
        if not self._is_signed(request, body):
            return Response(status_code=401)
        told = json.loads(body)
        data = told["data"]
        if data["visitor"] not in self._told:
            self._told[data["visitor"]] = deque(maxlen=LONGEST_MEMORY)
        entered, at = told["type"] == "segment.entered", datetime.fromisoformat(told["timestamp"]).timestamp()
        self._told[data["visitor"]].append(Told(segment=data["segment"], entered=entered, at=at))
        self._told.move_to_end(data["visitor"])
        if len(self._told) > MOST_VISITORS:
            self._told.popitem(last=False)
        return Response(status_code=204)

    async def _watch(self) -> None:
        store = open_store(self._address)
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                try:
                    await self._look(store)
                except FloorwalkerError as failure:
                    logger.info("the demo's relay could not look: %s", failure)
        finally:
            await store.close()

    async def _look(self, store: Store) -> None:
        receiver = httpx.ASGITransport(app=Starlette(routes=[Route(HOOK, self.hear, methods=["POST"])]))
        endpoint = read_endpoint(f"http://shop.demo{HOOK}", secrets=read_secrets(self._secret, where="the demo"))
        corridor = await asyncio.to_thread(self._corridor)
        async with self._lock, httpx.AsyncClient(transport=receiver) as client:
            relay = Relay(
                store,
                lambda: corridor,
                [endpoint],
                client,
                consumer="demo",
                clock=lambda: self._clock() + self._ahead,
                dice=random.random,
            )
            await relay.run_once()

    def _corridor(self) -> Corridor:
        """The rules as they are saved now; with an error in them, those before."""
        files = sorted([*self._rules.glob("**/*.yaml"), *self._templates.glob("**/*")])
        state = [(str(path), path.stat().st_mtime_ns) for path in files]
        if self._read is None or self._read[0] != state:
            try:
                self._read = state, Corridor(Ruleset.load(self._rules, self._templates))
            except FloorwalkerError:
                if self._read is None:
                    raise
                self._read = state, self._read[1]
        return self._read[1]

    def _is_signed(self, request: Request, body: bytes) -> bool:
        """As Standard Webhooks asks of a receiver: HMAC-SHA256 over id, time and body."""
        headers = request.headers
        content = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
        key = b64decode(self._secret.removeprefix("whsec_"))
        own = "v1," + b64encode(hmac.digest(key, content, "sha256")).decode()
        return any(hmac.compare_digest(own, one) for one in headers.get("webhook-signature", "").split())


def webhook_secret(secret_key: str) -> str:
    """The demo's secret for webhooks, the same after each start."""
    return "whsec_" + b64encode(hashlib.sha256(f"webhooks {secret_key}".encode()).digest()).decode()
