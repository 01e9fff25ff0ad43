"""The keepers of one app: one for each event loop that it runs in, most often one alone."""

import asyncio

from floorwalker.asgi.keeping.keeper import Keeper
from floorwalker.asgi.rules.publishing import Publisher
from floorwalker.asgi.settings import Settings
from floorwalker.asgi.tallies import Tallies
from floorwalker.core.effects import Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.core.steps import KeptStep
from floorwalker.store import Step, Store, open_store


class Keepers:
    """Opens the store that the settings name, once for each loop; a Store that is given is used, and left open.

    by_loop: all there are.
    """

    def __init__(self, settings: Settings, publisher: Publisher, tallies: Tallies | None = None) -> None:
        self._settings = settings
        self._tallies = tallies
        self._publisher = publisher
        self.by_loop: dict[asyncio.AbstractEventLoop, Keeper] = {}

    def current(self) -> Keeper | None:
        """The keeper of the running loop, where there is one."""
        return self.by_loop.get(asyncio.get_running_loop())

    def here(self) -> Keeper:
        """The keeper of the running loop, made now where no lifespan announced the loop."""
        return self.by_loop.get(asyncio.get_running_loop()) or self._late()

    def every(self) -> list[Keeper]:
        """The keepers of all event loops."""
        return list(self.by_loop.values())

    def announced(self) -> Keeper:
        """A keeper for the running loop, whose lifespan will close it."""
        return self._keep(self._new(outlives_requests=True))

    def let_go(self) -> Keeper | None:
        """The keeper of the running loop, which is to be closed now."""
        return self.by_loop.pop(asyncio.get_running_loop(), None)

    def _late(self) -> Keeper:
        keeper = self._keep(self._new(outlives_requests=False))
        keeper.close_with_loop()
        return keeper

    def _keep(self, keeper: Keeper) -> Keeper:
        self.by_loop = {loop: kept for loop, kept in self.by_loop.items() if not loop.is_closed()}
        self.by_loop[asyncio.get_running_loop()] = keeper
        self._publisher.start(keeper.chronicle.note)
        keeper.population.start(self._publisher)
        keeper.store.attend_spool()
        return keeper

    def _new(self, *, outlives_requests: bool) -> Keeper:
        given = self._settings.store
        is_open = isinstance(given, Store)
        store = given if isinstance(given, Store) else self._opened(given)
        store.joining = self._joined
        store.resume = self._resumed
        return Keeper(
            store,
            owned=not is_open,
            outlives_requests=outlives_requests,
            clock=self._settings.clock,
            random=self._settings.random,
            tallies=self._tallies,
        )

    def _opened(self, address: str) -> Store:
        settings = self._settings
        return open_store(address, clock=settings.clock, data_keys=settings.data_keys, spool=settings.spool)

    def _resumed(self, raw: bytes) -> Step:
        """What was kept is redone by the rules that are in force then."""
        return KeptStep(raw, lambda: self._publisher.rulebook.corridor)

    def _joined(
        self, person: Profile | None, anonymous: Profile, identified: Event, *, is_told: bool = False
    ) -> tuple[Profile, Effects]:
        """By the rules that are in force when two histories become one."""
        return self._publisher.rulebook.corridor.join(person, anonymous, identified, is_told=is_told)
