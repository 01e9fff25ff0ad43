"""An anonymous history joins a person's: once, whole, whoever dies or comes between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from floorwalker.core.effects import NOTHING
from floorwalker.core.events import IDENTIFIED, MERGED
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Outcome, Store
from floorwalker.store.records.record import HEAD_BYTES, Alias, State, decode_record
from tests.servers import fresh_namespace
from tests.store.conftest import Behind, Open, client_of
from tests.store.links import FatefulLink, MortalLink
from tests.store.people import TOLD, identified, link_to, names_of, store_over, together, told_of, visits_of
from tests.store.steps import DAY, FIELD, named, view

DAY_S = 86_400
SCRIPTS = 4  # freeze, commit, carry, point


@pytest.fixture
def store(open_: Open, store_url: str) -> Store:
    opened = open_(store_url)
    opened.joining = together
    return opened


async def counted(store: Store, field: str = FIELD) -> int:
    return (await store.stats(DAY))[DAY].get(field, 0)


async def test_a_history_joins_a_person_and_the_visitor_becomes_a_pointer(store: Store, behind: Behind) -> None:
    await store.commit("anna", None, named("a"))
    before = (await store.commit("v1", None, named("b"))).loaded
    done = await store.merge("v1", "anna", identified())
    assert done.outcome is Outcome.STORED
    assert done.loaded == await store.load("anna") == await store.load("v1")
    assert before is not None
    assert done.loaded is not None
    assert done.loaded.record is not None
    assert (await visits_of(store, "anna"), await told_of(store, "anna")) == (2, 1)
    assert sorted(await names_of(store, "anna")) == sorted(["a", "b", MERGED, IDENTIFIED])
    assert done.loaded.record.body.aliases == (Alias("v1", bytes.fromhex(before.pseudonym)),)
    pointer = decode_record(behind.client.get(behind.key("profile:v1")))
    assert (pointer.state, pointer.body.moved_to, pointer.body.payload, pointer.body.identified) == (
        State.MOVED, "anna", b"", b""
    )  # fmt: skip
    assert behind.client.ttl(behind.key("profile:v1")) > 399 * DAY_S


async def test_the_stream_tells_from_whom_the_history_came(store: Store) -> None:
    before = (await store.commit("v1", None, view)).loaded
    await store.merge("v1", "anna", identified())
    (merged,) = [entry async for entry in store.events("anna") if entry.event.name == MERGED]
    assert before is not None
    assert merged.event.properties["from"] == before.pseudonym


async def test_a_new_person_takes_the_history_over(store: Store) -> None:
    await store.commit("v1", None, view)
    await store.merge("v1", "anna", identified())
    loaded = await store.load("anna")
    assert loaded.profile is not None
    assert (loaded.profile.seed, loaded.profile.visits, loaded.profile.user) == (7, 1, "anna")


async def test_an_old_cookie_leads_to_the_person(store: Store) -> None:
    stale = (await store.commit("v1", None, view, message="a")).loaded
    await store.merge("v1", "anna", identified())
    for base in (stale, None, await store.load("v1")):
        assert (await store.commit("v1", base, view)).outcome is Outcome.STORED
    assert (await store.commit("v1", stale, view, message="a")).outcome is Outcome.KNOWN
    assert await visits_of(store, "anna") == 4


async def test_what_waits_goes_before_the_join_and_what_comes_later_to_the_person(store: Store) -> None:
    waiting = [store.submit("v1", None, named(name)) for name in "ab"]
    joining = store.merge("v1", "anna", identified())
    reading = asyncio.ensure_future(store.load("v1"))
    later = [store.submit("v1", None, named(name)) for name in "cd"]
    places = [(await one).loaded for one in (*waiting, joining, *later)]
    assert [place.visitor for place in places if place] == ["v1", "v1", "anna", "anna", "anna"]
    assert (await reading).visitor == "anna"
    profile = (await store.load("anna")).profile
    assert profile is not None
    assert profile.exit_page == "abcd"


@pytest.mark.parametrize("times", [1, 2])
async def test_a_visitor_without_a_history_leaves_the_event_alone(store: Store, behind: Behind, times: int) -> None:
    for _ in range(times):
        assert (await store.merge("v1", "anna", identified("m1"))).outcome in (Outcome.STORED, Outcome.KNOWN)
    assert await told_of(store, "anna") == 1
    assert await names_of(store, "anna") == [IDENTIFIED]
    assert "profile:v1" not in behind.kinds()


async def test_a_join_that_comes_again_takes_a_history_along_that_was_told_late(store: Store) -> None:
    """A client's batches may arrive in any order: who they are first, what they did before later."""
    await store.merge("v1", "anna", identified("m1"))
    await store.commit("v1", None, view)
    assert (await store.merge("v1", "anna", identified("m1"))).outcome is Outcome.STORED
    assert (await visits_of(store, "anna"), await told_of(store, "anna"), await counted(store, TOLD)) == (1, 1, 1)


async def test_a_repeated_join_counts_once(store: Store) -> None:
    await store.commit("v1", None, view)
    outcomes = [(await store.merge("v1", "anna", identified("m1"))).outcome for _ in range(3)]
    assert outcomes == [Outcome.STORED, Outcome.KNOWN, Outcome.KNOWN]
    assert (await visits_of(store, "anna"), await told_of(store, "anna"), await counted(store, TOLD)) == (1, 1, 1)


async def test_known_never_joins_known(store: Store) -> None:
    await store.commit("v1", None, view)
    await store.merge("v1", "anna", identified())
    for visitor in ("anna", "v1"):
        await store.merge(visitor, "bob", identified(user="bob"))
    assert (await visits_of(store, "anna"), await visits_of(store, "bob")) == (1, 0)
    assert (await told_of(store, "anna"), await told_of(store, "bob")) == (1, 2)
    await store.merge("anna", "anna", identified())
    assert (await visits_of(store, "anna"), await told_of(store, "anna")) == (1, 2)


async def test_a_person_of_whom_nothing_is_remembered_joins_nobody(store: Store) -> None:
    anna, ben = await store.person("anna"), await store.person("ben")
    await store.commit(anna, None, named("a"))  # by an old cookie, after the record has gone
    await store.merge(anna, ben, identified(user="ben"))
    assert (await store.load(anna)).visitor == anna
    assert (await visits_of(store, anna), await visits_of(store, ben), await told_of(store, ben)) == (1, 0, 1)


async def test_an_erased_visitor_joins_nobody_and_nobody_joins_an_erased_person(store: Store) -> None:
    await store.erase("v1")
    assert (await store.merge("v1", "anna", identified())).outcome is Outcome.STORED
    await store.erase("bob")
    await store.commit("v2", None, view)
    assert (await store.merge("v2", "bob", identified(user="bob"))).outcome is Outcome.ERASED
    assert (await visits_of(store, "v2"), (await store.load("bob")).erased) == (1, True)


async def test_what_an_unconfirmed_visitor_left_is_released(store: Store) -> None:
    await store.commit("v1", None, named("a"), confirmed=False)
    await store.merge("v1", "anna", identified())
    assert await names_of(store, "anna") == ["a", MERGED, IDENTIFIED]
    assert await counted(store) == 1


async def test_all_messages_go_along(store: Store, behind: Behind) -> None:
    await asyncio.gather(*(store.commit("v1", None, view, message=str(n)) for n in range(1203)))
    await store.commit("anna", None, view, message="own")
    await store.merge("v1", "anna", identified("told"))
    assert "messages:v1" not in behind.kinds()
    again = [store.commit(one, None, view, message=str(n)) for n in range(0, 1203, 100) for one in ("v1", "anna")]
    assert {one.outcome for one in await asyncio.gather(*again)} == {Outcome.KNOWN}
    assert (await store.commit("anna", None, view, message="own")).outcome is Outcome.KNOWN
    assert await visits_of(store, "anna") == 1204


async def test_erasing_a_person_erases_all_who_joined(store: Store, behind: Behind) -> None:
    for visitor in ("v1", "v2", "v3"):
        await store.commit(visitor, None, view, message="a")
        await store.merge(visitor, "anna", identified())
    assert await store.erase("anna") == 9
    assert [entry async for entry in store.events()] == []
    for visitor in ("v1", "v2", "v3", "anna"):
        assert (await store.load(visitor)).erased
        assert len(behind.client.get(behind.key(f"profile:{visitor}"))) == HEAD_BYTES
    assert {kind for kind in behind.kinds() if kind.startswith("messages")} == set()


async def test_erasing_by_an_old_cookie_erases_the_person(store: Store) -> None:
    await store.commit("v1", None, view)
    await store.merge("v1", "anna", identified())
    assert await store.erase("v1") == 3
    assert (await store.load("anna")).erased


async def test_a_merge_that_fails_leaves_everything_as_it_was(store: Store) -> None:
    def fails(person: Profile | None, anonymous: Profile, told: Any, *, is_told: bool = False) -> Any:
        raise ZeroDivisionError("the merge's own")

    await store.commit("v1", None, view)
    store.joining = fails
    with pytest.raises(ZeroDivisionError):
        await store.merge("v1", "anna", identified())
    assert (await visits_of(store, "v1"), await visits_of(store, "anna")) == (1, 0)
    assert (await store.commit("v1", None, view)).outcome is Outcome.STORED


async def test_wishes_behind_a_step_that_fails_come_true(store: Store) -> None:
    def fails(profile: Profile | None) -> Any:
        raise ZeroDivisionError("the step's own")

    await store.commit("v1", None, view)
    failing = store.submit("v1", None, fails)
    joining = store.merge("v1", "anna", identified())
    erasing = store.erase_later("v1")
    with pytest.raises(ZeroDivisionError):
        await failing
    assert (await joining).outcome is Outcome.STORED
    await erasing
    assert (await store.load("anna")).erased


class Ground:
    """One server, and as many workers on it as a test wants."""

    def __init__(self, url: str) -> None:
        self.url, self.namespace, self.stores = url, fresh_namespace(), list[Store]()

    def worker(self, link: Any = None) -> Store:
        self.stores.append(store_over(link or link_to(self.url), self.namespace))
        return self.stores[-1]

    async def dies_joining(self, at_script: int, *, is_sent: bool) -> bool:
        """A worker joins v1, who has seen one page, to anna, and dies at one of its scripts; whether it came so far."""
        link = MortalLink(link_to(self.url), at_script, is_sent=is_sent)
        dying = self.worker(link)
        joining = dying.merge("v1", "anna", identified("told"))
        await asyncio.wait([asyncio.ensure_future(link.cut.wait()), joining], return_when=asyncio.FIRST_COMPLETED)
        await dying.close()
        return link.cut.is_set()


@pytest.fixture
async def ground(valkey_server: str) -> AsyncIterator[Ground]:
    ground = Ground(valkey_server)
    first = ground.worker()
    await first.commit("somebody", None, view)
    await first.merge("somebody", "else", identified())  # now the server knows every script
    yield ground
    for one in ground.stores:
        await one.close()


async def loads(store: Store) -> None:
    await store.load("v1")


async def commits(store: Store) -> None:
    await store.commit("v1", None, view, message="a")


async def joins_again(store: Store) -> None:
    await store.merge("v1", "anna", identified("told"))


async def joins_another(store: Store) -> None:
    await store.merge("v1", "bob", identified("other", user="bob"))


COMERS = [loads, commits, joins_again, joins_another]


@pytest.mark.parametrize("comes", COMERS)
@pytest.mark.parametrize("is_sent", [True, False])
@pytest.mark.parametrize("at_script", range(1, SCRIPTS + 1))
async def test_whoever_comes_ends_what_a_dead_worker_began(
    ground: Ground, at_script: int, is_sent: bool, comes: Callable[[Store], Awaitable[None]]
) -> None:
    first = ground.worker()
    await first.commit("anna", None, view)
    await first.commit("v1", None, view, message="a")
    assert await ground.dies_joining(at_script, is_sent=is_sent)
    fresh = ground.worker()
    await comes(fresh)
    is_frozen = at_script > 1 or is_sent
    owner = "anna" if is_frozen or comes is joins_again else "bob" if comes is joins_another else "v1"
    assert (await fresh.load("v1")).visitor == owner
    assert await visits_of(fresh, owner) == 1 + (owner == "anna")
    assert await told_of(fresh, "anna") == (owner == "anna")
    assert (await names_of(fresh, owner)).count(MERGED) == (owner != "v1")
    await joins_again(fresh)
    assert await told_of(fresh, "anna") == 1
    assert await visits_of(fresh, "anna") + await visits_of(fresh, "bob") == 2


@pytest.mark.parametrize("comes", COMERS)
async def test_a_move_ends_also_where_the_person_was_evicted_meanwhile(
    ground: Ground, comes: Callable[[Store], Awaitable[None]]
) -> None:
    await ground.worker().commit("v1", None, view, message="a")
    assert await ground.dies_joining(2, is_sent=True)  # the person has taken the history in
    with client_of(ground.url) as client:
        behind = Behind(f"?namespace={ground.namespace}", client)
        client.delete(behind.key("profile:anna"))
    fresh = ground.worker()
    async with asyncio.timeout(10):
        await comes(fresh)
        assert (await fresh.load("v1")).visitor == "anna"


@pytest.mark.parametrize("is_sent", [True, False])
@pytest.mark.parametrize("at_script", range(1, SCRIPTS + 1))
@pytest.mark.parametrize("erased", ["anna", "v1"])
async def test_erasing_during_a_join_leaves_nothing(ground: Ground, at_script: int, is_sent: bool, erased: str) -> None:
    first = ground.worker()
    await first.commit("anna", None, view)
    await first.commit("v1", None, view, message="a")
    assert await ground.dies_joining(at_script, is_sent=is_sent)
    fresh = ground.worker()
    await fresh.erase(erased)
    is_frozen = at_script > 1 or is_sent
    if not is_frozen:
        assert (await fresh.load(erased)).erased
        return
    for visitor in ("v1", "anna"):
        assert (await fresh.load(visitor)).erased
        assert (await fresh.commit(visitor, None, view)).outcome is Outcome.ERASED
    known = {"somebody", "else"}
    others = [pseudonym for one in known if (pseudonym := (await fresh.load(one)).pseudonym)]
    left = [entry async for entry in fresh.events() if entry.pseudonym not in others]
    assert [entry.event.name for entry in left] == ["Page Viewed"]  # somebody's own, before they were else


async def test_both_devices_act_at_once(ground: Ground) -> None:
    workers = [ground.worker() for _ in range(3)]
    acts = [
        worker.commit(device, None, view, message=f"{device} {n} {place}")
        for place, worker in enumerate(workers)
        for device in ("phone", "laptop", "anna")
        for n in range(10)
    ]
    half = len(acts) // 2
    joins = [workers[0].merge("phone", "anna", identified("p")), workers[1].merge("laptop", "anna", identified("l"))]
    await asyncio.gather(*acts[:half], *joins, *acts[half:])
    await asyncio.gather(*(workers[2].merge(one, "anna", identified(one[0])) for one in ("phone", "laptop")))
    assert await visits_of(workers[2], "anna") == 90
    assert (await told_of(workers[2], "anna"), await counted(workers[2])) == (2, 91)
    assert (await names_of(workers[2], "anna")).count("Page Viewed") == 90


@pytest.mark.parametrize("people", [["anna", "anna"], ["anna", "bob"], ["anna", "bob", "carl", "anna"]])
async def test_workers_that_join_one_visitor_at_once_move_the_history_once(ground: Ground, people: list[str]) -> None:
    for _ in range(5):
        workers = [ground.worker() for _ in people]
        await workers[0].commit("v1", None, view)
        told = [worker.merge("v1", one, identified(user=one)) for worker, one in zip(workers, people, strict=True)]
        assert {done.outcome for done in await asyncio.gather(*told)} == {Outcome.STORED}
        assert sum([await visits_of(workers[0], one) for one in sorted(set(people))]) == 1
        assert sum([await told_of(workers[0], one) for one in sorted(set(people))]) == len(people)
        ground.namespace = fresh_namespace()


async def test_a_join_waits_for_a_store_that_is_away(ground: Ground) -> None:
    link = FatefulLink(link_to(ground.url))
    store = ground.worker(link)
    await store.commit("v1", None, view)
    link.away = True
    joining = store.merge("v1", "anna", identified("told"))
    later = store.submit("v1", None, view)
    assert await store.flush(0.05) == 2
    with pytest.raises(StoreUnavailable):
        await store.load("v1")
    link.away = False
    assert ((await joining).outcome, (await later).outcome) == (Outcome.STORED, Outcome.STORED)
    assert await visits_of(store, "anna") == 2


async def test_people_who_were_joined_to_each_other_end_as_an_error_not_a_loop(ground: Ground) -> None:
    first, other = ground.worker(), ground.worker()
    await first.commit("v1", None, lambda profile: (profile or Profile(seed=1), NOTHING))
    await first.commit("v2", None, view)
    done = await asyncio.gather(
        first.merge("v1", "v2", identified()), other.merge("v2", "v1", identified()), return_exceptions=True
    )
    assert len(done) == 2


async def test_moves_beyond_the_aliases_kept_are_known_by_their_messages(ground: Ground) -> None:
    store = ground.worker()
    for n in range(35):
        await store.commit(f"d{n}", None, view)
        await store.merge(f"d{n}", "anna", identified(str(n)))
    record = (await store.load("anna")).record
    assert record is not None
    assert [one.visitor for one in record.body.aliases] == [f"d{n}" for n in range(3, 35)]
    with client_of(ground.url) as client:
        behind = Behind(f"?namespace={ground.namespace}", client)
        assert client.zcard(behind.key("messages:anna")) == 70
