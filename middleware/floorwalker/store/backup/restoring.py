"""A backup back into a namespace that holds nothing yet."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from floorwalker.errors import ConfigurationError, StoreError, StoreUnavailable
from floorwalker.store.backup.contents import commands
from floorwalker.store.backup.frames import (
    Begin,
    End,
    Frame,
    Group,
    Tip,
    read_frames,
)
from floorwalker.store.backup.taking import Taken, scan
from floorwalker.store.keys import prefix
from floorwalker.store.link.pipe import Link
from floorwalker.store.records.codec import SCHEMA_READ
from floorwalker.store.records.record import LAYOUT

FRAMES_AT_ONCE: Final = 200


async def restore(link: Link, namespace: str, path: Path, *, told: Callable[[Taken], None]) -> Taken:
    """Write everything that a backup holds; times to live end when they would have.

    The whole file is read once before anything is written. Raises BackupBroken, ConfigurationError where something lies
    in the namespace or the backup is of a later release, StoreUnavailable: then empty the namespace and begin again.
    """
    for frame in read_frames(path):
        if isinstance(frame, Begin) and (frame.layout > LAYOUT or frame.schema > SCHEMA_READ):
            raise ConfigurationError(f"floorwalker {frame.release} made this backup; restore it with that release")
    if await _holds_anything(link, namespace):
        raise ConfigurationError(
            "something lies in this store already; name another namespace (?namespace=…), or empty this one first"
        )
    taken, batch, keys = Taken(), list[Frame](), set[str]()
    for frame in read_frames(path):
        key = _key(frame)
        if key in keys or len(batch) >= FRAMES_AT_ONCE:
            await _write(link, namespace, batch)
            told(taken)
            batch, keys = [], set()
        if key:
            batch.append(frame)
            keys.add(key)
        taken.frames += 1
        if isinstance(frame, End):
            taken.visitors = frame.visitors
    await _write(link, namespace, batch)
    return taken


async def _write(link: Link, namespace: str, batch: Iterable[Frame]) -> None:
    """Frames of different keys at once, those of one key in order."""
    await asyncio.gather(*(_bring_back(link, namespace, frame) for frame in batch))


async def _bring_back(link: Link, namespace: str, frame: Frame) -> None:
    if isinstance(frame, Tip):
        stream = prefix(namespace) + frame.key
        await _set_tip(link, stream, frame)
        if frame.until_ms:
            await link.call("PEXPIREAT", stream, frame.until_ms)
        return
    for command in commands(frame, namespace):
        await link.call(*command)
    if isinstance(frame, Group) and frame.read >= 0:
        await _tell_read(link, prefix(namespace) + frame.key, frame)


async def _set_tip(link: Link, stream: str, tip: Tip) -> None:
    """How far the stream had come, also where its last entries are deleted. Redis before 7 counts no entries."""
    if tip.last_id == b"0-0":
        return
    if not await link.call("EXISTS", stream):
        await link.call("XADD", stream, tip.last_id, "v", "", "e", "")
        await link.call("XDEL", stream, tip.last_id)
    try:
        await link.call(
            "XSETID",
            stream,
            tip.last_id,
            *(("ENTRIESADDED", tip.added, "MAXDELETEDID", "0-0") if tip.added >= 0 else ()),
        )
    except StoreUnavailable:
        raise
    except StoreError:
        await link.call("XSETID", stream, tip.last_id)


async def _tell_read(link: Link, stream: str, group: Group) -> None:
    """How many entries the group was told: from this and the stream's count a gap is known. Redis before 7 does not."""
    try:
        await link.call("XGROUP", "SETID", stream, group.name, group.delivered, "ENTRIESREAD", group.read)
    except StoreUnavailable:
        raise
    except StoreError:
        return


async def _holds_anything(link: Link, namespace: str) -> bool:
    async for names in scan(link, namespace):
        if names:
            return True
    return False


def _key(frame: Frame) -> str:
    match frame:
        case Begin() | End():
            return ""
        case _:
            return frame.key
