"""Workers that share a folder and a store, and may be parted from the store, or end."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from floorwalker.store import Store, StoreSettings
from floorwalker.store.disk import open_spool
from floorwalker.store.link.address import read_address
from floorwalker.store.link.pipe import Link
from floorwalker.store.open import open_link, place_of
from floorwalker.store.records.keyring import Keyring
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK
from tests.store.links import Fate, FatefulLink
from tests.store.steps import DAY, FIELD, Telling, resumed

VISITOR = "v1"


class Site:
    """A server, a folder, a clock, and whoever works with them."""

    def __init__(self, server: str, folder: Path, *, keys: Iterable[str] = (), namespace: str = "") -> None:
        self.folder = folder
        self.now = 1_790_000_000.0
        self.namespace = namespace or fresh_namespace()
        self.stores: list[Store] = []
        self._server = server
        self._keys = tuple(keys)
        self._random = 0

    def link(self, **options: Any) -> Link:
        return open_link(read_address(self._server), StoreSettings(**(QUICK | options)))

    def store(
        self,
        link: Link,
        *,
        folder: Path | None = None,
        keys: Iterable[str] | None = None,
        place: str = "",
        **options: Any,
    ) -> Store:
        """One more worker. place: another address by which it knows the same store."""
        tuned = StoreSettings(**(QUICK | options))
        keyring = Keyring(tuple(self._keys if keys is None else keys), self.random)
        spool = open_spool(
            folder or self.folder,
            tuned,
            place=place_of(read_address(f"{place or self._server}?namespace={self.namespace}")),
            clock=lambda: self.now,
            random_bytes=self.random,
            keyring=keyring,
        )
        store = Store(
            link,
            namespace=self.namespace,
            settings=tuned,
            clock=lambda: self.now,
            random_bytes=self.random,
            resume=resumed,
            keyring=keyring,
            spool=spool,
        )
        self.stores.append(store)
        return store

    def worker(self, *fates: Fate, **options: Any) -> tuple[Store, FatefulLink]:
        link = FatefulLink(self.link(), fates)
        return self.store(link, **options), link

    def random(self, size: int) -> bytes:
        self._random += 1
        return self._random.to_bytes(size, "big")

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*")) if self.folder.is_dir() else []

    async def happened(self, visitor: str = VISITOR) -> list[str]:
        """The names of all that was committed, in order; counters and profile must agree."""
        store, _ = self.worker()
        names = [entry.event.name async for entry in store.events(visitor)]
        profile = (await store.load(visitor)).profile
        assert (profile.visits if profile else 0) == len([name for name in names if name.startswith("step")])
        await store.close()
        return names

    async def counted(self) -> int:
        store, _ = self.worker()
        count = (await store.stats(DAY))[DAY].get(FIELD, 0)
        await store.close()
        return count


def step(number: int) -> Telling:
    return Telling(f"step {number}")


def steps(*numbers: int) -> list[str]:
    return [f"step {number}" for number in numbers]
