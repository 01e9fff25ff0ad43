"""A courier for each server: one that is away keeps up those alone whose keys it holds."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, runtime_checkable

from floorwalker.errors import StoreUnavailable
from floorwalker.store.courier import WHOLE, Courier, Outage
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Word

_SLOT: Final = "slot "


@runtime_checkable
class Spread(Protocol):
    """A link to more than one server."""

    def server_of(self, key: Word) -> str:
        """The name of the server that holds a key, as far as is known; else empty."""

    @property
    def servers(self) -> Sequence[str]:
        """The names of all that hold keys, as far as is known."""

    async def probe(self, server: str) -> None:
        """Whether it answers. Raises StoreUnavailable."""


class Couriers:
    """The couriers of a store, by the name of the server. began, ended: are called when an outage does."""

    def __init__(
        self,
        link: Link,
        probe: Callable[[], Awaitable[object]],
        *,
        at_once: int,
        first_s: float,
        longest_s: float,
        spread: Callable[[], float],
    ) -> None:
        """probe: whether commits may go on, of the whole store. at_once: commands of each. The rest: of an outage."""
        self.began: Callable[[], None] = _nobody_listens
        self.ended: Callable[[], None] = _nobody_listens
        self._spread: Spread | None = link if isinstance(link, Spread) else None
        self._probe = probe
        self._at_once = at_once
        self._first_s, self._longest_s = first_s, longest_s
        self._dice = spread
        self._by_server: dict[str, Courier] = {}
        self.is_one = self._spread is None
        """Whether there is but one server, as almost everywhere."""
        self.whole = self.at(WHOLE)

    def server_of(self, keys: Keys | None, visitor: str) -> str:
        """The name of the server that holds what belongs to a visitor, as far as is known."""
        return WHOLE if self._spread is None or keys is None else self._spread.server_of(keys.profile(visitor))

    def at(self, server: str) -> Courier:
        """Who delivers to a server."""
        courier = self._by_server.get(server)
        if courier is None:
            courier = Courier(self._outage(server), at_once=self._at_once, blamed=self.blamed)
            self._by_server[server] = courier
        return courier

    def blamed(self, failure: StoreUnavailable) -> Outage:
        """Whose outage a failure is."""
        return self.at(failure.server).outage

    @property
    def away(self) -> Sequence[str]:
        """The names of servers that are away."""
        return [name for name, one in self._by_server.items() if one.outage.away and not name.startswith(_SLOT)]

    @property
    def whole_away(self) -> Outage | None:
        """An outage of the whole store: of its one server, or of every one of a cluster."""
        if self.whole.outage.away:
            return self.whole.outage
        servers = () if self._spread is None else self._spread.servers
        outages = [self.at(one).outage for one in servers]
        return outages[0] if outages and all(one.away for one in outages) else None

    async def close(self) -> None:
        """Stop probing."""
        for one in self._by_server.values():
            await one.outage.close()

    def _outage(self, server: str) -> Outage:
        who = None if server.startswith(_SLOT) else server
        outage = Outage(
            lambda: self._ask(server), spread=self._dice, who=who, first_s=self._first_s, longest_s=self._longest_s
        )
        outage.began, outage.ended = self._begun, self._over
        return outage

    def _begun(self) -> None:
        self.began()

    def _over(self) -> None:
        self.ended()

    async def _ask(self, server: str) -> None:
        """Of a slot that moves it is the next try that tells."""
        if server == WHOLE or self._spread is None:
            await self._probe()
        elif not server.startswith(_SLOT):
            await self._spread.probe(server)


def _nobody_listens() -> None:
    """An outage is of interest to whoever waits for its end."""
