"""Steps that wait on disk outlive the process that saw them, in order, and count once."""

import asyncio
import errno
import logging
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floorwalker.core.happening import identified_of
from floorwalker.errors import StoreUnavailable
from floorwalker.store import Outcome, Store
from floorwalker.store.spool.frames import SCHEMA, Entry, Work, frame_of
from tests.store.links import Fate, MortalLink
from tests.store.spool.bench import VISITOR, Site, step, steps
from tests.store.steps import view

KEY, OTHER_KEY = "k" * 40, "o" * 40


@pytest.fixture
async def site(valkey_server: str, tmp_path: Path) -> AsyncIterator[Site]:
    one = Site(valkey_server, tmp_path / "spool")
    yield one
    for store in one.stores:
        await store.close()


async def ended_while_away(site: Site, *numbers: int, visitor: str = VISITOR) -> None:
    """A worker that saw these steps, and ended before the store was back."""
    store, link = site.worker()
    link.away = True
    waiting = [store.submit(visitor, None, step(number)) for number in numbers]
    await store.flush(0.01)
    assert await store.close() == 0
    assert {(await one).outcome for one in waiting} <= {Outcome.SPOOLED}


async def test_what_one_process_saw_another_commits_in_order(site: Site) -> None:
    await ended_while_away(site, 1, 2, 3, 4)
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == steps(1, 2, 3, 4)
    assert await site.counted() == 4
    assert site.files() == []


async def test_a_process_that_lives_commits_what_it_remembers_and_clears_the_folder(site: Site) -> None:
    store, link = site.worker()
    link.away = True
    waiting = [store.submit(VISITOR, None, step(number)) for number in range(5)]
    await store.flush(0.01)
    written = store.written()
    assert written is not None
    await written
    assert store.health().spooled == 5
    assert len(site.files()) == 1
    link.away = False
    assert {(await one).outcome for one in waiting} == {Outcome.STORED}
    await store.drain_spool()
    assert (store.health().spooled, store.health().spool_lost) == (0, 0)
    await store.close()
    assert site.files() == []
    assert await site.happened() == steps(*range(5))


async def test_nothing_is_written_while_the_store_is_there(site: Site) -> None:
    store, _ = site.worker()
    for number in range(5):
        await store.commit(VISITOR, None, step(number))
    assert not site.folder.exists()


@pytest.mark.parametrize("is_sent", [False, True])
@pytest.mark.parametrize("at_script", range(1, 5))
async def test_whenever_a_process_is_parted_from_the_store_every_step_counts_once(
    site: Site, at_script: int, *, is_sent: bool
) -> None:
    """The connection is cut for good before or after a commit, whose reply is lost; the process ends."""
    before, _ = site.worker()
    await before.commit(VISITOR, None, step(0))
    base = await before.load(VISITOR)
    link = MortalLink(site.link(), at_script, is_sent=is_sent)
    store = site.store(link)
    await store.load(VISITOR)
    for number in range(1, 7):
        store.submit(VISITOR, base if number == 1 else None, step(number))
        if number % 2:
            await store.flush(0.005)
    await store.flush(0.05)
    assert await store.close() == 0
    after, _ = site.worker()
    await after.drain_spool()
    assert sorted(await site.happened()) == steps(*range(7))
    assert await site.counted() == 7


async def test_what_was_committed_from_memory_is_not_committed_again_from_a_file_that_stayed(site: Site) -> None:
    store, link = site.worker()
    link.away = True
    for number in range(3):
        store.submit(VISITOR, None, step(number))
    await store.flush(0.01)
    written = store.written()
    assert written is not None
    await written
    copies = {path.name: path.read_bytes() for path in site.files()}
    link.away = False
    assert await store.flush(5) == 0
    await store.close()
    for name, content in copies.items():  # as if the process had died before the file went
        (site.folder / name).write_bytes(content)
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == steps(0, 1, 2)
    assert site.files() == []


async def test_a_file_of_a_living_process_is_left_alone(site: Site) -> None:
    living, link = site.worker()
    link.away = True
    living.submit(VISITOR, None, step(1))
    await living.flush(0.01)
    written = living.written()
    assert written is not None
    await written
    other, _ = site.worker()
    await other.drain_spool()
    assert await site.happened() == []
    assert len(site.files()) == 1


async def test_sites_that_share_a_folder_do_not_commit_each_others_steps(
    site: Site, valkey_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = Site(valkey_server, site.folder)
    await ended_while_away(site, 1)
    await ended_while_away(other, 2)
    for one, number in ((site, 1), (other, 2)):
        drains, _ = one.worker()
        for _ in range(2):
            await drains.drain_spool()
        await drains.close()
        assert await one.happened() == steps(number)
    assert site.files() == []
    assert caplog.messages.count("files of another store lie in the spool, and are left to those who use it") == 1


async def test_a_store_is_known_by_its_address_or_by_what_was_fixed_in_it(site: Site) -> None:
    """It may move to another server, or be lost with all that was in it."""
    knows, link = site.worker()
    await knows.commit(VISITOR, None, step(0))
    link.away = True
    knows.submit(VISITOR, None, step(1))
    await knows.flush(0.01)
    assert await knows.close() == 0
    moved = site.store(site.link(), place="redis://other.example:7000")
    await moved.load(VISITOR)
    await moved.drain_spool()
    assert await site.happened() == steps(0, 1)
    assert site.files() == []


async def test_two_workers_that_drain_at_once_count_once(site: Site) -> None:
    for number in range(4):
        await ended_while_away(site, number, visitor=f"v{number}")
    workers = [site.worker()[0] for _ in range(3)]
    await asyncio.gather(*(worker.drain_spool() for worker in workers))
    assert await site.counted() == 4
    assert site.files() == []


async def test_what_memory_has_no_room_for_waits_on_disk_alone_in_order(site: Site) -> None:
    store, link = site.worker(steps_waiting=3)
    link.away = True
    waiting = [store.submit(VISITOR, None, step(number)) for number in range(10)]
    assert {(await one).outcome for one in waiting[3:]} == {Outcome.SPOOLED}
    assert store.health().pending == 3
    assert store.health().lost == {}
    link.away = False
    assert await store.flush(5) == 0
    behind = store.submit(VISITOR, None, step(10))
    assert (await behind).outcome is Outcome.SPOOLED  # it waits behind what lies on disk
    await store.drain_spool()
    assert await site.happened() == steps(*range(11))
    assert (await store.commit(VISITOR, None, step(11))).outcome is Outcome.STORED
    await store.close()
    assert site.files() == []


async def test_memory_is_bounded_in_bytes_too(site: Site) -> None:
    store, link = site.worker(bytes_waiting=10_000, spool_bytes=1)
    link.away = True
    with pytest.raises(StoreUnavailable):
        await store.ping()
    outcomes = [store.submit(VISITOR, None, view) for _ in range(5)]
    assert [one.done() for one in outcomes] == [False, False, True, True, True]
    assert store.health().lost == {"overflow": 3}


async def test_a_spool_that_is_full_leaves_memory_and_says_so_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    store, link = site.worker(spool_bytes=400, steps_waiting=20)
    link.away = True
    with pytest.raises(StoreUnavailable):
        await store.ping()
    waiting = [store.submit(VISITOR, None, step(number)) for number in range(30)]
    written = store.written()
    assert written is not None
    await written
    assert caplog.text.count("the spool is full") == 1
    assert store.health().lost == {"overflow": 10}
    assert 0 < sum(path.stat().st_size for path in site.files()) <= 400
    link.away = False
    assert {(await one).outcome for one in waiting} == {Outcome.STORED, Outcome.OVERFLOW}
    assert len(await site.happened()) == 20


async def test_a_disk_that_cannot_be_written_costs_nothing_but_the_copy(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    store, link = site.worker()
    link.away = True
    with monkeypatch.context() as disk:
        disk.setattr("floorwalker.store.spool.segment.os.write", full)
        waiting = [store.submit(VISITOR, None, step(number)) for number in range(5)]
        await store.flush(0.02)
        written = store.written()
        assert written is not None
        await written
    assert caplog.text.count("the spool cannot be written") == 1
    assert store.health().spooled == 0
    link.away = False
    assert {(await one).outcome for one in waiting} == {Outcome.STORED}


async def test_a_disk_that_has_room_again_gets_what_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    store, link = site.worker()
    link.away = True
    with monkeypatch.context() as disk:
        disk.setattr("floorwalker.store.spool.segment.os.write", full)
        store.submit(VISITOR, None, step(1))
        await store.flush(0.02)
    site.now += 11
    assert await store.close() == 0
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == steps(1)


@pytest.mark.parametrize("taken_by", ["a file", "nothing that may be made"])
async def test_a_folder_that_cannot_be_stops_nothing(
    site: Site, caplog: pytest.LogCaptureFixture, taken_by: str
) -> None:
    if taken_by == "a file":
        site.folder.write_text("not a folder")
    else:
        site.folder = Path("/proc/nothing/here")
    store, link = site.worker()
    await store.drain_spool()
    link.away = True
    waiting = store.submit(VISITOR, None, step(1))
    await store.flush(0.02)
    link.away = False
    assert (await waiting).outcome is Outcome.STORED
    assert "the spool cannot be" in caplog.text


async def test_a_folder_that_is_emptied_under_us_is_filled_anew(site: Site) -> None:
    store, link = site.worker()
    link.away = True
    for number in (1, 2):
        store.submit(VISITOR, None, step(number))
        await store.flush(0.01)
        written = store.written()
        assert written is not None
        await written
        for path in site.files() if number == 1 else ():
            path.unlink()
    assert await store.close() == 0
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == steps(1, 2)


async def test_files_are_their_owners_alone(site: Site) -> None:
    await ended_while_away(site, 1)
    (path,) = site.files()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(site.folder.stat().st_mode) == 0o700


async def test_torn_and_foreign_bytes_are_counted_and_the_rest_is_committed(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await ended_while_away(site, 1, 2)
    (path,) = site.files()
    path.write_bytes(b"garbage" + path.read_bytes()[:-3])
    path.with_name(f"00-foreign.{path.name.partition('.')[2]}").write_bytes(os.urandom(2000))
    (site.folder / "notes.txt").write_text("mine")
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == steps(1)
    assert after.health().spool_lost == after.health().lost["unreadable"] == 3
    assert site.files() == [site.folder / "notes.txt"]


async def test_what_waited_too_long_is_dropped_and_counted(site: Site) -> None:
    await ended_while_away(site, 1)
    site.now += 86_401
    after, _ = site.worker()
    await after.drain_spool()
    assert await site.happened() == []
    assert after.health().lost == {"expired": 1}
    assert site.files() == []


async def test_a_newer_releases_entries_are_left_to_it(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    await ended_while_away(site, 1)
    (path,) = site.files()
    newer = bytearray(frame_of(Entry(Work.STEP, VISITOR, site.now, raw=b"step 2"), None))
    newer[2] = SCHEMA + 1
    newer[8:12] = _crc(bytes(newer))
    path.write_bytes(path.read_bytes() + newer)
    after, _ = site.worker()
    for _ in range(2):
        await after.drain_spool()
    assert await site.happened() == steps(1)
    assert site.files() == [path]
    assert caplog.text.count("left to whoever can read them") == 1
    assert after.health().spool_lost == 0


async def test_what_nobody_can_read_goes_when_the_stones_of_its_time_are_gone(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await ended_while_away(site, 1)
    (path,) = site.files()
    content = bytearray(path.read_bytes())
    content[2] = SCHEMA + 1
    content[8:12] = _crc(bytes(content))
    path.write_bytes(content)
    for days, files in ((29, [path]), (31, [])):
        os.utime(path, (site.now - days * 86_400, site.now - days * 86_400))
        after, _ = site.worker()
        for _ in range(2):  # the thread has removed what it was told to when it looks again
            await after.drain_spool()
        assert site.files() == files
        await after.close()
    assert caplog.text.count("nobody could read them for too long") == 1


async def test_a_clock_that_steps_back_does_not_keep_the_disk_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    store, link = site.worker()
    link.away = True

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("floorwalker.store.spool.segment.os.write", full)
        store.submit(VISITOR, None, step(1))
        await written(store)
    assert store.health().spooled == 0
    site.now -= 3600
    store.submit(VISITOR, None, step(2))
    await written(store)
    assert store.health().spooled


async def written(store: Store) -> None:
    """Until the disk was tried with all that waits."""
    waiting = store.written()
    assert waiting is not None
    await waiting


def _crc(frame: bytes) -> bytes:
    from zlib import crc32

    return crc32(frame[12:], crc32(frame[2:8])).to_bytes(4, "big")


async def test_entries_are_sealed_where_there_is_a_key(site: Site) -> None:
    store, link = site.worker(keys=[KEY])
    link.away = True
    store.submit("a-visitor", None, step(1))
    await store.flush(0.01)
    await store.close()
    (path,) = site.files()
    assert b"a-visitor" not in path.read_bytes()
    stranger, _ = site.worker(keys=[OTHER_KEY])
    await stranger.drain_spool()
    assert site.files() == [path]
    rotated, _ = site.worker(keys=[OTHER_KEY, KEY])
    await rotated.drain_spool()
    assert await site.happened("a-visitor") == steps(1)


async def test_a_join_of_somebody_whose_id_was_never_told_outlives_the_process(site: Site) -> None:
    """The store was not there since the start: nobody knows yet how people are named."""
    store, link = site.worker()
    link.away = True
    store.submit(VISITOR, None, step(1))
    store.merge(VISITOR, "", identified_of("ada", {"city": "Köln"}, at=site.now), user="ada")
    store.submit(VISITOR, None, step(2))
    await store.flush(0.01)
    assert await store.close() == 0
    after, _ = site.worker()
    await after.drain_spool()
    person = await after.person("ada")
    loaded = await after.load(VISITOR)
    assert loaded.visitor == person
    assert loaded.profile is not None
    assert (loaded.profile.user, loaded.profile.visits, dict(loaded.profile.traits)) == ("ada", 2, {"city": "Köln"})


@pytest.mark.parametrize("is_sent", [False, True])
@pytest.mark.parametrize("at_script", range(1, 6))
async def test_a_join_counts_once_wherever_the_process_is_parted_from_the_store(
    site: Site, at_script: int, *, is_sent: bool
) -> None:
    before, _ = site.worker()
    await before.commit(VISITOR, None, step(0))
    person = await before.person("ada")
    link = MortalLink(site.link(), at_script, is_sent=is_sent)
    store = site.store(link)
    await store.load(VISITOR)
    store.merge(VISITOR, person, identified_of("ada", {}, at=site.now))
    store.submit(VISITOR, None, step(1))
    await store.flush(0.05)
    assert await store.close() == 0
    after, _ = site.worker()
    await after.drain_spool()
    assert sorted(await site.happened(person)) == ["Identified", "Visitor Merged", *steps(0, 1)]
    assert await site.counted() == 2


async def test_an_erasure_outlives_the_process_and_lets_nothing_come_back(site: Site) -> None:
    before, _ = site.worker()
    await before.commit(VISITOR, None, step(0))
    store, link = site.worker()
    link.away = True
    store.submit(VISITOR, None, step(1))
    store.erase_later(VISITOR)
    store.submit(VISITOR, None, step(2))
    await store.flush(0.01)
    await store.close()
    site.now += 2 * 86_400  # a wish to be forgotten is never too old
    after, _ = site.worker()
    await after.drain_spool()
    assert (await after.load(VISITOR)).erased
    assert await site.counted() <= 2


async def test_what_waits_of_somebody_can_be_taken_out(site: Site) -> None:
    store, link = site.worker()
    link.away = True
    store.submit("gone", None, step(1))
    store.submit("stays", None, step(2))
    await store.flush(0.01)
    assert await store.scrub_spool(["gone"]) == 1
    (path,) = site.files()
    assert b"gone" not in path.read_bytes()
    assert b"stays" in path.read_bytes()


async def test_a_new_visitor_is_counted_when_they_come_not_when_the_store_is_back(site: Site) -> None:
    """An outage of a minute drops nobody who came at a rate that is admitted; a flood fills neither memory nor disk."""
    store, link = site.worker(new_profiles_per_s=1.0)
    link.away = True
    with pytest.raises(StoreUnavailable):
        await store.ping()
    outcomes = []
    for number in range(30):
        outcomes.append(store.submit(f"v{number}", None, step(number), confirmed=False))
        site.now += 1.0
    flood = [store.submit(f"w{number}", None, step(number), confirmed=False) for number in range(20)]
    link.away = False
    assert {(await one).outcome for one in outcomes} == {Outcome.STORED}
    assert [(await one).outcome for one in flood].count(Outcome.FLOOD) == 10


@pytest.mark.parametrize("fates", [[Fate.REPLY_LOST], [Fate.NEVER_SENT], [Fate.REPLY_LOST] * 3])
async def test_a_short_outage_counts_once(site: Site, fates: list[Fate]) -> None:
    store, _ = site.worker(*fates)
    outcomes = [store.submit(VISITOR, None, step(number)) for number in range(5)]
    assert {(await one).outcome for one in outcomes} == {Outcome.STORED}
    await store.close()
    assert await site.happened() == steps(*range(5))
    assert site.files() == []


async def test_closing_says_how_much_is_lost_where_nothing_can_be_written(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    store, link = site.worker()
    link.away = True
    lost = store.submit(VISITOR, None, view)  # it cannot tell what it is made of
    store.submit(VISITOR, None, step(1))
    await store.flush(0.01)
    with caplog.at_level(logging.WARNING):
        assert await store.close() == 1
    with pytest.raises(StoreUnavailable):
        await lost
