"""Consumer groups over all partitions: every committed event comes to a group once, whichever of its readers lives."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

from msgspec import DecodeError, Struct

from floorwalker.core.events import Event
from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys, relay_key
from floorwalker.store.link.cluster import ClusterLink
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.streams import StreamEntry, entry_of

STREAMS_AT_ONCE = 64  # of one command; in a cluster every stream has its own
ENTRIES_OF_EACH = 16  # so about a thousand are in memory at a time
CLAIMED_AT_ONCE = 100
COMMANDS_AT_ONCE = 64
WEBHOOK = "webhook:"  # what the names of groups begin with that read for one


class Delivery(Struct, frozen=True):
    """One entry, and the partition from whose stream it came."""

    partition: int
    entry: StreamEntry


class Gap(Struct, frozen=True):
    """A stream was trimmed beyond where a group had come. missed: how many entries; None where the server cannot tell.

    after: the entry that the group had last.
    """

    group: str
    partition: int
    after: str
    missed: int | None


class Standing(Struct, frozen=True):
    """Where a group stands in one partition. lag: entries not delivered yet; None where the server cannot tell.

    pending: delivered, and not done with. length: of the stream. first, last: its first entry, and the one that the
    group had last.
    """

    group: str
    partition: int
    lag: int | None
    pending: int
    length: int
    first: str
    last: str


class Group:
    """One consumer of one group. cap: how long a stream grows before it is trimmed. life_s: how long entries stay."""

    def __init__(self, link: Link, keys: Keys, name: str, *, consumer: str, cap: int, life_s: float) -> None:
        self.name = name
        self._link = link
        self._keys = keys
        self._consumer = consumer
        self._cap = cap
        self._life_s = life_s
        self._at_once = 1 if isinstance(link, ClusterLink) else STREAMS_AT_ONCE

    async def open(self, *, from_now: bool) -> None:
        """Make the group where it is not yet. from_now: it begins with what comes now, else with all there is."""
        start = "$" if from_now else "0"
        for some in _batches(range(self._keys.partitions), COMMANDS_AT_ONCE):
            await asyncio.gather(*(self._create(partition, start) for partition in some))

    async def read(self) -> AsyncIterator[list[Delivery]]:
        """What nobody of the group had yet, in order within a partition, some partitions at a time."""
        for some in _batches(
            range(self._keys.partitions), self._at_once * (COMMANDS_AT_ONCE if self._at_once == 1 else 1)
        ):
            groups = _batches(some, self._at_once)
            found = await asyncio.gather(*(self._read(streams) for streams in groups))
            yield [one for part in found for one in part]

    async def claim(self, *, idle_ms: int) -> AsyncIterator[list[Delivery]]:
        """What another reader had at least so long ago and is not done with: it may be dead."""
        for some in _batches(range(self._keys.partitions), COMMANDS_AT_ONCE):
            found = await asyncio.gather(*(self._claim(partition, idle_ms) for partition in some))
            yield [one for part in found for one in part]

    async def done(self, deliveries: Iterable[Delivery]) -> None:
        """Nothing is to be done about these."""
        by_partition: dict[int, list[str]] = {}
        for one in deliveries:
            by_partition.setdefault(one.partition, []).append(one.entry.id)
        await asyncio.gather(
            *(self._link.call("XACK", self._keys.events(one), self.name, *ids) for one, ids in by_partition.items())
        )

    async def leave(self) -> None:
        """Take the reader out of the group, unless something is left that it is not done with."""
        for some in _batches(range(self._keys.partitions), COMMANDS_AT_ONCE):
            await asyncio.gather(*(self._leave(partition) for partition in some))

    async def gaps(self, now: float) -> list[Gap]:
        """Where the streams were trimmed past this group since it last looked. Each is told once, to whoever looks.

        now: seconds since 1970.
        """
        found = []
        async for one in standings(self._link, self._keys):
            if one.group == self.name and (gap := self._gap(one, now)) is not None and await self._is_new(gap):
                found.append(gap)
        return found

    def _gap(self, one: Standing, now: float) -> Gap | None:
        """A stream is trimmed once it is full, or its entries are too old: else they were erased, and none are missed.

        What is missed of a short one is told only where the server can tell how many that is.
        """
        if order_of(one.first) <= order_of(one.last):
            return None
        is_full, is_left_behind = one.length >= self._cap, order_of(one.last)[0] < 1000 * (now - self._life_s)
        if not is_full and (not is_left_behind or one.lag is None):
            return None
        missed = None if one.lag is None else max(0, one.lag - one.length)
        return None if missed == 0 else Gap(self.name, one.partition, one.last, missed)

    async def _is_new(self, gap: Gap) -> bool:
        key, field = relay_key(self._keys.namespace), f"gap {gap.group} {gap.partition} {gap.after}"
        return await self._link.call("HSETNX", key, field, -1 if gap.missed is None else gap.missed) == 1

    async def _create(self, partition: int, start: str) -> None:
        try:
            await self._link.call("XGROUP", "CREATE", self._keys.events(partition), self.name, start, "MKSTREAM")
        except StoreError as refused:
            if "BUSYGROUP" not in str(refused):
                raise

    async def _read(self, partitions: Sequence[int]) -> list[Delivery]:
        names = {self._keys.events(one): one for one in partitions}
        command = ("XREADGROUP", "GROUP", self.name, self._consumer, "COUNT", ENTRIES_OF_EACH, "STREAMS")
        try:
            reply = await self._link.call(*command, *names, *[">"] * len(names))
        except StoreError as refused:
            if "NOGROUP" not in str(refused):
                raise
            await asyncio.gather(*(self._create(one, "0") for one in partitions))  # somebody deleted a stream
            return []
        return [Delivery(names[name], one) for name, entries in _by_stream(reply) for one in entries]

    async def _claim(self, partition: int, idle_ms: int) -> list[Delivery]:
        key, start = self._keys.events(partition), b"0-0"
        found: list[Delivery] = []
        while len(found) < CLAIMED_AT_ONCE:
            reply = await self._link.call(
                "XAUTOCLAIM", key, self.name, self._consumer, idle_ms, start, "COUNT", CLAIMED_AT_ONCE
            )
            match reply:
                case [bytes(start), list(entries), *_]:
                    found += [Delivery(partition, one) for one in _entries(entries)]
                case _:
                    raise StoreError("The store's answer has an unexpected form.")
            if start == b"0-0":
                break
        return found

    async def _leave(self, partition: int) -> None:
        key = self._keys.events(partition)
        mine = await self._link.call("XPENDING", key, self.name, "-", "+", 1, self._consumer)
        if not mine:
            await self._link.call("XGROUP", "DELCONSUMER", key, self.name, self._consumer)


async def standings(link: Link, keys: Keys) -> AsyncIterator[Standing]:
    """Where every group stands, partition by partition."""
    for some in _batches(range(keys.partitions), COMMANDS_AT_ONCE):
        for found in await asyncio.gather(*(_standings(link, keys, one) for one in some)):
            for one in found:
                yield one


async def _standings(link: Link, keys: Keys, partition: int) -> list[Standing]:
    key = keys.events(partition)
    try:
        groups, stream = await asyncio.gather(
            link.call("XINFO", "GROUPS", key), link.call("XRANGE", key, "-", "+", "COUNT", 1)
        )
    except StoreError as refused:
        if "no such key" in str(refused).lower():
            return []
        raise
    length = await link.call("XLEN", key) if groups else 0
    if not isinstance(groups, list) or not isinstance(length, int):
        raise StoreError("The store's answer has an unexpected form.")
    first = _entries(stream)[0].id if stream else "0-0"
    return [_standing(_fields(one), partition, length, first) for one in groups]


class Reading(Struct, frozen=True):
    """A group that reads a stream. endpoint: the webhook it reads for; empty where it reads for none."""

    name: str

    @property
    def endpoint(self) -> str:
        return self.name.removeprefix(WEBHOOK) if self.name.startswith(WEBHOOK) else ""


async def groups_of(link: Link, stream: str) -> list[Reading]:
    """Which groups read a stream."""
    try:
        groups = await link.call("XINFO", "GROUPS", stream)
    except StoreError as refused:
        if "no such key" in str(refused).lower():
            return []
        raise
    return [Reading(_text(_fields(one)["name"])) for one in groups] if isinstance(groups, list) else []


async def last_delivered(link: Link, stream: str, group: str) -> str:
    """The last entry of a stream that a group had; empty where there is no such group, or no such stream any more."""
    try:
        groups = await link.call("XINFO", "GROUPS", stream)
    except StoreError as refused:
        if "no such key" in str(refused).lower():
            return ""
        raise
    fields = [_fields(one) for one in groups] if isinstance(groups, list) else []
    return next((_text(one["last-delivered-id"]) for one in fields if _text(one["name"]) == group), "")


async def first_pending(link: Link, stream: str, group: str) -> str:
    """The first entry of a stream that a group had and is not done with; empty where there is none."""
    match await link.call("XPENDING", stream, group, "-", "+", 1):
        case [[bytes(id_), *_], *_]:
            return id_.decode()
        case _:
            return ""


def _standing(told: dict[str, Reply], partition: int, length: int, first: str) -> Standing:
    lag, pending = told.get("lag"), told.get("pending")
    return Standing(
        _text(told.get("name")),
        partition,
        lag if isinstance(lag, int) else None,
        pending if isinstance(pending, int) else 0,
        length,
        first,
        _text(told.get("last-delivered-id")),
    )


def order_of(entry: str) -> tuple[int, int]:
    """The id of an entry, to be compared."""
    milliseconds, _, number = entry.partition("-")
    return int(milliseconds), int(number or 0)


def _fields(reply: Reply) -> dict[str, Reply]:
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return {_text(name): value for name, value in zip(reply[::2], reply[1::2], strict=True)}


def _by_stream(reply: Reply) -> list[tuple[str, list[StreamEntry]]]:
    """None is nothing new."""
    if reply is None:
        return []
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    found = []
    for one in reply:
        match one:
            case [bytes(name), list(entries)]:
                found.append((name.decode(), _entries(entries)))
            case _:
                raise StoreError("The store's answer has an unexpected form.")
    return found


def _entries(reply: Reply) -> list[StreamEntry]:
    """Entries that were deleted meanwhile come as nothing."""
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return [_readable(one) for one in reply if isinstance(one, list) and one[1] is not None]


def _readable(reply: Reply) -> StreamEntry:
    """What cannot be read, such as an entry of a newer release, is an event without a name: nobody waits for it."""
    try:
        return entry_of(reply)
    except (StoreError, DecodeError):
        name = reply[0] if isinstance(reply, list) else b""
        return StreamEntry(_text(name), "", Event("", 0))


def _text(value: Reply) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _batches(numbers: Sequence[int], size: int) -> list[Sequence[int]]:
    return [numbers[first : first + size] for first in range(0, len(numbers), size)]
