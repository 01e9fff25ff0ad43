"""Messages are committed: in order for each visitor, different visitors at the same time, within a deadline."""

import asyncio
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final, assert_never

from msgspec import Struct

from floorwalker.collect.keys import Access
from floorwalker.collect.limits import AT_ONCE, DEADLINE_S, RETRY_AFTER_S
from floorwalker.collect.meaning import identified
from floorwalker.collect.messages import Kind, Message
from floorwalker.collect.refusals import Refused
from floorwalker.collect.steps import may_store, step_of
from floorwalker.core.advance import Corridor
from floorwalker.core.events import Event
from floorwalker.errors import StoreError
from floorwalker.store import Committed, Loaded, Outcome, Step, Store

_AT_A_TIME: Final = 25  # messages, half a millisecond
_AWAY: Final = "The store is away or slow. Send it again: what has a messageId counts once."
_LOST: Final = frozenset((Outcome.OVERFLOW, Outcome.EXPIRED, Outcome.TOO_NEW))
_FLOOD: Final = "Too many new visitors came at once. Send it again later."


class Fold(Struct, frozen=True):
    """A step of one visitor. message: its messageId."""

    visitor: str
    step: Step
    message: str

    @property
    def visitors(self) -> tuple[str, ...]:
        return (self.visitor,)


class Join(Struct, frozen=True):
    """An anonymous visitor is said to be a person."""

    anonymous: str
    person: str
    identified: Event

    @property
    def visitors(self) -> tuple[str, ...]:
        return (self.anonymous, self.person)


Work = Fold | Join


class Delivery:
    """What one request brings to the store. now: seconds since 1970. deadline_s: for all of it."""

    def __init__(
        self, store: Store, corridor: Corridor, *, now: float, access: Access, deadline_s: float = DEADLINE_S
    ) -> None:
        self._store = store
        self._corridor = corridor
        self._now = now
        self._access = access
        self._deadline_s = deadline_s

    async def deliver(self, messages: Sequence[Message]) -> None:
        """Commit them all. Raises Refused (503, or 429) where not all of it stands; it may be sent again."""
        try:
            async with asyncio.timeout(self._deadline_s):
                if self._store.health().away:  # nothing waits for it that the sender is told to send again
                    await self._store.ping()
                works = await self._works(messages)
                places = asyncio.Semaphore(AT_ONCE)
                courses = [self._walked(course, places) for course in courses_of(works)]
                done = await asyncio.gather(*courses, return_exceptions=True)
        except (StoreError, TimeoutError) as failure:
            raise _away() from failure
        _judge(done)

    async def _works(self, messages: Sequence[Message]) -> list[Work]:
        works = []
        for number, message in enumerate(messages):
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)  # pages of the same process have their turn in between
            if (work := await self._work(message)) is not None:
                works.append(work)
        return works

    async def _work(self, message: Message) -> Work | None:
        store, user = self._store, message.user
        if not may_store(message):
            return None
        if message.kind is Kind.ALIAS:
            return Join(await store.client(message.previous), await store.person(user), identified(message))
        if message.kind is Kind.IDENTIFY and user and message.anonymous:
            return Join(await store.client(message.anonymous), await store.person(user), identified(message))
        visitor = await store.person(user) if user else await store.client(message.anonymous)
        step = step_of(message, visitor, self._corridor, now=self._now, access=self._access)
        return Fold(visitor, step, message.id) if step is not None else None

    async def _walked(self, course: Sequence[Work], places: asyncio.Semaphore) -> set[Outcome]:
        """What became of a course, walked in its order: a join waits for all before it, and all after for it."""
        async with places:
            outcomes: set[Outcome] = set()
            under_way: list[asyncio.Future[Committed]] = []
            bases: dict[str, Loaded | None] = {}
            for work in course:
                match work:
                    case Fold():
                        under_way.append(await self._submit(work, bases))
                    case Join():
                        outcomes |= await _settled(under_way)
                        joined = self._store.merge(work.anonymous, work.person, work.identified)
                        outcomes |= await _settled([joined])
                        under_way = []
                    case _:
                        assert_never(work)
            return outcomes | await _settled(under_way)

    async def _submit(self, work: Fold, bases: dict[str, Loaded | None]) -> asyncio.Future[Committed]:
        """A browser's visitor is confirmed by coming again, as if by a cookie; till then the flood gate counts them."""
        if self._access is Access.SERVER:
            return self._store.submit(work.visitor, None, work.step, message=work.message)
        if work.visitor not in bases:
            bases[work.visitor] = await self._store.load(work.visitor)
        base = bases[work.visitor]
        confirmed = base is not None and base.record is not None
        return self._store.submit(work.visitor, base, work.step, confirmed=confirmed, message=work.message)


def courses_of(works: Iterable[Work]) -> list[list[Work]]:
    """Works that concern one visitor, or visitors who are joined among them, lie in one course, in their order."""
    course_by_visitor: dict[str, list[tuple[int, Work]]] = {}
    for place, work in enumerate(works):
        met = [course_by_visitor[visitor] for visitor in work.visitors if visitor in course_by_visitor]
        course = met[0] if met else []
        for other in met[1:]:
            if other is not course:
                course += other
        course.append((place, work))
        for _, each in course if len(met) > 1 else [(place, work)]:
            for visitor in each.visitors:
                course_by_visitor[visitor] = course
    distinct = {id(course): course for course in course_by_visitor.values()}
    return [[work for _, work in sorted(course, key=itemgetter(0))] for course in distinct.values()]


async def _settled(futures: Sequence[asyncio.Future[Committed]]) -> set[Outcome]:
    """The outcomes, once all have one. Whoever gives up here cancels no commit. Raises what a step or the store did."""
    if futures:
        await asyncio.wait(futures)
    return {future.result().outcome for future in futures}


def _judge(done: Sequence[set[Outcome] | BaseException]) -> None:
    """Raises where something does not stand; a visitor who was erased stays erased, and that is no failure."""
    outcomes: set[Outcome] = set()
    for one in done:
        if isinstance(one, StoreError):
            raise _away() from one
        if isinstance(one, BaseException):
            raise one
        outcomes |= one
    if outcomes & _LOST:
        raise _away()
    if Outcome.FLOOD in outcomes:
        raise Refused(429, _FLOOD, retry_after_s=RETRY_AFTER_S)


def _away() -> Refused:
    return Refused(503, _AWAY, retry_after_s=RETRY_AFTER_S)
