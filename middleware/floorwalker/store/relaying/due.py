"""Who is to be looked at again because time has passed, whatever they do."""

import asyncio
from collections.abc import Sequence

from floorwalker.errors import StoreError
from floorwalker.store.keys import Keys
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.scripts import script

PARTITIONS_AT_ONCE = 256


async def read_due(link: Link, keys: Keys, now: float, limit: int) -> list[str]:
    """Visitors who are due by now, the longest due first within a partition; `limit` of them, about."""
    found: list[str] = []
    for first in range(0, keys.partitions, PARTITIONS_AT_ONCE):
        some = range(first, min(first + PARTITIONS_AT_ONCE, keys.partitions))
        command = ("-inf", _seconds(now), "LIMIT", 0, max(1, limit - len(found)))
        replies = await asyncio.gather(*(link.call("ZRANGEBYSCORE", keys.due(one), *command) for one in some))
        found += [visitor for reply in replies for visitor in _names(reply)]
        if len(found) >= limit:
            break
    return found[:limit]


async def count_due(link: Link, keys: Keys, now: float) -> tuple[int, int]:
    """How many are due by now, and how many will be."""
    overdue = later = 0
    for first in range(0, keys.partitions, PARTITIONS_AT_ONCE):
        some = [keys.due(one) for one in range(first, min(first + PARTITIONS_AT_ONCE, keys.partitions))]
        past = await asyncio.gather(*(link.call("ZCOUNT", key, "-inf", _seconds(now)) for key in some))
        whole = await asyncio.gather(*(link.call("ZCARD", key) for key in some))
        overdue, later = overdue + _sum(past), later + _sum(whole)
    return overdue, later - overdue


async def forget_due(link: Link, keys: Keys, visitor: str, identity: bytes | None) -> None:
    """A visitor of whom nothing is known any more is due no more. identity: of the record that says so, unless it has
    changed meanwhile; None where their history is another's for good."""
    due = keys.due(keys.partition_of(visitor))
    if identity is None:
        await link.call("ZREM", due, visitor)
    else:
        await script("forget").run(link, [keys.profile(visitor), due], [identity, visitor])


async def postpone_due(link: Link, keys: Keys, visitor: str, at: float) -> None:
    """A visitor who is due is due later; nobody becomes due by it."""
    await link.call("ZADD", keys.due(keys.partition_of(visitor)), "XX", _seconds(at), visitor)


def _seconds(at: float) -> str:
    return f"{at:.3f}"


def _sum(replies: Sequence[Reply]) -> int:
    return sum(one for one in replies if isinstance(one, int))


def _names(reply: Reply) -> list[str]:
    if not isinstance(reply, list):
        raise StoreError("The store's answer has an unexpected form.")
    return [one.decode() for one in reply if isinstance(one, bytes)]
