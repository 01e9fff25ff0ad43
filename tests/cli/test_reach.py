"""`floorwalker reach`: how many people a segment is."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from floorwalker.cli import main
from tests.cli.editions import OLD, write_log, write_site


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", OLD)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "access.log")


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["reach", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capsys, *arguments, "--json"))
    return found


def test_a_log_counts_who_was_in_it_on_any_page(rules: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "--rules", rules, "--log", log)
    assert found["seen"] == {"days_7": 8, "days_30": 40, "all": 40}
    phones = found["segments"]["on-a-phone"]
    assert phones["people"] == {"days_7": 2, "days_30": 10, "all": 10}
    assert phones["devices"] == {"mobile": 10}
    assert found["segments"]["from-search"]["people"]["all"] == 14
    assert found["segments"]["from-search"]["channels"] == {"Organic Search": 14}


def test_one_segment_is_told_with_its_share_channels_and_devices(
    rules: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "on-a-phone", "--rules", rules, "--log", log)
    assert "in the last 7 days of the log" in said
    assert [row.split()[-5:] for row in said.splitlines() if "whole log" in row] == [["log", "10", "40", "25", "%"]]
    assert "By channel" in said
    assert "  mobile  10" in said


def test_a_draft_is_counted_and_changes_nothing_for_others(
    rules: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_json(capsys, "someday", "--rules", rules, "--log", log)["segments"]
    assert list(found) == ["someday"]
    assert found["someday"]["draft"]
    assert found["someday"]["people"]["all"] > 0
    everything = as_json(capsys, "--rules", rules, "--log", log)["segments"]
    assert everything["someday"] == found["someday"]
    assert everything["reader"]["people"]["all"] == 10


def test_a_condition_that_stands_in_no_file_is_counted(
    rules: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_json(capsys, "--when", "{device: mobile}", "--rules", rules, "--log", log)["segments"]
    assert found["this-condition"]["people"]["all"] == 10
    both = as_json(capsys, "--when", "[{device: mobile}, {in: from-search}]", "--rules", rules, "--log", log)
    assert both["segments"]["this-condition"]["people"]["all"] == 4


def test_a_condition_with_a_mistake_is_an_error_of_usage(
    rules: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reach", "--when", "{devise: mobile}", "--rules", str(rules), "--log", str(log)]) == 2
    assert "--when: there is no condition devise; did you mean device?" in capsys.readouterr().err


def test_a_segment_that_there_is_not_gets_the_nearest_name(
    rules: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reach", "on-a-fone", "--rules", str(rules), "--log", str(log)]) == 2
    assert "there is no segment on-a-fone; did you mean on-a-phone?" in capsys.readouterr().err


def test_a_segment_and_a_condition_at_once_is_one_too_many(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reach", "reader", "--when", "{device: tv}", "--rules", str(rules)]) == 2
    assert "not both" in capsys.readouterr().err


async def test_a_store_counts_who_is_in_it_now_and_says_what_it_cannot_tell(
    rules: Path, log: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = ["replay", str(log), "--rules", str(rules), "--store", valkey_url, "--json"]
    assert await asyncio.to_thread(main, replay) == 0
    capsys.readouterr()
    arguments = ("--rules", rules, "--store", valkey_url)
    found = await asyncio.to_thread(as_json, capsys, *arguments)
    assert found["seen"]["all"] == 40
    assert found["passed_by"] == {"unconfirmed": 0, "moved": 0, "erased": 0, "too_new": 0, "unreadable": 0}
    segments = found["segments"]
    assert segments["reader"]["people"]["all"] == 10
    assert (segments["on-a-phone"]["people"]["all"], segments["on-a-phone"]["unsure"]["all"]) == (0, 40)
    assert segments["on-a-phone"]["needs_request"] == ["device"]
    assert segments["from-search"]["people"]["all"] == 14
    assert segments["from-search"]["by_last_visit"] == ["referrer"]
    said = await asyncio.to_thread(told, capsys, "on-a-phone", *arguments)
    assert "It asks the request for device, which no profile holds: up to 40 more may be in it." in said
    table = await asyncio.to_thread(told, capsys, *arguments)
    assert "someday (draft)" in table
    assert "up to 40 more: it asks the request for device" in table


async def test_an_empty_store_says_so(rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = await asyncio.to_thread(told, capsys, "reader", "--rules", rules, "--store", valkey_url)
    assert said.startswith("Nobody is in the store yet.")
