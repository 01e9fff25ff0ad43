"""Links that fail as told."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum

from floorwalker.errors import StoreUnavailable
from floorwalker.store.link.pipe import Link
from floorwalker.store.link.replies import Reply, ScriptUnknown, Word
from tests.store.packed import Unpacking


class Fate(Enum):
    """What becomes of one script call."""

    ANSWERED = "answered"
    NEVER_SENT = "never sent"
    REPLY_LOST = "reply lost"


class FatefulLink(Unpacking):
    """Another link, but the fates of its script calls are known beforehand; once they are used up, all is well."""

    def __init__(self, link: Link, fates: Iterable[Fate] = ()) -> None:
        self._link = link
        self.fates = deque(fates)
        self.scripts = 0
        self.away = False

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        if self.away:
            return _failed()
        if not str(command[0]).startswith("EVAL"):
            return self._link.call(*command)
        self.scripts += 1
        match self.fates.popleft() if self.fates else Fate.ANSWERED:
            case Fate.ANSWERED:
                return self._link.call(*command)
            case Fate.NEVER_SENT:
                return _failed()
            case Fate.REPLY_LOST:
                return self._lost(command)

    def _lost(self, command: tuple[Word, ...]) -> asyncio.Future[Reply]:
        """A server that does not know the script yet says so: what is lost is the reply of what is run."""
        sent = self._link.call(*command)
        lost = _lost(sent)
        lost.add_done_callback(lambda _: self._spare() if isinstance(sent.exception(), ScriptUnknown) else None)
        return lost

    def _spare(self) -> None:
        self.fates.appendleft(Fate.REPLY_LOST)

    async def close(self) -> None:
        await self._link.close()


class MortalLink(Unpacking):
    """Another link, which is cut for good at one of its script calls: before it is sent, or before its reply."""

    def __init__(self, link: Link, at_script: int, *, is_sent: bool) -> None:
        self._link = link
        self._left = at_script
        self._is_sent = is_sent
        self.cut = asyncio.Event()

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        if self._left <= 0:
            return _failed()
        if str(command[0]).startswith("EVAL"):
            self._left -= 1
            if not self._left:
                return self._cut(command)
        return self._link.call(*command)

    def _cut(self, command: tuple[Word, ...]) -> asyncio.Future[Reply]:
        if not self._is_sent:
            self.cut.set()
            return _failed()
        lost = _lost(self._link.call(*command))
        lost.add_done_callback(lambda _: self.cut.set())
        return lost

    async def close(self) -> None:
        await self._link.close()


class SpyingLink(Unpacking):
    """Another link, and what went through it."""

    def __init__(self, link: Link, told: Callable[[tuple[Word, ...]], None]) -> None:
        self._link = link
        self._told = told

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        self._told(command)
        return self._link.call(*command)

    async def close(self) -> None:
        await self._link.close()


def _failed() -> asyncio.Future[Reply]:
    future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    future.set_exception(StoreUnavailable("as told"))
    return future


def _lost(under_way: asyncio.Future[Reply]) -> asyncio.Future[Reply]:
    future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def answered(done: asyncio.Future[Reply]) -> None:
        if done.exception() is not None:
            future.set_exception(done.exception() or StoreUnavailable())
        else:
            future.set_exception(StoreUnavailable("its reply was lost"))

    under_way.add_done_callback(answered)
    return future


class Turns:
    """Several callers of one link, of whose commands one at a time goes on: whose, is told beforehand."""

    def __init__(self, link: Link, order: Iterable[int]) -> None:
        self._link = link
        self._order = deque(order)
        self._asked: dict[int, deque[tuple[tuple[Word, ...], asyncio.Future[Reply]]]] = {}
        self._loop = asyncio.get_running_loop()
        self._next: asyncio.Handle | None = None

    def caller(self, number: int) -> "CallerLink":
        return CallerLink(self, number)

    def ask(self, number: int, command: tuple[Word, ...]) -> asyncio.Future[Reply]:
        future: asyncio.Future[Reply] = self._loop.create_future()
        self._asked.setdefault(number, deque()).append((command, future))
        self._soon()
        return future

    def _soon(self) -> None:
        """Once all callers had time to ask."""
        if self._next is None:
            self._next = self._loop.call_later(0.0005, self._go_on)

    def _go_on(self) -> None:
        self._next = None
        waiting = sorted(number for number, some in self._asked.items() if some)
        if not waiting:
            return
        number = waiting[(self._order.popleft() if self._order else 0) % len(waiting)]
        command, future = self._asked[number].popleft()
        self._link.call(*command).add_done_callback(lambda done: self._answer(future, done))

    def _answer(self, future: asyncio.Future[Reply], done: asyncio.Future[Reply]) -> None:
        failure = done.exception()
        if not future.done():
            future.set_result(done.result()) if failure is None else future.set_exception(failure)
        if any(self._asked.values()):
            self._soon()


class CallerLink(Unpacking):
    """One caller's way."""

    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    def call(self, *command: Word) -> asyncio.Future[Reply]:
        return self._turns.ask(self._number, command)

    async def close(self) -> None:
        """The link is another's."""
