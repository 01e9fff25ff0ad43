"""The store as one event loop uses it: loads that nobody waits for too long, commits that outlive their request."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress

from floorwalker.asgi.keeping.budget import Budget, Ticker
from floorwalker.asgi.keeping.chronicle import Chronicle
from floorwalker.asgi.keeping.circuit import Circuit
from floorwalker.asgi.keeping.circuits import Circuits
from floorwalker.asgi.keeping.population import Population
from floorwalker.asgi.tallies import Tallies
from floorwalker.core.events import Event
from floorwalker.errors import FloorwalkerError, StoreUnavailable
from floorwalker.html.markers import PageMemory
from floorwalker.store import Committed, Health, Loaded, Loading, Step, Store

logger = logging.getLogger(__name__)

FLUSH_ROUNDS, FLUSH_ROUND_S = 20, 0.5
WARM_UP_S = 5.0
_SETTLE_ROUNDS, _SETTLE_ROUND_S = 40, 0.05

Commit = asyncio.Future[Committed]


class Keeper:
    """One store and its circuit. Belongs to the event loop it is made in; owned stores are closed with it."""

    def __init__(
        self,
        store: Store,
        *,
        owned: bool,
        outlives_requests: bool,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
        tallies: Tallies | None = None,
    ) -> None:
        """outlives_requests: somebody will close it in the end; else every request waits for its commits. clock:
        seconds since 1970. random: so many random bytes. tallies: where loads are counted."""
        self.outlives_requests = outlives_requests
        self._tallies = tallies or Tallies()
        self.page_memory = PageMemory()
        self.chronicle = Chronicle(store)
        self.population = Population(store, clock=clock, random=random)
        self._store = store
        self._owned = owned
        loop = asyncio.get_running_loop()
        self._ticker = Ticker(loop)
        self._circuits = Circuits(store, lambda: Circuit(clock=loop.time, spread=lambda: random(1)[0] / 255))
        self._ending: AsyncGenerator[None] | None = None

    @property
    def store(self) -> Store:
        """For who waits for its commits as long as they take."""
        return self._store

    def budget(self, seconds: float) -> Budget:
        """What one request may spend on waiting for the store, with all others of this event loop."""
        return Budget(seconds, self._ticker)

    async def warm_up(self) -> None:
        """Wait until the store answers, a few seconds at most; a store that is away is said, and stops nothing."""
        try:
            async with asyncio.timeout(WARM_UP_S):
                await self._store.ping()
        except (FloorwalkerError, TimeoutError, OSError) as failure:
            logger.warning("the store is away; pages go out as the app made them until it is back: %s", failure)

    def close_with_loop(self) -> None:
        """Where no lifespan will tell: whatever runs this loop closes its asynchronous generators at the end."""
        self._ending = self._wait_for_the_end()
        with suppress(StopIteration):
            self._ending.__anext__().__await__().__next__()  # up to its yield; it waits for nothing before

    async def close(self) -> None:
        """Store what still waits, and let go."""
        await self.chronicle.close()
        await self.population.close()
        if not self._owned:
            return
        for _ in range(FLUSH_ROUNDS):
            waiting = await self._store.flush(FLUSH_ROUND_S)
            if not waiting or self._store.health().away:
                break
        lost = await self._store.close()
        if lost:
            logger.error("%d steps could not be stored before the end", lost)
        if waiting > lost:
            logger.warning("%d steps wait on disk for whoever reads the spool next", waiting - lost)

    def health(self) -> Health:
        return self._store.health()

    @property
    def circuit_is_open(self) -> bool:
        """Whether nobody waits for the store now, since it failed too often in a row."""
        return self._circuits.whole_is_open

    def load(self, visitor: str) -> Loading | None:
        """Begin to load; None while nobody should ask."""
        return self._store.begin_load(visitor) if self._circuits.of(visitor).admits() else None

    async def loaded(self, load: Loading, budget: Budget) -> Loaded | None:
        """What was loaded; None where it did not come in time, or could not be read: that is logged."""
        tallies = self._tallies
        if load.arrived.done():
            tallies.waits.counts[0] += 1
        else:
            before_s = budget.left_s
            in_time = await budget.wait_for_answer(load.arrived)
            tallies.waits.add(before_s - budget.left_s)
            if not in_time:
                tallies.loads_late += 1
                self._note_failure(self._circuits.of(load.visitor), "it did not answer in time")
                return None
        loaded = self._read(load)
        return await self._followed(loaded.moved_to, budget) if loaded is not None and loaded.moved_to else loaded

    def _read(self, load: Loading) -> Loaded | None:
        """What arrived; None where it cannot be read: that is logged."""
        tallies = self._tallies
        try:
            loaded = load.read()
        except StoreUnavailable as failure:
            tallies.loads_away += 1
            self._note_failure(self._circuits.of(load.visitor), str(failure))
            return None
        except FloorwalkerError as failure:
            tallies.loads_unreadable += 1
            logger.warning("a visitor cannot be loaded: %s", failure)
            return None
        tallies.loads_came += 1
        self._circuits.of(load.visitor).succeeded()
        return loaded

    async def _followed(self, visitor: str, budget: Budget) -> Loaded | None:
        load = self._store.follow(visitor)
        try:
            return await self.loaded(load, budget)
        finally:
            load.give_up()

    def commit(self, visitor: str, base: Loaded | None, step: Step, *, confirmed: bool, message: str = "") -> Commit:
        """Queue a step at once; what becomes of it is the store's to log. message: by which it is known again."""
        commit = self._store.submit(visitor, base, step, confirmed=confirmed, message=message)
        return self._circuits.remember(commit, visitor)

    def turn_away(self, steps: int = 1) -> Commit:
        """What is not queued, since its visitor does too much in a minute: counted, and said in the log."""
        return self._store.turn_away(steps)

    def person_known(self, user: str) -> str | None:
        """The visitor id of a person of the site's; None until the store has told how it is made."""
        return self._store.person_known(user)

    async def person(self, user: str, budget: Budget) -> str | None:
        """The same, once the store has told; None where it did not in time."""
        known = self._store.person_known(user)
        if known is not None or self.circuit_is_open or self._store.health().away:
            return known
        asking = asyncio.get_running_loop().create_task(self._store.person(user))
        if not await budget.wait(asking):
            asking.cancel()
            return None
        return None if asking.exception() is not None else asking.result()

    async def person_in(self, user: str, at_most_s: float) -> str | None:
        """The same, within so much time."""
        return await self.person(user, self.budget(at_most_s))

    def join(self, anonymous: str, person: str, identified: Event) -> Commit:
        """Queue that an anonymous history becomes a person's; it waits for an absent store as commits do."""
        return self._circuits.remember(self._store.merge(anonymous, person, identified), anonymous)

    def erase(self, visitor: str) -> Commit:
        """Queue that a visitor is erased, behind all that waits for them; an absent store is waited for.

        Only what is this visitor's own: a cookie from before a login takes nothing from the person.
        """
        return self._circuits.remember(self._store.erase_later(visitor, own_only=True), visitor)

    def forget_events(self, visitor: str) -> Commit:
        """Queue that the streams let go of a visitor, who gets another pseudonym; as `erase`."""
        return self._circuits.remember(self._store.forget_events_later(visitor), visitor)

    def join_later(self, anonymous: str, user: str, identified: Event) -> None:
        """The same for a person whose id cannot be told yet: once the store has told it, a day long at most."""
        self._store.merge(anonymous, "", identified, user=user)

    async def committed(self, commit: Commit, budget: Budget) -> None:
        """Wait until a commit stands, so that the next request finds it. Where the store is away or late, wait until it
        is on disk, where there is a spool."""
        if not self._store.has_spool:
            await self._stands(commit, budget, spare_s=0.0)
        elif not await self._stands(commit, budget, spare_s=budget.left_s / 2, is_last=False):
            written = self._store.written()  # the disk begins while there is still time for the store
            assert written is not None
            if not await self._stands(commit, budget, spare_s=budget.left_s / 2):
                await budget.wait(written)

    async def _stands(self, commit: Commit, budget: Budget, *, spare_s: float, is_last: bool = True) -> bool:
        """Wait for a commit until so much of the budget is left; not for a store that nobody should ask. Whether it
        stands. is_last: it is late then."""
        circuit = self._circuits.of_commit(commit)
        while not (circuit.is_open or self._circuits.is_away(commit)):
            if await budget.wait(commit, at_most_s=min(_SETTLE_ROUND_S, budget.left_s - spare_s)):
                return True
            if budget.left_s <= spare_s:
                if is_last:
                    self._tallies.commits_late += 1
                    self._note_failure(circuit, "a commit took too long")
                break
        return False

    async def settled(self, commits: Sequence[Commit]) -> None:
        """Wait for commits, a short while at most, and not for a store that is away."""
        for _ in range(_SETTLE_ROUNDS):
            if self._store.health().away or not (await asyncio.wait(commits, timeout=_SETTLE_ROUND_S))[1]:
                return

    def _note_failure(self, circuit: Circuit, why: str) -> None:
        was_open = circuit.is_open
        circuit.failed()
        if circuit.is_open and not was_open:
            logger.warning("the store is not asked for now: %s", why)

    async def _wait_for_the_end(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            if self._owned:
                await self._store.close()
