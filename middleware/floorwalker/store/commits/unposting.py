"""What webhooks were to be told of somebody, taken away."""

from floorwalker.store.commits.desk import Desk
from floorwalker.store.link.replies import Word
from floorwalker.store.pieces import fields_of
from floorwalker.store.relaying.groups import groups_of
from floorwalker.store.relaying.outbox import endpoint_of, lies_given_up_as
from floorwalker.store.scripts import script


async def unpost(desk: Desk, visitor: str) -> None:
    """Delete a visitor's outbox and where it is noted that there is one. May be repeated. Raises StoreUnavailable.

    Of an erased visitor, a stone lies there already: so no relay posts anything behind this.
    """
    keys = await desk.keyspace.keys()
    partition = keys.partition_of(visitor)
    fields = [field.decode() for field in await fields_of(desk.link, keys.outbox(visitor))]
    endpoints = {one.endpoint for one in await groups_of(desk.link, keys.events(partition)) if one.endpoint}
    endpoints |= {endpoint_of(field) for field in fields}
    names = [keys.outbox(visitor), keys.undelivered(partition)]
    names += [keys.waiting(partition, endpoint) for endpoint in sorted(endpoints)]
    members: list[Word] = [lies_given_up_as(visitor, field) for field in fields]
    await script("unpost").run(desk.link, names, [visitor, *members])
