"""`python -m benchmarks.million [--visitors N] [--out FILE]`: weight, pace and readers of a store of a million.

A table, and JSON that the docs take their figures from. A quarter of an hour on two cores that do nothing else.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import json

from benchmarks.million.crowd import KINDS, Crowd, name_of
from benchmarks.million.measures import WEIGHED, Results, fill, opened, pace, read, weigh
from benchmarks.million.server import Server
from benchmarks.million.table import ended_well
from benchmarks.whole.conditions import conditions
from floorwalker import Ruleset
from floorwalker.core.advance import Corridor
from floorwalker.store.bundled.embedded import EmbeddedServer

RULES = """
site: {currency: EUR}
pages:
  - {path: "/{category}/{product}", type: product}
segments:
  regulars: {when: {visits: {at_least: 5}}}
  buyers: {when: {spent: {at_least: 1}}}
  lens-people: {when: {viewed: {category: category-1, at_least: 3, within: 30 days}}}
  left-a-cart: {watch: yes, when: {cart: {items: {at_least: 1}, idle: {at_least: 2 hours, at_most: 2 days}}}}
goals:
  order: {did: Order Completed, value: revenue, within: 7 days}
slots:
  hero:
    goal: order
    control: 20 %
    show: [{to: regulars, name: lenses, text: Lenses}, {to: buyers, name: bags, text: Bags}, {name: sale, text: Sale}]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__)
    parser.add_argument("--visitors", type=int, default=1_000_000, help="0: only what each kind weighs")
    parser.add_argument("--weighed", type=int, default=WEIGHED, help="visitors of each kind that are weighed alone")
    parser.add_argument("--readers-from", type=int, default=100_000, help="at how many visitors readers begin to run")
    parser.add_argument("--out", type=Path, help="the file for the JSON, as benchmarks/results/million.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-million-") as name, EmbeddedServer(Path(name, "data")) as embedded:
        run = Run(Server(str(embedded.start())), Path(name), options.out, readers_from=options.readers_from)
        asyncio.run(run.measure(options.visitors, options.weighed))
        embedded.stop()
    print("\n".join(_lines(run.results)))
    return 0 if all(ended_well(reader.name, reader.exit_status) for reader in run.results.readers) else 1


class Run:
    """One run. out: the file that holds what is known so far. readers_from: visitors at which readers begin to run."""

    def __init__(self, server: Server, folder: Path, out: Path | None, *, readers_from: int) -> None:
        self._server, self._folder, self._out, self._readers_from = server, folder, out, readers_from
        self.results = Results(conditions())
        self._began = time.perf_counter()

    async def measure(self, visitors: int, weighed: int) -> None:
        """All of it."""
        rules = self._folder / "rules"
        rules.mkdir()
        (rules / "rules.yaml").write_text(RULES)
        crowd = Crowd(Corridor(Ruleset.load(rules)), now=time.time())
        for kind in KINDS:
            self.results.weights.append(await weigh(self._server, crowd, kind, weighed))
            self._keep()
        if visitors:
            await self._grow(crowd, visitors)

    async def _grow(self, crowd: Crowd, visitors: int) -> None:
        """To each size in turn."""
        sizes = [one for one in (1, 1_000, 100_000) if one < visitors] + [visitors]
        with self._server.alone() as before:
            for earlier, size in pairwise([0, *sizes]):
                self.results.fillings.append(await fill(self._server, crowd, range(earlier, size)))
                self.results.bytes_in_all = self._server.used_bytes - before
                self.results.bytes_per_visitor = round(self.results.bytes_in_all / size, 1)
                self.results.paces.append(await pace(self._server, crowd, size))
                self._keep()
                if size >= self._readers_from:
                    await self._readers(crowd, size)
            await _sample(self._server, visitors)

    async def _readers(self, crowd: Crowd, size: int) -> None:
        for name, arguments in _readers(self._server, crowd, self._folder / str(size)):
            print(f"{name}, {size:,} visitors", file=sys.stderr, flush=True)
            self.results.readers.append(await read(self._server, name, arguments, size, self._folder / "log"))
            self._keep()

    def _keep(self) -> None:
        self.results.seconds = round(time.perf_counter() - self._began, 1)
        if self._out is not None:
            self._out.write_bytes(json.format(json.encode(self.results), indent=1) + b"\n")


def _readers(server: Server, crowd: Crowd, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Every command that reads all of a store."""
    folder.mkdir()
    store, rules = ["--store", server.url("million")], ["--rules", str(folder.parent / "rules")]
    known = next(number for number in range(1000) if crowd.kind_of(number) == "customer")
    yield "report", ["report", *store, *rules, "--json"]
    yield "visitor find", ["visitor", "find", "--trait", f"email=u{known}@shop.example", *store, *rules, "--json"]
    yield "train lifecycle", ["train", "lifecycle", *store, *rules, "--json"]
    yield "export events", ["export", "events", "--parquet", str(folder), *store, "--json"]
    yield "export events, again", ["export", "events", "--parquet", str(folder), *store, "--json"]
    yield "visitor traces", ["visitor", "traces", "--visitor", name_of(known), *store, *rules, "--json"]
    yield "backup", ["backup", str(folder / "all.backup"), *store, "--json"]
    yield "reach", ["reach", *store, *rules, "--json"]
    yield "export profiles", ["export", "profiles", "--parquet", str(folder), *store, *rules, "--json"]


async def _sample(server: Server, visitors: int) -> None:
    """What was stored can be loaded."""
    store = opened(server, "million")
    for number in range(0, visitors, max(1, visitors // 100)):
        loaded = await store.load(name_of(number))
        if loaded.profile is None:
            raise SystemExit("a visitor is missing")
    await store.close()


def _lines(results: Results) -> Iterator[str]:
    yield f"{'kind':<14}{'share':>7}{'profile B':>11}{'record B':>10}{'visitor B':>11}"
    for weight in results.weights:
        row = f"{weight.kind:<14}{weight.share:>7.1%}{weight.profile_bytes:>11,}{weight.record_bytes:>10,}"
        yield f"{row}{weight.visitor_bytes:>11,.0f}"
    yield f"all together: {results.bytes_in_all / 1e9:.2f} GB, {results.bytes_per_visitor:,.0f} B a visitor"
    yield f"{'visitors':>10}{'load p50 · p99 · server µs':>30}{'commit p50 · p99 · server µs':>32}"
    for one in results.paces:
        load = f"{one.load_p50_us:.0f} · {one.load_p99_us:.0f} · {one.load_server_us:.1f}"
        commit = f"{one.commit_p50_us:.0f} · {one.commit_p99_us:.0f} · {one.commit_server_us:.1f}"
        yield f"{one.visitors:>10,}{load:>30}{commit:>32}"
    yield f"{results.seconds / 60:.1f} minutes in all"
    yield f"{'reader':<22}{'visitors':>10}{'s':>9}{'cpu s':>8}{'peak MB':>9}  longest command"
    for reader in results.readers:
        row = f"{reader.name:<22}{reader.visitors:>10,}{reader.seconds:>9.1f}{reader.cpu_seconds:>8.1f}"
        yield f"{row}{reader.peak_bytes / 1e6:>9.0f}  {reader.longest.us:,} µs {reader.longest.command}"


if __name__ == "__main__":
    sys.exit(main())
