"""The questions of docs/warehouse.md, asked of what is exported; and what the report says of the same."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow import parquet

from floorwalker.cli import main
from floorwalker.export.parquet import EVENTS, PROFILES
from floorwalker.store import Store, open_store
from tests.docs.pages import block_with, table
from tests.export.shop import RULES, crowd
from tests.servers import fresh_namespace

Ask = Callable[[str], list[tuple[Any, ...]]]
PEOPLE = 150


@pytest.fixture(scope="module")
def url(valkey_server: str) -> str:
    address = f"{valkey_server}?namespace={fresh_namespace()}"
    asyncio.run(_with_store(address, lambda store: crowd(store, PEOPLE)))
    return address


async def _with_store(address: str, work: Callable[[Store], Any]) -> Any:
    store = open_store(address)
    try:
        return await work(store)
    finally:
        await store.close()


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported")
    (place / "rules").mkdir()
    (place / "rules" / "rules.yaml").write_text(RULES)
    export(place, url)
    return place


def export(place: Path, url: str) -> None:
    where = ["--parquet", str(place / "warehouse"), "--store", url]
    assert main(["export", "events", *where]) == 0
    assert main(["export", "profiles", *where, "--rules", str(place / "rules")]) == 0


@pytest.fixture
def ask(folder: Path) -> Iterator[Ask]:
    """DuckDB in UTC, asked in the folder above the warehouse."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield lambda query: connection.sql(query.replace("'warehouse/", f"'{folder}/warehouse/")).fetchall()


def query(name: str) -> str:
    return block_with(f"warehouse: {name}").text


def reported(folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    place = ["--store", url, "--rules", str(folder / "rules"), "--from", "2025-11-20", "--until", "2025-12-01"]
    assert main(["report", *place, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["comparisons"]
    return found


def as_told(figures: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Visitors, clicks and orders of each arm in which anybody was."""
    told = {}
    for arm in ("treatment", "control"):
        group = figures[arm]
        if group["shown"]:
            told[arm] = (group["shown"], group["clicked"], group["goals"].get("order", {}).get("converted", 0))
    return told


def test_visits_by_day_are_those_that_began(ask: Ask, url: str) -> None:
    found = ask(query("visits by day"))
    assert [str(day) for day, *_ in found] == ["2025-11-24", "2025-11-25", "2025-11-26"]
    assert sum(visits for _, visits, _ in found) == PEOPLE


def test_the_funnel_narrows(ask: Ask) -> None:
    ((viewed, clicked, ordered),) = ask(query("funnel"))
    assert viewed == PEOPLE
    assert PEOPLE > clicked > ordered > 0


def test_conversions_are_the_reports(ask: Ask, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[tuple[str, str], dict[str, tuple[int, int, int]]] = {}
    for unit, block, arm, *figures in ask(query("conversions")):
        found.setdefault((unit, block), {})[arm] = tuple(figures)
    expected = {}
    for one in reported(folder, url, capsys):
        if as_told(one["figures"]):
            expected[one["name"], ""] = as_told(one["figures"])
        expected |= {(one["name"], part["name"]): as_told(part["figures"]) for part in one["parts"]}
    hero = {key: value for key, value in found.items() if key[0] == "hero"}
    assert hero == {key: value for key, value in expected.items() if key[0] == "hero"}
    assert len(hero) == 3


def test_events_say_the_same_of_all_who_met_one_arm_alone(ask: Ask) -> None:
    by_profiles = {row[:3]: (row[3], row[5]) for row in ask(query("conversions"))}
    by_events = {row[:3]: row[3:] for row in ask(query("conversions by events"))}
    mixed = ask(
        "SELECT count(*) FROM 'warehouse/profiles/*/*.parquet' WHERE [e.mixed for e in exposures].contains(true)"
    )
    assert by_profiles.keys() == by_events.keys()
    for key, (visitors, converted) in by_events.items():
        assert 0 <= visitors - by_profiles[key][0] <= mixed[0][0]
        assert converted >= by_profiles[key][1]


def test_what_an_erased_pseudonym_left_goes(url: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    asyncio.run(_with_store(url, lambda store: crowd(store, 2, first=PEOPLE)))
    export(tmp_path, url)
    gone = f"visitor-{PEOPLE:014}"

    async def erase(store: Store) -> str:
        pseudonym = (await store.load(gone)).pseudonym
        await store.erase(gone)
        return pseudonym

    pseudonym = asyncio.run(_with_store(url, erase))
    export(tmp_path, url)
    with duckdb.connect() as connection:
        everything = f"'{tmp_path}/warehouse/events/*/*.parquet'"
        before = connection.sql(f"SELECT DISTINCT pseudonym FROM {everything}").fetchall()
        connection.execute(query("erased").replace("'warehouse/", f"'{tmp_path}/warehouse/"))
        after = connection.sql("SELECT DISTINCT pseudonym FROM events").fetchall()
    assert set(before) - set(after) == {(pseudonym,)}


@pytest.mark.parametrize(("kind", "schema"), [("events", EVENTS), ("profiles", PROFILES)])
def test_the_columns_are_those_of_the_files(folder: Path, kind: str, schema: Any) -> None:
    told = [
        name.strip(" `") for row in table("warehouse.md", f"<!-- columns: {kind} -->") for name in row[0].split(",")
    ]
    assert told == schema.names
    file = next((folder / "warehouse" / kind).rglob("*.parquet"))
    assert parquet.read_schema(file).names == schema.names
