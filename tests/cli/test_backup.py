"""`floorwalker backup` and `restore`: a file from one store, a site in another."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from floorwalker.cli import main
from floorwalker.store import open_store
from floorwalker.store.backup.backup import hash_of
from tests.servers import fresh_namespace
from tests.store.steps import view


def begun(url: str, *, erased: str = "") -> None:
    """A store with two visitors; one of them may be erased."""

    async def fill() -> None:
        store = open_store(url)
        for visitor in ("v1", "v2"):
            await store.commit(visitor, None, view)
        if erased:
            await store.erase(erased)
        await store.close()

    asyncio.run(fill())


def seen(url: str, visitor: str) -> bool:
    async def load() -> bool:
        store = open_store(url)
        try:
            return (await store.load(visitor)).profile is not None
        finally:
            await store.close()

    return asyncio.run(load())


@pytest.fixture
def empty(valkey_server: str) -> str:
    return f"{valkey_server}?namespace={fresh_namespace()}"


def test_a_site_moves_into_another_store(
    valkey_url: str, empty: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(valkey_url)
    file = tmp_path / "shop.backup"
    assert main(["backup", str(file), "--store", valkey_url]) == 0
    printed = capsys.readouterr().out
    assert re.search(r": 2 visitors, [1-9]\d* kB\n", printed)
    assert printed.rstrip().endswith(f"floorwalker restore {file} --store ADDRESS")
    assert main(["restore", str(file), "--store", empty, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"visitors": 2, "erased": 0}
    assert seen(empty, "v1")


def test_who_was_erased_meanwhile_stays_gone(
    valkey_url: str, empty: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(valkey_url)
    file, listed = tmp_path / "shop.backup", tmp_path / "erased"
    assert main(["backup", str(file), "--store", valkey_url, "--json"]) == 0
    begun(valkey_url, erased="v1")
    assert main(["backup", str(listed), "--erased", "--store", valkey_url]) == 0
    assert listed.read_text() == hash_of("v1") + "\n"
    assert main(["restore", str(file), "--store", empty, "--without", str(listed)]) == 0
    assert "1 erased again" in capsys.readouterr().out
    assert (seen(empty, "v1"), seen(empty, "v2")) == (False, True)


def test_what_cannot_be_done_is_said(
    valkey_url: str, empty: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(valkey_url)
    file = tmp_path / "shop.backup"
    assert main(["backup", str(file), "--store", empty]) == 2
    assert "nothing of floorwalker's lies in this store" in capsys.readouterr().err
    assert main(["backup", str(file), "--store", valkey_url]) == 0
    assert main(["backup", str(file), "--store", valkey_url]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", str(file), "--store", valkey_url]) == 2
    assert "something lies in this store already" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "none"), "--store", empty]) == 2
    assert main(["restore", str(file), "--store", empty, "--without", str(file)]) == 2
    assert "no list of `floorwalker backup --erased`" in capsys.readouterr().err
    file.write_bytes(file.read_bytes()[:-20])
    assert main(["restore", str(file), "--store", empty]) == 2
    assert "is no whole backup" in capsys.readouterr().err
