"""Whatever reads all of a store asks for some hundred elements at a time, however large a key is."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from floorwalker.core.events import Event
from floorwalker.core.memory.profile import Profile
from floorwalker.export.events import EventExport
from floorwalker.export.files import Form
from floorwalker.export.folder import EventFolder
from floorwalker.export.profiles import ProfileExport
from floorwalker.learn.returns import Sample, person_of
from floorwalker.store import Store, StoreSettings, open_store
from floorwalker.store.backup import backup
from floorwalker.store.keys import Keys
from floorwalker.store.link.address import read_address
from floorwalker.store.naming import mark_of
from floorwalker.store.open import open_link
from floorwalker.store.records.codec import encode_event
from tests.servers import fresh_namespace
from tests.store.conftest import client_of
from tests.store.spied import Spied, SpyLink
from tests.store.steps import view

PARTITIONS = 4
MOST_ELEMENTS = 3_000  # of one reply: 500 entries of a stream with their fields are 2,500
LARGE = 3_500
DAY = "2026-11-20"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)

Reading = Callable[[Store, str, Path], Awaitable[object]]


@pytest.fixture(params=["valkey", "cluster"])
def url(request: pytest.FixtureRequest) -> str:
    return f"{request.getfixturevalue(f'{request.param}_server')}?namespace={fresh_namespace()}"


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> Spied:
    """What every link asks that is opened from here on."""
    seen = Spied()
    for place in ("floorwalker.store.open", "floorwalker.store.backup.backup"):
        monkeypatch.setattr(f"{place}.open_link", lambda *given, **options: SpyLink(open_link(*given, **options), seen))
    return seen


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = open_store(url, settings=StoreSettings(partitions=PARTITIONS, new_profiles_per_s=1e9))
    yield opened
    await opened.close()


def fill_events(url: str, entries: int) -> None:
    """So many in one stream."""
    keys, payload = Keys(url.rpartition("=")[2], PARTITIONS), encode_event(Event("Told", AT.timestamp(), {"n": 1}))
    with client_of(url) as client, client.pipeline(transaction=False) as pipe:
        for number in range(entries):
            pipe.execute_command("XADD", keys.events(1), "*", "v", f"{number % 300:016x}", "e", payload)
        pipe.execute()


async def fill(store: Store, url: str) -> None:
    """Keys of every kind, larger than a reply may be."""
    await asyncio.gather(*(store.commit(f"v{number}", None, view) for number in range(700)))
    await asyncio.to_thread(fill_events, url, LARGE)
    onward = await store.onward()
    keys, mark = onward.keys, mark_of(onward.keys.people, "name", "smith")
    fields = {f"channel:email\x1f{number}\x1f\x1fshown": number for number in range(LARGE)}
    nobodies = [name for name in map("nobody{}".format, range(5 * LARGE)) if keys.partition_of(name) == 3][:LARGE]
    with client_of(url) as client:
        client.hset(keys.stats(2, DAY), mapping=fields)
        client.hset(keys.splits(2, DAY), mapping={f"segment\x1f{name}": value for name, value in fields.items()})
        client.zadd(keys.found(3), {f"{mark}:{name}": 0 for name in nobodies})
        client.zadd(keys.due(3), {f"nobody{number}": 1 for number in range(LARGE)})
        client.zadd(keys.undelivered(3), {f"nobody given-up {number} 1-1": 1 for number in range(LARGE)})
        client.zadd(keys.messages("v1"), {f"{number:032x}": 2e9 for number in range(LARGE)})
        client.hset(keys.outbox("v1"), mapping={f"hook {number}-0": '{"segment":"s"}' for number in range(LARGE)})
        client.rpush(keys.deferred("v1"), *[b"\x00" * 8] * LARGE)


async def _report(store: Store, url: str, folder: Path) -> object:
    return len((await store.stats(DAY))[DAY]), len((await store.splits(DAY))[DAY])


async def _export_events(store: Store, url: str, folder: Path) -> object:
    exported = await EventExport(await store.onward(), EventFolder(folder, Form.NDJSON), now=datetime.now(UTC)).run()
    return exported.rows >= LARGE


async def _export_profiles(store: Store, url: str, folder: Path) -> object:
    export = ProfileExport(folder, Form.NDJSON, now=AT, inside=lambda _: ())
    return (await export.run(store.profiles(pause_s=0))).rows


async def _train(store: Store, url: str, folder: Path) -> object:
    sample = Sample()
    async for loaded in store.profiles(pause_s=0):
        person = person_of(loaded.profile or Profile(seed=0), "visits", now=2e9, holdout_weeks=4, currency="EUR")
        if person is not None:
            sample.add(person, Random(0))
    return len([None async for _ in store.profiles(pause_s=0)])


async def _events(store: Store, url: str, folder: Path) -> object:
    return len([entry async for entry in store.events()]) >= LARGE


async def _events_of_one(store: Store, url: str, folder: Path) -> object:
    return bool([entry async for entry in store.events("v7")])


async def _find(store: Store, url: str, folder: Path) -> object:
    return await store.find("name", "Smith")


async def _trace(store: Store, url: str, folder: Path) -> object:
    return (await store.traces(await store.sought("v7"), pause_s=0)).keys["profile"]


async def _backup(store: Store, url: str, folder: Path) -> object:
    return (await backup.take_backup(url, folder / "all.backup", told=lambda _: None, pause_s=0)).visitors


async def _erase(store: Store, url: str, folder: Path) -> object:
    return await store.erase("v1") > 0


async def _renew(store: Store, url: str, folder: Path) -> object:
    return (await store.renew(pause_s=0)).current


async def _outbox(store: Store, url: str, folder: Path) -> object:
    relaying = await store.relaying()
    await relaying.undelivered(limit=200)
    await relaying.due_backlog(2e9)
    return len(await store.due(2e9))


READERS: dict[str, tuple[Reading, object]] = {
    "report": (_report, (LARGE, LARGE)),
    "export events": (_export_events, True),
    "export profiles": (_export_profiles, 700),
    "train": (_train, 700),
    "events": (_events, True),
    "events of one": (_events_of_one, True),
    "find": (_find, []),
    "trace": (_trace, 700),
    "backup": (_backup, 700),
    "erase": (_erase, True),
    "renew": (_renew, 700),
    "due and undelivered": (_outbox, 1000),
}


async def test_no_reader_asks_for_all_of_a_large_key(store: Store, url: str, spied: Spied, tmp_path: Path) -> None:
    await fill(store, url)
    watched = open_store(url)
    try:
        for name, (reading, expected) in READERS.items():
            if name in ("erase", "renew"):  # these change it, so they come last
                continue
            await _watched(name, reading, expected, watched, url, spied, tmp_path)
        for name in ("renew", "erase"):
            await _watched(name, *READERS[name], watched, url, spied, tmp_path)
    finally:
        await watched.close()


async def _watched(
    name: str, reading: Reading, expected: object, store: Store, url: str, spied: Spied, folder: Path
) -> None:
    spied.asked.clear()
    place = folder / name.replace(" ", "-")
    place.mkdir()
    assert await reading(store, url, place) == expected, name
    assert spied.asked, name
    assert spied.whole == [], name
    assert spied.largest <= MOST_ELEMENTS, (name, max(spied.asked, key=lambda one: one[2]))


async def test_the_server_itself_saw_no_such_command(valkey_url: str, tmp_path: Path) -> None:
    store = open_store(valkey_url, settings=StoreSettings(partitions=PARTITIONS, new_profiles_per_s=1e9))
    await fill(store, valkey_url)
    with client_of(valkey_url) as client:
        before = client.config_get("slowlog-*")
        client.config_set("slowlog-log-slower-than", 0)
        client.config_set("slowlog-max-len", 200_000)
        client.slowlog_reset()
        for number, name in enumerate(("report", "export events", "export profiles", "trace", "backup")):
            place = tmp_path / str(number)
            place.mkdir()
            await READERS[name][0](store, valkey_url, place)
        seen = {bytes(one["command"]).split(b" ")[0].upper() for one in client.slowlog_get(200_000)}
        for setting, value in before.items():
            client.config_set(setting, value)
        client.slowlog_reset()
    await store.close()
    assert {b"HSCAN", b"XRANGE", b"SCAN", b"MGET", b"ZSCAN"} <= seen
    assert not {b"KEYS", b"HGETALL", b"SMEMBERS", b"SORT", b"HVALS"} & seen


async def peak_bytes(read: Callable[[], Awaitable[object]]) -> int:
    """The most memory that a reader takes beyond what there was."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


async def _read_again(store: Store, reading: Reading, url: str, folder: Path, numbers: Any) -> None:
    place = folder / str(next(numbers))
    place.mkdir()
    await reading(store, url, place)


@pytest.mark.parametrize("name", ["export events", "backup", "trace", "export profiles"])
async def test_ten_times_as_much_takes_no_more_memory(valkey_server: str, tmp_path: Path, name: str) -> None:
    reading, numbers, peaks = READERS[name][0], iter(range(100)), []
    for events, visitors in ((10, 10), (700, 100), (7000, 1000)):  # the first for all that is made once
        url = f"{valkey_server}?namespace={fresh_namespace()}"
        store = open_store(url, settings=StoreSettings(partitions=PARTITIONS, new_profiles_per_s=1e9))
        await asyncio.gather(*(store.commit(f"v{number}", None, view) for number in range(visitors)))
        if "profiles" not in name:
            await asyncio.to_thread(fill_events, url, events)
        peaks.append(await peak_bytes(partial(_read_again, store, _bounded(reading), url, tmp_path, numbers)))
        await store.close()
    assert peaks[2] < 2 * peaks[1] + 2_000_000, peaks


def _bounded(reading: Reading) -> Reading:
    """The same, whatever it gives; a sum of everybody is not what is asked here."""

    async def read(store: Store, url: str, folder: Path) -> object:
        await reading(store, url, folder)
        return None

    return read


def test_what_is_watched_is_what_commands_open(spied: Spied, valkey_url: str) -> None:
    async def ask() -> None:
        store = open_store(valkey_url)
        await store.ping()
        await store.close()

    asyncio.run(ask())
    assert [name for name, _, _ in spied.asked] == ["PING"]
    assert read_address(valkey_url).namespace


def test_the_spy_knows_what_takes_all_of_a_key() -> None:
    async def ask() -> list[str]:
        seen, loop = Spied(), asyncio.get_running_loop()
        commands: list[tuple[str | int, ...]] = [
            ("HGETALL", "fw:{1}:stats:x"), ("LRANGE", "k", 0, -1), ("XRANGE", "k", "-", "+"), ("KEYS", "*"),
            ("HGETALL", "fw:{relay}:state"), ("XRANGE", "k", "-", "+", "COUNT", 5), ("LRANGE", "k", 0, 499),
        ]  # fmt: skip
        for command in commands:
            answered = loop.create_future()
            answered.set_result([])
            seen.see(command, answered)
        return [one.split(" ")[0] for one in seen.whole]

    assert asyncio.run(ask()) == ["HGETALL", "LRANGE", "XRANGE", "KEYS"]
