"""Profiles as files: everybody once, as they stand, under the pseudonym of their events."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from floorwalker.core.deciding.classify import segments_at
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.events import Event
from floorwalker.core.memory.kept.holdings import Consent
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.proving.facts import read_fact
from floorwalker.core.trying.standing import standing_moment
from floorwalker.errors import StoreUnavailable
from floorwalker.export.files import Form
from floorwalker.export.profiles import ProfileExport, Taken
from floorwalker.store import Loaded, Store
from tests.export.conftest import Rows, files_in, written_in
from tests.export.shop import AT, CORRIDOR, DAY, crowd, visit

NOW = datetime(2025, 11, 28, tzinfo=UTC)


def inside(profile: Profile) -> Collection[str]:
    return segments_at(standing_moment(CORRIDOR, profile, AT + 3 * DAY))


async def export(store: Store, folder: Path, *, form: Form = Form.PARQUET, **options: Any) -> Taken:
    now = options.pop("now", NOW)
    return await ProfileExport(folder, form, now=now, inside=inside, **options).run(store.profiles(pause_s=0))


def change(profile_fields: dict[str, Any]) -> Any:
    def step(base: Profile | None) -> tuple[Profile, Effects]:
        return replace(base or Profile(seed=1), **profile_fields), NOTHING

    return step


@pytest.mark.parametrize("form", Form)
async def test_everybody_is_there_once_under_the_pseudonym_of_their_events(
    store: Store, tmp_path: Path, rows: Rows, form: Form
) -> None:
    await crowd(store, 50)
    taken = await export(store, tmp_path, form=form)
    found = rows(tmp_path)
    assert taken.rows == len(found) == 50
    assert {row["pseudonym"] for row in found} == {one.pseudonym async for one in store.events()}
    loaded = [one async for one in store.profiles(pause_s=0)]
    expected = {one.pseudonym: sorted(inside(one.profile)) for one in loaded if one.profile is not None}
    assert {row["pseudonym"]: row["segments"] for row in found} == expected
    assert {name for row in found for name in row["segments"]} == {"buyers", "readers"}


async def test_the_counters_are_a_recount_of_what_was_exported(store: Store, tmp_path: Path, rows: Rows) -> None:
    await crowd(store, 300)
    await export(store, tmp_path)
    recounted: Counter[tuple[str, ...]] = Counter()
    for row in rows(tmp_path):
        for one in row["exposures"]:
            begin = (one["day"].isoformat(), one["unit"], one["block"], one["arm"])
            recounted[(*begin, "mixed" if one["mixed"] else "shown")] += 1
            recounted[(*begin, "clicked")] += one["clicked"]
            for goal in one["goals"]:
                recounted[(*begin, "converted", goal["goal"])] += goal["converted"]
                for currency, revenue in goal["revenue"]:
                    recounted[(*begin, "revenue", goal["goal"], currency)] += revenue
    counters: Counter[tuple[str, ...]] = Counter()
    for day, fields in (await store.stats("2025-11-23", "2025-11-30")).items():
        for field, by in fields.items():
            fact = read_fact(field)
            if fact is not None and fact.name != "square":
                more = [one for one in (fact.goal, fact.currency) if one]
                counters[(day, fact.unit, fact.block, fact.arm, fact.name, *more)] += by
    assert +recounted == +counters
    assert {one[4] for one in counters} == {"shown", "clicked", "converted", "revenue", "mixed"}


async def test_who_does_not_allow_to_be_counted_is_left_out(store: Store, tmp_path: Path, rows: Rows) -> None:
    for name in ("asked-nothing", "allows", "refuses"):
        await visit(store, name)
    await store.commit("allows", None, change({"consent": Consent(("analytics",), 1)}))
    await store.commit("refuses", None, change({"consent": Consent(("personalization",), 1)}))
    await visit(store, "new")
    await store.commit("unconfirmed", None, change({}), confirmed=False)
    taken = await export(store, tmp_path)
    assert (taken.rows, taken.withheld, taken.unconfirmed) == (3, 1, 1)
    assert len(rows(tmp_path)) == 3


async def test_no_file_names_anybody_and_traits_leave_by_name_only(store: Store, tmp_path: Path, rows: Rows) -> None:
    await visit(store, "visitor-of-theirs")
    traits = {"email": "ada@example.org", "plan": "gold", "age": 41}
    await store.commit("visitor-of-theirs", None, change({"user": "ada-17", "traits": traits}))
    await export(store, tmp_path, form=Form.NDJSON, traits=("plan", "age", "absent"))
    (row,) = rows(tmp_path)
    assert row["traits"] == {"plan": "gold", "age": "41"}
    assert row["identified"] is True
    written = written_in(tmp_path)
    for word in (b"ada", b"visitor-of-theirs"):
        assert word not in written


async def test_who_joined_is_told_by_their_pseudonym(store: Store, tmp_path: Path, rows: Rows) -> None:
    await visit(store, "browser")
    theirs = (await store.load("browser")).pseudonym
    await store.merge("browser", "person", Event("Identified", AT, {"user_id": "ada"}))
    await export(store, tmp_path)
    (row,) = rows(tmp_path)
    assert theirs in row["pseudonyms"]
    assert row["pseudonym"] in row["pseudonyms"]


async def test_an_earlier_time_goes_once_the_new_one_is_there(store: Store, tmp_path: Path, rows: Rows) -> None:
    await crowd(store, 3)
    await export(store, tmp_path)
    await store.erase("visitor-00000000000001")
    taken = await export(store, tmp_path, now=NOW + timedelta(hours=1))
    assert (taken.rows, taken.removed) == (2, 1)
    assert len(rows(tmp_path)) == 2
    taken = await export(store, tmp_path, now=NOW + timedelta(hours=2), kept=2)
    assert taken.removed == 0
    assert len(rows(tmp_path)) == 4


async def test_what_breaks_off_leaves_the_time_before(store: Store, tmp_path: Path, rows: Rows) -> None:
    await crowd(store, 3)
    await export(store, tmp_path)

    async def cut_off() -> AsyncIterator[Loaded]:
        async for loaded in store.profiles(pause_s=0):
            yield loaded
            raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable):
        await ProfileExport(tmp_path, Form.PARQUET, now=NOW + timedelta(hours=1), inside=inside).run(cut_off())
    assert len(files_in(tmp_path, "taken=*")) == 1
    assert len([row for file in files_in(tmp_path, "taken=*") for row in rows(file)]) == 3


async def test_files_are_of_bounded_size(store: Store, tmp_path: Path, rows: Rows, monkeypatch: Any) -> None:
    monkeypatch.setattr("floorwalker.export.profiles.ROWS_AT_ONCE", 5)
    await crowd(store, 23)
    await export(store, tmp_path, rows_of_a_file=10)
    assert len(files_in(tmp_path, "*.parquet")) == 3
    assert len(rows(tmp_path)) == 23
