"""A circuit for each server of a store: one that hangs costs nobody a wait whose visitor lies on another."""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from floorwalker.asgi.keeping.circuit import Circuit
from floorwalker.store import Committed, Store

Commit = asyncio.Future[Committed]


class Circuits:
    """Circuits by server. make: a fresh one."""

    def __init__(self, store: Store, make: Callable[[], Circuit]) -> None:
        self._store = store
        self._make = make
        self._whole = make()
        self._by_server: dict[str, Circuit] = {}
        self._servers: WeakKeyDictionary[Commit, str] = WeakKeyDictionary()

    def of(self, visitor: str) -> Circuit:
        """That of the server that holds a visitor."""
        return self._whole if self._store.is_one_server else self._at(self._store.server_of(visitor))

    def of_commit(self, commit: Commit) -> Circuit:
        """That of the server which a commit goes to, as it was noted."""
        return self._at(self._servers.get(commit, ""))

    def is_away(self, commit: Commit) -> bool:
        """Whether the store, or that server, is known to be away."""
        health = self._store.health()
        return health.away or self._servers.get(commit) in health.servers_away

    def remember(self, commit: Commit, visitor: str) -> Commit:
        """Remember where a commit goes, as long as anybody does."""
        if not self._store.is_one_server:
            self._servers[commit] = self._store.server_of(visitor)
        return commit

    @property
    def whole_is_open(self) -> bool:
        """Whether nobody waits for any server."""
        among = self._by_server.values()
        return self._whole.is_open or (bool(among) and all(one.is_open for one in among))

    def _at(self, server: str) -> Circuit:
        if not server:
            return self._whole
        circuit = self._by_server.get(server)
        if circuit is None:
            circuit = self._by_server[server] = self._make()
        return circuit
