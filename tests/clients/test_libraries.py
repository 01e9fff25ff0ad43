"""Published client libraries, unchanged, against a real server: one person's story, sent again and counted once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from floorwalker import open_store
from tests.clients.serving import host_of, listening, start
from tests.clients.site import KEY
from tests.conftest import ROOT
from tests.servers import lacking

pytestmark = pytest.mark.clients

CLIENTS = ROOT / ".venv" / "clients"
HERE = Path(__file__).parent
PYTHON = str(CLIENTS / "python" / "bin" / "python")
SENDERS = {
    "segment-analytics-python": [PYTHON, str(HERE / "segment_sender.py")],
    "rudder-sdk-python": [PYTHON, str(HERE / "rudder_sender.py")],
    "@segment/analytics-node": ["node", str(HERE / "segment_sender.mjs"), str(CLIENTS)],
}


@pytest.mark.parametrize("library", SENDERS)
async def test_a_story_is_told_once_though_it_is_sent_again(library: str, valkey_url: str) -> None:
    command = SENDERS[library]
    if not CLIENTS.is_dir() or shutil.which(command[0]) is None:
        lacking(library)
    assert exit_code_of(command, valkey_url) == 0
    await assert_told_once(valkey_url)


def exit_code_of(command: list[str], url: str) -> int:
    """What became of a sender, whose first two requests are committed and answered with 502."""
    with listening() as bound:
        worker = start(bound, url, stumbles=2)
        try:
            environment = {**os.environ, "no_proxy": "*"}
            return subprocess.run([*command, host_of(bound), KEY], env=environment, timeout=60, check=False).returncode
        finally:
            worker.terminate()
            worker.wait(20)


async def assert_told_once(url: str) -> None:
    store = open_store(url)
    person = (await store.load(await store.person("user-9"))).profile
    anonymous = (await store.load(await store.client("anon-1"))).profile
    names = [entry.event.name async for entry in store.events()]
    await store.close()
    assert person is not None
    assert person.user == "user-9"
    expected = {"email": "x@shop.example", "plan": "pro", "group.name": "Acme", "group.id": "grp-1"}
    assert dict(person.traits) == expected
    assert anonymous == person
    assert person.visits == 1
    assert person.first_touch is not None
    assert person.first_touch.search is not None
    assert person.first_touch.search.keywords == "red shoes"
    assert person.orders is not None
    assert (person.orders.count, person.orders.totals["EUR"].amount) == (1, 27.5)
    for name in ("Page Viewed", "Product Viewed", "Group Joined", "Order Completed", "Visitor Merged"):
        assert names.count(name) == 1, (name, names)
