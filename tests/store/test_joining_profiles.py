"""Real histories, folded by the rules in force, become one in a real store; whatever else goes on at the time."""

import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from floorwalker.core.advance import Corridor
from floorwalker.core.conditions.model import Window
from floorwalker.core.deciding.classify import classify
from floorwalker.core.effects import Effects
from floorwalker.core.events import IDENTIFIED, PAGE_VIEWED, Event, Page
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.kept.responses import Showing
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.proof import read_fact
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from floorwalker.rulefile import read
from floorwalker.store import Outcome, Step, Store
from tests.core.journeys import DAY, SITE, START, journey
from tests.servers import fresh_namespace
from tests.store.conftest import Open

RULES = b"""
site: {timezone: Europe/Berlin}
segments:
  birds: {when: {viewed: {category: lenses, at_least: 4}}}
blocks:
  coupon: {text: C}
slots:
  hero: {show: [{block: coupon}]}
"""
TODAY = "2026-02-25"


@pytest.fixture
def store_url(valkey_server: str) -> str:
    return f"{valkey_server}?namespace={fresh_namespace()}"


@pytest.fixture
def corridor() -> Corridor:
    ruleset, problems = read({"rules.yaml": RULES})
    assert ruleset is not None, problems
    return Corridor(ruleset)


def worker(open_: Open, url: str, corridor: Corridor) -> Store:
    store = open_(url)
    store.joining = corridor.join
    return store


def folding(corridor: Corridor, event: Event, *, seed: int) -> Step:
    """A step as any door makes it."""

    def step(before: Profile | None) -> tuple[Profile, Effects]:
        profile, effects = corridor.fold(before or Profile(seed=seed), event)
        return corridor.concluded(before, profile, effects, event.at)

    return step


def identified(at: float, id: str = "") -> Event:
    return Event(IDENTIFIED, at, {"user_id": "ada", "email": "ada@example.org"}, id=id)


async def walk(store: Store, visitor: str, corridor: Corridor, events: Sequence[Event]) -> Profile | None:
    for event in events:
        await store.commit(visitor, None, folding(corridor, event, seed=len(visitor)))
    return (await store.load(visitor)).profile


def views(profile: Profile | None) -> tuple[int, bool]:
    assert profile is not None
    tally = History(profile, at=START, site=SITE).views((), Window())
    return tally.count, tally.complete


async def test_what_lies_in_the_store_is_the_pure_merge_of_both(
    open_: Open, store_url: str, corridor: Corridor
) -> None:
    random, store = Random(5), worker(open_, store_url, corridor)
    anna, v1 = await store.person("anna"), "v" * 22
    person = await walk(store, anna, corridor, journey(random, 120))
    anonymous = await walk(store, v1, corridor, journey(random, 130))
    assert anonymous is not None
    told = identified(START + 500 * DAY)
    expected, _ = corridor.join(person, anonymous, told)
    done = await store.merge(v1, anna, told)
    assert done.outcome is Outcome.STORED
    assert (await store.load(anna)).profile == (await store.load(v1)).profile == expected
    assert await store.find("email", "ADA@example.org") == [anna]


async def test_rules_see_both_histories_at_once(open_: Open, store_url: str, corridor: Corridor) -> None:
    store = worker(open_, store_url, corridor)
    anna, v1 = await store.person("anna"), "v" * 22
    page = Page(path="/lenses/p", category="lenses")
    for visitor in (anna, v1):
        profile = await walk(store, visitor, corridor, [Event(PAGE_VIEWED, START + i, page=page) for i in range(2)])
        assert classify(corridor.ruleset, profile, Signals(at=START), START + 5) == frozenset()
    await store.merge(v1, anna, identified(START + 9))
    profile = (await store.load(v1)).profile
    assert classify(corridor.ruleset, profile, Signals(at=START), START + 10) == {"birds"}


@pytest.mark.parametrize("seed", range(4))
async def test_both_devices_and_two_workers_at_once_lose_and_double_nothing(
    open_: Open, store_url: str, corridor: Corridor, seed: int
) -> None:
    random = Random(seed)
    workers = [worker(open_, store_url, corridor) for _ in range(2)]
    anna, v1 = await workers[0].person("anna"), "v" * 22
    events = [Event(PAGE_VIEWED, START + i, page=Page(path=f"/{i % 7}")) for i in range(60)]
    await workers[0].commit(v1, None, folding(corridor, events[0], seed=2))
    going = [
        random.choice(workers).submit(random.choice((anna, v1)), None, folding(corridor, event, seed=3))
        for event in events[1:30]
    ]
    joins = [one.merge(v1, anna, identified(START + 30, "m1")) for one in workers]
    going += [
        random.choice(workers).submit(random.choice((anna, v1)), None, folding(corridor, event, seed=3))
        for event in events[30:]
    ]
    await asyncio.gather(*going, *joins)
    for store in workers:
        loaded = await store.load(v1)
        assert loaded.visitor == anna
        assert views(loaded.profile) == (60, True)
    names = [entry.event.name async for entry in workers[0].events(anna)]
    assert (names.count(PAGE_VIEWED), names.count(IDENTIFIED)) == (60, 1)


async def test_who_was_counted_as_two_is_counted_once(open_: Open, store_url: str, corridor: Corridor) -> None:
    store = worker(open_, store_url, corridor)
    anna, v1, v2 = await store.person("anna"), "v" * 22, "w" * 22

    def showing(arm: str) -> Step:
        def step(profile: Profile | None) -> tuple[Profile, Effects]:
            return corridor.show(profile or Profile(seed=1), [Showing("hero", "coupon", arm)], at=START)

        return step

    async def counted() -> dict[tuple[str, str, str, str], int]:
        facts = {read_fact(field): count for field, count in (await store.stats(TODAY))[TODAY].items() if count}
        return {(one.unit, one.block, one.arm, one.name): count for one, count in facts.items() if one and one.unit}

    for visitor in (anna, v1, v2):
        await store.commit(visitor, None, showing("treatment" if visitor != v2 else "control"))
    treated, held_back = ("hero", "", "treatment", "shown"), ("hero", "", "control", "shown")
    before = await counted()
    assert (before[treated], before[held_back]) == (2, 1)
    await store.merge(v1, anna, identified(START + 5))
    after = await counted()
    assert (after[treated], after[held_back]) == (1, 1)
    await store.merge(v2, anna, identified(START + 6))
    mixed = await counted()
    assert {unit: count for unit, count in mixed.items() if unit[3] == "mixed"} == {("hero", "", "", "mixed"): 1}
    assert treated not in mixed
    assert held_back not in mixed


async def test_a_person_without_rules_is_joined_as_well(open_: Open, store_url: str) -> None:
    store, plain = open_(store_url), Corridor(Ruleset())
    anna, v1 = await store.person("anna"), "v" * 22
    events = journey(Random(3), 40)
    once = await walk(store, v1, plain, events)
    await store.merge(v1, anna, identified(START + 900 * DAY))
    profile = (await store.load(anna)).profile
    assert once is not None
    assert profile is not None
    assert (profile.seed, profile.user, profile.counts) == (once.seed, "ada", once.counts)
    assert views(profile) == views(once)
