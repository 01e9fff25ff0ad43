"""Whatever visitors, clients and people do, in whatever order: a dict of lists says what the store must hold."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker.core.events import IDENTIFIED, MERGED
from floorwalker.store import Store
from tests.servers import fresh_namespace
from tests.store.links import Fate, FatefulLink
from tests.store.people import TOLD, identified, link_to, names_of, store_over, told_of, visits_of
from tests.store.steps import DAY, FIELD, named

VISITORS = ["cookie", "phone", "client", "anna", "bob"]
PEOPLE = ["anna", "bob"]

visitors = st.sampled_from(VISITORS)
workers = st.integers(0, 1)
messages = st.sampled_from(["", *"abcdef"])


@dataclass(frozen=True)
class Burst:
    """Events at once: worker, visitor, message."""

    events: list[tuple[int, str, str]]


@dataclass(frozen=True)
class Joins:
    worker: int
    visitor: str
    person: str
    message: str


@dataclass(frozen=True)
class Restart:
    worker: int


acts = st.one_of(
    st.builds(Burst, st.lists(st.tuples(workers, visitors, messages), min_size=1, max_size=6)),
    st.builds(Joins, workers, st.sampled_from(VISITORS[:3]), st.sampled_from(PEOPLE), st.sampled_from(["", "i", "j"])),
    st.builds(Restart, workers),
)


@dataclass
class Reference:
    """Who has seen what, who was identified how often, and who is now somebody else."""

    seen: dict[str, list[str]] = field(default_factory=lambda: {one: [] for one in VISITORS})
    known: dict[str, set[str]] = field(default_factory=lambda: {one: set() for one in VISITORS})
    told: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VISITORS, 0))
    moved: dict[str, str] = field(default_factory=dict)

    def owner(self, visitor: str) -> str:
        return self.moved.get(visitor, visitor)

    def event(self, visitor: str, message: str) -> None:
        owner = self.owner(visitor)
        if message and message in self.known[owner]:
            return
        self.seen[owner].append(f"<{message}>")
        self.known[owner] |= {message} - {""}

    def join(self, visitor: str, person: str, message: str) -> None:
        if not message or message not in self.known[person]:
            self.told[person] += 1
            self.known[person] |= {message} - {""}
        if visitor not in self.moved and self.seen[visitor]:
            self.seen[person] += self.seen.pop(visitor)
            self.known[person] |= self.known.pop(visitor)
            self.moved[visitor] = person


class Site:
    """Two workers, whose script calls fare as told."""

    def __init__(self, url: str, told: list[Fate]) -> None:
        self._url, self._namespace = url, fresh_namespace()
        self._told = iter(told)
        self.workers = [self._open(), self._open()]

    def _open(self) -> Store:
        fates = [fate for fate, _ in zip(self._told, range(6), strict=False)]
        return store_over(FatefulLink(link_to(self._url), fates), self._namespace)

    async def act(self, act: Burst | Joins | Restart, reference: Reference) -> None:
        match act:
            case Burst(events):
                commits = [self.workers[n].commit(who, None, named(f"<{m}>"), message=m) for n, who, m in events]
                await asyncio.gather(*commits)
                for _, visitor, message in events:
                    reference.event(visitor, message)
            case Joins(worker, visitor, person, message):
                told = identified(f"{visitor}{person}{message}" if message else "", user=person)
                await self.workers[worker].merge(visitor, person, told)
                reference.join(visitor, person, told.id)
            case Restart(worker):
                await self.workers[worker].close()
                self.workers[worker] = self._open()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=14), st.lists(st.sampled_from(Fate), max_size=24))
async def test_every_event_is_in_one_profile_once(
    valkey_server: str, story: list[Burst | Joins | Restart], told: list[Fate]
) -> None:
    reference, site = Reference(), Site(valkey_server, told)
    for act in story:
        await site.act(act, reference)
    store = site.workers[0]
    for visitor in VISITORS:
        assert (await store.load(visitor)).visitor == reference.owner(visitor)
    for owner, seen in reference.seen.items():
        assert await visits_of(store, owner) == len(seen)
        assert await told_of(store, owner) == reference.told[owner]
        names = [name for name in await names_of(store, owner) if name not in (MERGED, IDENTIFIED)]
        assert sorted(names) == sorted(seen)
    counters = (await store.stats(DAY))[DAY]
    assert counters.get(FIELD, 0) == sum(map(len, reference.seen.values()))
    assert counters.get(TOLD, 0) == sum(reference.told.values())
    for one in site.workers:
        await one.close()
