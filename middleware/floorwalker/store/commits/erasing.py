"""Erasing: a stone where the record was, and nothing left that hangs on it."""

import logging
from collections.abc import Collection, Sequence

from floorwalker.errors import StoreError
from floorwalker.store.commits.desk import Desk, as_bytes
from floorwalker.store.commits.unposting import unpost
from floorwalker.store.commits.unstreaming import unstream
from floorwalker.store.keys import Keys
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded
from floorwalker.store.records.record import (
    EPOCH_BYTES,
    IDENTITY_BYTES,
    Alias,
    Body,
    State,
    body_of,
    plain_stone,
    stone,
)
from floorwalker.store.scripts import script

logger = logging.getLogger(__name__)

MEMBERS_AT_ONCE = 1000


async def erase(desk: Desk, visitor: str, *, follow: bool = True, hops: int = POINTERS_FOLLOWED) -> int:
    """Erase a visitor and all who joined them; how many stream entries went with them.

    follow: and to whom a pointer or a move leads. May be repeated: the stone keeps what leads to all of them until
    they are erased; then it is a stone and nothing else.
    """
    keys = await desk.keyspace.keys()
    found = await desk.look(visitor)
    while True:
        body = _body(found)
        laid = stone(visitor, desk.random_bytes(EPOCH_BYTES), body.pseudonym, body.aliases, body.moved_to)
        reply = await _lay(desk, keys, found, laid.encode())
        if reply == 1:
            break
        found = desk.read(visitor, as_bytes(reply))
    dropped = await _drop_rest(desk, keys, visitor, body.pseudonym)
    await _scrub(desk, {visitor, *(alias.visitor for alias in body.aliases)})
    for alias in body.aliases:
        dropped += await _erase_alias(desk, keys, visitor, alias)
    if follow and body.moved_to and hops:
        dropped += await erase(desk, body.moved_to, hops=hops - 1)
    marked = Loaded(visitor, record=laid, identity=laid.identity)
    await _lay(desk, keys, marked, plain_stone(desk.random_bytes(EPOCH_BYTES)))
    return dropped


async def erase_once(desk: Desk, visitor: str, *, own_only: bool = False) -> int:
    """`erase`, unless nothing is left to erase: a browser that keeps its cookie asks for it with every request.

    own_only: whoever's history joined a person's has none of their own left.
    """
    found = await desk.look(visitor)
    if own_only and isinstance(found, Loaded) and (found.moved_to or found.is_moving):
        return 0
    if isinstance(found, Loaded) and found.erased and not _leads_on(_body(found)):
        return 0
    return await erase(desk, visitor)


def _leads_on(body: Body) -> bool:
    """Whether a stone still knows what leads to the rest of somebody."""
    return bool(body.pseudonym or body.aliases or body.moved_to)


def _body(found: Found) -> Body:
    """What leads to the rest of somebody; of a record that only a newer release reads, as far as it is as ours."""
    record = found.record if isinstance(found, Loaded) else None
    if record is not None:
        return record.body
    return (None if isinstance(found, Loaded) else body_of(found.stored, found.visitor)) or Body(found.visitor)


async def _lay(desk: Desk, keys: Keys, found: Found, laid: bytes) -> Reply:
    """Put a stone in the place of what was found: 1, or what lies there by now."""
    visitor = found.visitor
    names = [keys.profile(visitor), keys.messages(visitor), keys.deferred(visitor)]
    names.append(keys.due(keys.partition_of(visitor)))
    identity = found.identity if isinstance(found, Loaded) else found.stored[:IDENTITY_BYTES]
    arguments: list[Word] = [identity, laid, desk.settings.stone_s, visitor]
    return await script("erase").run(desk.link, names, arguments)


async def _erase_alias(desk: Desk, keys: Keys, visitor: str, alias: Alias) -> int:
    """Whoever joined: the pointer they left, and all that is theirs beside it."""
    if alias.visitor != visitor:
        left = await desk.look(alias.visitor)
        if isinstance(left, Loaded) and left.record and left.record.state in (State.MOVING, State.MOVED):
            return await erase(desk, alias.visitor, follow=False)
    return await _drop_rest(desk, keys, alias.visitor, alias.pseudonym)


async def _drop_rest(desk: Desk, keys: Keys, visitor: str, pseudonym: bytes) -> int:
    """What lies elsewhere of somebody whose record is none any more; how many stream entries went."""
    dropped = await unstream(desk, visitor, pseudonym)
    await unpost(desk, visitor)
    await _unfind(desk, keys, visitor)
    return dropped


async def _scrub(desk: Desk, visitors: Collection[str]) -> None:
    """Take what waits of them out of this worker's spool; in another's it stops at the stone."""
    if desk.spool is None:
        return
    try:
        await desk.spool.scrub(visitors)
    except OSError as error:
        logger.warning("what waits on disk of somebody who was erased stays there until it is tried: %s", error)


async def _unfind(desk: Desk, keys: Keys, visitor: str) -> None:
    """Remove whatever the index holds of a visitor, also what their traits do not tell any more."""
    index, ending = keys.found(keys.partition_of(visitor)), f":{visitor}".encode()
    pattern, cursor = f"*:{_escaped(visitor)}", b"0"
    while True:
        match await desk.link.call("ZSCAN", index, cursor, "MATCH", pattern, "COUNT", MEMBERS_AT_ONCE):
            case [bytes(cursor), list(found)]:
                members = _ending_with(found[::2], ending)
            case _:
                raise StoreError("The store's answer has an unexpected form.")
        if members:
            await desk.link.call("ZREM", index, *members)
        if cursor == b"0":
            return


def _ending_with(found: Sequence[Reply], ending: bytes) -> list[bytes]:
    return [one for one in found if isinstance(one, bytes) and one.endswith(ending)]


def _escaped(text: str) -> str:
    """The text where a pattern is meant."""
    return "".join(f"\\{one}" if one in "*?[]\\^-" else one for one in text)
