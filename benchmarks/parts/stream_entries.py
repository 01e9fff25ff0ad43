"""`python -m benchmarks.parts.stream_entries`: what an event in a stream weighs.

Visitors of `benchmarks.million` commit whole histories to the bundled server; then every stream is asked for its memory
(MEMORY USAGE, all entries looked at) and its length.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.million.__main__ import RULES
from benchmarks.million.crowd import Crowd, store_visitors
from benchmarks.million.measures import opened
from benchmarks.million.server import Server
from floorwalker import Ruleset
from floorwalker.core.advance import Corridor
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.keys import Keys

NAMESPACE = "entries"
PARTITIONS = 64


async def entry_bytes(server: Server, visitors: int) -> tuple[float, int]:
    """Bytes of an entry, and how many there are."""
    store = opened(server, NAMESPACE, events_kept=1_000_000_000)
    await store_visitors(store, Crowd(Corridor(Ruleset(RULES)), now=time.time()), range(visitors))
    await store.close()
    keys = Keys(NAMESPACE, PARTITIONS)
    streams = [keys.events(partition) for partition in range(PARTITIONS)]
    entries = sum(server.redis.xlen(one) for one in streams)
    return sum(map(server.key_bytes, streams)) / entries, entries


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.stream_entries", description=__doc__)
    parser.add_argument("--visitors", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as folder, EmbeddedServer(Path(folder) / "data") as embedded:
        one_bytes, entries = asyncio.run(entry_bytes(Server(str(embedded.start())), options.visitors))
        embedded.stop()
    print(f"{one_bytes:.0f} bytes an event, of {entries:,}")


if __name__ == "__main__":
    main()
