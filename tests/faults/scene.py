"""One run: a server of its own, two workers of the shop, one bare, a crowd, and the faults that befall them."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Any

from benchmarks.lasting.small_site import PREFIX, write_rules
from benchmarks.lasting.wire import SCRIPT, Wire
from tests.conftest import ROOT
from tests.faults.ledger import Ledger, Word
from tests.faults.passage import Passage
from tests.faults.server import RedisServer

BUDGET_S = 0.25
_SETTLES_WITHIN_S, _LOOK_AGAIN_S = 30.0, 0.05


@dataclass
class Worker:
    """One process of the shop on a socket that outlives it."""

    arguments: list[str]
    bound: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=512))
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def port(self) -> int:
        return int(self.bound.getsockname()[1])

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "benchmarks.lasting.small_site",
            "--socket",
            str(self.bound.fileno()),
            *self.arguments,
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, pass_fds=[self.bound.fileno()])

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """As a deployment ends it; its status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    @property
    def starved_s(self) -> float:
        """How long the kernel has kept it waiting for a processor so far (proc(5): the second field of schedstat)."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]) / 1e9

    async def ready(self) -> None:
        """Until it answers."""
        await self.ask("/inside")

    async def ask(self, path: str, method: str = "GET") -> Any:
        wire = Wire(self.port)
        try:
            async with asyncio.timeout(30):
                return json.loads((await wire.ask(method, path, SCRIPT)).body)
        finally:
            wire.close()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.bound.close()


@dataclass(frozen=True)
class Pardon:
    """What a fault may cost: what was acknowledged within a time; with a worker, what that one's handlers tracked then.

    What bears an id is acknowledged once the store has it, so no worker's death may cost it. least_s: only what took so
    long.
    """

    why: str
    since: float
    until: float
    worker: int | None = None
    least_s: float = 0.0

    def covers(self, word: Word) -> bool:
        is_its = self.worker is None or (self.worker == word.worker and not word.has_id)
        is_then = self.since <= word.answered and word.answered - word.seconds <= self.until
        return is_its and is_then and word.seconds >= self.least_s


class Scene:
    """What a fault may lay its hand on. spool: whether the workers have one."""

    def __init__(self, folder: Path, *, fsync: str = "always", spool: bool = False, largest_file: int = 0) -> None:
        self.ledger = Ledger()
        self.redis = RedisServer(fsync)
        self.passage = Passage(self.redis.socket.with_name("way.sock"), self.redis.socket)
        self.pardons: list[Pardon] = []
        self.late_allowed_s = 0.0
        self.has_spool = spool
        rules, budget = str(write_rules(folder)), str(1000 * BUDGET_S)
        arguments = ["--rules", rules, "--store", self.passage.url, "--budget-ms", budget]
        arguments += ["--spool", str(folder / "spool")] if spool else []
        arguments += ["--largest-file", str(largest_file)] if largest_file else []
        self.workers = [Worker(arguments), Worker(arguments)]
        self.bare = Worker([])

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def begin(self) -> None:
        await asyncio.to_thread(self.redis.start)
        await self.passage.open()
        for worker in (*self.workers, self.bare):
            worker.start()
        await asyncio.gather(*(worker.ready() for worker in (*self.workers, self.bare)))

    async def restart(self, number: int) -> None:
        """A worker comes back after it died; who knocks meanwhile waits at its socket."""
        started = self.now
        self.workers[number].start()
        await self.workers[number].ready()
        self.late_allowed_s = max(self.late_allowed_s, self.now - started)

    async def settled(self) -> dict[str, int]:
        """Until nothing waits any more; what the workers say they lost, by why."""
        lost: dict[str, int] = {}
        async with asyncio.timeout(_SETTLES_WITHIN_S):
            for worker in self.workers:
                store = await _settled(worker)
                for why, count in store["lost"].items():
                    lost[why] = lost.get(why, 0) + count
        return lost

    async def inside(self) -> list[dict[str, int]]:
        """Tasks and descriptors of each worker."""
        return [await worker.ask("/inside") for worker in self.workers]

    async def close(self) -> None:
        for worker in (*self.workers, self.bare):
            worker.close()
        await self.passage.close()
        self.redis.close()


async def _settled(worker: Worker) -> dict[str, Any]:
    """What it says of its store once nothing waits."""
    while True:
        store: dict[str, Any] = (await worker.ask(f"{PREFIX}/healthz"))["store"]
        if store["state"] == "here" and not (store["pending"] or store.get("spooled")):
            return store
        await asyncio.sleep(_LOOK_AGAIN_S)


@asynccontextmanager
async def scene(folder: Path, **options: Any) -> AsyncIterator[Scene]:
    """A scene that has begun, and everything of it ended in the end."""
    one = Scene(folder, **options)
    try:
        await one.begin()
        yield one
    finally:
        await one.close()
