"""Whatever gets lost or collides on the way, each step counts once."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorwalker.store import Loaded, Outcome, Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from floorwalker.store.records.record import Body, Record, State
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK, Behind, client_of
from tests.store.links import Fate, FatefulLink
from tests.store.steps import DAY, FIELD, named, view


@dataclass(frozen=True)
class Hits:
    """So many steps at once in one worker, on the base that it loads, remembers, or none."""

    worker: int
    steps: int
    base: str


hits = st.builds(
    Hits, worker=st.integers(0, 2), steps=st.integers(1, 4), base=st.sampled_from(["loaded", "remembered", "none"])
)
fates = st.lists(st.sampled_from(Fate), max_size=12)


def worker(url: str, namespace: str, fates_told: list[Fate]) -> Store:
    tuned = StoreSettings(**QUICK)
    link = FatefulLink(open_link(read_address(url), tuned), fates_told)
    return Store(link, namespace=namespace, partitions=2, settings=tuned)


async def play(stores: list[Store], rounds: list[list[Hits]]) -> int:
    """Play the rounds, each round's hits at once; how many steps that were."""
    remembered: dict[int, Loaded] = {}
    total = 0
    for one_round in rounds:
        commits = []
        for hit in one_round:
            store = stores[hit.worker]
            if hit.base == "loaded":
                remembered[hit.worker] = await store.load("v1")
            base = None if hit.base == "none" else remembered.get(hit.worker)
            commits += [store.commit("v1", base, view) for _ in range(hit.steps)]
        outcomes = [committed.outcome for committed in await asyncio.gather(*commits)]
        assert outcomes == [Outcome.STORED] * len(outcomes)
        total += len(outcomes)
    return total


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(hits, min_size=1, max_size=4), min_size=1, max_size=4), st.tuples(fates, fates, fates))
async def test_every_step_is_in_profile_stream_and_counters_once(
    valkey_server: str, rounds: list[list[Hits]], told: tuple[list[Fate], list[Fate], list[Fate]]
) -> None:
    namespace = fresh_namespace()
    stores = [worker(valkey_server, namespace, one) for one in told]
    total = await play(stores, rounds)
    profile = (await stores[0].load("v1")).profile
    assert profile is not None
    assert profile.visits == total
    assert (await stores[0].stats(DAY))[DAY][FIELD] == total
    assert len([entry async for entry in stores[0].events("v1")]) == total
    for store in stores:
        await store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates, st.integers(1, 5), st.integers(0, 5))
async def test_held_back_effects_are_released_once(
    valkey_server: str, told: list[Fate], before: int, after: int
) -> None:
    store = worker(valkey_server, fresh_namespace(), told)
    for n in range(before):
        await store.commit("v1", await store.load("v1"), named(str(n)), confirmed=False)
    held_back = (await store.stats(DAY))[DAY]
    assert held_back == {}
    for n in range(before, before + after):
        await store.commit("v1", await store.load("v1"), named(str(n)))
    total = before + after if after else 0
    assert (await store.stats(DAY))[DAY].get(FIELD, 0) == total
    names = [entry.event.name async for entry in store.events("v1")]
    assert names == [str(n) for n in range(total)]
    await store.close()


async def test_a_retry_is_known_after_many_other_commits(valkey_server: str) -> None:
    namespace = fresh_namespace()
    late = worker(valkey_server, namespace, [Fate.ANSWERED, Fate.REPLY_LOST, *[Fate.NEVER_SENT] * 40])
    other = worker(valkey_server, namespace, [])
    await late.commit("v1", None, view)
    under_way = late.submit("v1", None, view)
    for _ in range(30):
        await other.commit("v1", await other.load("v1"), view)
    assert (await under_way).outcome is Outcome.STORED
    profile = (await other.load("v1")).profile
    assert profile is not None
    assert profile.visits == 32
    assert (await other.stats(DAY))[DAY][FIELD] == 32
    await late.close()
    await other.close()


@pytest.mark.parametrize(("fate", "annas"), [(Fate.REPLY_LOST, 1), (Fate.NEVER_SENT, 2)])
async def test_a_retry_that_finds_a_pointer_follows_it_only_if_it_was_not_applied(
    valkey_server: str, fate: Fate, annas: int
) -> None:
    namespace = fresh_namespace()
    other = worker(valkey_server, namespace, [])
    await other.commit("anna", None, view)
    base = (await other.commit("anonymous", None, view)).loaded
    late = worker(valkey_server, namespace, [fate, *[Fate.NEVER_SENT] * 30])
    under_way = late.submit("anonymous", base, view)
    while not late.health().away:
        await other.ping()
    await make_pointer(other, valkey_server, namespace)
    assert (await under_way).outcome is Outcome.STORED
    profile = (await other.load("anonymous")).profile
    assert profile is not None
    assert profile.visits == annas
    await late.close()
    await other.close()


async def make_pointer(store: Store, url: str, namespace: str) -> None:
    """Let "anonymous" point to "anna", as a merge leaves it: the writers stay."""
    loaded = await store.load("anonymous")
    assert loaded.record is not None
    body = Body("anonymous", moved_to="anna", writers=loaded.record.body.writers)
    with client_of(url) as client:
        key = Behind(f"?namespace={namespace}", client).key("profile:anonymous")
        client.set(key, Record(state=State.MOVED, epoch=b"p" * 8, version=1, body=body).encode())
