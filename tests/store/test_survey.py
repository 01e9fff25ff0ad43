"""Walking over every record: for whoever counts people."""

import asyncio

from floorwalker.store import Store, Survey
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from floorwalker.store.records.record import Body, Record, State
from floorwalker.store.settings import StoreSettings
from tests.store.conftest import Behind, Open
from tests.store.steps import view


async def visitors_of(store: Store, survey: Survey | None = None) -> list[str]:
    return [loaded.visitor async for loaded in store.profiles(survey, pause_s=0)]


async def commit_all(store: Store, visitors: list[str]) -> None:
    await asyncio.gather(*(store.commit(visitor, None, view) for visitor in visitors))


async def test_every_visitor_comes_once(store: Store) -> None:
    everybody = [f"v{number}" for number in range(1200)]
    await commit_all(store, everybody)
    survey = Survey()
    assert sorted(await visitors_of(store, survey)) == sorted(everybody)
    assert survey == Survey(live=1200)


async def test_a_profile_comes_as_it_is_loaded(store: Store) -> None:
    await store.commit("v1", None, view)
    (found,) = [loaded async for loaded in store.profiles()]
    assert found == await store.load("v1")


async def test_who_is_unconfirmed_comes_too_and_says_so(store: Store) -> None:
    await store.commit("v1", None, view, confirmed=False)
    assert [loaded.confirmed async for loaded in store.profiles()] == [False]


async def test_an_empty_keyspace_has_nobody(store: Store) -> None:
    assert await visitors_of(store) == []


async def test_another_namespace_is_another_site(open_: Open, store_url: str) -> None:
    url, _, namespace = store_url.partition("?namespace=")
    ours, longer, inner = (open_(f"{url}?namespace={namespace}{more}") for more in ("", "2", "-a"))
    await ours.commit("ours", None, view)
    await longer.commit("longer", None, view)
    await inner.commit("inner", None, view)
    assert await visitors_of(ours) == ["ours"]


async def test_who_moved_who_is_erased_and_what_is_newer_is_passed_by_and_counted(store: Store, behind: Behind) -> None:
    await commit_all(store, ["live", "moved", "moving", "new", "broken"])
    await store.commit("erased", None, view)
    await store.erase("erased")
    for visitor, state in (("moved", State.MOVED), ("moving", State.MOVING)):
        record = Record(state, b"12345678", 1, Body(visitor, moved_to="live"))
        behind.client.set(behind.key(f"profile:{visitor}"), record.encode())
    behind.client.setrange(behind.key("profile:new"), 15, b"\xff")
    behind.client.set(behind.key("profile:broken"), b"?")
    survey = Survey()
    assert await visitors_of(store, survey) == ["live"]
    assert survey == Survey(live=1, moved=2, erased=1, too_new=1, unreadable=1)


async def test_keys_that_only_look_like_records_are_left_alone(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view)
    await store.commit("a}:profile:b", None, view)
    behind.client.set(f"{behind.prefix}{{0}}:profile:{'v1' * 3}", b"in another partition")
    behind.client.set(f"{behind.prefix}{{x}}:profile:v1", b"in none")
    survey = Survey()
    assert sorted(await visitors_of(store, survey)) == ["a}:profile:b", "v1"]
    assert survey.unreadable <= 1


async def test_each_node_of_a_cluster_is_a_link_of_its_own(cluster_server: str) -> None:
    link = open_link(read_address(cluster_server), StoreSettings())
    try:
        (node,) = await link.nodes()
        assert list(await node.nodes()) == [node]
        assert await node.call("SCAN", 0, "MATCH", "nothing here", "COUNT", 1_000_000) == [b"0", []]
    finally:
        await link.close()
