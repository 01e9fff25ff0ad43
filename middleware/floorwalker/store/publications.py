"""The versions of the rules that were in force: when, and the files of the last of them."""

import asyncio
import logging
import zlib
from collections.abc import Mapping
from math import isfinite

from msgspec import DecodeError, Struct, ValidationError, msgpack

from floorwalker.errors import StoreError
from floorwalker.store.keys import files_key, history_key
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from floorwalker.store.scripts import script
from floorwalker.store.settings import StoreSettings

PUBLICATIONS_KEPT = 500
LARGEST_PACKED_BYTES = 2_097_152
LARGEST_BYTES = 33_554_432
IN_FORCE, ASIDE = "in force", "aside"
_HOW = (IN_FORCE, ASIDE)
_SCHEMA = b"\x01"

logger = logging.getLogger(__name__)


class KeptRules(Struct, frozen=True):
    """One version and its files, rules by name and templates by path. at: when it was first in force, since 1970."""

    version: str
    at: float
    rules: Mapping[str, bytes]
    templates: Mapping[str, bytes]


class Publication(Struct, frozen=True):
    """That a version came into force. at: seconds since 1970. kept: whether the store still has its files.

    aside: it did not come into force; it was put aside when other rules were restored in its place.
    """

    at: float
    version: str
    kept: bool
    aside: bool = False


class _Packed(Struct, frozen=True, array_like=True):
    """Names are bytes: a file system takes names that are no text."""

    at: float
    rules: dict[bytes, bytes]
    templates: dict[bytes, bytes]


async def keep(link: Link, namespace: str, kept: KeptRules, settings: StoreSettings, *, aside: bool) -> bool:
    """Note that a version came into force, and keep its files unless they are there; see `Store.keep_rules`."""
    keys = [history_key(namespace), files_key(namespace)]
    bounds = [PUBLICATIONS_KEPT, settings.rules_kept, settings.rules_kept_bytes]
    head: list[Word] = [kept.version, f"{kept.at:.3f}", *bounds, ASIDE if aside else IN_FORCE]
    if await script("publish").run(link, keys, [*head, "ask"]):
        return True
    packed = await asyncio.to_thread(pack, kept)  # a large folder takes tenths of a second
    if packed is None:
        if not aside:
            await script("publish").run(link, keys, [*head, "note"])
        return False
    await script("publish").run(link, keys, [*head, "keep", packed])
    return True


async def read_history(link: Link, namespace: str) -> list[Publication]:
    """Newest first. Entries that something else wrote are passed by and logged."""
    kept = set(_words(await link.call("HKEYS", files_key(namespace))))
    members = _words(await link.call("ZREVRANGE", history_key(namespace), 0, -1))
    publications = [one for one in (_publication(member, kept) for member in members) if one is not None]
    if foreign := len(members) - len(publications):
        logger.warning("%d of the entries in the rules' history cannot be read and are passed by", foreign)
    return publications


async def read_kept(link: Link, namespace: str, version: str) -> KeptRules | None:
    """The files of a version, where they are kept."""
    packed = await link.call("HGET", files_key(namespace), version)
    if packed is None:
        return None
    if not isinstance(packed, bytes):
        raise StoreError("The store's answer has an unexpected form.")
    return unpack(version, packed)


def pack(kept: KeptRules) -> bytes | None:
    """As it lies in the store; None where it is larger than anything that is kept."""
    if sum(map(len, (*kept.rules.values(), *kept.templates.values()))) > LARGEST_BYTES:
        return None
    content = _Packed(kept.at, _by_bytes(kept.rules), _by_bytes(kept.templates))
    packed = _SCHEMA + zlib.compress(msgpack.encode(content))
    return packed if len(packed) <= LARGEST_PACKED_BYTES else None


def unpack(version: str, packed: bytes) -> KeptRules:
    """What was packed. Raises StoreError where that cannot be read."""
    if packed[:1] != _SCHEMA:
        raise StoreError(f"The rules {version} were kept by a newer release; this one cannot read them.")
    try:
        content = msgpack.decode(zlib.decompressobj().decompress(packed[1:], 2 * LARGEST_BYTES), type=_Packed)
    except (zlib.error, DecodeError, ValidationError) as error:
        raise StoreError(f"The rules {version} cannot be read from the store: {error}") from error
    return KeptRules(version, content.at, _by_name(content.rules), _by_name(content.templates))


def _by_bytes(files: Mapping[str, bytes]) -> dict[bytes, bytes]:
    return {name.encode(errors="surrogateescape"): files[name] for name in sorted(files)}


def _by_name(files: Mapping[bytes, bytes]) -> dict[str, bytes]:
    return {name.decode(errors="surrogateescape"): content for name, content in files.items()}


def _words(reply: Reply) -> list[str]:
    if not isinstance(reply, list) or not all(isinstance(one, bytes) for one in reply):
        raise StoreError("The store's answer has an unexpected form.")
    return [one.decode(errors="replace") for one in reply if isinstance(one, bytes)]


def _publication(member: str, kept: set[str]) -> Publication | None:
    """What an entry says; None where it is none of ours."""
    try:
        version, at, how = member.split(" ", 2)
        seconds = float(at)
    except ValueError:
        return None
    return Publication(seconds, version, version in kept, how == ASIDE) if isfinite(seconds) and how in _HOW else None
