"""The index by which visitors are found: `HASH:VISITOR` in every partition, in order."""

import asyncio
from collections.abc import Awaitable, Callable

from floorwalker.core.events import Scalar
from floorwalker.core.memory.persons import marked_value
from floorwalker.errors import RecordTooNew
from floorwalker.store.commits.desk import Desk
from floorwalker.store.link.pipe import Link
from floorwalker.store.naming import mark_of
from floorwalker.store.pieces import between
from floorwalker.store.records.found import Loaded
from floorwalker.store.scripts import script

PARTITIONS_AT_ONCE = 256
MEMBERS_AT_ONCE = 64

Load = Callable[[str], Awaitable[Loaded]]


async def find(desk: Desk, load: Load, trait: str, value: Scalar) -> list[str]:
    """Who has this trait now, each once, in the order of their ids; what the index holds beyond that is removed.

    load: reads a record, following pointers.
    """
    members, visitors = await _members(desk, trait, value), set[str]()
    for first in range(0, len(members), MEMBERS_AT_ONCE):
        some = members[first : first + MEMBERS_AT_ONCE]
        visitors.update(*await asyncio.gather(*(_bearer(desk, load, trait, value, *one) for one in some)))
    return sorted(visitors)


async def _bearer(desk: Desk, load: Load, trait: str, value: Scalar, partition: int, member: str) -> tuple[str, ...]:
    """Whoever a member of the index leads to, if they still bear the value; else it goes."""
    visitor = member.partition(":")[2]
    before = await desk.look(visitor)
    try:
        loaded = await load(visitor)
    except RecordTooNew:
        return ()
    traits = loaded.profile.traits if loaded.profile is not None else {}
    if trait in traits and marked_value(trait, traits[trait]) == marked_value(trait, value):
        return (loaded.visitor,)
    if isinstance(before, Loaded):
        await _forget(desk, partition, member, before)
    return ()


async def _members(desk: Desk, trait: str, value: Scalar) -> list[tuple[int, str]]:
    """What the index holds under a value, with its partitions."""
    keys = await desk.keyspace.keys()
    mark = mark_of(keys.people, trait, value)
    members: list[tuple[int, str]] = []
    for first in range(0, keys.partitions, PARTITIONS_AT_ONCE):
        some = range(first, min(first + PARTITIONS_AT_ONCE, keys.partitions))
        asked = [_members_in(desk.link, keys.found(one), mark) for one in some]
        for partition, found in zip(some, await asyncio.gather(*asked), strict=True):
            members += [(partition, member) for member in found]
    return members


async def _members_in(link: Link, index: str, mark: str) -> list[str]:
    """Of one partition. A semicolon comes right after a colon."""
    return [one.decode() async for some in between(link, index, f"[{mark}:", f"({mark};") for one in some]


async def _forget(desk: Desk, partition: int, member: str, before: Loaded) -> None:
    """Remove a member, unless the visitor's record has changed since: that may have put it there anew."""
    keys = await desk.keyspace.keys()
    await script("forget").run(
        desk.link, [keys.profile(before.visitor), keys.found(partition)], [before.identity, member]
    )
