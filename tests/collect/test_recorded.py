"""Requests as published client libraries send them are taken, and mean what they say."""

import json
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.collect.conftest import Clock, Sender

Recorded = dict[str, Any]


@pytest.fixture
def recorded(shared_data: Path) -> list[Recorded]:
    lines = (shared_data / "segment_client_requests.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


async def send(sender: Sender, request: Recorded, clock: Clock) -> httpx.Response:
    """As it was recorded, at the time at which it was sent."""
    envelope = request["json"]
    sent_at = envelope.get("sentAt") or envelope["batch"][0]["sentAt"]
    clock.now = datetime.fromisoformat(sent_at).timestamp()
    headers = [(name, value) for name, value in request["headers"] if name.lower() != "host"]
    return await sender.http.post(request["path"], content=b64decode(request["body_b64"]), headers=headers)


async def test_every_recorded_request_is_taken(sender: Sender, recorded: list[Recorded], clock: Clock) -> None:
    assert len(recorded) == 16
    for request in recorded:
        answer = await send(sender, request, clock)
        assert (answer.status_code, answer.json()) == (200, {"success": True}), request["case"]


@pytest.mark.parametrize("case", ["segment-python-gzip", "segment-python-plain"])
async def test_segment_for_python(sender: Sender, recorded: list[Recorded], clock: Clock, case: str) -> None:
    (request,) = [one for one in recorded if one["case"] == case]
    assert (await send(sender, request, clock)).status_code == 200
    person = await sender.get("user-9")
    assert person is not None
    assert person.user == "user-9"
    assert dict(person.traits) == {"email": "x@example.com", "plan": "pro", "group.name": "Acme", "group.id": "grp-1"}
    assert await sender.got("anon-1") == person  # what was anonymous is theirs
    assert person.first_touch is not None
    assert person.first_touch.search is not None
    assert person.first_touch.search.keywords == "red shoes"
    assert person.visits == 1
    assert person.orders is not None
    assert person.orders.count == 1
    assert (await sender.events()).count("Page Viewed") == 2  # the screen is one, too


async def test_segment_for_node(sender: Sender, recorded: list[Recorded], clock: Clock) -> None:
    (request,) = [one for one in recorded if one["case"] == "segment-node"]
    assert (await send(sender, request, clock)).status_code == 200
    person = await sender.get("user-9")
    assert person is not None
    assert dict(person.traits) == {"plan": "pro", "group.id": "g"}
    assert await sender.got("anon-1") == person
    assert {"Page Viewed", "Product Viewed", "Group Joined", "Visitor Merged"} <= set(await sender.events())


async def test_rudder_for_python_and_node(sender: Sender, recorded: list[Recorded], clock: Clock) -> None:
    for request in recorded:
        if request["case"].startswith("rudder"):
            assert (await send(sender, request, clock)).status_code == 200
    person = await sender.get("user-9")
    assert person is not None
    assert dict(person.traits) == {"email": "x@example.com", "a": 1}
    assert (await sender.events()).count("Product Viewed") == 2
    anonymous = await sender.got("anon-1")
    assert anonymous is not None
    assert anonymous.user == ""  # userId goes before anonymousId; nobody said that they are one


async def test_the_browser_build_joins_what_it_saw_before(
    sender: Sender, recorded: list[Recorded], clock: Clock
) -> None:
    for request in recorded:
        if request["case"] == "analytics-next":
            assert (await send(sender, request, clock)).status_code == 200
    person = await sender.get("user-9")
    assert person is not None
    assert dict(person.traits) == {"plan": "pro"}
    assert person.first_touch is not None
    assert (person.first_touch.campaign is not None and person.first_touch.campaign.name) == "spring"
