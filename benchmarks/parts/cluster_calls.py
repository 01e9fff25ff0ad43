"""`python -m benchmarks.parts.cluster_calls`: what a page's two calls cost on one server, on a cluster, with replicas.

Servers from the bundled binary on loopback, an append-only file each; profiles of about 1.2 KB, 32 visitors at a time,
each loaded and then committed. In turn, round by round; medians. `process` is this process's user and system time per
page, `server` that of the masters; `GET` and `script` are what they say that these took; `bytes` go to and from
servers, as they count them, their replicas included. `waits` is how long one page's commit takes beyond that on one
server: commits one at a time, each way after the other with the same visitor, the median of the differences, and the
middle half of them.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median, quantiles

from msgspec import Struct

from benchmarks.parts.store_calls import SETTINGS, step
from floorwalker.store import Store, open_store
from tests.cluster.clusters import Cluster
from tests.cluster.losses import Pair, Way
from tests.cluster.nodes import Node

AT_ONCE = 32
VISITORS = 640
BASE = "one server"


class Cost(Struct, frozen=True):
    """Of one page: microseconds but for the bytes."""

    wall_us: float
    process_us: float
    get_us: float
    script_us: float
    bytes_in: float
    bytes_out: float
    server_us: float


class Subject(Struct, frozen=True):
    """A way to keep visitors. masters: who counts what it costs."""

    name: str
    store: Store
    masters: Sequence[Node]

    async def page(self, visitor: str) -> None:
        await self.store.commit(visitor, await self.store.load(visitor), step)

    async def pages(self, count: int) -> Cost:
        """So many, 32 at a time."""
        before, began, spent = self._told(), time.perf_counter(), time.process_time()
        for first in range(0, count, AT_ONCE):
            await asyncio.gather(*(self.page(f"v{(first + n) % VISITORS}") for n in range(AT_ONCE)))
        spent, took, after = time.process_time() - spent, time.perf_counter() - began, self._told()
        get_us, gets, script_us, scripts, came, went, busy_s = (b - a for a, b in zip(before, after, strict=True))
        return Cost(
            took / count * 1e6,
            spent / count * 1e6,
            get_us / gets,
            script_us / scripts,
            came / count,
            went / count,
            busy_s / count * 1e6,
        )

    async def commit_us(self, visitor: str) -> float:
        """How long one commit takes, alone."""
        loaded, began = await self.store.load(visitor), time.perf_counter()
        await self.store.commit(visitor, loaded, step)
        return (time.perf_counter() - began) * 1e6

    def _told(self) -> list[float]:
        sums = [0.0] * 7
        for node in self.masters:
            commands, stats, cpu = node.asked("commandstats"), node.asked("stats"), node.asked("cpu")
            figures = [
                *_taken(commands.get("cmdstat_get", "")),
                *_taken(commands.get("cmdstat_evalsha", "")),
                float(stats["total_net_input_bytes"]),
                float(stats["total_net_output_bytes"]),
                float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"]),
            ]
            sums = [a + b for a, b in zip(sums, figures, strict=True)]
        return sums


def _taken(told: str) -> tuple[float, float]:
    """Microseconds, and calls."""
    facts = dict(part.split("=") for part in told.split(",") if "=" in part)
    return float(facts.get("usec", 0)), float(facts.get("calls", 0))


@asynccontextmanager
async def subjects() -> AsyncIterator[list[Subject]]:
    """All of them, over servers that live as long."""
    everysec, always, cluster = Pair(Way("")), Pair(Way("", fsync="always")), Cluster("valkey", appendfsync="everysec")
    try:
        for pair in (everysec, always):
            await pair.start(straight=True)
        await asyncio.to_thread(cluster.start)
        plain, safe = f"redis://{everysec.master.address}", f"redis://{always.master.address}"
        addresses = {
            BASE: (plain, [everysec.master]),
            "control": (f"{plain}?namespace=control", [everysec.master]),
            "replicas=1": (f"{plain}?namespace=copied&replicas=1", [everysec.master]),
            "appendfsync always": (safe, [always.master]),
            "both": (f"{safe}?namespace=copied&replicas=1", [always.master]),
            "a cluster of three": (cluster.url, cluster.masters),
            "the same, replicas=1": (f"{cluster.url}?namespace=copied&replicas=1", cluster.masters),
        }
        found = [Subject(name, open_store(url, settings=SETTINGS), of) for name, (url, of) in addresses.items()]
        yield found
        for one in found:
            await one.store.close()
    finally:
        for servers in (everysec, always, cluster):
            servers.close()


async def measure(rounds: int, pages: int) -> None:
    async with subjects() as found:
        for one in found:
            await one.pages(VISITORS)
        costs: dict[str, list[Cost]] = {one.name: [] for one in found}
        for _ in range(rounds):
            for one in found:
                costs[one.name].append(await one.pages(pages))
        longer = await waits(found, rounds * VISITORS)
    base = median(cost.wall_us for cost in costs[BASE])
    print("| store | wall | process | GET | script | server | bytes in | bytes out | waits |")
    print(f"|{'---|' * 9}")
    for name, some in costs.items():
        middle = [median(getattr(cost, field) for cost in some) for field in Cost.__struct_fields__]
        wall, process, get, ran, came, went, busy = middle
        times = f"{process:.0f} | {get:.1f} | {ran:.1f} | {busy:.0f}"
        low, half, high = quantiles(longer[name], n=4)
        waited = f"{half:+.0f} ({low:+.0f} … {high:+.0f})"
        print(f"| {name} | ×{wall / base:.2f} | {times} | {came:,.0f} | {went:,.0f} | {waited} |")


async def waits(found: Sequence[Subject], commits: int) -> dict[str, list[float]]:
    """By how much each commit took longer than the same on one server, which is asked right before."""
    (base,) = [one for one in found if one.name == BASE]
    longer: dict[str, list[float]] = {one.name: [] for one in found}
    for number in range(commits):
        visitor = f"v{number % VISITORS}"
        for one in found:
            before_us = await base.commit_us(visitor)
            longer[one.name].append(await one.commit_us(visitor) - before_us)
    return longer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=3200)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.rounds, chosen.pages))


if __name__ == "__main__":
    main()
