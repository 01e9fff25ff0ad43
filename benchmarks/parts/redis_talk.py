"""`python -m benchmarks.parts.redis_talk`: what one page says to Redis: commands, and bytes both ways.

Returning visitors, one page after the other on the bundled server. Bytes are the server's own count of what went over
its connections (INFO stats); commands are those that clients sent (MONITOR), without what scripts call within it.
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from redis.asyncio import Redis

from benchmarks.site.pages import App, Message, app
from benchmarks.site.requests import no_body, request, started, swallow
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import SECRET
from benchmarks.site.visitors import returning_visitors
from floorwalker import PersonalizationMiddleware
from floorwalker.store import Store, StoreSettings, open_store
from floorwalker.store.bundled.embedded import EmbeddedServer
from floorwalker.store.records.codec import encode_profile

_VISITORS, _WARM = 64, 2


class Talk(NamedTuple):
    """Of one page. before: commands that the first byte waits for. profile_bytes: the median, as they lie then."""

    commands: float
    before: float
    bytes: float
    profile_bytes: int

    @property
    def beyond(self) -> float:
        """Bytes beyond 2.2 times the profile."""
        return self.bytes - 2.2 * self.profile_bytes


async def measure() -> Talk:
    """Pages of 10 KB with three slots, each to another visitor."""
    with tempfile.TemporaryDirectory(prefix="fw-talk-", ignore_cleanup_errors=True) as name:
        rules, templates = write_rules(Path(name))
        with EmbeddedServer(Path(name) / "data") as server:
            socket = str(server.start())
            url, cookies = f"unix://{socket}", Path(name, "cookies")
            await returning_visitors(_VISITORS, store=url, rules=rules, cookies=cookies)
            store = open_store(url, settings=StoreSettings(new_profiles_per_s=1e9))
            served = PersonalizationMiddleware(
                app(), rules=str(rules), templates=str(templates), store=store, secret_key=[SECRET], budget_ms=10_000
            )
            jar = (await asyncio.to_thread(cookies.read_text)).split()
            async with started(served):
                commands, before, moved = await _listened(served, store, socket, jar)
                size = await _median_bytes(store, jar)
            await store.close()
            server.stop()
    return Talk(commands, before, moved, size)


async def _median_bytes(store: Store, jar: list[str]) -> int:
    profiles = [(await store.load(cookie.partition("=")[2].partition(".")[0])).profile for cookie in jar]
    return int(median(len(encode_profile(profile)) for profile in profiles if profile is not None))


async def _listened(served: App, store: Store, socket: str, jar: list[str]) -> tuple[float, float, float]:
    redis = Redis(unix_socket_path=socket)
    for _ in range(_WARM):
        await _pages(served, store, jar)
    await redis.config_resetstat()
    await _pages(served, store, jar)
    stats: dict[str, Any] = await redis.info("stats")
    moved = stats["total_net_input_bytes"] + stats["total_net_output_bytes"]
    await redis.aclose()
    async with Redis(unix_socket_path=socket) as listener, Redis(unix_socket_path=socket) as marker:
        await marker.echo("a connection greets once, and that is no page's")
        async with listener.monitor() as monitor:
            sent, before = await _counted(served, store, marker, monitor, jar)
    return sent / len(jar), before / len(jar), moved / len(jar)


async def _pages(served: App, store: Store, jar: list[str]) -> None:
    for cookie in jar:
        await served(request("/static10", cookie), no_body, swallow)
        await store.flush(10)


async def _counted(served: App, store: Store, redis: Redis, monitor: Any, jar: list[str]) -> tuple[int, int]:
    """How many commands of clients there were, and how many before the first byte; a mark of ours ends each part."""
    sent = before = 0
    for cookie in jar:
        began: list[Message] = []

        async def send(message: Message, began: list[Message] = began) -> None:
            if not began:
                began.append(message)
                await redis.echo("first byte")

        await served(request("/static10", cookie), no_body, send)
        await store.flush(10)
        await redis.echo("end")
        early = await _until(monitor, "first byte")
        before += early
        sent += early + await _until(monitor, "end")
    return sent, before


async def _until(monitor: Any, mark: str) -> int:
    count = 0
    while True:
        seen = await monitor.next_command()
        if seen["command"] == f"ECHO {mark}":
            return count
        count += seen["client_type"] != "lua"


def main() -> None:
    """Prints the figures."""
    talk = asyncio.run(measure())
    print(f"commands of a page {talk.commands:.2f}, before the first byte {talk.before:.2f}")
    print(f"bytes of a page {talk.bytes:,.0f}, profile {talk.profile_bytes:,}; beyond 2.2 × profile {talk.beyond:,.0f}")


if __name__ == "__main__":
    main()
