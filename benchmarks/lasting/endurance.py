"""`python -m benchmarks.lasting.endurance --minutes 60`: moderate load of all kinds, and whether memory stays flat.

Two workers of the small shop on a server of their own. What each process holds is looked at every few seconds; at the
end the slope per hour stands beside its interval. Exits with 1 where something surely grows, or where a request failed.
"""

import argparse
import asyncio
import csv
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from random import Random

import redis

from benchmarks.lasting.lines import plotted
from benchmarks.lasting.small_site import write_rules
from benchmarks.lasting.trend import Trend, trend
from benchmarks.lasting.wandering import Wanderers
from benchmarks.lasting.wire import SCRIPT, Wire
from floorwalker.store.bundled.embedded import EmbeddedServer

WORKERS, VISITORS = 2, 400
BROWSERS = 5000  # met before the first look: more than any cache of ours holds
# What may not grow, and by how much in an hour it may seem to: part of the level, or a number.
MOST_SHARE, MOST_COUNT = 0.02, 1.0


@dataclass(frozen=True)
class Sample:
    """What was held at one moment, by both workers together. records: keys in the store, whatever they are."""

    seconds: float
    rss_mb: float
    objects: float
    tasks: float
    files: float
    store_mb: float
    records: float


def main() -> int:
    options = _options()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_run(options, out))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lasting.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second, over both workers")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--warm-up", type=float, default=0.25, help="the part of the run that is not judged")
    parser.add_argument("--browsers", type=int, default=BROWSERS, help="met before the first look, to fill caches")
    parser.add_argument("--out", default="var/endurance", help="a folder for samples.csv and endurance.svg")
    return parser.parse_args()


async def _run(options: argparse.Namespace, out: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="fw-endurance-") as folder, ExitStack() as stack:
        server = EmbeddedServer(Path(folder, "store"), linger_s=5)
        store = f"unix://{server.start()}"
        stack.callback(server.stop)
        ports = stack.enter_context(_workers(Path(folder), store))
        wanderers = Wanderers(ports, visitors=VISITORS, dice=Random(1))
        samples: list[Sample] = []
        await wanderers.fill(options.browsers)
        async with _watching(ports, store, wanderers, samples, every_s=options.every, out=out):
            await wanderers.walk(rate=options.rate, seconds=60 * options.minutes)
        wanderers.close()
    return _told(samples, wanderers, out, warm_up=options.warm_up)


@contextmanager
def _workers(folder: Path, store: str) -> Iterator[list[int]]:
    """Their ports, while they run; ended by their process ids."""
    rules, ports, processes = str(write_rules(folder)), [], []
    for _ in range(WORKERS):
        bound = socket.create_server(("127.0.0.1", 0), backlog=512)
        command = [sys.executable, "-m", "benchmarks.lasting.small_site", "--socket", str(bound.fileno())]
        processes.append(subprocess.Popen([*command, "--rules", rules, "--store", store], pass_fds=[bound.fileno()]))
        ports.append(int(bound.getsockname()[1]))
        bound.close()
    try:
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


@asynccontextmanager
async def _watching(
    ports: Sequence[int], store: str, wanderers: Wanderers, samples: list[Sample], *, every_s: float, out: Path
) -> AsyncIterator[None]:
    """Samples are taken, and written as they come."""
    started = time.monotonic()
    path = out / "samples.csv"
    path.write_text(",".join(one.name for one in fields(Sample)) + "\n")

    async def watch() -> None:
        while True:
            await asyncio.sleep(every_s)
            samples.append(await _look(ports, store, time.monotonic() - started))
            _append(path, samples[-1])
            print(_line(samples[-1], wanderers), flush=True)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _look(ports: Sequence[int], store: str, seconds: float) -> Sample:
    held = [await _inside(port) for port in ports]
    memory, records = await asyncio.to_thread(_of_store, store)

    def all_of(name: str) -> float:
        return sum(one[name] for one in held)

    return Sample(
        seconds, all_of("rss_kb") / 1024, all_of("objects"), all_of("tasks"), all_of("fds"), memory / 2**20, records
    )


async def _inside(port: int) -> dict[str, float]:
    wire = Wire(port)
    try:
        told: dict[str, float] = json.loads((await wire.ask("GET", "/inside?counted=yes", SCRIPT)).body)
    finally:
        wire.close()
    return told


def _of_store(store: str) -> tuple[float, float]:
    """Its memory in bytes, and how many keys there are."""
    with redis.Redis.from_url(store) as client:
        return float(client.info("memory")["used_memory"]), float(client.dbsize())


def _append(path: Path, sample: Sample) -> None:
    with path.open("a", newline="") as file:
        csv.writer(file).writerow(asdict(sample).values())


def _line(sample: Sample, wanderers: Wanderers) -> str:
    return (
        f"{sample.seconds / 60:6.1f} min  {wanderers.asked.total():>7} requests  {wanderers.failures.total()} failed"
        f"  rss {sample.rss_mb:.1f} MB  objects {sample.objects:.0f}  tasks {sample.tasks:.0f}"
        f"  files {sample.files:.0f}  store {sample.store_mb:.1f} MB in {sample.records:.0f} keys"
    )


def _told(samples: Sequence[Sample], wanderers: Wanderers, out: Path, *, warm_up: float) -> int:
    """The slopes and the plot; 1 where something grows or failed."""
    judged = [one for one in samples if one.seconds >= warm_up * samples[-1].seconds]
    seconds = [one.seconds for one in judged]
    grown = []
    print(f"\n{wanderers.asked.total()} requests, failed: {dict(wanderers.failures)}; slope after the warm-up")
    for name in ("rss_mb", "objects", "tasks", "files", "store_mb", "records"):
        found = trend(seconds, [getattr(one, name) for one in judged])
        verdict = _verdict(name, found)
        grown += [name] if verdict == "grows" else []
        interval = f"{found.low:+.2f} … {found.high:+.2f}"
        print(f"{name:<9} {found.level:>12.1f}  {found.per_hour:>+10.2f} an hour  ({interval})  {verdict}")
    (out / "endurance.svg").write_text(plotted([asdict(one) for one in samples], judged_from=seconds[0]))
    return 1 if grown or wanderers.failures else 0


def _verdict(name: str, found: Trend) -> str:
    """The store fills with visitors and their events, and is only told of."""
    if name in ("store_mb", "records"):
        return "told"
    most = MOST_COUNT if name in ("tasks", "files") else MOST_SHARE * found.level
    return "grows" if found.grows(more_than=most) else "flat"


if __name__ == "__main__":
    sys.exit(main())
