"""A run of tests/faults on other servers: a cluster, or a master that sentinels watch over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGTERM

from benchmarks.lasting.small_site import write_rules
from tests.cluster.alone import Alone
from tests.cluster.clusters import Cluster, Sentinels
from tests.cluster.detours import WorkersDetours
from tests.faults.ledger import Ledger
from tests.faults.scene import BUDGET_S, Pardon, Scene, Worker

Servers = Cluster | Sentinels | Alone


class ClusterScene(Scene):
    """servers: where the site's store is; they outlive it. options: of its address. by_detours: the first worker
    comes to every server through the test."""

    def __init__(self, folder: Path, servers: Servers, *, options: str = "", by_detours: bool = False) -> None:
        self.servers = servers
        self.options = options
        self.detours = WorkersDetours(self.cluster.nodes if by_detours else [])
        self.ledger = Ledger()
        self.pardons: list[Pardon] = []
        self.late_allowed_s = 0.0
        self.has_spool = False
        self._rules = str(write_rules(folder))
        self.workers: list[Worker] = []
        self.bare = Worker([])

    @property
    def url(self) -> str:
        return self.servers.url + self.options

    @property
    def cluster(self) -> Cluster:
        assert isinstance(self.servers, Cluster)
        return self.servers

    async def begin(self) -> None:
        await self.detours.open()
        self.workers = [Worker(self._arguments(self.detours.named(self.url))), Worker(self._arguments(self.url))]
        for worker in (*self.workers, self.bare):
            worker.start()
        await asyncio.gather(*(worker.ready() for worker in (*self.workers, self.bare)))

    async def replace(self, number: int, *, options: str) -> None:
        """A worker is told to end, and one with an address of other options comes in its place, on the same socket."""
        assert await asyncio.to_thread(self.workers[number].end) == -SIGTERM
        self.workers[number].arguments = self._arguments(self.servers.url + options)
        await self.restart(number)

    async def close(self) -> None:
        for worker in (*self.workers, self.bare):
            worker.close()
        self.detours.close()

    def _arguments(self, url: str) -> list[str]:
        return ["--rules", self._rules, "--store", url, "--budget-ms", str(1000 * BUDGET_S)]


@asynccontextmanager
async def cluster_scene(
    folder: Path, servers: Servers, *, options: str = "", by_detours: bool = False
) -> AsyncIterator[ClusterScene]:
    """A scene that has begun, and everything of it ended in the end."""
    one = ClusterScene(folder, servers, options=options, by_detours=by_detours)
    try:
        await one.begin()
        yield one
    finally:
        await one.close()
