"""A sender's message counts once, however often it is sent."""

import asyncio
from typing import Any

import pytest

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Outcome, Store
from tests.servers import fresh_namespace
from tests.store.conftest import Behind, Open
from tests.store.links import Fate, FatefulLink
from tests.store.people import link_to, names_of, store_over, visits_of
from tests.store.steps import DAY, FIELD, view

DAY_S = 86_400


async def test_a_message_counts_once(store: Store) -> None:
    first = await store.commit("v1", None, view, message="m1")
    again = await store.commit("v1", None, view, message="m1")
    assert (first.outcome, again.outcome) == (Outcome.STORED, Outcome.KNOWN)
    assert again.loaded == first.loaded
    assert await visits_of(store, "v1") == 1
    assert (await store.stats(DAY))[DAY][FIELD] == 1


async def test_messages_of_one_batch_count_once_each(store: Store) -> None:
    done = await asyncio.gather(*(store.commit("v1", None, view, message=one) for one in "abacab"))
    assert [one.outcome.value for one in done] == ["stored", "stored", "known", "stored", "known", "known"]
    more = await asyncio.gather(*(store.commit("v1", None, view, message=one) for one in "aded"))
    assert [one.outcome.value for one in more] == ["known", "stored", "stored", "known"]
    assert await visits_of(store, "v1") == 5


async def test_steps_without_messages_go_on_beside_a_known_one(store: Store) -> None:
    await store.commit("v1", None, view, message="a")
    done = await asyncio.gather(
        store.commit("v1", None, view), store.commit("v1", None, view, message="a"), store.commit("v1", None, view)
    )
    assert [one.outcome.value for one in done] == ["stored", "known", "stored"]
    assert await visits_of(store, "v1") == 3


async def test_the_same_message_of_two_visitors_is_two(store: Store) -> None:
    await store.commit("v1", None, view, message="a")
    assert (await store.commit("v2", None, view, message="a")).outcome is Outcome.STORED


async def test_a_message_whose_step_failed_may_come_again(store: Store) -> None:
    def fails(profile: Profile | None) -> Any:
        raise ZeroDivisionError("the step's own")

    done = await asyncio.gather(
        store.commit("v1", None, fails, message="a"),
        store.commit("v1", None, view, message="a"),
        return_exceptions=True,
    )
    assert isinstance(done[0], ZeroDivisionError)
    assert await visits_of(store, "v1") == 1


async def test_an_unconfirmed_visitors_messages_count_once_and_stay_known_once_confirmed(
    store: Store, behind: Behind
) -> None:
    await store.commit("v1", None, view, confirmed=False, message="a")
    assert 0 < behind.client.ttl(behind.key("messages:v1")) <= 3600
    assert (await store.commit("v1", None, view, confirmed=False, message="a")).outcome is Outcome.KNOWN
    await store.commit("v1", None, view)
    assert behind.client.ttl(behind.key("messages:v1")) > 29 * DAY_S
    assert (await store.commit("v1", None, view, message="a")).outcome is Outcome.KNOWN
    assert len(await names_of(store, "v1")) == 2


async def test_messages_are_known_for_30_days(open_: Open, store_url: str, behind: Behind) -> None:
    now = [1_000_000.0]
    store = open_(store_url, clock=lambda: now[0])
    await store.commit("v1", None, view, message="a")
    now[0] += 29 * DAY_S
    assert (await store.commit("v1", None, view, message="a")).outcome is Outcome.KNOWN
    now[0] += 2 * DAY_S
    assert (await store.commit("v1", None, view, message="a")).outcome is Outcome.STORED
    assert behind.client.zcard(behind.key("messages:v1")) == 1


async def test_of_one_visitors_messages_the_latest_are_kept(open_: Open, store_url: str, behind: Behind) -> None:
    now = [1_000_000.0]
    store = open_(store_url, clock=lambda: now[0], messages_kept=5)
    for n in range(9):
        now[0] += 1
        await store.commit("v1", None, view, message=str(n))
    assert behind.client.zcard(behind.key("messages:v1")) == 5
    assert (await store.commit("v1", None, view, message="8")).outcome is Outcome.KNOWN
    assert (await store.commit("v1", None, view, message="3")).outcome is Outcome.STORED


async def test_no_message_no_key(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view)
    assert behind.kinds() == {"meta", "profile:v1", "events", f"stats:{DAY}"}
    await store.commit("v1", None, view, message="a-message")
    (name,) = behind.client.zrange(behind.key("messages:v1"), 0, -1)
    assert len(name) == 12
    await store.erase("v1")
    assert "messages:v1" not in behind.kinds()


@pytest.mark.parametrize("fate", [Fate.REPLY_LOST, Fate.NEVER_SENT])
async def test_a_message_counts_once_when_its_reply_is_lost_and_another_worker_has_it_too(
    valkey_server: str, fate: Fate
) -> None:
    namespace = fresh_namespace()
    other = store_over(link_to(valkey_server), namespace)
    await other.commit("v1", None, view)
    late = store_over(FatefulLink(link_to(valkey_server), [fate]), namespace)
    base = await late.load("v1")
    done = await asyncio.gather(
        late.commit("v1", base, view, message="a"), *(other.commit("v1", None, view, message="a") for _ in range(3))
    )
    assert sorted(one.outcome.value for one in done) == ["known", "known", "known", "stored"]
    assert await visits_of(other, "v1") == 2
    await late.close()
    await other.close()


async def test_a_known_message_costs_no_more_than_one_round_trip(valkey_server: str) -> None:
    link = FatefulLink(link_to(valkey_server))
    store = store_over(link, fresh_namespace())
    base = (await store.commit("v1", None, view, message="a")).loaded
    before = link.scripts
    again = await store.commit("v1", base, view, message="b")
    assert link.scripts == before + 1
    assert (await store.commit("v1", again.loaded, view, message="b")).outcome is Outcome.KNOWN
    assert link.scripts == before + 2
    await store.close()


async def test_a_commit_may_leave_the_records_life_as_it_was(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view)
    record = behind.key("profile:v1")
    behind.client.expire(record, 1000)
    await store.commit("v1", None, view, keeps_life=True)
    assert 0 < behind.client.ttl(record) <= 1000
    await asyncio.gather(store.commit("v1", None, view, keeps_life=True), store.commit("v1", None, view))
    assert behind.client.ttl(record) > 1000
    await store.commit("v2", None, view, keeps_life=True)
    assert behind.client.ttl(behind.key("profile:v2")) > 1000
    await store.commit("v3", None, view, confirmed=False)
    await store.commit("v3", None, view, keeps_life=True)
    assert behind.client.ttl(behind.key("profile:v3")) > 3600


async def test_a_person_has_one_name_for_all_workers(open_: Open, store_url: str, behind: Behind) -> None:
    one, other = open_(store_url), open_(store_url)
    assert one.person_known("anna") is None
    people = await asyncio.gather(one.person("anna"), other.person("anna"))
    assert people[0] == people[1] == one.person_known("anna")
    assert len(people[0]) == 22
    assert await one.client("anna") != people[0]
    assert len(bytes.fromhex(behind.client.hget(f"{behind.prefix}meta", "people").decode())) == 32


async def test_a_keyspace_of_an_earlier_release_gets_its_secret(
    open_: Open, store_url: str, store: Store, behind: Behind
) -> None:
    await store.commit("v1", None, view)
    behind.client.hdel(f"{behind.prefix}meta", "people")
    assert len(await open_(store_url).person("anna")) == 22


def effects(**told: Any) -> Any:
    return lambda profile: (profile or Profile(seed=1), Effects(**told))


async def test_who_is_due_is_in_the_set_until_they_are_not(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, effects(due=1500.25))
    assert behind.client.zscore(behind.key("due"), "v1") == 1500.25
    await store.commit("v1", None, effects())
    assert behind.client.zscore(behind.key("due"), "v1") == 1500.25
    await store.commit("v1", None, effects(due=0))
    assert "due" not in behind.kinds()
    await store.commit("v1", None, effects(due=2.0))
    await store.erase("v1")
    assert "due" not in behind.kinds()


async def test_an_unconfirmed_visitors_due_and_marks_wait(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, effects(due=1500.0), confirmed=False)
    assert behind.kinds() == {"meta", "profile:v1"}
    await store.commit("v1", None, effects())
    assert behind.client.zscore(behind.key("due"), "v1") == 1500.0
