"""Records written anew as they would be written now: sealed by the newest data key, without what has had its time."""

import asyncio
from collections.abc import AsyncIterator

from msgspec import Struct, field
from msgspec.structs import replace

from floorwalker.core.memory.persons import marks
from floorwalker.core.memory.retention import within_lives
from floorwalker.store.commits.desk import Desk
from floorwalker.store.commits.rewriting import following, put
from floorwalker.store.naming import mark_of
from floorwalker.store.records.codec import SCHEMA_SEALED, decode_profile, encode_profile
from floorwalker.store.records.found import Found, Loaded, read_found
from floorwalker.store.records.keyring import Keyring
from floorwalker.store.records.personal import is_personal, parted
from floorwalker.store.records.record import State
from floorwalker.store.survey import Survey, read_profiles

RENEWED_AT_ONCE = 100


class Renewal(Struct):
    """What a walk over the records met. current: lay as they should; renewed: do now; locked: no data key opens them,
    so they stay as they are. survey: what was passed by."""

    current: int = 0
    renewed: int = 0
    locked: int = 0
    survey: Survey = field(default_factory=Survey)


async def renew(desk: Desk, renewal: Renewal, *, pause_s: float) -> Renewal:
    """Write anew whatever lies as it would not be written now. Each stays for as long as it would have.

    pause_s: after every batch, for the server to see to others. Raises StoreUnavailable; may be repeated.
    """
    layout = (await desk.keyspace.keys()).layout
    async for some in _batches(desk, renewal, pause_s):
        await asyncio.gather(*(_renew(desk, one, renewal, layout) for one in some))
    return renewal


async def _batches(desk: Desk, renewal: Renewal, pause_s: float) -> AsyncIterator[list[Loaded]]:
    keys = await desk.keyspace.keys()

    def read(visitor: str, stored: bytes | None) -> Found:
        return read_found(visitor, stored, desk.keyring)  # as it lies, also what has had its time

    some: list[Loaded] = []
    async for loaded in read_profiles(desk.link, keys, renewal.survey, pause_s=pause_s, read=read):
        some.append(loaded)
        if len(some) >= RENEWED_AT_ONCE:
            yield some
            some = []
    yield some


async def _renew(desk: Desk, loaded: Loaded, renewal: Renewal, layout: int) -> None:
    renewal.locked += bool(loaded.locked)
    if loaded.record is None or (loaded.record.layout == layout and _is_current(desk, loaded)):
        renewal.current += not loaded.locked
        return
    found: Found | None = loaded
    while isinstance(found, Loaded) and found.record is not None and found.record.state is State.LIVE:
        found = await _put_anew(desk, found)
        if found is None:
            renewal.renewed += 1
            await _unfind(desk, loaded)


async def _put_anew(desk: Desk, found: Loaded) -> Found | None:
    assert found.record is not None  # the caller saw it
    assert found.profile is not None  # of a live record
    profile = within_lives(found.profile, desk.clock(), desk.settings.lives)
    rest, sealed = parted(profile, found.locked, found.visitor, desk.keyring)
    layout = (await desk.keyspace.keys()).layout
    record = following(found.record, replace(found.record.body, payload=encode_profile(rest, layout), sealed=sealed))
    schema = max(record.schema, SCHEMA_SEALED) if sealed else record.schema
    return await put(desk, found, replace(record, schema=schema, layout=layout))


def _is_current(desk: Desk, loaded: Loaded) -> bool:
    """Whether it lies as it would be written now."""
    if loaded.record is None or loaded.profile is None:
        return True
    if within_lives(loaded.profile, desk.clock(), desk.settings.lives) is not loaded.profile:
        return False
    sealed = [one for one in loaded.record.body.sealed if one not in loaded.locked]
    return _is_sealed_well(desk.keyring, sealed, loaded.record.body.payload)


def _is_sealed_well(keyring: Keyring, sealed: list[bytes], payload: bytes) -> bool:
    if not keyring.seals:
        return not sealed
    is_newest = len(sealed) <= 1 and all(keyring.is_current(one[1:]) for one in sealed)
    return is_newest and not is_personal(decode_profile(payload))


async def _unfind(desk: Desk, before: Loaded) -> None:
    """By traits that have had their time nobody is found any more."""
    assert before.profile is not None  # of a live record
    after, keys = within_lives(before.profile, desk.clock(), desk.settings.lives), await desk.keyspace.keys()
    gone = [f"{mark_of(keys.people, one.trait, one.value)}:{before.visitor}" for one in marks(before.profile, after)]
    if gone:
        await desk.link.call("ZREM", keys.found(keys.partition_of(before.visitor)), *gone)
