"""Forgetting what happened: the streams let go of somebody who stays, and call them otherwise from here on."""

from msgspec.structs import replace

from floorwalker.store.commits.attempt import PSEUDONYM_BYTES
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.rewriting import following, put
from floorwalker.store.commits.unposting import unpost
from floorwalker.store.commits.unstreaming import unstream
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded
from floorwalker.store.records.record import Alias, Body, Record, State


async def forget_events(desk: Desk, visitor: str, *, hops: int = POINTERS_FOLLOWED) -> int:
    """Take out of the streams what they hold of a visitor and of who joined them; how many entries went.

    The profile stays; nothing that comes later can be put together with what was there. May be repeated: until all is
    gone the record keeps what it was called, as one of those who joined. A pointer is followed; of a stone, of nobody
    and of a record that only a newer release reads nothing is done. Raises StoreUnavailable.
    """
    found: Found | None = await desk.look(visitor)
    while isinstance(found, Loaded) and found.record is not None and found.record.state is State.LIVE:
        before = found.record.body
        renamed = _renamed(found.record, desk.random_bytes(PSEUDONYM_BYTES))
        found = await put(desk, found, renamed)
        if found is None:
            dropped = await _drop(desk, before)
            await _settle(desk, visitor, renamed.body.pseudonym)
            return dropped
    if isinstance(found, Loaded) and found.moved_to and hops:
        return await forget_events(desk, found.moved_to, hops=hops - 1)
    return 0


async def _drop(desk: Desk, before: Body) -> int:
    dropped = await unstream(desk, before.visitor, before.pseudonym)
    for alias in before.aliases:
        dropped += await unstream(desk, alias.visitor, alias.pseudonym)
    await unpost(desk, before.visitor)
    return dropped


async def _settle(desk: Desk, visitor: str, pseudonym: bytes) -> None:
    """All is gone: nothing of what anybody was called need be known. Only where nobody has renamed them since."""
    found: Found | None = await desk.look(visitor)
    while isinstance(found, Loaded) and found.record is not None and found.record.body.pseudonym == pseudonym:
        if found.record.state is not State.LIVE:
            return
        others = tuple([Alias(one.visitor, b"") for one in found.record.body.aliases if one.visitor != visitor])
        found = await put(desk, found, following(found.record, replace(found.record.body, aliases=others)))


def _renamed(record: Record, pseudonym: bytes) -> Record:
    """The record under another name, the one before among those who joined; what it held back for the streams goes."""
    body = record.body
    aliases = (*body.aliases, Alias(body.visitor, body.pseudonym))
    pending = replace(body.pending, events=(), counts=()) if body.pending is not None else None
    return following(record, replace(body, pseudonym=pseudonym, aliases=aliases, pending=pending))
