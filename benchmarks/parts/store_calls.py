"""`python -m benchmarks.parts.store_calls`: processor time per store call, ours beside redis-py's plain calls.

On one embedded server over its Unix socket; profiles of about 1.2 KB; each call for another visitor. The figure is this
process's user and system time per call, microseconds, the median of the rounds; the server's own time is not in it.
"""

import argparse
import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

from msgspec.structs import replace
from redis.asyncio import Redis

from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event, Page
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Committed, Loaded, Store, StoreSettings, open_store
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.commits.attempt import Commit, compose
from floorwalker.store.keys import Keys
from floorwalker.store.scripts import script

Call = Callable[[int], Awaitable[object]]
EFFECTS = Effects(
    (Event("Page Viewed", 1.0, page=Page(path="/lenses/600mm", type="product")),), (Count("2026-11-22", "hero\x1fa"),)
)
AT_ONCE = 32
SETTINGS = StoreSettings(partitions=64, steps_waiting=1_000_000)


def step(profile: Profile | None) -> tuple[Profile, Effects]:
    """One view of a profile of about 1.2 KB."""
    profile = profile or Profile(seed=1, traits={f"trait {n}": "x" * 60 for n in range(16)})
    return replace(profile, visits=profile.visits + 1), EFFECTS


async def processor_us(call: Call, calls: int, at_once: int) -> float:
    """Processor time per call, so many of them under way at a time."""
    before = time.process_time()
    for first in range(0, calls, at_once):
        await asyncio.gather(*(call(n) for n in range(first, first + at_once)))
    return (time.process_time() - before) / calls * 1e6


class Subjects:
    """The calls to compare, over one server."""

    def __init__(self, socket: str) -> None:
        self.store: Store = open_store(f"unix://{socket}?namespace=bench", settings=SETTINGS)
        self.redis = Redis(unix_socket_path=socket, protocol=2)
        self.keys = Keys("bench", 64)
        self.bases: list[Loaded] = []

    async def prepare(self, visitors: int) -> None:
        """Give everybody a record."""
        for n in range(visitors):
            await self.store.commit(f"v{n}", None, step)
        self.bases = [await self.store.load(f"v{n}") for n in range(visitors)]

    async def load(self, n: int) -> None:
        await self.store.load(f"v{n}")

    async def plain_get(self, n: int) -> None:
        await self.redis.get(self.keys.profile(f"v{n}"))

    async def commit(self, n: int) -> None:
        self.bases[n] = (await self.store.commit(f"v{n}", self.bases[n], step)).loaded or self.bases[n]

    def submit(self, n: int) -> Awaitable[object]:
        future = self.store.submit(f"v{n}", self.bases[n], step)
        future.add_done_callback(partial(self._keep, n))
        return future

    def _keep(self, n: int, future: "asyncio.Future[Committed]") -> None:
        self.bases[n] = future.result().loaded or self.bases[n]

    async def plain_evalsha(self, n: int) -> None:
        base = self.bases[n]
        profile, effects = step(base.profile)
        name = Commit(1, n, 1.0, confirmed=True)
        attempt = compose(base, profile, effects, name, keys=self.keys, settings=SETTINGS, random_bytes=os.urandom)
        self.bases[n] = attempt.loaded
        await self.redis.evalsha(script("commit").sha, len(attempt.keys), *attempt.keys, *attempt.arguments)

    async def close(self) -> None:
        await self.store.close()
        await self.redis.aclose()


async def measure(socket: str, *, visitors: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Microseconds of a call, one at once and 32 at once; the subjects take turns within each round."""
    subjects = Subjects(socket)
    await subjects.prepare(visitors)
    gc.freeze()  # thousands of bases lie here that no worker would hold
    calls: dict[str, Call] = {
        "load": subjects.load,
        "GET, plain redis-py": subjects.plain_get,
        "commit": subjects.commit,
        "submit, the outcome later": subjects.submit,
        "EVALSHA, plain redis-py": subjects.plain_evalsha,
    }
    figures: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):
        for at_once in (1, AT_ONCE):
            for name, call in calls.items():
                figures.setdefault((name, at_once), []).append(await processor_us(call, visitors, at_once))
    await subjects.close()
    gc.unfreeze()
    return {name: (median(figures[name, 1]), median(figures[name, AT_ONCE])) for name in calls}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.store_calls", description=__doc__)
    parser.add_argument("--visitors", type=int, default=3200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as folder, EmbeddedServer(Path(folder) / "data") as server:
        work = measure(str(server.start()), visitors=options.visitors, rounds=options.rounds)
        if options.uvloop:
            import uvloop

            found = uvloop.run(work)
        else:
            found = asyncio.run(work)
        server.stop()
    print(f"processor time per call, µs\n{'':<28}{'1 at once':>12}{f'{AT_ONCE} at once':>12}")
    for name, (one, many) in found.items():
        print(f"{name:<28}{one:>12.1f}{many:>12.1f}")


if __name__ == "__main__":
    main()
