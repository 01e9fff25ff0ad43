"""Releases side by side on one store: nothing is dropped, and what the newer one added stays."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from msgspec import msgpack

from tests.servers import fresh_namespace
from tests.store.conftest import client_of
from tests.store.releases.copies import fields_of, releases

__all__ = ["releases"]

WORKER = Path(__file__).with_name("worker.py")
VISITORS, STEPS = 6, 12


def started(release: Path, url: str, name: str, steps: int = STEPS) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(release)}
    command = [sys.executable, str(WORKER), url, name, str(VISITORS), str(steps)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def outcomes(process: subprocess.Popen[str]) -> Counter[str]:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return Counter(json.loads(said))


def ran(release: Path, url: str, name: str, steps: int = STEPS) -> Counter[str]:
    return outcomes(started(release, url, name, steps))


def payloads(url: str) -> list[list[object]]:
    """Every profile as it lies there: all its fields, known or not."""
    with client_of(url) as client:
        records = [client.get(key) for key in client.scan_iter(f"fw:{url.rpartition('=')[2]}:*:profile:*")]
    return [fields_of(record) for record in records]


def events(url: str) -> Counter[str]:
    with client_of(url) as client:
        streams = client.scan_iter(f"fw:{url.rpartition('=')[2]}:*:events")
        told = [entry[b"e"] for stream in streams for _, entry in client.xrange(stream)]
    return Counter(str(msgpack.decode(one)["name"]) for one in told)


def every(*names: str, steps: int = STEPS) -> Counter[str]:
    return Counter(f"{name}-{visitor}-{n}" for name in names for visitor in range(VISITORS) for n in range(steps))


@pytest.fixture
def url(valkey_server: str) -> str:
    return f"{valkey_server}?namespace={fresh_namespace()}"


@pytest.mark.parametrize("pair", [("first", "second"), ("second", "third"), ("second", "second")])
def test_neighbouring_releases_work_at_the_same_time(
    releases: dict[str, Path], url: str, pair: tuple[str, str]
) -> None:
    workers = [started(releases[release], url, f"{release}{number}") for number, release in enumerate(pair)]
    assert [outcomes(one) for one in workers] == [Counter(stored=VISITORS * STEPS)] * 2
    assert events(url) == every(*(f"{release}{number}" for number, release in enumerate(pair)))
    assert [profile[3] for profile in payloads(url)] == [2 * STEPS] * VISITORS


def test_what_the_newer_release_added_survives_the_older_one(releases: dict[str, Path], url: str) -> None:
    """Taking turns, back and forth, as when a rollout stops half-way."""
    for number, release in enumerate(("second", "third", "second", "third", "second")):
        ran(releases[release], url, f"{release}{number}", 2)
    assert [(profile[3], profile[-1]) for profile in payloads(url)] == [(10, 4)] * VISITORS


def test_a_release_too_old_to_read_a_record_leaves_its_steps_to_the_newer_one(
    releases: dict[str, Path], url: str
) -> None:
    ran(releases["third"], url, "third", 1)
    assert ran(releases["first"], url, "first") == Counter(deferred=VISITORS * STEPS)
    assert events(url) == every("third", steps=1)
    ran(releases["third"], url, "again", 1)
    assert events(url) == every("third", steps=1) + every("first") + every("again", steps=1)
    assert [(profile[3], profile[-1]) for profile in payloads(url)] == [(STEPS + 2, STEPS + 2)] * VISITORS


def test_the_oldest_and_the_newest_at_the_same_time_lose_nothing(releases: dict[str, Path], url: str) -> None:
    ran(releases["third"], url, "begin", 1)
    workers = [started(releases[release], url, release) for release in ("first", "third")]
    done = [outcomes(one) for one in workers]
    assert set(done[0]) <= {"deferred", "stored"}
    assert sum(done[0].values()) == VISITORS * STEPS
    ran(releases["third"], url, "end", 1)
    assert events(url) == every("begin", steps=1) + every("first", "third") + every("end", steps=1)
    assert [profile[3] for profile in payloads(url)] == [2 * STEPS + 2] * VISITORS


def test_a_record_that_a_newer_release_wrote_stays_the_newer_one_s(releases: dict[str, Path], url: str) -> None:
    """Else a release that does not know the field could take the record, and the field with it."""
    ran(releases["third"], url, "third", 1)
    ran(releases["second"], url, "second", 1)
    assert ran(releases["first"], url, "first", 1) == Counter(deferred=VISITORS)
