"""Readers of the stream: each event once, whoever reads it; what a dead relay left; what was trimmed too early."""

import asyncio
import logging
import os
import sys
import time
from pathlib import Path

import httpx
import pytest

from floorwalker.core.effects import Effects
from floorwalker.core.events import CONVERTED, EXPOSED, Event
from floorwalker.core.memory.profile import Profile
from floorwalker.relay.reader import Reader
from floorwalker.relay.relay import SPLITS
from floorwalker.relay.standing import standing_of
from floorwalker.store import Store
from floorwalker.store.records.codec import encode_event
from floorwalker.store.relaying.groups import Delivery
from floorwalker.store.relaying.splits import COUNTED
from tests.asgi.conftest import Clock
from tests.relay.shop import RULES, SECRET, Hook, Shop, opened, quick
from tests.store.conftest import store_url

__all__ = ["store_url"]

VISITOR = "v" * 22
DAY = "2026-11-22"


async def happen(store: Store, visitor: str, *events: Event) -> None:
    """These are committed, whatever they are."""
    base = await store.load(visitor)
    await store.commit(visitor, base, lambda profile: (profile or Profile(seed=7), Effects(tuple(events))))


def exposed(block: str = "", segments: str = "readers,phones", arm: str = "treatment") -> Event:
    told = {"unit": "hero", "block": block, "arm": arm, "segments": segments, "day": DAY}
    return Event(EXPOSED, 1.0, told)


def converted(value: int = 0, *, block: str = "", **more: str | bool) -> Event:
    told = {"unit": "hero", "block": block, "arm": "treatment", "goal": "order", "day": DAY, "first": False, **more}
    return Event(CONVERTED, 2.0, told | ({"value": value, "currency": "EUR"} if value else {}))


def field(*parts: str) -> str:
    return "\x1f".join(parts)


async def test_what_came_of_an_exposure_is_counted_by_the_segments_of_its_day(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    await happen(shop.store, VISITOR, exposed(), exposed(block="spring", segments="phones"), Event("Page Viewed", 1.0))
    await happen(shop.store, VISITOR, exposed(segments="buyers"), converted(5000, first=True), converted(-2000))
    await shop.relay(client).run_once()
    await shop.relay(client, name="again").run_once()
    square = 3000**2
    assert await shop.store.splits("2026-11-21", DAY) == {
        "2026-11-21": {},
        DAY: {
            field("phones", "hero", "spring", "treatment", "shown"): 1,
            **{
                field(segment, "hero", "", "treatment", *rest): by
                for segment in ("readers", "phones")
                for rest, by in (
                    (("shown",), 1),
                    (("converted", "order"), 1),
                    (("revenue", "order", "EUR"), 3000),
                    (("square", "order", "EUR"), square),
                )
            },
        },
    }


async def test_what_is_taken_back_is_counted_back(shop: Shop, client: httpx.AsyncClient) -> None:
    await happen(shop.store, VISITOR, exposed(segments="readers"), converted(10**7, first=True))
    await happen(shop.store, VISITOR, converted(-(10**7), undone=True))
    await shop.relay(client).run_once()
    (counters,) = (await shop.store.splits(DAY)).values()
    assert {name.split("\x1f", 1)[1]: by for name, by in counters.items() if by} == {
        field("hero", "", "treatment", "shown"): 1
    }


async def test_who_joins_brings_along_what_they_were_exposed_to(shop: Shop, client: httpx.AsyncClient) -> None:
    await happen(shop.store, VISITOR, exposed(segments="readers"))
    await shop.relay(client).run_once()
    person = await shop.store.person("user-17")
    await shop.store.merge(VISITOR, person, Event("Identified", 3.0, {"user_id": "user-17"}))
    await happen(shop.store, person, converted(100, first=True))
    await shop.relay(client).run_once()
    (counters,) = (await shop.store.splits(DAY)).values()
    assert counters[field("readers", "hero", "", "treatment", "converted", "order")] == 1


async def test_several_readers_count_each_event_once(store_url: str, clock: Clock, client: httpx.AsyncClient) -> None:
    """On every kind of server."""
    shops = [Shop(opened(store_url, clock), clock) for _ in range(3)]
    visitors = [f"visitor-{number:014d}" for number in range(60)]
    await asyncio.gather(*(happen(shops[0].store, one, exposed(segments="readers")) for one in visitors))
    await asyncio.gather(*(one.relay(client, name=str(number)).run_once() for number, one in enumerate(shops)))
    (counters,) = (await shops[0].store.splits(DAY)).values()
    assert counters == {field("readers", "hero", "", "treatment", "shown"): len(visitors)}
    standing = await standing_of(shops[0].store, clock.now)
    assert [(one.name, one.pending, one.gaps) for one in standing.groups] == [(SPLITS, 0, 0)]
    for one in shops:
        await one.store.close()


async def reader_of(shop: Shop, name: str, taken: list[str]) -> Reader:
    """A reader that dies over the first event it takes, unless it may live."""
    relaying = await shop.store.relaying()
    group, splits = relaying.group(SPLITS, consumer=name), relaying.splits(group=SPLITS)

    async def take(one: Delivery) -> bool:
        if name == "dies":
            raise asyncio.CancelledError
        taken.append(one.entry.id)
        return await splits.count(one)

    return Reader(group, take, names=COUNTED, from_now=False, settings=quick(), clock=shop.clock)


async def test_what_a_dead_reader_had_is_taken_over(shop: Shop) -> None:
    await happen(shop.store, VISITOR, exposed(), converted(100, first=True))
    taken: list[str] = []
    dying, living = [await reader_of(shop, name, taken) for name in ("dies", "lives")]
    await dying.open()
    with pytest.raises(asyncio.CancelledError):
        await dying.round()
    await living.round()
    assert len(taken) == 2
    shop.clock.now += 60
    await living.round()
    assert len(taken) == 2


async def test_a_stream_that_was_trimmed_past_a_group_is_reported_once_with_how_many(
    valkey_url: str, clock: Clock, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(opened(valkey_url, clock, partitions=1, events_kept=100), clock)
    await happen(shop.store, VISITOR, Event("Page Viewed", 1.0))
    await shop.relay(client).run_once()
    for _ in range(20):
        await happen(shop.store, VISITOR, *[Event("Page Viewed", 1.0)] * 25)
    kept = len([one async for one in shop.store.events()])
    for name in ("one", "two"):
        await shop.relay(client, name=name).run_once()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        f"{500 - kept} events of partition 0 were trimmed before {SPLITS} read them"
    ]
    (group,) = (await standing_of(shop.store, clock.now)).groups
    assert (group.gaps, group.missed, group.lag) == (1, 500 - kept, 0)
    await shop.store.close()


async def test_what_was_erased_is_no_gap(
    shop: Shop, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await happen(shop.store, VISITOR, *[Event("Page Viewed", 1.0)] * 5)
    await shop.relay(client).run_once()
    await shop.store.erase(VISITOR)
    await happen(shop.store, VISITOR[:-1] + "w", Event("Page Viewed", 1.0))
    await shop.relay(client).run_once()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_relay_that_is_killed_is_gone_on_with(
    valkey_url: str, hook: Hook, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Killed while it waits for an answer, with events behind it and before it."""
    clock = Clock()
    clock.now = time.time()  # as the relay's
    shop = Shop(opened(valkey_url, clock), clock)
    hook.answers = ["hang"]
    process = await running(valkey_url, hook, tmp_path)
    visitors = [f"visitor-{number:014d}" for number in range(12)]
    try:
        for visitor in visitors:
            await shop.visit(visitor, "/learn/a")
            await shop.visit(visitor, "/learn/b")
        await asyncio.wait_for(hook.came.wait(), 30)
    finally:
        process.kill()
        await process.wait()
    clock.now += 120  # any lease is over
    await shop.relay(client, hook.endpoint(), name="the next").run_once()
    assert {one.data["visitor"] for one in hook.received} == set(visitors)
    assert len({one.headers["webhook-id"] for one in hook.received}) == len(visitors)
    assert len(await shop.told()) == len(visitors)
    await shop.store.close()


async def test_a_relay_that_is_asked_to_end_ends_well(valkey_url: str, hook: Hook, tmp_path: Path) -> None:
    process = await running(valkey_url, hook, tmp_path)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def running(store: str, hook: Hook, folder: Path) -> asyncio.subprocess.Process:
    """The command, once it is ready."""
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "floorwalker", "relay", "--rules", str(folder / "rules")),
        *("--store", store, "--webhook", hook.url),
        env=os.environ | {"FLOORWALKER_WEBHOOK_SECRET": SECRET},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"The relay runs" in await asyncio.wait_for(process.stdout.readline(), 30)
    return process


@pytest.mark.parametrize("number", range(6))
async def test_what_a_relay_finds_at_once_counts_as_if_it_had_come_one_by_one(
    shop: Shop, client: httpx.AsyncClient, number: int
) -> None:
    """Both lie in different streams, and neither stream says what comes first."""
    person = await shop.store.person(f"user-{number}")
    await happen(shop.store, VISITOR, exposed(segments="readers"), converted(100, first=True))
    await shop.store.merge(VISITOR, person, Event("Identified", 3.0, {"user_id": f"user-{number}"}))
    await happen(shop.store, person, exposed(segments="late"), converted(200))
    await shop.relay(client).run_once()
    (counters,) = (await shop.store.splits(DAY)).values()
    begin = ("readers", "hero", "", "treatment")
    assert counters[field(*begin, "converted", "order")] == 1
    assert counters[field(*begin, "revenue", "order", "EUR")] == 300
    assert counters[field(*begin, "square", "order", "EUR")] == 300**2


@pytest.mark.parametrize("number", range(6))
async def test_a_merge_waits_also_where_the_servers_clock_stepped_back_since(
    shop: Shop, client: httpx.AsyncClient, number: int
) -> None:
    """Then what somebody was exposed to lies behind the merge, by the ids of both streams."""
    person = await shop.store.person(f"user-{number}")
    await happen(shop.store, VISITOR, Event("Looked Around", 1.0))
    await shop.relay(client).run_once()
    keys, pseudonym = await shop.store._desk.keyspace.keys(), (await shop.store.load(VISITOR)).pseudonym
    latest = [entry.id async for entry in shop.store.events(VISITOR)][-1]
    ahead = f"{int(latest.partition('-')[0]) + 5000}-0"
    stream = keys.events(keys.partition_of(VISITOR))
    await shop.store._link.call("XADD", stream, ahead, "v", pseudonym, "e", encode_event(exposed(segments="readers")))
    dead = (await shop.store.relaying()).group(SPLITS, consumer="dead")
    assert sum([len(some) async for some in dead.read()]) == 1
    await shop.store.merge(VISITOR, person, Event("Identified", 3.0, {"user_id": f"user-{number}"}))
    await happen(shop.store, person, converted(200, first=True))
    await shop.relay(client, name="second", claim_after_s=60.0).run_once()
    await shop.relay(client, name="third").run_once()
    (counters,) = (await shop.store.splits(DAY)).values()
    assert counters[field("readers", "hero", "", "treatment", "square", "order", "EUR")] == 200**2


@pytest.mark.parametrize("number", range(6))
async def test_a_merge_waits_for_what_a_dead_relay_had_taken(
    shop: Shop, client: httpx.AsyncClient, number: int
) -> None:
    """Also where both lie in one stream; what is held is gone on with by whoever is there."""
    person = await shop.store.person(f"user-{number}")
    await shop.relay(client).run_once()
    await happen(shop.store, VISITOR, exposed(segments="readers"), converted(100, first=True))
    dead = (await shop.store.relaying()).group(SPLITS, consumer="dead")
    assert sum([len(some) async for some in dead.read()]) == 2
    await shop.store.merge(VISITOR, person, Event("Identified", 3.0, {"user_id": f"user-{number}"}))
    await happen(shop.store, person, converted(200))
    await shop.relay(client, name="second", claim_after_s=60.0).run_once()
    assert await shop.store.splits(DAY) == {DAY: {}}
    await shop.relay(client, name="third").run_once()
    (counters,) = (await shop.store.splits(DAY)).values()
    assert counters[field("readers", "hero", "", "treatment", "square", "order", "EUR")] == 300**2
    assert sum(one.pending for one in (await standing_of(shop.store, shop.clock.now)).groups) == 0
