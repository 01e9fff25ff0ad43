"""Proof of an erasure: every key of a namespace is looked into for whatever tells of one person."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable

from msgspec import Struct, field

from floorwalker.core.memory.persons import MARKED, marked_value
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreError
from floorwalker.store.commits.desk import Desk
from floorwalker.store.contents import contents_of, is_packed
from floorwalker.store.keys import Keys, prefix
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply
from floorwalker.store.records.found import POINTERS_FOLLOWED, Found, Loaded
from floorwalker.store.records.record import HEAD_BYTES, Body, State

KEYS_AT_ONCE = 500
MOST_TOLD = 1000
_LONG_ENOUGH = 16  # an id of so many characters stands for itself wherever it stands
_PROFILE = "}:profile:"

Read = Callable[[str, bytes | None], Found]


class Sought(Struct, frozen=True):
    """By what somebody is recognised. visitors: ids, the one asked for first. pseudonyms: of the streams, hexadecimal.

    user: what the site calls them. traits: those by which people are found, as they are compared.
    """

    visitors: tuple[str, ...]
    pseudonyms: tuple[str, ...] = ()
    user: str = ""
    traits: tuple[tuple[str, str], ...] = ()


class Trace(Struct, frozen=True):
    """One place. kind: of the key, as docs/storage.md has it. by: what was recognised, `id` or `pseudonym`."""

    key: str
    kind: str
    by: str


class Traces(Struct):
    """What a walk over all keys met. keys: looked into, by kind. values: in them.

    stones: of those who are sought; nothing but their keys. left: where more lies, the first thousand. leading: whose
    records lead to them, and are to be erased with them. alike: visitors with the same user or trait, who may be
    others. packed: streams in which the server may still hold bytes of entries that were deleted, out of reach of any
    reader, as it keeps several in one piece.
    """

    keys: dict[str, int] = field(default_factory=dict)
    values: int = 0
    stones: int = 0
    left: list[Trace] = field(default_factory=list)
    leading: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    packed: int = 0


async def sought_of(desk: Desk, visitor: str) -> Sought:
    """By what a visitor is recognised, as far as the store knows; to be asked before they are erased."""
    visitors, pseudonyms = [visitor], list[str]()
    profile: Profile | None = None
    for one in visitors:  # grows with those to whom pointers lead
        found = await desk.look(one)
        body = found.record.body if isinstance(found, Loaded) and found.record is not None else Body(one)
        profile = found.profile if isinstance(found, Loaded) and found.profile is not None else profile
        known = [body.pseudonym, *(alias.pseudonym for alias in body.aliases)]
        pseudonyms += [name.hex() for name in known if name]
        others = [body.moved_to] if body.moved_to and len(visitors) <= POINTERS_FOLLOWED else []
        visitors += [other for other in others if other not in visitors]
        visitors += [alias.visitor for alias in body.aliases if alias.visitor not in visitors]
    traits = profile.traits if profile is not None else {}
    marked = tuple([(name, marked_value(name, traits[name])) for name in MARKED if name in traits])
    return Sought(
        tuple(visitors), tuple(dict.fromkeys(pseudonyms)), profile.user if profile is not None else "", marked
    )


async def trace(desk: Desk, sought: Sought, traces: Traces, *, pause_s: float) -> Traces:
    """Look into every key of the namespace, some hundreds at a time. What is written meanwhile is seen or not.

    pause_s: after every batch, for the server to see to others. Raises StoreUnavailable.
    """
    keys = await desk.keyspace.keys()
    look = _Look(sought, traces, desk.read)
    for node in await desk.link.nodes():
        async for names in _scan(node, keys):
            types = await asyncio.gather(*(desk.link.call("TYPE", name) for name in names))
            for name, type_ in zip(names, types, strict=True):
                look.begin(name, _kind(name, keys))
                traces.packed += _text(type_) == "stream" and await is_packed(desk.link, name)
                async for value in contents_of(desk.link, name, _text(type_)):
                    look.into(value)
                look.end()
            await asyncio.sleep(pause_s)
    return traces


class _Look:
    """Looks for one person in one key after the other, one value after the other."""

    def __init__(self, sought: Sought, traces: Traces, read: Read) -> None:
        self._sought = sought
        self._traces = traces
        self._read = read
        self._met: set[bytes] = set()
        self._ids = _pattern(sought.visitors)
        names = [bytes.fromhex(name) for name in sought.pseudonyms]
        self._pseudonyms = [*(name.encode() for name in sought.pseudonyms), *names]
        self._name, self._kind, self._visitor, self._by = b"", "", "", ""

    def begin(self, name: bytes, kind: str) -> None:
        """The next key."""
        self._name, self._kind, self._visitor = name, kind, _text(name).partition(_PROFILE)[2]
        self._by = self._recognised(name)
        self._traces.keys[kind] = self._traces.keys.get(kind, 0) + 1

    def into(self, value: bytes) -> None:
        """One of its values."""
        self._traces.values += 1
        if self._visitor and self._by and _is_stone(value):
            self._traces.stones += self._name not in self._met
            self._met.add(self._name)
            self._by = ""
            return
        self._by = self._by or self._recognised(value)
        if self._visitor and not self._by:
            self._compare(self._visitor, value)

    def end(self) -> None:
        """That was all of it. A walk may give a key twice; what was found there counts once."""
        if not self._by or self._name in self._met or len(self._traces.left) >= MOST_TOLD:
            return
        self._met.add(self._name)
        self._traces.left.append(Trace(_text(self._name), self._kind, self._by))
        if self._visitor:
            self._traces.leading.append(self._visitor)

    def _recognised(self, value: bytes) -> str:
        if self._ids.search(value):
            return "id"
        return "pseudonym" if any([name in value for name in self._pseudonyms]) else ""  # noqa: C419 - a list is faster

    def _compare(self, visitor: str, stored: bytes) -> None:
        """Whether somebody else says that they are called so."""
        sought, alike = self._sought, self._traces.alike
        if not (sought.user or sought.traits) or len(alike) >= MOST_TOLD:
            return
        found = self._read(visitor, stored)
        profile = found.profile if isinstance(found, Loaded) else None
        if profile is None:
            return
        is_same = bool(sought.user) and profile.user == sought.user
        if is_same or any(marked_value(name, profile.traits.get(name)) == value for name, value in sought.traits):
            alike.append(visitor)


def _pattern(visitors: Iterable[str]) -> re.Pattern[bytes]:
    """The ids; a short one only where nothing stands beside it that could belong to a longer one."""
    found = []
    for visitor in visitors:
        text = re.escape(visitor.encode())
        found.append(text if len(visitor) >= _LONG_ENOUGH else b"(?<![A-Za-z0-9_-])" + text + b"(?![A-Za-z0-9_-])")
    return re.compile(b"|".join(found))


def _is_stone(stored: bytes) -> bool:
    """Whether this is what stays of an erased visitor, and nothing more."""
    return len(stored) == HEAD_BYTES and stored[1] == State.ERASED


async def _scan(node: Link, keys: Keys) -> AsyncIterator[list[bytes]]:
    """The keys of one namespace on one node; a namespace without a name holds no others' keys."""
    head, cursor = prefix(keys.namespace).encode(), b"0"
    while True:
        match await node.call("SCAN", cursor, "MATCH", head + b"*", "COUNT", KEYS_AT_ONCE):
            case [bytes(cursor), list(found)]:
                names = [name for name in found if isinstance(name, bytes)]
                yield [name for name in names if name[len(head) :].startswith(_BEGINNINGS)]
            case _:
                raise StoreError("The store's answer has an unexpected form.")
        if cursor == b"0":
            return


def _kind(name: bytes, keys: Keys) -> str:
    """What a key is for: the word behind the partition."""
    rest = name[len(prefix(keys.namespace)) :]
    return _text(rest.partition(b"}:")[2] or rest).partition(":")[0]


def _text(value: Reply | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


_BEGINNINGS = (b"{", b"meta")
