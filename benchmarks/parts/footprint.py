"""`python -m benchmarks.parts.footprint`: what a visitor weighs, part by part, and what bytes cost to read.

By the real store on the bundled server; events and counters are left out. Bytes per visitor are the growth of the
server's own memory (INFO memory, used_memory) by the number of visitors, with the keys, their expiry and the table they
lie in. Then the growth: microseconds to read a profile and to write it, from 100 bytes to 16 KB.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from timeit import repeat

from msgspec import Struct, msgpack, structs
from redis.asyncio import Redis

from benchmarks.site.requests import AGENT
from benchmarks.site.visitors import histories
from floorwalker import Ruleset
from floorwalker.core.advance import Corridor
from floorwalker.core.effects import NOTHING
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset as Rules
from floorwalker.store import Step, StoreSettings, open_store
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.records.codec import LAYOUT_SHORT, decode_profile, encode_profile

BUDGETS = {"one page": 256, "one page, by a search": 300, "thirty pages": 1600}
"""Bytes per visitor that they may weigh, key and all, in short."""

_AT_ONCE = 256
_A_SEED = 1 << 63  # as long as a real one
_encode = msgpack.Encoder().encode


class Weight(Struct, frozen=True):
    """What visitors of one kind weigh. profile, record: bytes, the median. visitor: bytes of the server for each."""

    kind: str
    profile: int
    record: int
    visitor: float
    parts: Mapping[str, int]


class Cost(Struct, frozen=True):
    """What one profile costs. bytes: as it lies in the store."""

    bytes: int
    decode_us: float
    encode_us: float


def kinds(now: float) -> Mapping[str, Sequence[Profile]]:
    """Profiles of each kind that is weighed."""
    ruleset = Ruleset("")
    return {
        "one page": one_page(ruleset, now),
        "one page, by a search": one_page(ruleset, now, (b"referer", b"https://www.google.com/search?q=lens")),
        "thirty pages": histories(ruleset, now),
    }


def one_page(ruleset: Rules, now: float, *headers: tuple[bytes, bytes]) -> list[Profile]:
    """Visitors who saw one product, and nothing else."""
    corridor = Corridor(ruleset)
    urls = [f"https://shop.example/category-{number % 9}/product-{number}" for number in range(50)]
    hits = [Hit(at=now, url=url, headers=((b"user-agent", AGENT), *headers)) for url in urls]
    return [corridor.advance(Profile(seed=0), hit)[0] for hit in hits]


def growth(now: float) -> list[Cost]:
    """What profiles cost to read and to write, from the smallest to the largest."""
    return [_cost(profile) for profile in _ever_larger(Ruleset(""), now)]


def _ever_larger(ruleset: Rules, now: float) -> Iterator[Profile]:
    """One visitor's profile, each time that it has doubled, until nothing lets it grow."""
    corridor, profile, size = Corridor(ruleset), Profile(seed=seed_of("somebody")), 50
    for number in range(6000):
        traits = {f"trait {n}": "x" * 40 for n in range(min(20, number // 100))}
        url = f"https://shop.example/section-{number % 40}/{'x' * (number % 50)}-{number % 300}"
        hit = Hit(at=now + number * 600, url=url, headers=((b"user-agent", AGENT),))
        profile, _ = corridor.advance(structs.replace(profile, traits=traits), hit)
        if len(encode_profile(profile)) >= 2 * size:
            size = len(encode_profile(profile))
            yield profile
    yield profile


def _cost(profile: Profile) -> Cost:
    stored = encode_profile(profile, LAYOUT_SHORT)
    read = decode_profile(stored)
    return Cost(len(stored), _us(lambda: decode_profile(stored)), _us(lambda: encode_profile(read, LAYOUT_SHORT)))


def _us(work: Callable[[], object]) -> float:
    """Microseconds of CPU, the best of many short rounds, as the machine may be busy."""
    return min(repeat(work, timer=time.process_time, number=200, repeat=61)) / 200 * 1e6


async def weigh(socket: str, kind: str, profiles: Sequence[Profile], *, visitors: int) -> Weight:
    """So many visitors with these profiles, stored and weighed."""
    settings = StoreSettings(new_profiles_per_s=1e9, partitions=64)
    store = open_store(f"unix://{socket}", settings=settings)
    redis = Redis(unix_socket_path=socket, protocol=2)
    try:
        await store.commit("the first makes the keyspace", None, _birth(profiles, ""))
        before = int((await redis.info("memory"))["used_memory"])
        numbers = iter(range(visitors))
        while batch := list(itertools.islice(numbers, _AT_ONCE)):
            names = [f"{number:022d}" for number in batch]  # as long as a visitor's id
            await asyncio.gather(*(store.commit(name, None, _birth(profiles, name)) for name in names))
        after = int((await redis.info("memory"))["used_memory"])
        loaded = await store.load(f"{0:022d}")
        assert loaded.record is not None
        record = len(loaded.record.encode())
    finally:
        await store.close()
        await redis.aclose()
    median = sorted(profiles, key=lambda one: len(encode_profile(one)))[len(profiles) // 2]
    return Weight(
        kind,
        len(encode_profile(structs.replace(median, seed=_A_SEED), LAYOUT_SHORT)),
        record,
        (after - before) / visitors,
        parts_of(median),
    )


def parts_of(profile: Profile) -> Mapping[str, int]:
    """The bytes of each part of a profile that says something, the heaviest first."""
    sizes = {name: len(_encode(getattr(profile, name))) for name in Profile.__struct_fields__}
    return dict(sorted(((name, size) for name, size in sizes.items() if size > 1), key=lambda one: -one[1]))


def _birth(profiles: Sequence[Profile], visitor: str) -> Step:
    seed = seed_of(visitor)
    profile = structs.replace(profiles[seed % len(profiles)], seed=seed)
    return lambda _: (profile, NOTHING)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.footprint", description=__doc__)
    parser.add_argument("--visitors", type=int, default=50_000)
    options = parser.parse_args()
    now = time.time()
    print(f"{'':<24}{'profile':>9}{'record':>9}{'in all':>9}{'budget':>9}  bytes of one profile in full, by parts")
    for kind, profiles in kinds(now).items():
        with tempfile.TemporaryDirectory(prefix="fw-bench-") as folder, EmbeddedServer(Path(folder) / "data") as server:
            one = asyncio.run(weigh(str(server.start()), kind, profiles, visitors=options.visitors))
            server.stop()
        parts = ", ".join(f"{name} {size}" for name, size in one.parts.items())
        print(f"{kind:<24}{one.profile:>9}{one.record:>9}{one.visitor:>9.0f}{BUDGETS[kind]:>9}  {parts}")
    print(f"\n{'bytes':>9}{'decode':>9}{'encode':>9}  µs")
    for cost in growth(now):
        print(f"{cost.bytes:>9}{cost.decode_us:>9.1f}{cost.encode_us:>9.1f}")


if __name__ == "__main__":
    main()
