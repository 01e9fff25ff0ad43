"""One record put in the place of another by what only changes how it lies there: no step, no event, no counter."""

from msgspec.structs import replace

from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.records.found import Found, Loaded
from floorwalker.store.records.record import Body, Record, next_version
from floorwalker.store.scripts import script


def following(record: Record, body: Body) -> Record:
    """The record after one more commit."""
    return replace(record, version=next_version(record.version), body=body)


async def put(desk: Desk, found: Loaded, record: Record) -> Found | None:
    """Put a record in the place of what was found, for as long as that would have stayed; None, or what lies there."""
    keys = await desk.keyspace.keys()
    names = [keys.profile(found.visitor)]
    reply = await script("rewrite").run(desk.link, names, [found.identity, record.encode()])
    return None if reply == 1 else desk.read(found.visitor, as_bytes(reply))
