"""`floorwalker train lifecycle`: fitted, checked, kept."""

import asyncio
import json
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from floorwalker.cli import main
from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.lifecycle import LifecycleTable
from floorwalker.core.memory.profile import Profile
from floorwalker.store import StoreSettings, open_store
from tests.core.visitors import profile_of
from tests.learn.test_lifecycle import TRUE, times_of

WEEK = 604800


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "site.yaml").write_text("site: {currency: EUR}\n")
    return folder


def people(count: int) -> list[Profile]:
    """Simulated people, the latest visit of each as long ago as it was."""
    dice, now, found = Random(5), int(time.time()), []
    for number in range(count):
        age = dice.uniform(1, 30)
        times = [0.0, *times_of(TRUE, dice, age)][-30:]
        ago = [int((age - at) * WEEK) for at in times]
        ago[0] = int(age * WEEK)
        past = {"earlier": ago[:-1], "started": ago[-1], "known_for": ago[0], "visits": len(ago)}
        found.append(profile_of(now, seed=number, **past))  # type: ignore[arg-type]
    return found


async def stored(url: str, profiles: list[Profile]) -> None:
    store = open_store(url, settings=StoreSettings(new_profiles_per_s=1e9))

    def step(profile: Profile) -> Any:
        def birth(_: Profile | None) -> tuple[Profile, Effects]:
            return profile, NOTHING

        return birth

    try:
        await asyncio.gather(*[store.commit(f"visitor-{one.seed:014}", None, step(one)) for one in profiles])
    finally:
        await store.close()


async def kept(url: str) -> LifecycleTable | None:
    store = open_store(url)
    try:
        return await store.population.lifecycle()
    finally:
        await store.close()


def train(url: str, rules: Path, *more: str) -> int:
    return main(["train", "lifecycle", "--store", url, "--rules", str(rules), *more])


def test_people_are_fitted_checked_and_kept(rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(stored(valkey_url, people(700)))
    assert train(valkey_url, rules, "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.startswith("Lifecycle by visits, of 700 visitors\n")
    assert "Returns in the holdout" in said
    assert said.endswith("Nothing was kept.\n")
    assert asyncio.run(kept(valkey_url)) is None
    assert train(valkey_url, rules, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(found["labels"].values()) == found["people"] == 700
    assert found["parameters"].keys() == {"rate_shape", "rate_weeks", "leave", "stay"}
    table = asyncio.run(kept(valkey_url))
    assert table is not None
    assert (table.version, table.people, table.counted) == (found["version"], 700, "visits")


def test_too_few_people_are_a_finding(rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(stored(valkey_url, people(20)))
    assert train(valkey_url, rules) == 1
    assert "too little to go by, nothing is kept: 20 of 500 people" in capsys.readouterr().err
    assert asyncio.run(kept(valkey_url)) is None


def test_without_the_extra_one_sentence_says_what_to_install(
    rules: Path, valkey_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("floorwalker.learn.training", "floorwalker.learn.lifecycle"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert train(valkey_url, rules) == 2
    said = capsys.readouterr().err
    assert "numpy is not installed" in said
    assert "pip install 'floorwalker[learn]'" in said


@pytest.mark.parametrize("weeks", ["0", "x", "53", "nan"])
def test_a_holdout_has_weeks(rules: Path, valkey_url: str, weeks: str) -> None:
    with pytest.raises(SystemExit):
        train(valkey_url, rules, "--holdout-weeks", weeks)
