"""A link that remembers what was asked of the server, and how much came back."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, Word
from tests.store.packed import Unpacking

WHOLE = frozenset(("KEYS", "SMEMBERS", "HGETALL", "HKEYS", "HVALS", "SORT", "SINTER", "SUNION", "SDIFF"))
"""Commands whose work and reply grow with a key, and that cannot be told to give a part."""
BOUNDED = ("{relay}:state", "{population}:topics:", "{rules}:files", ":exposed:")
"""Keys that hold no more than some hundred elements, by their writers."""
RANGES = {"LRANGE": 4, "ZRANGE": 4, "ZREVRANGE": 4, "XRANGE": 5, "XREVRANGE": 5, "ZRANGEBYLEX": 5, "ZRANGEBYSCORE": 5}
"""Commands that give a range, and with how many words at least they say how much of it."""


@dataclass
class Spied:
    """What was seen. asked: name, key and reply's elements of each command."""

    asked: list[tuple[str, str, int]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def see(self, command: Sequence[Word], reply: "asyncio.Future[Reply]") -> None:
        if reply.cancelled() or reply.exception() is not None:
            return
        name, key = str(command[0]).upper(), _text(command[1]) if len(command) > 1 else ""
        self.asked.append((name, key, elements(reply.result())))
        if _takes_whole(name, key, command):
            self.whole.append(" ".join(map(_text, command)))

    @property
    def largest(self) -> int:
        """The most elements of a reply."""
        return max((count for _, _, count in self.asked), default=0)


def _takes_whole(name: str, key: str, command: Sequence[Word]) -> bool:
    if name in WHOLE:
        return not any(word in key for word in BOUNDED)
    if name not in RANGES:
        return False
    if name in ("LRANGE", "ZRANGE", "ZREVRANGE"):
        return _text(command[3]) == "-1" and "{rules}:history" not in key
    return not {"COUNT", "LIMIT"} & set(map(_text, command))


class SpyLink(Unpacking):
    """Another link, watched."""

    def __init__(self, link: Link, spied: Spied) -> None:
        self._link, self._spied = link, spied

    def call(self, *command: Word) -> "asyncio.Future[Reply]":
        future = self._link.call(*command)
        future.add_done_callback(partial(self._spied.see, command))
        return future

    async def nodes(self) -> Sequence[Link]:
        return [SpyLink(one, self._spied) for one in await self._link.nodes()]

    async def close(self) -> None:
        await self._link.close()


def elements(reply: Reply) -> int:
    """How many values a reply holds."""
    return sum(map(elements, _items(reply))) if isinstance(reply, list) else 1


def _items(reply: list[Reply]) -> Iterator[Reply]:
    yield from reply


def _text(word: Word) -> str:
    return word.decode(errors="replace") if isinstance(word, bytes) else str(word)
