"""One queue per visitor: folded, read through, bounded, and kept through outages."""

import asyncio
from pathlib import Path

import pytest

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Committed, Outcome, Store, StoreSettings
from floorwalker.store.link.address import read_address
from floorwalker.store.open import open_link
from tests.servers import fresh_namespace
from tests.store.conftest import QUICK, Open
from tests.store.links import Fate, FatefulLink
from tests.store.proxy import door
from tests.store.steps import DAY, FIELD, named, view


class Bench:
    """A store over a link that can be told to fail, and a clock that can be set."""

    def __init__(self, url: str, **options: float) -> None:
        tuned = StoreSettings(**(QUICK | options))  # type: ignore[arg-type]
        self.link = FatefulLink(open_link(read_address(url), tuned))
        self.now = 1_000_000.0
        self.store = Store(self.link, namespace=fresh_namespace(), settings=tuned, clock=lambda: self.now)

    async def visits(self, visitor: str = "v1") -> int:
        profile = (await self.store.load(visitor)).profile
        return 0 if profile is None else profile.visits


async def test_steps_that_wait_together_are_one_commit(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    await bench.store.ping()
    await asyncio.gather(*(bench.store.commit("v1", None, view) for _ in range(100)))
    assert await bench.visits() == 100
    assert bench.link.scripts <= 2
    await bench.store.close()


async def test_steps_that_come_while_a_commit_is_under_way_are_folded_into_the_next(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    await bench.store.commit("v1", None, view)
    first = bench.store.submit("v1", None, view)
    await asyncio.sleep(0)
    later = [bench.store.submit("v1", None, view) for _ in range(50)]
    await asyncio.gather(first, *later)
    assert await bench.visits() == 52
    assert bench.link.scripts <= 4
    await bench.store.close()


async def test_a_load_reads_through_what_is_queued(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    for n in range(1, 6):
        bench.store.submit("v1", None, view)
        assert await bench.visits() == n
    await bench.store.close()


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_step_that_gives_no_profile_fails_for_its_own_caller_alone(
    valkey_server: str, caplog: pytest.LogCaptureFixture, is_known: bool
) -> None:
    def gives_none(profile: Profile | None) -> tuple[Profile, Effects]:
        return None, NOTHING  # type: ignore[return-value]

    bench = Bench(valkey_server)
    base = (await bench.store.commit("v1", None, view)).loaded if is_known else None
    with pytest.raises(TypeError, match="no profile"):
        await bench.store.submit("v1", base, gives_none)
    together = [bench.store.submit("v1", base, step) for step in (view, gives_none, view)]
    found = await asyncio.gather(*together, return_exceptions=True)
    assert [type(one) for one in found] == [Committed, TypeError, Committed]
    assert await bench.visits() == 2 + is_known
    assert "a step failed and is not stored" in caplog.text
    await bench.store.close()


async def test_a_load_behind_a_failing_step_still_finds_the_record(valkey_server: str) -> None:
    def fails(profile: Profile | None) -> tuple[Profile, Effects]:
        raise ValueError("the step's own")

    bench = Bench(valkey_server)
    await bench.store.commit("v1", None, view)
    failing = bench.store.submit("v1", None, fails)
    assert await bench.visits() == 1
    with pytest.raises(ValueError, match="the step's own"):
        await failing
    await bench.store.close()


async def test_a_caller_may_give_up_and_its_step_goes_on(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    caller = asyncio.create_task(bench.store.commit("v1", None, view))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    assert await bench.visits() == 1
    await bench.store.close()


async def test_a_lane_longer_than_one_commit_takes_several(valkey_server: str) -> None:
    bench = Bench(valkey_server, steps_per_commit=16)
    await asyncio.gather(*(bench.store.commit("v1", None, view) for _ in range(50)))
    assert await bench.visits() == 50
    assert 4 <= bench.link.scripts <= 8
    await bench.store.close()


async def test_steps_wait_in_order_while_the_store_is_away(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    bench.link.away = True
    waiting = [bench.store.submit(f"v{n % 2}", None, named(str(n))) for n in range(10)]
    assert await bench.store.flush(0.05) == 10
    assert (bench.store.health().away, bench.store.health().pending) == (True, 10)
    with pytest.raises(StoreUnavailable):
        await bench.store.load("v1")
    bench.link.away = False
    assert {committed.outcome for committed in await asyncio.gather(*waiting)} == {Outcome.STORED}
    assert (bench.store.health().away, bench.store.health().pending) == (False, 0)
    assert [entry.event.name async for entry in bench.store.events("v1")] == ["1", "3", "5", "7", "9"]
    await bench.store.close()


async def test_what_cannot_wait_is_dropped_counted_and_logged_once_a_minute(
    valkey_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(valkey_server, steps_waiting=3)
    bench.link.away = True
    waiting = [bench.store.submit("v1", None, view) for _ in range(8)]
    assert [(await one).outcome for one in waiting[3:]] == [Outcome.OVERFLOW] * 5
    assert bench.store.health().lost == {"overflow": 5}
    assert caplog.text.count("not stored") == 1
    bench.now += 61
    assert (await bench.store.commit("v1", None, view)).outcome is Outcome.OVERFLOW
    assert caplog.text.count("not stored") == 2
    assert "5 (overflow)" in caplog.messages[-1]
    bench.link.away = False
    assert await bench.store.flush(5) == 0
    assert await bench.visits() == 3
    await bench.store.close()


async def test_a_step_older_than_the_spools_life_is_dropped(valkey_server: str) -> None:
    bench = Bench(valkey_server, spool_life_s=600)
    bench.link.away = True
    old = bench.store.submit("v1", None, view)
    await bench.store.flush(0.01)
    bench.now += 601
    bench.link.away = False
    assert (await old).outcome is Outcome.EXPIRED
    assert bench.store.health().lost == {"expired": 1}
    assert await bench.visits() == 0
    await bench.store.close()


async def test_closing_fails_what_still_waits(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    bench.link.away = True
    waiting = bench.store.submit("v1", None, view)
    assert await bench.store.flush(0.01) == 1
    await bench.store.close()
    with pytest.raises(StoreUnavailable):
        await waiting


async def test_an_outage_of_a_real_connection_loses_nothing_and_counts_once(
    open_: Open, valkey_server: str, tmp_path: Path
) -> None:
    async with door(tmp_path / "door.sock", valkey_server) as front:
        store = open_(f"{front.url}?namespace={fresh_namespace()}", reply_timeout_s=0.05)
        await store.commit("v1", None, view)
        front.lose_replies = True
        applied = store.submit("v1", None, view)
        assert await store.flush(0.1) == 1
        await front.shut()
        more = [store.submit("v1", None, view) for _ in range(5)]
        await store.flush(0.05)
        front.lose_replies = False
        await front.open()
        await asyncio.gather(applied, *more)
        profile = (await store.load("v1")).profile
        assert profile is not None
        assert profile.visits == 7
        assert (await store.stats(DAY))[DAY][FIELD] == 7
        await store.close()


async def test_a_step_without_effects_writes_the_profile_alone(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    await bench.store.commit("v1", None, lambda profile: (profile or Profile(seed=1), NOTHING))
    assert [entry async for entry in bench.store.events()] == []
    assert await bench.store.stats(DAY) == {DAY: {}}
    await bench.store.close()


@pytest.mark.parametrize("fate", [Fate.REPLY_LOST, Fate.NEVER_SENT])
async def test_what_waits_behind_a_commit_in_doubt_joins_it_only_once_that_is_known(
    valkey_server: str, fate: Fate
) -> None:
    bench = Bench(valkey_server)
    await bench.store.commit("v1", None, view)
    base = await bench.store.load("v1")
    bench.link.fates.append(fate)
    first = bench.store.submit("v1", base, view)
    assert bench.link.scripts == 2  # it went out at once
    more = [bench.store.submit("v1", base, view) for _ in range(3)]
    assert {committed.outcome for committed in await asyncio.gather(first, *more)} == {Outcome.STORED}
    assert await bench.visits() == 5
    assert (await bench.store.stats(DAY))[DAY][FIELD] == 5
    assert bench.store.health().pending == 0
    await bench.store.close()


async def test_closing_fails_a_commit_whose_reply_is_still_to_come(valkey_server: str) -> None:
    bench = Bench(valkey_server)
    await bench.store.commit("v1", None, view)
    under_way = bench.store.submit("v1", await bench.store.load("v1"), view)
    await bench.store.close()
    with pytest.raises(StoreUnavailable):
        await under_way
    assert bench.store.health().pending == 0
