"""Returning visitors for a measurement: profiles of about 1.5 KB in the store, and a cookie for each."""

import asyncio
import itertools
import secrets
import time
from pathlib import Path

import msgspec

from benchmarks.site.requests import AGENT
from benchmarks.site.serve import SECRET
from floorwalker import Ruleset
from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.core.advance import Corridor
from floorwalker.core.effects import NOTHING
from floorwalker.core.hashing import seed_of
from floorwalker.core.hit import Hit
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset as Rules
from floorwalker.store import Outcome, Step, StoreSettings, open_store

_PATTERNS = 50  # distinct histories; every visitor has one of them, with a seed of their own


async def returning_visitors(count: int, *, store: str, rules: Path, cookies: Path) -> int:
    """Fill the store, write one cookie a line, and give the median profile's bytes."""
    now = time.time()
    profiles = histories(Ruleset.load(rules), now)
    jar = VisitorCookie([SECRET], random=secrets.token_bytes)
    opened = open_store(store, settings=StoreSettings(new_profiles_per_s=1e9))
    lines = []
    try:
        numbers = iter(range(count))
        while batch := list(itertools.islice(numbers, 256)):
            identities = [jar.new(now) for _ in batch]
            commits = [opened.commit(one.visitor, None, _birth(profiles, one.visitor)) for one in identities]
            if any(done.outcome is not Outcome.STORED for done in await asyncio.gather(*commits)):
                raise SystemExit("a visitor could not be stored")
            lines += [jar.set_cookie(one, secure=False, now=now).partition(b";")[0].decode() for one in identities]
    finally:
        await opened.close()
    await asyncio.to_thread(cookies.write_text, "\n".join(lines) + "\n")
    sizes = sorted(len(msgspec.msgpack.encode(profile)) for profile in profiles)
    return sizes[len(sizes) // 2]


def _birth(profiles: list[Profile], visitor: str) -> Step:
    """The step that stores a visitor with one of the histories, and a seed of their own."""
    seed = seed_of(visitor)
    profile = msgspec.structs.replace(profiles[seed % len(profiles)], seed=seed)
    return lambda _: (profile, NOTHING)


def histories(ruleset: Rules, now: float) -> list[Profile]:
    """Histories as a shop knows them: some visits over the last month, thirty pages in all."""
    corridor = Corridor(ruleset)
    made = []
    for pattern in range(_PATTERNS):
        profile: Profile = Profile(seed=0)
        for number in range(30):
            at = now - 30 * 86400 + (number // 6) * 5 * 86400 + number * 40
            url = f"https://shop.example/category-{(pattern + number) % 9}/product-{pattern}-{number % 11}"
            referrer = b"https://www.google.com/search?q=lens" if number % 6 == 0 else b"https://shop.example/"
            hit = Hit(at=at, url=url, headers=((b"user-agent", AGENT), (b"referer", referrer)))
            profile, _ = corridor.advance(profile, hit)
        made.append(profile)
    return made
