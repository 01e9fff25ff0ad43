"""An import is killed in the middle; run again, it comes to what it would have come to."""

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from floorwalker.store import Store
from tests.cli.counter import Shop
from tests.cli.test_visitor_import import HEADER, lasting, purchases
from tests.servers import fresh_namespace

PEOPLE = 600


def test_run_again_it_comes_to_the_same(tmp_path: Path, valkey_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    killed, whole = (Shop(tmp_path, f"{valkey_server}?namespace={fresh_namespace()}", capsys) for _ in range(2))
    path = killed.file("shop.csv", HEADER, *[row for row in purchases(PEOPLE) if "thirty" not in row])
    command = [sys.executable, "-m", "floorwalker", "visitor", "import", str(path)]
    command += ["--rules", str(tmp_path / "rules"), "--store", killed.url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))

    async def until_some_are_there(store: Store) -> int:
        there = 0
        while there < PEOPLE // 10:
            assert process.poll() is None
            there = len([one async for one in store.profiles(pause_s=0)])
        process.send_signal(SIGKILL)
        process.wait()
        return len([one async for one in store.profiles(pause_s=0)])

    assert killed.stored(until_some_are_there) < PEOPLE
    again = killed.told("import", path, status=1)
    once = whole.told("import", path, status=1)
    assert again["orders"]["known"] > 0
    for kind in ("orders", "events", "traits"):
        assert again[kind]["new"] + again[kind]["known"] == once[kind]["new"]
    assert lasting(killed.profiles()) == lasting(whole.profiles())
