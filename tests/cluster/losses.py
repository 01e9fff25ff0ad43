"""What is gone when a master is killed under load and its replica takes over, and what it costs to lose less.

`python -m tests.cluster.losses` measures, and prints a table: commits through a store of one master and one replica.
"""

import asyncio
import sys
import time
from dataclasses import dataclass

from floorwalker.errors import StoreUnavailable
from floorwalker.store import Outcome, Store, StoreSettings, open_store
from tests.cluster.nodes import Node, until
from tests.store.steps import named

AT_ONCE = 32
SECONDS = 1.5
QUICK = StoreSettings(new_profiles_per_s=1e6)
HEAD = ("set", "commits a second", "acknowledged", "gone", "told of as uncopied", "refused at the end")


@dataclass(frozen=True)
class Way:
    """replicas: of the address. fsync: of both. least: `min-replicas-to-write`, with a lag of a second. stalls_s:
    for so long the replica hears nothing before the master is killed."""

    name: str
    replicas: int = 0
    fsync: str = "everysec"
    least: int = 0
    stalls_s: float = 0.0


@dataclass
class Loss:
    """took_s: of the commits until the replica stalled. gone: acknowledged and not with the replica."""

    way: Way
    commits: int
    took_s: float
    acknowledged: int
    gone: int
    uncopied: int
    refused: bool

    @property
    def cells(self) -> tuple[str, ...]:
        rate = f"{self.commits / self.took_s:,.0f}"
        refused = "yes" if self.refused else "no"
        return (self.way.name, rate, f"{self.acknowledged:,}", f"{self.gone:,}", f"{self.uncopied:,}", refused)


WAYS = (
    Way("nothing"),
    Way("`replicas=1`", replicas=1),
    Way("`appendfsync always`", fsync="always"),
    Way("both", fsync="always", replicas=1),
    Way("nothing; the replica hears nothing for 3 s before", stalls_s=3.0),
    Way("`replicas=1`; the same", replicas=1, stalls_s=3.0),
    Way("`min-replicas-to-write 1`; the same", least=1, stalls_s=3.0),
    Way("`replicas=1` and `min-replicas-to-write 1`; the same", replicas=1, least=1, stalls_s=3.0),
)


class Cable:
    """Between a master and its replica. is_dead: nothing comes through any more, and nobody is told."""

    def __init__(self, port: int) -> None:
        self.is_dead = False
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def lay(self) -> int:
        """The port of its other end."""
        self._server = await asyncio.start_server(self._admit, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def tear(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, there]
        await asyncio.gather(self._pass(reader, there), self._pass(there_reader, writer))

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(65536):
                if not self.is_dead:
                    sink.write(chunk)
        except (OSError, asyncio.CancelledError):
            pass  # one of its ends is gone, or all is over
        finally:
            sink.close()


class Pair:
    """A master and its replica."""

    def __init__(self, way: Way, product: str = "valkey") -> None:
        options = {"min-replicas-to-write": way.least, "min-replicas-max-lag": 1, "repl-ping-replica-period": 1}
        self.master = Node(product, **{"appendfsync": way.fsync, **options})
        self.replica = Node(product, appendfsync=way.fsync)
        self.cable = Cable(self.master.port)

    async def start(self, *, straight: bool = False) -> None:
        """straight: with no cable between them."""
        self.master.start()
        self.replica.start()
        port = self.master.port if straight else await self.cable.lay()
        self.replica.tell("REPLICAOF", "127.0.0.1", port)
        await asyncio.to_thread(self._until_they_agree)

    def _until_they_agree(self) -> None:
        until(lambda: self.replica.asked("replication").get("master_link_status") == "up")
        until(lambda: self.master.tell("WAIT", 1, 1000) == 1)
        until(lambda: self.master.tell("SET", "probe", "1") == b"OK")

    def close(self) -> None:
        self.cable.tear()
        self.master.close()
        self.replica.close()


class Writers:
    """Visitors of a store who do one thing after the other, and note what was acknowledged."""

    def __init__(self, store: Store) -> None:
        self.done: list[str] = []
        self.is_over = False
        self._store = store

    async def write(self, number: int) -> None:
        """Until it is over; every commit is of a visitor of its own."""
        count = 0
        while not self.is_over:
            count += 1
            visitor = f"w{number}-{count}"
            try:
                committed = await self._store.commit(visitor, None, named("x"))
            except StoreUnavailable:
                return
            if committed.outcome is Outcome.STORED and not self.is_over:
                self.done.append(visitor)


async def loss_of(way: Way, seconds: float = SECONDS) -> Loss:
    """One run: load, the replica stalls or not, the master is killed, the replica takes over."""
    pair = Pair(way)
    try:
        await pair.start()
        options = f"?replicas={way.replicas}" if way.replicas else ""
        store = open_store(f"redis://{pair.master.address}{options}", settings=QUICK)
        writers = Writers(store)
        began = time.perf_counter()
        tasks = [asyncio.create_task(writers.write(number)) for number in range(AT_ONCE)]
        await asyncio.sleep(seconds)
        took_s, commits = time.perf_counter() - began, len(writers.done)
        if way.stalls_s:
            pair.cable.is_dead = True
            await asyncio.sleep(way.stalls_s)
        refused = store.health().away
        pair.master.kill()
        await asyncio.sleep(0)
        writers.is_over = True
        uncopied = store.health().uncopied
        await store.close()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(pair.replica.tell, "REPLICAOF", "NO", "ONE")
        gone = await _gone(pair.replica, writers.done)
    finally:
        pair.close()
    return Loss(way, commits, took_s, len(writers.done), gone, uncopied, refused)


async def _gone(replica: Node, acknowledged: list[str]) -> int:
    store, gone = open_store(f"redis://{replica.address}"), 0
    for first in range(0, len(acknowledged), 500):
        loaded = await asyncio.gather(*map(store.load, acknowledged[first : first + 500]))
        gone += sum(one.profile is None for one in loaded)
    await store.close()
    return gone


def main() -> None:
    sys.stdout.write(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}\n")
    for way in WAYS:
        sys.stdout.write(f"| {' | '.join(asyncio.run(loss_of(way)).cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
