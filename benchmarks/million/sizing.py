"""A hundred million visitors, a hundred thousand pages a second: sums over what was measured, for docs/scaling.md.

What a server takes for a page is measured by benchmarks.parts.cluster_calls, an entry of a stream by
benchmarks.parts.stream_entries: those runs write no JSON, so their figures stand here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

SERVER_US: Final = 40
ENTRY_BYTES: Final = 198
INTO_MASTER_BYTES, OUT_OF_MASTER_BYTES = 1_600, 2_900
VISITORS, PAGES_PER_S = 100_000_000, 100_000
_EVENTS_KEPT: Final = 60_000_000
_BUSY_MASTER, _BUSY_WORKER = 0.4, 0.6
_LEAST_MASTERS: Final = 12  # so that one that is lost takes a small part with it
_EVENTS_GB: Final = _EVENTS_KEPT * ENTRY_BYTES / 1e9
_BUSY_CORES: Final = PAGES_PER_S * SERVER_US / 1e6

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Sizing:
    """What was measured. visitor_bytes: on average; fullest_bytes: where all had come back a few times. page_us: of a
    worker for a page, beyond the app's own."""

    visitor_bytes: float
    fullest_bytes: float
    page_us: float

    @property
    def masters(self) -> int:
        return max(_LEAST_MASTERS, ceil(_BUSY_CORES / _BUSY_MASTER))

    @property
    def worker_cores(self) -> float:
        return PAGES_PER_S * self.page_us / 1e6

    @property
    def workers(self) -> int:
        return ceil(self.worker_cores / _BUSY_WORKER)

    def table(self) -> str:
        """What is needed, sum by sum."""
        rows = [("what", "sum", "so"), ("---",) * 3, *self._memory(), *self._masters(), *self._workers()]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _memory(self) -> Iterator[Row]:
        gigabytes, full = (VISITORS * size / 1e9 for size in (self.visitor_bytes, self.fullest_bytes))
        each, most = ((some + _EVENTS_GB) / self.masters for some in (gigabytes, full))
        average = f"100 M × {self.visitor_bytes / 1000:.2f} KB = {gigabytes:.0f} GB"
        yield "memory of visitors", f"{average}; if all had come back a few times, {full:.0f} GB", ""
        events = f"{_EVENTS_KEPT // 1_000_000} M × {ENTRY_BYTES} bytes = {_EVENTS_GB:.0f} GB"
        told = "`events_kept` a million is ten seconds at this rate. For ten minutes of a relay that is away"
        yield "of events", f"{told}: {events}", f"set `events_kept={_EVENTS_KEPT:_}`"
        told = (
            f"({gigabytes:.0f} + {_EVENTS_GB:.0f}) GB / {self.masters} = {each:.0f} GB, {most:.0f} GB in the worst case"
        )
        room = f"{ceil(1.5 * most / 10) * 10} GB for each"
        yield "memory of each master", f"{told}; half more while it writes its files anew", room

    def _masters(self) -> Iterator[Row]:
        busy = f"100,000 × {SERVER_US} µs = {_BUSY_CORES:.0f} cores busy; at most {_BUSY_MASTER:.0%} of each"
        yield "processor of masters", busy, f"{self.masters} masters"
        into, out = (PAGES_PER_S * size / 1e6 for size in (INTO_MASTER_BYTES, OUT_OF_MASTER_BYTES))
        each = f"{8 * (into + out) / 1000 / self.masters:.1f} Gbit/s each"
        yield "network of masters", f"in {into:.0f} MB/s, out {out:.0f} MB/s in all; {each}", "1 Gbit/s does"
        doubled = f"{self.masters}, or {2 * self.masters} with `min-replicas-to-write`"
        yield "replicas", "as many again, on other machines", doubled

    def _workers(self) -> Iterator[Row]:
        cores = f"100,000 × {self.page_us:.0f} µs = {self.worker_cores:.0f} cores for us, and what the app takes"
        yield "workers", f"{cores}; at {_BUSY_WORKER:.0%} busy", f"{self.workers} workers for us"
        yield "connections of a master", f"{self.workers} workers × 2", f"{2 * self.workers}"
        new = f"{100 * self.workers:,} a second, bursts of ten times that"
        yield "new visitors", f"{self.workers} workers × `new_profiles_per_s` 100", new
