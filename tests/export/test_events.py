"""Events as files: each once, by day, without what names anybody; whatever breaks off."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from floorwalker.core.effects import Effects
from floorwalker.core.events import Event, Page
from floorwalker.core.memory.profile import Profile
from floorwalker.errors import ConfigurationError
from floorwalker.export.events import EventExport, Exported
from floorwalker.export.files import Form
from floorwalker.export.folder import APART, EventFolder
from floorwalker.store import Store, open_store
from floorwalker.store.records.codec import encode_event
from tests.export.conftest import Rows, files_in, written_in
from tests.export.shop import crowd, events_in, stored_events, visit


async def export(store: Store, folder: Path, *, form: Form = Form.PARQUET, **options: Any) -> Exported:
    since = options.pop("since", None)
    now = options.pop("now", datetime.now(UTC))
    onward = await store.onward()
    return await EventExport(onward, EventFolder(folder, form), now=now, pause_s=0, **options).run(since)


@pytest.mark.parametrize("form", Form)
async def test_every_event_is_written_once_however_often_it_is_asked(
    store: Store, tmp_path: Path, rows: Rows, form: Form
) -> None:
    await crowd(store, 60)
    first = await export(store, tmp_path, form=form)
    assert events_in(rows(tmp_path)) == await stored_events(store)
    assert first.rows == len(await stored_events(store))
    assert (await export(store, tmp_path, form=form)).rows == 0
    await crowd(store, 20, first=60)
    await export(store, tmp_path, form=form)
    assert events_in(rows(tmp_path)) == await stored_events(store)


async def test_files_are_of_the_day_on_which_events_were_stored(store: Store, tmp_path: Path, rows: Rows) -> None:
    onward = await store.onward()
    days = ("2026-11-20", "2026-11-20", "2026-11-22", "2026-11-23")
    for number, day in enumerate(days):
        at = datetime.fromisoformat(f"{day}T23:59:59.999Z")
        await put(store, number % 2, f"{int(at.timestamp() * 1000)}-{number}", at)
    exported = await export(store, tmp_path, now=datetime(2026, 11, 24, tzinfo=UTC))
    assert sorted(str(file.relative_to(tmp_path)) for file in files_in(tmp_path, "*.parquet")) == [
        "day=2026-11-20/part-000001.parquet",
        "day=2026-11-22/part-000002.parquet",
        "day=2026-11-23/part-000003.parquet",
    ]
    assert (exported.rows, exported.days, exported.files) == (4, 3, 3)
    assert sorted(row["entry"].partition(":")[0] for row in rows(tmp_path)) == ["0", "0", "1", "1"]
    assert onward.mark == (await store.onward()).mark


async def put(store: Store, partition: int, id_: str, at: datetime, name: str = "Told") -> None:
    """An entry with an id of its own."""
    onward = await store.onward()
    event = Event(name, at.timestamp(), {"n": 1, "text": "1", "is": True, "x": 0.5})
    payload = encode_event(event) if name else b"of no release"
    await onward.link.call("XADD", onward.keys.events(partition), id_, "v", "ab" * 8, "e", payload)


async def test_nothing_earlier_than_asked_is_written_and_never_later(store: Store, tmp_path: Path, rows: Rows) -> None:
    for day in (20, 21, 22):
        at = datetime(2026, 11, day, tzinfo=UTC)
        await put(store, 0, f"{int(at.timestamp() * 1000)}-0", at)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    await export(store, tmp_path, since=datetime(2026, 11, 21, tzinfo=UTC), now=now)
    assert [row["happened_at"].day for row in rows(tmp_path)] == [21, 22]
    await export(store, tmp_path, now=now)
    assert [row["happened_at"].day for row in rows(tmp_path)] == [21, 22]


async def test_what_is_stored_while_it_runs_is_for_the_next_run(store: Store, tmp_path: Path, rows: Rows) -> None:
    early, late = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 20, 13, tzinfo=UTC)
    for number, at in enumerate((early, late)):
        await put(store, 0, f"{int(at.timestamp() * 1000)}-0", at, f"Told {number}")
    assert (await export(store, tmp_path, now=datetime(2026, 11, 20, 12, 30, tzinfo=UTC))).rows == 1
    assert (await export(store, tmp_path, now=datetime(2026, 11, 20, 14, tzinfo=UTC))).rows == 1
    assert [row["name"] for row in rows(tmp_path)] == ["Told 0", "Told 1"]


async def test_columns_have_their_types(store: Store, tmp_path: Path, rows: Rows) -> None:
    at = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
    await put(store, 3, f"{int(at.timestamp() * 1000)}-7", at)
    await export(store, tmp_path, now=datetime(2026, 11, 21, tzinfo=UTC))
    (row,) = rows(tmp_path)
    assert row["entry"] == f"3:{int(at.timestamp() * 1000)}-7"
    assert row["happened_at"] == row["stored_at"] == at
    assert dict(row["properties"]) == {"n": "1", "text": "1", "is": "true", "x": "0.5"}
    assert dict(row["numbers"]) == {"n": 1.0, "x": 0.5}
    (file,) = files_in(tmp_path, "*.parquet")
    assert str(pq.read_schema(file).field("happened_at").type) == "timestamp[us, tz=UTC]"
    assert str(pq.read_schema(file).field("name").type).startswith("dictionary<values=string")


async def test_no_file_names_anybody(store: Store, tmp_path: Path) -> None:
    said = {"email": "ada@example.org", "Phone": "0301234", "colour": "red", "visitor": "visitor-of-theirs"}
    page = Page(path="/hello/ada@example.org", search="ada@example.org")

    def step(base: Profile | None) -> tuple[Profile, Effects]:
        return base or Profile(seed=1, user="ada"), Effects(events=(Event("Told", 1.0, said, page),))

    await store.commit("visitor-of-theirs", None, step)
    for path in ("/", "/learn/x"):
        await visit(store, "visitor-of-theirs", path=path)
    await export(store, tmp_path, form=Form.NDJSON)
    written = written_in(tmp_path)
    assert b"Segment Entered" in written
    assert b"red" in written
    for word in (b"ada", b"0301234", b"visitor-of-theirs"):
        assert word not in written


async def test_what_an_erasure_took_out_of_the_streams_never_leaves(store: Store, tmp_path: Path, rows: Rows) -> None:
    await crowd(store, 3)
    gone = (await store.load("visitor-00000000000001")).pseudonym
    await store.erase("visitor-00000000000001")
    await export(store, tmp_path)
    assert gone not in {row["pseudonym"] for row in rows(tmp_path)}
    assert events_in(rows(tmp_path)) == await stored_events(store)


async def test_entries_that_nobody_can_read_are_counted(store: Store, tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    await put(store, 0, f"{int(at.timestamp() * 1000)}-0", at, name="")
    exported = await export(store, tmp_path, now=datetime(2026, 11, 21, tzinfo=UTC))
    assert (exported.rows, exported.unreadable) == (0, 1)
    assert (await export(store, tmp_path, now=datetime(2026, 11, 21, tzinfo=UTC))).unreadable == 0


class Broken(Exception):
    """The process ended here."""


def breaking(monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], int]:
    """The process ends before its n-th change to the disk's names, or what the disk is to keep; how many there were."""
    done = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done > after:
                raise Broken
            return real(*arguments, **options)

        return change

    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "touch", counted(Path.touch))
    return lambda: done


async def test_wherever_a_run_breaks_off_each_event_is_there_once_in_the_end(
    store: Store, tmp_path: Path, rows: Rows
) -> None:
    await crowd(store, 5)
    now, expected, steps = datetime.now(UTC), await stored_events(store), 0
    for after in range(100):
        folder = tmp_path / str(after)
        with pytest.MonkeyPatch.context() as patch:
            changes = breaking(patch, after)
            try:
                await export(store, folder, now=now, rows_of_a_batch=5, form=Form.NDJSON)
            except Broken:
                steps += 1
            else:
                assert changes() <= after
                break
        seen = events_in(rows(folder))
        assert len(seen) == len(set(seen))  # also before it is put right, nobody reads an event twice
        await export(store, folder, now=now, rows_of_a_batch=5, form=Form.NDJSON)
        assert events_in(rows(folder)) == expected
        assert list((folder / APART).iterdir()) == []
    assert steps > 10


async def test_large_runs_are_kept_batch_by_batch(store: Store, tmp_path: Path, rows: Rows) -> None:
    await crowd(store, 40)
    exported = await export(store, tmp_path, rows_of_a_batch=25)
    assert exported.files > 2
    assert events_in(rows(tmp_path)) == await stored_events(store)


async def test_a_folder_is_of_one_store_and_one_run(store: Store, tmp_path: Path, valkey_server: str) -> None:
    await crowd(store, 2)
    await export(store, tmp_path)
    other = open_store(f"{valkey_server}?namespace=export-other")
    with pytest.raises(ConfigurationError, match="another store"):
        await export(other, tmp_path)
    await other.close()
    with (
        EventFolder(tmp_path, Form.PARQUET).held((await store.onward()).mark),
        pytest.raises(ConfigurationError, match="another export"),
    ):
        await export(store, tmp_path)


async def test_a_folder_that_lost_its_cursor_is_not_written_again(store: Store, tmp_path: Path) -> None:
    await crowd(store, 2)
    await export(store, tmp_path)
    (cursor,) = files_in(tmp_path, "cursor.json")
    cursor.unlink()
    with pytest.raises(ConfigurationError, match=r"no cursor\.json"):
        await export(store, tmp_path)


async def test_files_are_for_their_owner_alone(store: Store, tmp_path: Path) -> None:
    await crowd(store, 2)
    await export(store, tmp_path)
    (file,) = files_in(tmp_path, "*.parquet")
    assert file.stat().st_mode & 0o777 == 0o600
