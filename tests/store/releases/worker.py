"""One worker of some release, in a process of its own: commits steps, and tells what became of them.

Run with the release's package on the path: URL NAME VISITORS STEPS. A release whose profiles have `added` counts in it.
"""

import asyncio
import json
import sys
from collections import Counter

from msgspec.structs import replace

from floorwalker.core.effects import Count, Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Step, StoreSettings, open_store
from floorwalker.store.records.codec import SCHEMA_WRITTEN

DAY, FIELD = "2026-11-22", "hero\x1ftreatment"
ADDS = "added" in Profile.__struct_fields__ and SCHEMA_WRITTEN > 1


def step_of(raw: bytes) -> Step:
    """One more visit, told in the stream under that name."""

    def step(profile: Profile | None) -> tuple[Profile, Effects]:
        profile = profile or Profile(seed=7)
        more = {"added": profile.added + 1} if ADDS else {}  # type: ignore[attr-defined]
        changed = replace(profile, visits=profile.visits + 1, **more)
        return changed, Effects((Event(raw.decode(), 1.0),), (Count(DAY, FIELD),))

    return step


async def work(url: str, name: str, visitors: int, steps: int) -> Counter[str]:
    store = open_store(url, settings=StoreSettings(partitions=4), resume=step_of)
    outcomes: Counter[str] = Counter()
    for number in range(steps):
        raws = [f"{name}-{visitor}-{number}".encode() for visitor in range(visitors)]
        done = [store.commit(f"v{visitor}", None, step_of(raw), raw=raw) for visitor, raw in enumerate(raws)]
        outcomes.update([one.outcome.value for one in await asyncio.gather(*done)])
    await store.close()
    return outcomes


if __name__ == "__main__":
    address, me, how_many, how_often = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(work(address, me, int(how_many), int(how_often)))))
