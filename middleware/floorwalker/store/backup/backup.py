"""What commands ask for: a backup of the store at an address, one brought back, and who was erased since."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

from floorwalker.errors import ConfigurationError
from floorwalker.store.backup.frames import Text, Writer, read_frames
from floorwalker.store.backup.restoring import restore
from floorwalker.store.backup.taking import Taken, Taking, read_erased
from floorwalker.store.keys import Keys, meta_key
from floorwalker.store.link.address import read_address
from floorwalker.store.link.pipe import Link
from floorwalker.store.open import open_link, open_store
from floorwalker.store.settings import StoreSettings

_SETTINGS: Final = StoreSettings(reply_timeout_s=30.0)

Told = Callable[[Taken], None]


async def take_backup(
    address: str, path: Path, *, told: Told, pause_s: float = 0.002, clock: Callable[[], float] = time.time
) -> Taken:
    """Write everything that the namespace at an address holds to a new file; the site may run meanwhile.

    The file is there once it is whole. Raises ConfigurationError where nothing of ours lies there, StoreUnavailable,
    OSError.
    """
    async with _opened(address) as link:
        keys = await _keys(link, read_address(address).namespace)
        with Writer(path) as writer:
            taking = Taking(link, keys, writer, now_ms=lambda: int(clock() * 1000))
            return await taking.take(metadata.version("floorwalker"), pause_s=pause_s, told=told)


async def restore_backup(address: str, path: Path, *, without: frozenset[str], told: Told) -> tuple[Taken, int]:
    """Bring a backup back into an empty namespace; and how many were erased again.

    without: hashes of visitors who were erased since, as `erased` gives them. They are erased like anybody, with
    all that leads to them. Raises as `restore` does.
    """
    async with _opened(address) as link:
        taken = await restore(link, read_address(address).namespace, path, told=told)
    return taken, await _erase_again(address, path, without) if without else 0


async def erased(address: str) -> list[str]:
    """Hashes of those who were erased, as long as their stones lie. No id can be read from them."""
    async with _opened(address) as link:
        keys = await _keys(link, read_address(address).namespace)
        return sorted([hash_of(visitor) async for visitor in read_erased(link, keys)])


def read_without(path: Path) -> frozenset[str]:
    """A list of `erased`, one hash a line. Raises ConfigurationError for any other file, OSError."""
    lines = path.read_text(errors="replace").split()
    if not all(len(line) == sha256().digest_size * 2 and set(line) <= set("0123456789abcdef") for line in lines):
        raise ConfigurationError(f"{path} is no list of `floorwalker backup --erased`")
    return frozenset(lines)


def hash_of(visitor: str) -> str:
    """What a visitor is called in such a list. Ids have 128 random bits, so nobody finds them by trying."""
    return sha256(visitor.encode()).hexdigest()


async def _erase_again(address: str, path: Path, without: frozenset[str]) -> int:
    names = (frame.key.partition("}:profile:")[2] for frame in read_frames(path) if isinstance(frame, Text))
    visitors = {name for name in names if name and hash_of(name) in without}
    store = open_store(address, settings=_SETTINGS)
    try:
        for visitor in sorted(visitors):
            await store.erase(visitor)
    finally:
        await store.close()
    return len(visitors)


async def _keys(link: Link, namespace: str) -> Keys:
    """The layout of a namespace, which is not begun by being looked at."""
    match await link.call("HMGET", meta_key(namespace), "partitions", "people"):
        case [bytes(partitions), bytes(people)]:
            return Keys(namespace, int(partitions), bytes.fromhex(people.decode()))
        case _:
            raise ConfigurationError("nothing of floorwalker's lies in this store; look at its address and namespace")


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[Link]:
    link = open_link(read_address(address), _SETTINGS)
    try:
        yield link
    finally:
        await link.close()
