"""What a store promises, on every kind of server."""

import asyncio
from typing import Any

import pytest
import redis
from msgspec.structs import replace

from floorwalker.core.effects import Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import RecordTooNew, StoreError
from floorwalker.store import Committed, Outcome, Step, Store
from floorwalker.store.records.record import HEAD_BYTES, Body, Record, State, Writer
from floorwalker.store.streams import ENTRIES_AT_ONCE
from tests.store.conftest import Behind, Open
from tests.store.steps import DAY, FIELD, named, view


def visits(committed: Committed) -> int:
    assert committed.loaded is not None
    assert committed.loaded.profile is not None
    return committed.loaded.profile.visits


async def counted(store: Store) -> int:
    return (await store.stats(DAY))[DAY].get(FIELD, 0)


async def names(store: Store, visitor: str) -> str:
    return "".join([entry.event.name async for entry in store.events(visitor)])


async def test_an_unknown_visitor_has_no_profile(store: Store) -> None:
    loaded = await store.load("v1")
    assert (loaded.visitor, loaded.profile, loaded.confirmed, loaded.version) == ("v1", None, False, 0)


async def test_what_was_committed_is_loaded(store: Store) -> None:
    committed = await store.commit("v1", await store.load("v1"), view)
    assert committed.outcome is Outcome.STORED
    assert await store.load("v1") == committed.loaded
    assert visits(committed) == 1


async def test_a_commit_writes_profile_events_and_counters(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, named("a"))
    await store.commit("v1", None, named("b"))
    assert await names(store, "v1") == "ab"
    assert await counted(store) == 2
    assert behind.kinds() == {"meta", "profile:v1", "events", f"stats:{DAY}"}


async def test_the_stream_knows_pseudonyms_only(store: Store, behind: Behind) -> None:
    committed = await store.commit("a-visitor", None, view)
    assert committed.loaded is not None
    ((_, fields),) = behind.client.xrange(behind.key("events"))
    assert fields[b"v"].decode() == committed.loaded.pseudonym
    assert len(fields[b"v"]) == 16
    assert b"a-visitor" not in b"".join(fields.values())


async def test_a_stale_base_is_a_conflict_and_the_step_runs_on_what_is_there(open_: Open, store_url: str) -> None:
    one, other = open_(store_url), open_(store_url)
    stale = await one.load("v1")
    await other.commit("v1", None, view)
    assert visits(await one.commit("v1", stale, view)) == 2
    assert await counted(one) == 2


async def test_a_base_of_another_epoch_is_a_conflict(store: Store, behind: Behind) -> None:
    base = (await store.commit("v1", None, view)).loaded
    behind.client.delete(behind.key("profile:v1"))
    again = (await store.commit("v1", base, view)).loaded
    assert again is not None
    assert base is not None
    assert again.epoch != base.epoch
    assert again.pseudonym != base.pseudonym
    assert again.profile is not None
    assert again.profile.visits == 1


async def test_steps_of_one_visitor_keep_their_order(store: Store) -> None:
    await asyncio.gather(*(store.commit("v1", None, named(name)) for name in "abcdefgh"))
    assert await names(store, "v1") == "abcdefgh"
    profile = (await store.load("v1")).profile
    assert profile is not None
    assert profile.exit_page == "abcdefgh"


async def test_an_unconfirmed_visitor_is_in_no_figure(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view, confirmed=False)
    assert behind.kinds() == {"meta", "profile:v1"}
    assert 0 < behind.client.ttl(behind.key("profile:v1")) <= 3600
    assert not (await store.load("v1")).confirmed


async def test_the_first_confirmed_commit_releases_what_was_held_back(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, named("a"), confirmed=False)
    await store.commit("v1", await store.load("v1"), named("b"))
    assert await names(store, "v1") == "ab"
    assert await counted(store) == 2
    assert behind.client.ttl(behind.key("profile:v1")) > 399 * 86_400
    await store.commit("v1", await store.load("v1"), named("c"), confirmed=False)
    assert await names(store, "v1") == "abc"


async def test_what_is_held_back_is_bounded_and_the_rest_is_counted(store: Store) -> None:
    for _ in range(40):
        await store.commit("v1", None, view, confirmed=False)
    await store.commit("v1", None, view)
    assert len(await names(store, "v1")) == 33 * len("Page Viewed")
    assert store.health().lost == {"held back": 8}


async def test_a_flood_of_unconfirmed_visitors_is_not_stored(open_: Open, store_url: str) -> None:
    store = open_(store_url, clock=lambda: 1000.0, new_profiles_per_s=0.2)
    outcomes = [(await store.commit(f"v{n}", None, view, confirmed=False)).outcome for n in range(4)]
    assert outcomes == [Outcome.STORED, Outcome.STORED, Outcome.FLOOD, Outcome.FLOOD]
    assert (await store.load("v3")).profile is None
    assert (await store.commit("v1", None, view, confirmed=False)).outcome is Outcome.STORED
    assert (await store.commit("v4", None, view, confirmed=True)).outcome is Outcome.STORED
    assert store.health().lost == {"flood": 2}


async def test_an_erased_visitor_leaves_a_stone_and_nothing_else(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view)
    await store.commit("v2", None, view)
    assert await store.erase("v1") == 1
    assert await names(store, "v1") == ""
    assert len([entry async for entry in store.events()]) == 1
    stone = behind.client.get(behind.key("profile:v1"))
    assert (len(stone), stone[1]) == (HEAD_BYTES, State.ERASED)  # not even the id
    assert behind.client.ttl(behind.key("profile:v1")) >= 2 * 86_400


async def test_no_commit_brings_an_erased_visitor_back(open_: Open, store_url: str) -> None:
    store, other = open_(store_url), open_(store_url)
    base = (await store.commit("v1", None, view)).loaded
    await other.erase("v1")
    for known in (base, None, await store.load("v1")):
        committed = await store.commit("v1", known, view)
        assert committed.outcome is Outcome.ERASED
        assert committed.loaded is not None
        assert committed.loaded.erased
    assert (await store.load("v1")).profile is None
    assert await counted(store) == 1
    assert store.health().lost == {"erased": 3}


async def test_a_visitor_who_never_came_can_be_erased(store: Store) -> None:
    assert await store.erase("v1") == 0
    assert (await store.load("v1")).erased


def put(behind: Behind, near: str, visitor: str, record: Record) -> None:
    """Write a record beside another one's key; test servers have a key for it already."""
    behind.client.set(behind.key(f"profile:{near}").removesuffix(near) + visitor, record.encode())


def pointer(visitor: str, to: str, *writers: Writer) -> Record:
    body = Body(visitor, moved_to=to, writers=writers)
    return Record(state=State.MOVED, epoch=b"p" * 8, version=9, body=body)


async def test_a_pointer_is_followed_by_load_commit_and_erase(store: Store, behind: Behind) -> None:
    await store.commit("anna", None, view)
    await store.commit("anonymous", None, view)
    put(behind, "anonymous", "anonymous", pointer("anonymous", "anna"))
    loaded = await store.load("anonymous")
    assert loaded.visitor == "anna"
    assert visits(await store.commit("anonymous", loaded, view)) == 2
    assert visits(await store.commit("anonymous", None, view)) == 3
    await store.erase("anonymous")
    assert (await store.load("anna")).erased
    assert (await store.load("anonymous")).erased


async def test_pointers_in_a_circle_are_an_error_not_a_loop(store: Store, behind: Behind) -> None:
    await store.commit("a", None, view)
    put(behind, "a", "a", pointer("a", "a"))
    with pytest.raises(StoreError):
        await store.load("a")
    with pytest.raises(StoreError):
        await store.commit("a", None, view)


async def test_a_frozen_record_is_readable_and_its_steps_wait_for_the_merge(store: Store, behind: Behind) -> None:
    await store.commit("anna", None, view)
    loaded = (await store.commit("anonymous", None, view)).loaded
    assert loaded is not None
    assert loaded.record is not None
    put(behind, "anonymous", "anonymous", replace(loaded.record, state=State.MOVING, version=2))
    frozen = await store.load("anonymous")
    assert frozen.profile == loaded.profile
    waiting = store.submit("anonymous", frozen, view)
    assert await store.flush(0.05) == 1
    put(behind, "anonymous", "anonymous", pointer("anonymous", "anna"))
    assert visits(await waiting) == 2


async def test_a_record_under_another_visitors_key_counts_as_absent(
    store: Store, behind: Behind, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = (await store.commit("v1", None, view)).loaded
    assert loaded is not None
    assert loaded.record is not None
    put(behind, "v1", "v1", replace(loaded.record, body=Body("somebody else", payload=loaded.record.body.payload)))
    base = await store.load("v1")
    assert base.profile is None
    assert "another visitor's key" in caplog.text
    assert "somebody" not in caplog.text
    assert visits(await store.commit("v1", base, view)) == 1


@pytest.mark.parametrize("damage", [b"", b"x", b"\x01L", b"\x01L" + b"\0" * 40, b"\x01Z" + b"\0" * 40])
async def test_a_damaged_record_counts_as_absent(store: Store, behind: Behind, damage: bytes) -> None:
    await store.commit("v1", None, view)
    behind.client.set(behind.key("profile:v1"), damage)
    base = await store.load("v1")
    assert base.profile is None
    assert visits(await store.commit("v1", base, view)) == 1


async def make_too_new(store: Store, behind: Behind, visitor: str) -> bytes:
    await store.commit(visitor, None, view)
    key = behind.key(f"profile:{visitor}")
    behind.client.setrange(key, 15, b"\x63")
    return bytes(behind.client.get(key))


async def test_a_newer_releases_record_is_refused_and_raw_events_are_put_aside(store: Store, behind: Behind) -> None:
    stored = await make_too_new(store, behind, "v1")
    with pytest.raises(RecordTooNew):
        await store.load("v1")
    assert (await store.commit("v1", None, view)).outcome is Outcome.TOO_NEW
    assert (await store.commit("v1", None, view, raw=b"a")).outcome is Outcome.DEFERRED
    assert (await store.commit("v1", None, view, raw=b"b")).outcome is Outcome.DEFERRED
    assert behind.client.llen(behind.key("deferred:v1")) == 2
    assert behind.client.get(behind.key("profile:v1"))[15:] == stored[15:]
    assert behind.client.ttl(behind.key("profile:v1")) > 0
    assert store.health().lost == {"too new": 1}


async def test_a_newer_worker_folds_first_what_was_put_aside(
    open_: Open, store_url: str, store: Store, behind: Behind
) -> None:
    await make_too_new(store, behind, "v1")
    for raw in (b"a", b"b"):
        await store.commit("v1", None, view, raw=raw)
    behind.client.setrange(behind.key("profile:v1"), 15, b"\x01")  # what its release can read
    behind.client.rpush(behind.key("deferred:v1"), behind.client.lindex(behind.key("deferred:v1"), 0), b"\xff")

    def resume(raw: bytes) -> Step:
        return named(raw.decode())

    newer = open_(store_url, resume=resume)
    profile = (await newer.load("v1")).profile
    assert profile is not None
    assert profile.exit_page == ""
    await newer.commit("v1", None, named("c"))
    loaded = await newer.load("v1")
    assert loaded.profile is not None
    assert loaded.profile.exit_page == "abc"
    assert loaded.record is not None
    assert not loaded.record.deferred
    assert "deferred:v1" not in behind.kinds()
    assert await names(newer, "v1") == "Page Viewedabc"


async def test_a_server_that_forgot_the_scripts_learns_them_again(store: Store, peek: redis.Redis) -> None:
    await store.commit("v1", None, view)
    peek.script_flush()
    assert visits(await store.commit("v1", None, view)) == 2


async def test_the_number_of_partitions_stays_as_it_was_first_set(open_: Open, store_url: str) -> None:
    first, later = open_(store_url, partitions=3), open_(store_url, partitions=64)
    for n in range(20):
        await first.commit(f"v{n}", None, view)
        assert visits(await later.commit(f"v{n}", None, view)) == 2


async def test_workers_that_come_first_together_agree_on_the_partitions(open_: Open, store_url: str) -> None:
    stores = [open_(store_url, partitions=n) for n in (2, 3, 5, 7)]
    await asyncio.gather(*(store.commit("v1", None, view) for store in stores))
    assert visits(await stores[0].commit("v1", None, view)) == 5


async def test_namespaces_do_not_see_each_other(open_: Open, store_url: str) -> None:
    here, there = open_(store_url), open_(f"{store_url}-b")
    await here.commit("v1", None, view)
    assert (await there.load("v1")).profile is None
    assert await counted(there) == 0


@pytest.mark.parametrize(
    "strange",
    [{"v": "ab", "e": b"no event"}, {"v": "ab", "e": b"", "x": "of a newer release"}, {"another": "program's"}],
)
async def test_an_entry_that_cannot_be_read_is_passed_by(store: Store, behind: Behind, strange: dict[str, Any]) -> None:
    await store.commit("v1", None, view)
    stream = behind.key("events")
    for _ in range(ENTRIES_AT_ONCE):
        behind.client.xadd(stream, strange)
    await store.commit("v1", None, view)
    assert len([entry async for entry in store.events("v1")]) == 2


async def test_a_stream_is_capped(open_: Open, store_url: str, behind: Behind) -> None:
    store = open_(store_url, partitions=1, events_kept=50)
    many = Effects(tuple(view(None)[1].events * 128))
    for _ in range(4):
        await store.commit("v1", None, lambda profile: (profile or Profile(seed=1), many))
    assert 50 <= behind.client.xlen(behind.key("events")) <= 250


async def test_a_failing_step_fails_its_own_caller_alone(store: Store) -> None:
    def fails(profile: Profile | None) -> Any:
        raise ZeroDivisionError("the step's own")

    results = await asyncio.gather(
        store.commit("v1", None, view), store.commit("v1", None, fails), store.commit("v1", None, view),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(results[1], ZeroDivisionError)
    assert visits(results[0]) == visits(results[2]) == 2  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        await store.commit("v2", None, fails)
    assert (await store.load("v2")).profile is None
    assert store.health().pending == 0


async def test_stats_cover_the_days_asked_for(store: Store) -> None:
    await store.commit("v1", None, view)
    assert await store.stats("2026-11-21", "2026-11-23") == {"2026-11-21": {}, DAY: {FIELD: 1}, "2026-11-23": {}}


async def test_a_days_counters_end_in_time_and_no_later_commit_prolongs_them(store: Store, behind: Behind) -> None:
    await store.commit("v1", None, view)
    day = behind.key(f"stats:{DAY}")
    assert 799 * 86_400 < behind.client.ttl(day) <= 800 * 86_400
    behind.client.expire(day, 1000)
    await store.commit("v1", None, view)
    assert 0 < behind.client.ttl(day) <= 1000
