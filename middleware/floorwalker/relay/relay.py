"""The relay: beside the site, and beside other relays. It counts by segment, tells webhooks, and sees to time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import httpx

from floorwalker.core.advance import Corridor
from floorwalker.core.events import SEGMENT_ENTERED, SEGMENT_LEFT
from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.relay.deliverer import Deliverer
from floorwalker.relay.endpoint import Endpoint
from floorwalker.relay.lookout import Lookout
from floorwalker.relay.reader import Reader
from floorwalker.relay.settings import RelaySettings
from floorwalker.store import Store
from floorwalker.store.relaying.groups import Delivery
from floorwalker.store.relaying.outbox import Message
from floorwalker.store.relaying.relaying import Relaying
from floorwalker.store.relaying.splits import COUNTED

logger = logging.getLogger(__name__)

SPLITS = "splits"

_AWAY_S = 2.0
_MOST_ROUNDS = 10_000

Round = Callable[[], Awaitable[int]]
Work = Lookout | Reader | Deliverer


class Relay:
    """One relay of a site. corridor: of the rules in force, by which it also ends what a dead worker left of a history
    that joins a person's. consumer: a name that no other relay has.

    Its works run beside each other, so a slow webhook holds up neither time nor counters nor another webhook. What one
    relay began another goes on with; what must happen once is done in one step of the store.
    """

    def __init__(
        self,
        store: Store,
        corridor: Callable[[], Corridor],
        endpoints: Sequence[Endpoint],
        client: httpx.AsyncClient,
        *,
        consumer: str,
        clock: Callable[[], float],
        dice: Callable[[], float],
        settings: RelaySettings | None = None,
    ) -> None:
        store.joining = lambda person, anonymous, identified, *, is_told=False: corridor().join(
            person, anonymous, identified, is_told=is_told
        )
        self._store = store
        self._endpoints = endpoints
        self._consumer = consumer
        self._clock = clock
        self._settings = settings or RelaySettings()
        self._lookout = Lookout(store, corridor, clock=clock)
        self._deliverers = [
            Deliverer(store, one, client, settings=self._settings, clock=clock, dice=dice) for one in endpoints
        ]
        self._readers: list[Reader] = []

    async def run(self, stop: asyncio.Event, *, ready: Callable[[], None] | None = None) -> None:
        """Work until `stop`; what is under way then is ended well. ready: called once nothing can be missed."""
        while not self._readers and not stop.is_set():
            try:
                await self._open()
                if ready is not None:
                    ready()
            except StoreError as failure:
                logger.warning("the store is away; the relay waits: %s", failure)
                await _wait(stop, _AWAY_S)
        async with asyncio.TaskGroup() as group:
            for work in self._works():
                group.create_task(self._keep_on(work, stop))
        await self._leave()

    async def run_once(self) -> None:
        """Work until nothing is left that can be done now. Raises StoreError."""
        await self._open()
        works = self._works()
        for _ in range(_MOST_ROUNDS):
            if not sum([await work() for work in works]):
                break
        await self._leave()

    async def _open(self) -> None:
        """Nothing is lost that comes from here on, also of webhooks that are new."""
        relaying = await self._store.relaying()
        readers = [self._splitting(relaying), *(self._gathering(relaying, one) for one in self._endpoints)]
        for reader in readers:
            await reader.open()
        self._readers = readers

    def _works(self) -> list[Round]:
        works: list[Work] = [self._lookout, *self._readers, *self._deliverers]
        return [one.round for one in works]

    def _splitting(self, relaying: Relaying) -> Reader:
        group = relaying.group(SPLITS, consumer=self._consumer)
        splits = relaying.splits(group=SPLITS)
        return Reader(group, splits.count, names=COUNTED, from_now=False, settings=self._settings, clock=self._clock)

    def _gathering(self, relaying: Relaying, endpoint: Endpoint) -> Reader:
        """What an endpoint is to be told goes from the streams into its outbox."""
        group = relaying.group(endpoint.group, consumer=self._consumer)
        outbox = relaying.outbox(endpoint.key, group=endpoint.group)

        async def take(one: Delivery) -> bool:
            event = one.entry.event
            segment, visitor = (str(event.properties.get(name, "")) for name in ("segment", "visitor"))
            if not visitor or not endpoint.wants(segment):
                await group.done([one])
                return False
            message = Message(segment, event.name == SEGMENT_ENTERED, event.at)
            return await outbox.post(one, visitor, message, now=self._clock())

        names = (SEGMENT_ENTERED, SEGMENT_LEFT)
        return Reader(group, take, names=names, from_now=True, settings=self._settings, clock=self._clock)

    async def _keep_on(self, work: Round, stop: asyncio.Event) -> None:
        is_away = False
        while not stop.is_set():
            try:
                done = await work()
                is_away = False
            except StoreError as failure:
                if not is_away:
                    logger.warning("the relay cannot go on, and tries again: %s", failure)
                is_away = True
                await _wait(stop, _AWAY_S)
                continue
            if not done:
                await _wait(stop, self._settings.idle_s)

    async def _leave(self) -> None:
        with suppress(StoreUnavailable):
            for reader in self._readers:
                await reader.leave()
        self._readers = []


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
