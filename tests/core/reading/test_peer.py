"""The user-agents package as a peer: it parses one agent in a millisecond, and is right less often."""

import json
from pathlib import Path

import pytest
from user_agents import parse

from floorwalker.core.reading import read_signals


def of_peer(agent: str) -> str:
    """The peer's class, in our words; it knows no consoles."""
    found = parse(agent)
    if found.is_tablet:
        return "tablet"
    if found.is_mobile:
        return "mobile"
    return "desktop" if found.is_pc else "tv" if found.device.family.lower().endswith("tv") else ""


@pytest.mark.parametrize("kind", ["desktop", "mobile", "tablet", "tv"])
def test_our_device_type_is_right_at_least_as_often_as_the_peers(shared_data: Path, kind: str) -> None:
    lines = (shared_data / "ua_device_class_sample.jsonl").read_text(encoding="utf-8").splitlines()
    agents = [row["user_agent"] for row in map(json.loads, lines) if row["class"] == kind]
    ours = sum(read_signals(url="/", headers={"user-agent": agent}).device.type == kind for agent in agents)
    peers = sum(of_peer(agent) == kind for agent in agents)
    assert agents
    assert ours >= peers
