"""Erasing: nothing of somebody is left anywhere, whatever was under way, and nothing brings them back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwalker.core.effects import Effects, Mark
from floorwalker.core.events import MERGED, SEGMENT_ENTERED, Event
from floorwalker.core.memory.profile import Profile
from floorwalker.store import Outcome, Store, Traces
from floorwalker.store.link.replies import Word
from floorwalker.store.records.record import HEAD_BYTES, Record, State, decode_record, plain_stone
from floorwalker.store.relaying.groups import WEBHOOK
from floorwalker.store.relaying.outbox import Message
from tests.servers import fresh_namespace
from tests.store.conftest import Behind, Open
from tests.store.links import FatefulLink, SpyingLink, Turns
from tests.store.people import identified, link_to, store_over
from tests.store.steps import view

ANNA, ANON = "annaannaannaannaannaan", "anonanonanonanonanonan"
NOW = 1_790_000_000.0


def entering(base: Profile | None) -> tuple[Profile, Effects]:
    """They come into a watched segment, are found by an e-mail address, and are to be looked at again."""
    profile, _ = view(base)
    event = Event(SEGMENT_ENTERED, 1.0, {"segment": "readers"})
    return profile, Effects((event,), due=NOW, marks=(Mark("email", "anna@example.org"),))


async def left_of(store: Store, visitor: str) -> Traces:
    return await store.traces(visitor, pause_s=0)


async def test_everything_that_hangs_on_a_record_goes_with_it(store: Store, behind: Behind) -> None:
    await store.commit(ANNA, None, entering, message="m1")
    sought = await store.sought(ANNA)
    before = await store.traces(sought, pause_s=0)
    assert {one.kind for one in before.left} == {"profile", "messages", "due", "found", "events"}
    await store.erase(ANNA)
    after = await store.traces(sought, pause_s=0)
    assert (after.left, after.stones) == ([], 1)
    assert behind.kinds() == {"meta", "events", f"profile:{ANNA}"}  # a stream without entries


async def test_a_stone_is_one_to_every_release_and_holds_nothing() -> None:
    stored = plain_stone(b"e" * 8)
    assert (len(stored), stored[1]) == (HEAD_BYTES, State.ERASED)


async def test_the_index_lets_go_of_what_the_traits_no_longer_tell(store: Store, behind: Behind) -> None:
    await store.commit(ANNA, None, entering)
    (member,) = behind.client.zrange(behind.key("found"), 0, -1)
    behind.client.zadd(behind.key("found"), {b"0123456789abcdef:" + ANNA.encode(): 0, b"77:x" + ANNA.encode(): 0})
    await store.erase(ANNA)
    assert behind.client.zrange(behind.key("found"), 0, -1) == [b"77:x" + ANNA.encode()]
    assert member.endswith(ANNA.encode())


async def test_a_visitor_with_signs_that_patterns_know_takes_nobody_along(store: Store) -> None:
    for visitor in ("*", "v1"):
        await store.commit(visitor, None, entering)
    await store.erase("*")
    assert [one.kind for one in (await left_of(store, "v1")).left].count("found") == 1


async def test_those_of_whom_the_record_no_longer_knows_that_they_joined_leave_nothing_in_the_streams(
    store: Store, behind: Behind
) -> None:
    """Their pointers are found by whoever looks into every key."""
    devices = [f"device-{n:015}" for n in range(40)]
    for device in devices:
        await store.commit(device, None, view)
        await store.merge(device, ANNA, identified(device))
    sought = await store.sought(ANNA)
    assert len(sought.visitors) == 33
    await store.erase(ANNA)
    assert [entry async for entry in store.events()] == []
    found = await store.traces(sought, pause_s=0)
    assert sorted(found.leading) == devices[:8]
    for visitor in found.leading:
        await store.erase(visitor)
    assert (await store.traces(sought, pause_s=0)).left == []


async def test_a_record_of_a_newer_release_is_erased_with_who_joined(store: Store, behind: Behind) -> None:
    await store.commit(ANON, None, view)
    await store.merge(ANON, ANNA, identified())
    key = behind.key(f"profile:{ANNA}")
    stored = bytearray(behind.client.get(key))
    stored[15] = 77
    behind.client.set(key, bytes(stored))
    await store.erase(ANNA)
    assert [entry async for entry in store.events()] == []
    assert (await left_of(store, ANON)).left == []


async def test_an_erasure_that_broke_off_is_ended_by_another(store: Store, behind: Behind) -> None:
    await store.commit(ANON, None, view)
    await store.merge(ANON, ANNA, identified())
    stored = decode_record(behind.client.get(behind.key(f"profile:{ANNA}")), ANNA)
    body = stored.body
    broken = Record(state=State.ERASED, epoch=b"x" * 8, version=0, body=body)
    behind.client.set(behind.key(f"profile:{ANNA}"), broken.encode())
    assert (await left_of(store, ANON)).left
    await store.erase(ANNA)
    assert (await left_of(store, ANON)).left == (await left_of(store, ANNA)).left == []


async def test_nothing_is_put_into_an_outbox_by_a_relay_that_had_the_event_in_hand(
    store: Store, behind: Behind
) -> None:
    await store.commit(ANNA, None, entering)
    relaying = await store.relaying()
    group = relaying.group(f"{WEBHOOK}hook", consumer="one")
    await group.open(from_now=False)
    (one,) = [one async for some in group.read() for one in some]
    await store.erase(ANNA)
    outbox = relaying.outbox("hook", group=group.name)
    assert not await outbox.post(one, ANNA, Message("readers", True, 1.0), now=NOW)
    assert (await left_of(store, ANNA)).left == []


async def test_what_webhooks_were_to_be_told_goes_also_where_it_was_given_up(store: Store, behind: Behind) -> None:
    await store.commit(ANNA, None, entering)
    await store.commit(ANNA, None, entering)
    relaying = await store.relaying()
    for name in ("hook", "other"):
        group = relaying.group(f"{WEBHOOK}{name}", consumer="one")
        await group.open(from_now=False)
        outbox = relaying.outbox(name, group=group.name)
        for one in [one async for some in group.read() for one in some]:
            await outbox.post(one, ANNA, Message("readers", True, 1.0), now=NOW)
        (letter,) = await outbox.take(now=NOW, lease_s=60, limit=10)
        await outbox.give_up(letter, now=NOW)
    assert {"outbox", "waiting", "undelivered"} <= {one.kind for one in (await left_of(store, ANNA)).left}
    await store.erase(ANNA)
    assert (await left_of(store, ANNA)).left == []


async def test_what_somebody_was_exposed_to_is_not_noted_anew(store: Store) -> None:
    """Neither of an exposure in hand, nor of the history that joined."""

    def exposed(base: Profile | None) -> tuple[Profile, Effects]:
        told = {"unit": "hero", "block": "b", "arm": "treatment", "segments": "x", "day": "2026-11-22"}
        return view(base)[0], Effects((Event("Exposed", 1.0, told),))

    await store.commit(ANON, None, exposed)
    await store.commit(ANNA, None, exposed)
    await store.merge(ANON, ANNA, identified())
    relaying = await store.relaying()
    group, splits = relaying.group("splits", consumer="one"), relaying.splits(group="splits")
    await group.open(from_now=False)
    in_hand = [one async for some in group.read() for one in some]
    sought = await store.sought(ANNA)
    for one in in_hand:
        if one.entry.event.name == "Exposed" and one.entry.pseudonym != sought.pseudonyms[0]:
            assert await splits.count(one)
    await store.erase(ANNA)
    for one in in_hand:
        if one.entry.event.name in ("Exposed", MERGED):
            assert not await splits.count(one)
    assert (await store.traces(sought, pause_s=0)).left == []


class TestLater:
    """`erase_later` and `forget_events_later`: queued, in order, and through outages."""

    async def test_what_was_queued_before_goes_and_what_comes_after_is_dropped(self, store: Store) -> None:
        before = store.submit(ANNA, None, view)
        erased = store.erase_later(ANNA)
        after = store.submit(ANNA, None, view)
        assert [(await one).outcome for one in (before, erased, after)] == [
            Outcome.STORED, Outcome.STORED, Outcome.ERASED,
        ]  # fmt: skip
        assert (await store.load(ANNA)).erased

    async def test_a_join_that_was_queued_before_takes_the_person_along(self, store: Store) -> None:
        store.submit(ANON, None, view)
        store.merge(ANON, ANNA, identified())
        await store.erase_later(ANON)
        for visitor in (ANON, ANNA):
            assert (await store.load(visitor)).erased

    async def test_an_erasure_waits_for_a_store_that_is_away_also_longer_than_steps_do(
        self, valkey_server: str
    ) -> None:
        namespace = fresh_namespace()
        link = FatefulLink(link_to(f"{valkey_server}?namespace={namespace}"))
        store = store_over(link, namespace)
        await store.commit(ANNA, None, view)
        link.away = True
        erased, dropped = store.erase_later(ANNA), store.submit(ANNA, None, view)
        await asyncio.sleep(0)
        link.away = False
        assert (await erased).outcome is Outcome.STORED
        assert (await dropped).outcome is Outcome.ERASED
        await store.close()

    async def test_where_no_step_finds_room_an_erasure_still_does(self, open_: Open, valkey_url: str) -> None:
        store = open_(valkey_url, steps_waiting=1)
        futures = [store.submit(f"v{n}", None, view) for n in range(6)]
        erased = store.erase_later("v0")
        assert (await erased).outcome is Outcome.STORED
        assert Outcome.OVERFLOW in [(await one).outcome for one in futures]


async def test_whoever_is_erased_already_costs_one_look_however_often_it_is_asked(valkey_server: str) -> None:
    """As of a browser that brings a cookie and a refusal with every request."""
    namespace, told = fresh_namespace(), list[tuple[Word, ...]]()
    store = store_over(SpyingLink(link_to(f"{valkey_server}?namespace={namespace}"), told.append), namespace)
    for visitor in (ANNA, "never-came"):
        await store.commit(ANNA, None, view)
        await store.erase_later(visitor)
        told.clear()
        again = [store.erase_later(visitor) for _ in range(3)]
        assert [(await one).outcome for one in again] == [Outcome.STORED] * 3
        assert [command[0] for command in told] == ["GET"] * 3
    await store.close()


class TestForgettingEvents:
    """The streams forget somebody who stays."""

    async def test_the_profile_stays_and_the_streams_hold_nothing(self, store: Store) -> None:
        await store.commit(ANON, None, view)
        await store.commit(ANNA, None, view)
        await store.merge(ANON, ANNA, identified())
        sought = await store.sought(ANNA)
        assert await store.forget_events(ANON) == 4
        assert [entry async for entry in store.events()] == []
        loaded = await store.load(ANON)
        assert loaded.profile is not None
        assert loaded.pseudonym not in sought.pseudonyms
        assert {one.by for one in (await store.traces(sought, pause_s=0)).left} == {"id"}
        assert [one.pseudonym for one in loaded.record.body.aliases] == [b""]

    async def test_what_comes_later_is_under_another_name_and_goes_with_an_erasure(self, store: Store) -> None:
        base = (await store.commit(ANNA, None, view)).loaded
        await store.forget_events(ANNA)
        await store.commit(ANNA, base, view)  # worked out on what was there before
        loaded = await store.load(ANNA)
        assert loaded.profile is not None
        assert loaded.profile.visits == 2
        assert [entry.pseudonym async for entry in store.events()] == [loaded.pseudonym]
        await store.erase(ANNA)
        assert [entry async for entry in store.events()] == []

    async def test_what_an_unconfirmed_visitor_holds_back_is_never_told(self, store: Store) -> None:
        await store.commit(ANNA, None, view, confirmed=False)
        await store.forget_events(ANNA)
        await store.commit(ANNA, None, view)
        assert len([entry async for entry in store.events()]) == 1
        assert sum(sum(day.values()) for day in (await store.stats("2026-11-22")).values()) == 1

    @pytest.mark.parametrize("visitor", [ANNA, "nobody"])
    async def test_of_nobody_and_of_a_stone_nothing_is_made(self, store: Store, visitor: str) -> None:
        await store.erase(ANNA)
        assert await store.forget_events(visitor) == 0
        assert (await store.load(ANNA)).erased

    async def test_one_that_broke_off_is_ended_by_an_erasure(self, store: Store, behind: Behind) -> None:
        """Until all is gone, the record knows what it was called before."""
        await store.commit(ANNA, None, view)
        before = await store.sought(ANNA)
        stored = behind.client.xrange(behind.key("events"))
        await store.forget_events(ANNA)
        assert stored
        loaded = await store.load(ANNA)
        assert before.pseudonyms != (loaded.pseudonym,)
        assert loaded.record.body.aliases == ()


Act = Callable[[Store], Awaitable[object]]
ACTS: dict[str, Act] = {
    "view": lambda store: store.commit(ANON, None, view, message="m"),
    "first view": lambda store: store.commit(ANON, None, view, confirmed=False),
    "join": lambda store: store.merge(ANON, ANNA, identified("j")),
    "person": lambda store: store.commit(ANNA, None, entering),
    "load": lambda store: store.load(ANON),
    "find": lambda store: store.find("email", "anna@example.org"),
    "forget events": lambda store: store.forget_events(ANON),
}
SCRIPTS = st.lists(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=3), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    past=st.lists(st.sampled_from(["view", "join", "person"]), max_size=3),
    scripts=SCRIPTS,
    erased=st.sampled_from([ANON, ANNA]),
    order=st.lists(st.integers(0, 3), max_size=60),
)
def test_whoever_acts_while_somebody_is_erased_brings_nothing_of_them_back(
    valkey_server: str, past: list[str], scripts: list[list[str]], erased: str, order: list[int]
) -> None:
    """One command at a time, in any order, of several workers; of the erased one nothing is left but a stone."""
    asyncio.run(_raced(valkey_server, past, scripts, erased, order))


async def _raced(server: str, past: list[str], scripts: list[list[str]], erased: str, order: list[int]) -> None:
    namespace = fresh_namespace()
    link = link_to(f"{server}?namespace={namespace}")
    first = store_over(link, namespace)
    for act in past:
        await ACTS[act](first)
    sought = await first.sought(erased)
    turns = Turns(link, order)
    workers = [store_over(turns.caller(number), namespace) for number in range(len(scripts) + 1)]

    async def runs(worker: Store, script: list[str]) -> None:
        for act in script:
            await ACTS[act](worker)

    acts = [runs(worker, script) for worker, script in zip(workers, scripts, strict=False)]
    await asyncio.gather(workers[-1].erase_later(erased), *acts)
    for act in ("view", "join", "person"):
        await ACTS[act](first)
    assert (await first.load(erased)).erased
    assert (await first.traces(sought, pause_s=0)).left == []
    living = {(await first.load(one)).pseudonym for one in (ANON, ANNA)}
    assert {entry.pseudonym async for entry in first.events()} <= living
    for worker in (first, *workers):
        await worker.close()
