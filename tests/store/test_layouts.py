"""In which layout records are written: the keyspace says."""

import pytest

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.kept.recents import Recents, with_event
from floorwalker.core.memory.profile import Profile, Touch, Visit
from floorwalker.store import Store, StoreSettings
from floorwalker.store.keyspace import Keyspace
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from tests.store.conftest import Behind, Open

AT = 1_795_420_000
ONE_PAGE = Profile(
    seed=2**63,
    first_seen=AT,
    last_seen=AT,
    visits=1,
    visit=Visit(1, AT, AT, 1, Touch(AT, "/lenses"), "/lenses"),
    recents=with_event(Recents(), at=AT, name="Page Viewed"),
)


def seen(_: Profile | None) -> tuple[Profile, Effects]:
    return ONE_PAGE, NOTHING


def begun_before(behind: Behind) -> None:
    """A keyspace as a release makes it that knows of one layout."""
    behind.client.hset(meta(behind), mapping={"partitions": 4, "people": "7f" * 32})


def meta(behind: Behind) -> str:
    return f"{behind.prefix}meta"


def layouts(behind: Behind, *visitors: str) -> list[int]:
    return [behind.client.get(behind.key(f"profile:{visitor}"))[0] for visitor in visitors]


async def test_a_keyspace_that_begins_now_is_in_short(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, seen)
    assert behind.client.hget(meta(behind), "layout") == b"2"
    assert layouts(behind, "v1") == [2]
    assert (await store.load("v1")).profile == ONE_PAGE


async def test_a_keyspace_that_an_older_release_began_stays_as_that_reads_it(store: Store, behind: Behind) -> None:
    begun_before(behind)
    await store.commit("v1", None, seen)
    await store.commit("v1", await store.load("v1"), seen)
    assert behind.client.hget(meta(behind), "layout") is None
    assert layouts(behind, "v1") == [1]


async def test_what_an_older_release_wrote_is_read_and_written_on_in_short(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, seen)
    await store.renew(layout=1)
    assert layouts(behind, "v1") == [1]
    await store.renew(layout=2)
    await store.commit("v1", await store.load("v1"), seen)
    assert layouts(behind, "v1") == [2]
    assert (await store.load("v1")).version % 256 == 4  # the byte that counts


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_all_records_are_laid_out_anew_there_and_back(
    open_: Open, store_url: str, behind: Behind, order: tuple[int, int]
) -> None:
    begun_before(behind)
    store = open_(store_url)
    for visitor in ("v1", "v2", "v3"):
        await store.commit(visitor, None, seen)
    for layout in order:
        renewal = await store.renew(layout=layout)
        assert renewal.renewed + renewal.current == 3
        assert layouts(behind, "v1", "v2", "v3") == [layout] * 3
        assert (await store.load("v2")).profile == ONE_PAGE
        assert (await store.renew()).renewed == 0
    other = open_(store_url)
    await other.commit("v4", None, seen)
    assert layouts(behind, "v4") == [order[-1]]


async def test_a_layout_that_only_a_newer_release_knows_leaves_this_one_with_its_latest(
    store: Store, behind: Behind
) -> None:
    begun_before(behind)
    behind.client.hset(meta(behind), "layout", "3")
    await store.commit("v1", None, seen)
    assert layouts(behind, "v1") == [2]


async def test_a_store_that_came_back_empty_is_laid_out_as_it_was(store_url: str, behind: Behind) -> None:
    link = open_link(read_address(store_url), StoreSettings())
    keyspace = Keyspace(link, behind.prefix.split(":")[1], partitions=4, random_bytes=bytes)
    known = await keyspace.keys()
    behind.client.delete(meta(behind))
    await keyspace.confirm()
    assert keyspace.known == known
    assert behind.client.hget(meta(behind), "layout") == b"2"
    behind.client.delete(meta(behind))
    begun_before(behind)
    await keyspace.confirm()
    assert (await keyspace.keys()).layout == 1
    assert behind.client.hget(meta(behind), "layout") is None
    await link.close()
