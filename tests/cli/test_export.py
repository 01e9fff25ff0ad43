"""`floorwalker export`: what it writes, and what it says of it."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from floorwalker.cli import main
from floorwalker.store import StoreSettings, open_store
from tests.export.shop import RULES, crowd


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    return folder


@pytest.fixture
def url(valkey_url: str) -> str:
    async def fill() -> None:
        store = open_store(valkey_url, settings=StoreSettings(partitions=4, new_profiles_per_s=1e9))
        await crowd(store, 20)
        await store.close()

    asyncio.run(fill())
    return valkey_url


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["export", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("form", ["parquet", "ndjson"])
def test_events_are_written_once(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    place = ["events", f"--{form}", str(tmp_path), "--store", url]
    told = json.loads(said(capsys, *place, "--json"))
    assert told["rows"] > 20
    assert told["files"] == len([*tmp_path.glob(f"events/day=*/part-*.{form}")])
    assert said(capsys, *place) == f"Nothing new since the last run; {tmp_path / 'events'} is as it was.\n"


def test_events_say_how_many_they_are(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "events", "--ndjson", str(tmp_path), "--store", url, "--since", "2026-01-01")
    assert out.startswith(f"{tmp_path / 'events'}: ")
    assert " events of 1 day in 1 file" in out


def test_profiles_are_written_with_their_segments(
    url: str, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["profiles", "--ndjson", str(tmp_path), "--store", url, "--rules", str(rules)]
    assert said(capsys, *place).endswith(": 20 visitors\n")
    (file,) = tmp_path.glob("profiles/taken=*/part-*.ndjson")
    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert {name for row in found for name in row["segments"]} == {"buyers", "readers"}
    told = json.loads(said(capsys, *place, "--json", "--keep", "5"))
    assert (told["rows"], told["withheld"], told["unconfirmed"]) == (20, 0, 0)


def test_without_pyarrow_it_says_what_to_install(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["export", "events", "--parquet", str(tmp_path), "--store", url]) == 2
    assert "pip install 'floorwalker[parquet]'" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_what_is_no_day_is_said(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "events", "--ndjson", str(tmp_path), "--store", url, "--since", "lately"]) == 2
    assert "lately is no day" in capsys.readouterr().err
