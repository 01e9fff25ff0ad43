"""Taking a backup while the site runs: what is read in which order, so that nothing can count twice afterwards."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

from msgspec import Struct

from floorwalker.errors import StoreError, StoreUnavailable
from floorwalker.store.backup.contents import text_frames, typed_frames
from floorwalker.store.backup.frames import FORMAT, Begin, End, Writer
from floorwalker.store.keys import Keys, prefix
from floorwalker.store.link.pipe import Link
from floorwalker.store.records.codec import SCHEMA_WRITTEN
from floorwalker.store.records.found import Loaded, read_found
from floorwalker.store.records.record import IDENTITY_BYTES, LAYOUT

KEYS_AT_ONCE: Final = 500
TAKEN_AT_ONCE: Final = 32
_TRIES: Final = 20
_OF_A_VISITOR: Final = ("messages", "deferred", "outbox")
_AFTER_VISITORS: Final = ("found", "due", "waiting", "undelivered")


class Taken(Struct):
    """How far it has come: pieces of the file, and visitors among them."""

    frames: int = 0
    visitors: int = 0


class Taking:
    """Reads one namespace, node by node, some hundreds of keys in memory at a time.

    Counters come first, then the streams with how far they were read, then visitors, then what leads to visitors. So
    a profile may know of more than the counters of the same backup, never of less: what is counted once per visitor is
    counted at most once after a restore. Each visitor comes whole, with the ids of the messages that they hold. Who
    was joined to a person meanwhile comes once more behind the person, and the person behind them.
    """

    def __init__(self, link: Link, keys: Keys, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._link = link
        self._keys = keys
        self._writer = writer
        self._now_ms = now_ms
        self._turns = asyncio.Semaphore(TAKEN_AT_ONCE)
        self.taken = Taken()

    async def take(self, release: str, *, pause_s: float, told: Callable[[Taken], None]) -> Taken:
        """Write all of it. told: called after every few hundred keys. Raises StoreUnavailable, OSError."""
        self._writer.write(Begin(FORMAT, self._now_ms() / 1000, release, LAYOUT, SCHEMA_WRITTEN))
        for takes, take in self._passes():
            async for names in scan(self._link, self._keys.namespace):
                await take([name for name in names if takes(_kind(name))])
                self.taken.frames = self._writer.frames
                told(self.taken)
                await asyncio.sleep(pause_s)
        self._writer.write(End(self._writer.frames, self.taken.visitors))
        return self.taken

    def _passes(self) -> Iterable[tuple[Callable[[str], bool], Callable[[list[str]], Awaitable[None]]]]:
        apart = ("events", "profile", *_OF_A_VISITOR, *_AFTER_VISITORS)
        yield (lambda kind: kind not in apart), self._take_keys
        yield (lambda kind: kind == "events"), self._take_keys
        yield (lambda kind: kind == "profile"), self._take_visitors
        yield (lambda kind: kind in _AFTER_VISITORS), self._take_keys

    async def _take_keys(self, names: list[str]) -> None:
        await self._together(map(self._take_key, names))

    async def _take_key(self, name: str) -> None:
        async with self._turns:
            async for frame in typed_frames(self._link, self._keys.namespace, name, now_ms=self._now_ms()):
                self._writer.write(frame)

    async def _take_visitors(self, names: list[str]) -> None:
        visitors = [(name, name.partition("}:profile:")[2]) for name in names]
        await self._together([self._take_family(one) for name, one in visitors if self._keys.profile(one) == name])

    async def _take_family(self, visitor: str) -> None:
        """A visitor; behind them whom a pointer leads to, and whoever joined them: these may have come before."""
        async with self._turns:
            found = await self._take_visitor(visitor)
            record = found.record if found is not None else None
            if record is None:
                return
            self.taken.visitors += 1
            if record.body.moved_to:
                await self._take_visitor(record.body.moved_to)
            for alias in record.body.aliases:
                await self._take_visitor(alias.visitor)

    async def _together(self, takings: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Some at a time. What is read later is written later, as replies about one visitor come in order."""
        tasks = [asyncio.create_task(one) for one in takings]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_visitor(self, visitor: str) -> Loaded | None:
        """The record and what belongs to it, as it was at one instant; None where it is gone."""
        key = self._keys.profile(visitor)
        beside = [name(visitor) for name in (self._keys.messages, self._keys.deferred, self._keys.outbox)]
        for _ in range(_TRIES):
            stored = await self._link.call("GET", key)
            if not isinstance(stored, bytes):
                return None
            frames = [one async for one in text_frames(self._link, self._keys.namespace, key, stored, self._now_ms())]
            for name in beside:
                frames += [
                    one async for one in typed_frames(self._link, self._keys.namespace, name, now_ms=self._now_ms())
                ]
            if await self._link.call("GETRANGE", key, 0, IDENTITY_BYTES - 1) == stored[:IDENTITY_BYTES]:
                break
        else:
            raise StoreUnavailable("One visitor's record changes without end; try again when there is less traffic.")
        for frame in frames:
            self._writer.write(frame)
        found = read_found(visitor, stored)
        return found if isinstance(found, Loaded) else None


async def scan(link: Link, namespace: str) -> AsyncIterator[list[str]]:
    """Every key of a namespace, node by node; a key that was there from beginning to end comes once."""
    head = prefix(namespace)
    for node in await link.nodes():
        before: frozenset[str] = frozenset()
        cursor: bytes = b"0"
        while True:
            match await node.call("SCAN", cursor, "MATCH", f"{head}*", "COUNT", KEYS_AT_ONCE):
                case [bytes(cursor), list(found)]:
                    names = [one.decode(errors="surrogateescape") for one in found if isinstance(one, bytes)]
                case _:
                    raise StoreError("The store's answer has an unexpected form.")
            ours = [name for name in names if name.isprintable() and _is_ours(name.removeprefix(head))]
            yield [name for name in dict.fromkeys(ours) if name not in before]
            before = frozenset(ours)
            if cursor == b"0":
                break


async def read_erased(link: Link, keys: Keys) -> AsyncIterator[str]:
    """Every visitor under whose key a stone lies."""
    async for names in scan(link, keys.namespace):
        by_partition: dict[int, list[str]] = defaultdict(list)
        for name in names:
            visitor = name.partition("}:profile:")[2]
            if visitor and keys.profile(visitor) == name:
                by_partition[keys.partition_of(visitor)].append(visitor)
        for visitors in by_partition.values():
            for visitor in visitors:
                stored = await link.call("GET", keys.profile(visitor))
                found = read_found(visitor, stored) if isinstance(stored, bytes) else None
                if isinstance(found, Loaded) and found.erased:
                    yield visitor


def _is_ours(rest: str) -> bool:
    """Whether a key is of this very namespace: another's begins with its name."""
    return rest == "meta" or rest.startswith("{")


def _kind(name: str) -> str:
    """`profile` of `fw:{12}:profile:…`; `meta` of `fw:meta`."""
    rest = name.partition("}:")[2] or name
    return rest.partition(":")[0]
