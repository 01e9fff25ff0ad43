"""How long things stay in the store: each kind by its own setting."""

from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Effects, Mark
from floorwalker.core.events import Event
from floorwalker.core.memory.kept.holdings import Note, Notes
from floorwalker.core.memory.kept.purchases import Orders
from floorwalker.core.memory.profile import Profile
from floorwalker.store.records.codec import encode_event
from floorwalker.store.relaying.groups import Gap
from tests.store.conftest import Behind, Open
from tests.store.steps import view

DAY = 86_400
NOW = 1_790_000_000.0


async def test_an_entry_leaves_the_stream_when_its_time_is_over_and_a_quiet_stream_goes_as_a_whole(
    open_: Open, store_url: str, behind: Behind
) -> None:
    store = open_(store_url, partitions=1, events_life_s=DAY)
    await store.ping()
    await store.commit("v0", None, lambda _: (Profile(seed=1), NOTHING))
    stream = behind.key("profile:v0").replace("profile:v0", "events")
    now_ms = 1000 * behind.client.time()[0]
    payload = encode_event(Event("Old", 1.0))
    for age_ms in (2 * DAY * 1000, DAY * 1000 + 5000, DAY * 1000 - 60_000):
        behind.client.xadd(stream, {"v": "x", "e": payload}, id=f"{now_ms - age_ms}-1")
    await store.commit("v1", None, view)
    assert len(behind.client.xrange(stream)) == 2
    assert DAY - 10 <= behind.client.ttl(stream) <= DAY


async def test_a_relay_that_was_away_for_longer_is_told_what_it_missed(open_: Open, valkey_url: str) -> None:
    store = open_(valkey_url, partitions=1, events_life_s=DAY)
    relaying = await store.relaying()
    group, key = relaying.group("splits", consumer="one"), relaying.keys.events(0)
    payload = encode_event(Event("Old", 1.0))
    await store.commit("v1", None, view)
    now_s = int((await relaying.link.call("TIME"))[0])  # type: ignore[index]
    await relaying.link.call("DEL", key)
    for age_s in (9 * DAY, 8 * DAY, 7 * DAY):
        await relaying.link.call("XADD", key, f"{1000 * (now_s - age_s)}-1", "v", "x", "e", payload)
    await relaying.link.call("XGROUP", "CREATE", key, "splits", "0")
    await relaying.link.call("XREADGROUP", "GROUP", "splits", "one", "COUNT", 1, "STREAMS", key, ">")
    await store.commit("v1", None, view)
    assert await group.gaps(now_s) == [Gap("splits", 0, f"{1000 * (now_s - 9 * DAY)}-1", 2)]
    assert await group.gaps(now_s) == []


async def test_what_has_had_its_time_is_not_seen_and_gone_with_the_next_commit(open_: Open, valkey_url: str) -> None:
    clock = [NOW]
    store = open_(valkey_url, clock=lambda: clock[0], notes_life_s=DAY, traits_life_s=9 * DAY)

    def told(base: Profile | None) -> tuple[Profile, Effects]:
        known = {"email": "a@example.org"}
        notes = Notes((Note(int(NOW), "note"),))
        return Profile(seed=1, last_seen=int(NOW), traits=known, notes=notes), Effects(
            marks=(Mark("email", "a@example.org"),)
        )

    await store.commit("v1", None, told)
    clock[0] = NOW + DAY + 1
    loaded = await store.load("v1")
    assert loaded.profile is not None
    assert loaded.profile.notes == Notes((), left=int(NOW))
    assert b"note" in loaded.record.body.payload
    assert (await store.renew()).renewed == 1
    assert b"note" not in (await store.load("v1")).record.body.payload
    assert await store.find("email", "a@example.org") == ["v1"]
    clock[0] = NOW + 10 * DAY
    assert (await store.renew()).renewed == 1
    keys = (await store.relaying()).keys
    index = keys.found(keys.partition_of("v1"))
    assert await (await store.relaying()).link.call("ZCARD", index) == 0
    assert (await store.renew()).current == 1


async def test_a_record_that_is_written_anew_stays_no_longer_than_it_would_have(
    open_: Open, store_url: str, behind: Behind
) -> None:
    clock = [NOW]
    store = open_(store_url, clock=lambda: clock[0])
    noted = Notes((Note(int(NOW), "note"),))
    await store.commit("v1", None, lambda base: (replace(base or Profile(seed=1), notes=noted), NOTHING))
    behind.client.expire(behind.key("profile:v1"), 500)
    clock[0] += 1000 * DAY
    assert (await store.renew()).renewed == 1
    assert 400 < behind.client.ttl(behind.key("profile:v1")) <= 500


async def test_whoever_came_for_one_visit_only_is_kept_shorter(open_: Open, store_url: str, behind: Behind) -> None:
    """A scanner that sends its cookie back once is like them; whoever comes again, buys or says who they are is not."""
    store = open_(store_url, profile_life_s=400 * DAY, passing_life_s=90 * DAY)
    once = Profile(seed=1, visits=1)
    kept = {
        "passing": once,
        "again": replace(once, visits=2),
        "known": replace(once, user="u"),
        "told": replace(once, traits={"city": "Bonn"}),
        "buyer": replace(once, orders=Orders()),
        "sent": replace(once, visits=0),
    }
    for visitor, profile in kept.items():
        await store.commit(visitor, None, lambda _, profile=profile: (profile, NOTHING))  # type: ignore[misc]
    days = {visitor: round(behind.client.ttl(behind.key(f"profile:{visitor}")) / DAY) for visitor in kept}
    assert days == {"passing": 90, **dict.fromkeys(["again", "known", "told", "buyer", "sent"], 400)}


async def test_a_shorter_life_of_all_profiles_holds_for_passers_by_as_well(
    open_: Open, store_url: str, behind: Behind
) -> None:
    store = open_(store_url, profile_life_s=DAY)
    await store.commit("v", None, lambda _: (Profile(seed=1, visits=1), NOTHING))
    assert round(behind.client.ttl(behind.key("profile:v")) / DAY) == 1
