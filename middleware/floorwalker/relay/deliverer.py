"""Deliveries to one endpoint: signed, at least once, in order for each visitor, for as long as it makes sense."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from msgspec import Struct
from msgspec.structs import replace

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.relay.endpoint import Endpoint
from floorwalker.relay.settings import RelaySettings
from floorwalker.relay.signing import signed_headers
from floorwalker.relay.telling import body_of
from floorwalker.store import Loaded, Store
from floorwalker.store.relaying.outbox import Letter, Outbox
from floorwalker.store.relaying.relaying import Relaying

logger = logging.getLogger(__name__)

GONE = 410
_GROWTH = 4.0
_JITTER = 0.25
_MOST_DOUBLINGS = 20
_JSON = {"content-type": "application/json", "user-agent": "floorwalker"}


class Answer(Struct, frozen=True):
    """What an endpoint made of a webhook. why: what was wrong, in few words; empty where nothing was. pause_s: what it
    asked for. gone: it wants no more, for good."""

    why: str = ""
    pause_s: float = 0.0
    gone: bool = False


class Deliverer:
    """Tells one endpoint. dice: from 0 to 1, so that retries do not come together."""

    def __init__(
        self,
        store: Store,
        endpoint: Endpoint,
        client: httpx.AsyncClient,
        *,
        settings: RelaySettings,
        clock: Callable[[], float],
        dice: Callable[[], float],
    ) -> None:
        self._store = store
        self._endpoint = endpoint
        self._client = client
        self._settings = settings
        self._clock = clock
        self._dice = dice
        self._not_before = float("-inf")
        self._is_stopped = False

    async def round(self) -> int:
        """Try some that should be told by now; how many. Raises StoreError."""
        now = self._clock()
        if now < self._not_before or await self.is_stopped():
            return 0
        relaying = await self._store.relaying()
        outbox = relaying.outbox(self._endpoint.key, group=self._endpoint.group)
        letters = await outbox.take(now=now, lease_s=self._settings.lease_s, limit=self._settings.at_once)
        await asyncio.gather(*(self._deliver(one, outbox, relaying) for one in letters))
        return len(letters)

    async def is_stopped(self) -> bool:
        """Whether the endpoint said once that it wants no more."""
        relaying = await self._store.relaying()
        stopped = stopped_note(self._endpoint.key) in await relaying.notes()
        if stopped and not self._is_stopped:
            logger.error("the webhook %s answered 410 and is told nothing until it is resumed", self._endpoint.shown)
        self._is_stopped = stopped
        return stopped

    async def _deliver(self, letter: Letter, outbox: Outbox, relaying: Relaying) -> None:
        try:
            loaded: Loaded | None = await self._store.load(letter.visitor)
        except StoreUnavailable:
            raise
        except StoreError:  # a record of a newer release: what is known of them is for that one
            loaded = None
        if loaded is not None and loaded.erased:
            await outbox.delivered(letter, now=self._clock())
            return
        answer = await self._post(letter, loaded, relaying.id_of(letter))
        if answer.gone:
            await relaying.note(stopped_note(self._endpoint.key), _today(self._clock()))
        await self._settle(letter, answer, outbox)

    async def _post(self, letter: Letter, loaded: Loaded | None, message: str) -> Answer:
        profile, visitor = (loaded.profile, loaded.visitor) if loaded is not None else (None, letter.visitor)
        body = body_of(letter.message, visitor, profile, with_traits=self._endpoint.with_traits)
        now = self._clock()
        headers = _JSON | signed_headers(self._endpoint.secrets, message=message, at=int(now), body=body)
        try:
            async with (
                asyncio.timeout(self._settings.timeout_s),
                self._client.stream("POST", self._endpoint.url, content=body, headers=headers) as response,
            ):
                return self._answer(response, now)
        except (TimeoutError, httpx.TimeoutException):
            return Answer("no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            return Answer(f"no connection: {type(failure).__name__}")

    def _answer(self, response: httpx.Response, now: float) -> Answer:
        if response.is_success:
            return Answer()
        asked = _pause(response.headers.get("retry-after", ""), now)
        pause_s = min(asked, self._settings.longest_pause_s)
        return Answer(f"answered {response.status_code}", pause_s, gone=response.status_code == GONE)

    async def _settle(self, letter: Letter, answer: Answer, outbox: Outbox) -> None:
        now = self._clock()
        if not answer.why:
            await outbox.delivered(letter, now=now)
            return
        if answer.pause_s:
            self._not_before = max(self._not_before, now + answer.pause_s)
        tried, first = letter.message.tries + 1, letter.message.first_try or now
        again = replace(letter, message=replace(letter.message, tries=tried, first_try=first, why=answer.why))
        if now - first < self._settings.give_up_after_s:
            wait_s = max(self._wait_s(tried), answer.pause_s)
            logger.info("the webhook %s %s; try %d comes in %d s", self._endpoint.shown, answer.why, tried + 1, wait_s)
            await outbox.try_again(again, at=now + wait_s, now=now)
        else:
            logger.error("a webhook to %s is given up after %d tries: %s", self._endpoint.shown, tried, answer.why)
            await outbox.give_up(again, now=now)

    def _wait_s(self, tries: int) -> float:
        """Ever longer, and never quite the same."""
        settings = self._settings
        usual = min(settings.again_first_s * _GROWTH ** min(tries - 1, _MOST_DOUBLINGS), settings.again_longest_s)
        return usual * (1 - _JITTER + 2 * _JITTER * self._dice())


def stopped_note(endpoint: str) -> str:
    """The note that says that an endpoint wants no more."""
    return f"stopped {endpoint}"


def _pause(text: str, now: float) -> float:
    """How long Retry-After asks to wait: seconds, or a moment; 0 where it says nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now) if text else 0.0
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _today(now: float) -> str:
    return datetime.fromtimestamp(int(now), UTC).isoformat()
