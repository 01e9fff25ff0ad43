"""The index by which visitors are found: `HASH:VISITOR` in every partition, in order."""

import asyncio
from collections.abc import Awaitable, Callable

from floorwalker.core.events import Scalar
from floorwalker.core.memory.persons import marked_value
from floorwalker.errors import RecordTooNew
from floorwalker.store.commits.desk import Desk
from floorwalker.store.naming import mark_of
from floorwalker.store.records.found import Loaded
from floorwalker.store.scripts import script

PARTITIONS_AT_ONCE = 256


async def find(desk: Desk, load: Callable[[str], Awaitable[Loaded]], trait: str, value: Scalar) -> list[str]:
    """Who has this trait now, each once, in the order of their ids; what the index holds beyond that is removed.

    load: reads a record, following pointers.
    """
    wanted = marked_value(trait, value)
    visitors: set[str] = set()
    for partition, member in await _members(desk, trait, value):
        visitor = member.partition(":")[2]
        before = await desk.look(visitor)
        try:
            loaded = await load(visitor)
        except RecordTooNew:
            continue
        traits = loaded.profile.traits if loaded.profile is not None else {}
        if trait in traits and marked_value(trait, traits[trait]) == wanted:
            visitors.add(loaded.visitor)
        elif isinstance(before, Loaded):
            await _forget(desk, partition, member, before)
    return sorted(visitors)


async def _members(desk: Desk, trait: str, value: Scalar) -> list[tuple[int, str]]:
    """What the index holds under a value, with its partitions."""
    keys = await desk.keyspace.keys()
    mark = mark_of(keys.people, trait, value)
    members: list[tuple[int, str]] = []
    for first in range(0, keys.partitions, PARTITIONS_AT_ONCE):
        some = range(first, min(first + PARTITIONS_AT_ONCE, keys.partitions))
        # A semicolon comes right after a colon.
        asked = [desk.link.call("ZRANGEBYLEX", keys.found(one), f"[{mark}:", f"({mark};") for one in some]
        for partition, reply in zip(some, await asyncio.gather(*asked), strict=True):
            found = reply if isinstance(reply, list) else []
            members += [(partition, member.decode()) for member in found if isinstance(member, bytes)]
    return members


async def _forget(desk: Desk, partition: int, member: str, before: Loaded) -> None:
    """Remove a member, unless the visitor's record has changed since: that may have put it there anew."""
    keys = await desk.keyspace.keys()
    await script("forget").run(
        desk.link, [keys.profile(before.visitor), keys.found(partition)], [before.identity, member]
    )
