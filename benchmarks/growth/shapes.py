"""One site of a given shape, in this process: what a page costs there."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from benchmarks.site.pages import SLOTS, App, Receive, Scope, Send
from benchmarks.site.requests import no_body, request, started, swallow
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import SECRET
from benchmarks.site.visitors import histories
from floorwalker import PersonalizationMiddleware, Ruleset
from floorwalker.asgi.cookie import VisitorCookie
from floorwalker.core.effects import NOTHING
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Outcome, Step, Store, StoreSettings, open_store
from floorwalker.store.records.codec import encode_profile

_PATH = "/static10"
_VISITORS, _SLICES = 64, 9
_TRAIT = "x" * 60


@dataclass(frozen=True)
class Shape:
    """A site: every measure is that of the benchmark's site but the one that grows. profile_bytes: 0, as they are."""

    segments: int = 100
    slots: int = 3
    page_bytes: int = 10_000
    profile_bytes: int = 0
    at_once: int = 32


async def page_us(shape: Shape, folder: Path, store: str) -> tuple[float, float]:
    """Microseconds of CPU that a page costs behind floorwalker and without it, the median of slices in turn."""
    rules, templates = write_rules(folder, segments=shape.segments, slots=shape.slots)
    async with _opened(store) as opened:
        cookies = await _visitors(shape, Ruleset.load(rules), opened)
        plain = _app(_page(shape))
        wrapped = PersonalizationMiddleware(
            plain, rules=str(rules), templates=str(templates), store=opened, secret_key=[SECRET], budget_ms=10_000
        )
        async with started(wrapped):
            await _slice(wrapped, cookies, shape, opened)
            slices = [
                (await _slice(wrapped, cookies, shape, opened), await _slice(plain, cookies, shape, opened))
                for _ in range(_SLICES)
            ]
    return median(ours for ours, _ in slices), median(theirs for _, theirs in slices)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = open_store(url, settings=StoreSettings(new_profiles_per_s=1e9))
    try:
        yield store
    finally:
        await store.close()


async def _visitors(shape: Shape, ruleset: Ruleset, store: Store) -> list[str]:
    """Visitors with a history, or with a profile of so many bytes; a cookie of each."""
    now = time.time()
    known = histories(ruleset, now)
    jar, cookies = VisitorCookie([SECRET], random=secrets.token_bytes), []
    for number in range(_VISITORS):
        identity, profile = jar.new(now), known[number % len(known)]
        if shape.profile_bytes:
            profile = _of_size(profile, shape.profile_bytes)
        done = await store.commit(identity.visitor, None, _birth(profile))
        if done.outcome is not Outcome.STORED:
            raise SystemExit("a visitor could not be stored")
        cookies.append(jar.set_cookie(identity, secure=False, now=now).partition(b";")[0].decode())
    return cookies


def _birth(profile: Profile) -> Step:
    return lambda _: (profile, NOTHING)


def _of_size(profile: Profile, size: int) -> Profile:
    """A profile of about that many bytes: without a history where it would be too large, with traits up to the size."""
    base = profile if len(encode_profile(profile)) < size else Profile(seed=profile.seed)
    missing = max(0, size - len(encode_profile(base)))
    return replace(base, traits={f"trait {number:03}": _TRAIT for number in range(missing // (len(_TRAIT) + 12))})


def _page(shape: Shape) -> bytes:
    """A page with its slots spread over it evenly."""
    marks = "".join(f"{mark}\n" for mark in _marks(shape.slots, filler=shape.page_bytes // shape.slots))
    return f"<!doctype html><html><body>{marks}</body></html>".encode()


def _marks(slots: int, *, filler: int) -> Iterator[str]:
    for number in range(slots):
        name = SLOTS[number] if number < len(SLOTS) else f"slot-{number}"
        mark = f"<!--slot:{name}--><p>What everyone sees.</p><!--/slot:{name}-->"
        yield "<p>Sharp from corner to corner.</p>" * max(0, (filler - len(mark)) // 35) + mark


def _app(body: bytes) -> App:
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


async def _slice(served: App, cookies: list[str], shape: Shape, store: Store) -> float:
    count = max(_VISITORS, shape.at_once)
    numbers = iter(range(count))

    async def visits() -> None:
        for number in numbers:
            await served(request(_PATH, cookies[number % _VISITORS]), no_body, swallow)

    began = time.process_time()
    await asyncio.gather(*[visits() for _ in range(shape.at_once)])
    await store.flush(10)
    return (time.process_time() - began) / count * 1e6
