"""Everything that may happen to records, in whatever order, on two workers: plain dicts say what must be there.

The people of test_people_model.py only meet and join; here they are unconfirmed at first, are erased, forgotten and run
out, workers work on what they loaded long ago, lose replies, lose the store for a while, and start anew.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from floorwalker.core.events import IDENTIFIED, MERGED
from floorwalker.store import Committed, Loaded, Outcome, Store
from floorwalker.store.commits.attempt import COUNTS_HELD_BACK, EVENTS_HELD_BACK
from tests.core.long_run import TIMES
from tests.servers import fresh_namespace
from tests.store.conftest import client_of
from tests.store.links import Fate, FatefulLink
from tests.store.people import TOLD, identified, link_to, names_of, store_over, told_of, visits_of
from tests.store.steps import DAY, FIELD, named

VISITORS = ("cookie", "phone", "anna", "bob")
PEOPLE = ("anna", "bob")
STEPS = 40

T = TypeVar("T")

visitors = st.sampled_from(VISITORS)
workers = st.integers(0, 1)
messages = st.sampled_from(("", "", *"abcd"))


@dataclass
class Person:
    """One record. held: happened before the cookie came back, so no stream and no counter knows of it yet."""

    seen: list[str] = field(default_factory=list)
    streamed: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    held_counts: int = 0
    known: set[str] = field(default_factory=set)
    told: int = 0
    confirmed: bool = False
    erased: bool = False


@dataclass
class Reference:
    """What was counted stays counted, whoever is erased."""

    people: dict[str, Person] = field(default_factory=lambda: {one: Person() for one in VISITORS})
    moved: dict[str, str] = field(default_factory=dict)
    counted: int = 0
    told: int = 0

    def owner(self, visitor: str) -> str:
        return self.moved.get(visitor, visitor)

    def of(self, visitor: str) -> Person:
        return self.people[self.owner(visitor)]

    def commit(self, visitor: str, name: str, message: str, *, confirmed: bool) -> Outcome:
        one = self.of(visitor)
        if one.erased:
            return Outcome.ERASED
        if message and message in one.known:
            return Outcome.KNOWN
        one.known |= {message} - {""}
        one.seen.append(name)
        one.held.append(name)
        one.held_counts += 1
        if confirmed or one.confirmed:
            self._release(one)
        return Outcome.STORED

    def merge(self, visitor: str, person: str, message: str) -> Outcome:
        one, other = self.people.get(visitor, Person()), self.of(person)
        if other.erased:
            return Outcome.ERASED
        is_known = bool(message) and message in other.known
        joins = visitor not in self.moved and not one.erased and bool(one.seen)
        if not is_known:
            other.known |= {message} - {""}
            other.told += 1
            self.told += 1
        if joins:
            self._release(one)
            self._release(other)
            other.seen += one.seen
            other.streamed += one.streamed
            other.known |= one.known
            self.people[visitor] = Person()
            self.moved[visitor] = person
        elif not is_known:
            self._release(other)
        return Outcome.KNOWN if is_known and not joins else Outcome.STORED

    def erase(self, visitor: str) -> None:
        """Whoever somebody is by now, and all who joined them."""
        owner = self.owner(visitor)
        for one in (owner, visitor, *(joined for joined, person in self.moved.items() if person == owner)):
            self.people[one] = Person(erased=True)
            self.moved.pop(one, None)

    def forget_events(self, visitor: str) -> None:
        one = self.of(visitor)
        one.streamed, one.held, one.held_counts = [], [], 0

    def run_out(self, visitor: str) -> list[str]:
        """Who is over: a person outlives the pointers of those who joined them."""
        over = [visitor, *(joined for joined, person in self.moved.items() if person == visitor)]
        for one in over:
            self.people[one] = Person()
            self.moved.pop(one, None)
        return over

    def _release(self, one: Person) -> None:
        one.confirmed = True
        self.counted += min(one.held_counts, COUNTS_HELD_BACK)
        one.streamed += one.held[:EVENTS_HELD_BACK]
        one.held, one.held_counts = [], 0


@dataclass(frozen=True)
class Waits:
    """A step that a worker holds while the store is away."""

    worker: int
    visitor: str
    name: str
    message: str
    future: "asyncio.Future[Committed]"


class Records(RuleBasedStateMachine):
    """Two workers of one site."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.namespace = fresh_namespace()
        self.reference = Reference()
        self.links: dict[int, FatefulLink] = {}
        self.stores: dict[int, Store] = {}
        self.bases: dict[tuple[int, str], Loaded] = {}
        self.waiting: list[Waits] = []
        self.numbers = 0

    @property
    def is_parted(self) -> bool:
        """Whether the store is away for one of the workers."""
        return any(link.away for link in self.links.values())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        for worker in (0, 1):
            self._open(worker)

    @rule(worker=workers, visitor=visitors, message=messages, confirmed=st.booleans(), base=st.booleans())
    def commit(self, worker: int, visitor: str, message: str, *, confirmed: bool, base: bool) -> None:
        """base: on what was loaded once, however long ago that is."""
        worker = self._here(worker)
        loaded, name = self.bases.get((worker, visitor)) if base else None, self._name()
        if loaded is not None and loaded.erased:  # whoever met the stone is late, also once the stone has had its time
            expected = Outcome.ERASED
        else:
            whose = visitor if loaded is None else loaded.visitor  # a pointer that led there may have run out since
            expected = self.reference.commit(whose, name, message, confirmed=confirmed)
        step = named(name)
        done = self.run(self.stores[worker].commit(visitor, loaded, step, confirmed=confirmed, message=message))
        assert done.outcome is expected

    @rule(worker=workers, visitor=visitors, count=st.integers(2, 5))
    def come_before_the_cookie_is_back(self, worker: int, visitor: str, count: int) -> None:
        for _ in range(count):
            self.commit(worker, visitor, "", confirmed=False, base=False)

    @rule(worker=workers, visitor=visitors)
    def load(self, worker: int, visitor: str) -> None:
        worker = self._here(worker)
        self.bases[worker, visitor] = self.run(self.stores[worker].load(visitor))

    @precondition(lambda self: not self.is_parted)
    @rule(visitor=visitors, count=st.integers(2, 5))
    def come_at_once(self, visitor: str, count: int) -> None:
        """On both workers."""
        names = [self._name() for _ in range(count)]

        async def all_of_them() -> list[Committed]:
            return await asyncio.gather(
                *(self.stores[place % 2].commit(visitor, None, named(name)) for place, name in enumerate(names))
            )

        expected = [self.reference.commit(visitor, name, "", confirmed=True) for name in names]
        assert [done.outcome for done in self.run(all_of_them())] == expected

    @rule(worker=workers, visitor=st.sampled_from(VISITORS[:2]), person=st.sampled_from(PEOPLE), message=messages)
    def merge(self, worker: int, visitor: str, person: str, message: str) -> None:
        worker = self._here(worker)
        told = identified(f"{visitor}{person}{message}" if message else "", user=person)

        async def merged() -> Committed:
            return await self.stores[worker].merge(visitor, person, told)

        expected = self.reference.merge(visitor, person, told.id)
        assert self.run(merged()).outcome is expected

    @rule(worker=workers, visitor=visitors, later=st.booleans())
    def erase(self, worker: int, visitor: str, *, later: bool) -> None:
        worker = self._here(worker)
        store = self.stores[worker]

        async def erased() -> object:
            return await (
                store.erase_later(visitor) if later else undisturbed(self.links[worker], store.erase(visitor))
            )

        self.run(erased())
        self.reference.erase(visitor)

    @rule(worker=workers, visitor=visitors)
    def forget_events(self, worker: int, visitor: str) -> None:
        worker = self._here(worker)

        async def forgotten() -> Committed:
            return await self.stores[worker].forget_events_later(visitor)

        self.run(forgotten())
        self.reference.forget_events(visitor)

    @rule(visitor=visitors)
    def run_out(self, visitor: str) -> None:
        """A record's time is over, and that of its messages; that of whoever joined them was over before."""
        with client_of(self.url) as client:
            for one in self.reference.run_out(visitor):
                for kind in ("profile", "messages"):
                    client.delete(*client.keys(f"fw:{self.namespace}:*:{kind}:{one}"), "none")

    @rule(worker=workers, fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=4))
    def disturb(self, worker: int, fates: list[Fate]) -> None:
        """So the next script calls of a worker fare."""
        self.links[worker].fates.extend(fates)

    @precondition(lambda self: not self.is_parted)
    @rule(worker=workers)
    def part(self, worker: int) -> None:
        """The store is away for this worker."""
        self.links[worker].away = True

    @precondition(lambda self: self.is_parted)
    @rule(visitor=visitors, message=messages)
    def come_in_an_outage(self, visitor: str, message: str) -> None:
        worker = 0 if self.links[0].away else 1
        name = self._name()
        if any(one.message == message and one.visitor != visitor for one in self.waiting):
            message = ""  # which of two that turn out to be one person is told first, nobody promises

        async def submitted() -> asyncio.Future[Committed]:
            return self.stores[worker].submit(visitor, None, named(name), message=message)

        self.waiting.append(Waits(worker, visitor, name, message, self.run(submitted())))

    @precondition(lambda self: self.is_parted)
    @rule()
    def meet_again(self) -> None:
        """What waited is committed."""
        worker = 0 if self.links[0].away else 1
        mine = [one for one in self.waiting if one.worker == worker]
        self.waiting = [one for one in self.waiting if one.worker != worker]
        self.links[worker].away = False

        async def settled() -> list[Committed]:
            return [await one.future for one in mine]

        expected = [self.reference.commit(one.visitor, one.name, one.message, confirmed=True) for one in mine]
        assert [done.outcome for done in self.run(settled())] == expected

    @rule(worker=workers)
    def restart(self, worker: int) -> None:
        """Nothing waits, so nothing is lost."""
        worker = self._here(worker)
        self.run(self.stores[worker].close())
        self._open(worker)

    @invariant()
    def nothing_is_lost_by_a_worker(self) -> None:
        for store in self.stores.values():
            assert set(store.health().lost) <= {"erased", "held back"}

    def teardown(self) -> None:
        try:
            if self.stores:
                if self.is_parted:
                    self.meet_again()
                self.run(agrees(self.stores[0], self.reference))
                for store in self.stores.values():
                    self.run(store.close())
        finally:
            self.runner.close()

    def _open(self, worker: int) -> None:
        self.links[worker] = FatefulLink(self.run(linked(self.url)))
        self.stores[worker] = store_over(self.links[worker], self.namespace)  # type: ignore[arg-type] - of one server
        self.bases = {(one, visitor): base for (one, visitor), base in self.bases.items() if one != worker}

    def _here(self, worker: int) -> int:
        """This worker, or the other one while the store is away for it."""
        return 1 - worker if self.links[worker].away else worker

    def _name(self) -> str:
        self.numbers += 1
        return f"<{self.numbers}>"


async def linked(url: str) -> Any:
    return link_to(url)


async def undisturbed(link: FatefulLink, work: Coroutine[Any, Any, T]) -> T:
    """What fails at once where it is disturbed, and is the caller's to repeat."""
    fates, link.fates = tuple(link.fates), type(link.fates)()
    try:
        return await work
    finally:
        link.fates.extend(fates)


async def agrees(store: Store, reference: Reference) -> None:
    for visitor in VISITORS:
        loaded = await store.load(visitor)
        assert loaded.visitor == reference.owner(visitor)
        assert loaded.erased == reference.of(visitor).erased
    for owner, one in reference.people.items():
        if owner in reference.moved or one.erased:
            continue
        assert await visits_of(store, owner) == len(one.seen)
        assert await told_of(store, owner) == one.told
        names = [name for name in await names_of(store, owner) if name not in (MERGED, IDENTIFIED)]
        assert sorted(names) == sorted(one.streamed)
    counters = (await store.stats(DAY))[DAY]
    assert counters.get(FIELD, 0) == reference.counted
    assert counters.get(TOLD, 0) == reference.told


def test_records_are_what_plain_dicts_say(valkey_server: str) -> None:
    class OfThisServer(Records):
        url = valkey_server

    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    tried = settings(max_examples=35 * TIMES, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(OfThisServer, settings=tried)
