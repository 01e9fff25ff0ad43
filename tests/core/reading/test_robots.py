import json
from pathlib import Path

import pytest
import yaml

from floorwalker.core.reading import SignalReader, read_signals

ROBOTS = yaml.safe_load((Path(__file__).parents[2] / "cases" / "robots.yaml").read_text(encoding="utf-8"))
READER = SignalReader()


def robot(agent: str):
    return read_signals(url="/", headers={"User-Agent": agent}, reader=READER).robot


@pytest.mark.parametrize("case", ROBOTS, ids=[case["agent"][:90] or "none" for case in ROBOTS])
def test_a_robot_is_recognised_and_named(case):
    found = robot(case["agent"])
    assert found is not None
    assert case["name"] is None or found.name == case["name"]


def test_a_request_with_a_host_but_no_user_agent_came_from_no_browser():
    assert read_signals(url="/", headers={"Host": "shop.example"}).robot is not None


def test_a_request_described_by_its_address_alone_is_nobodys_robot():
    assert read_signals(url="https://shop.example/").robot is None


def test_a_headless_brand_in_the_client_hints_is_a_robot():
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
    headers = {"User-Agent": agent, "Sec-CH-UA": '"HeadlessChrome";v="141", "Chromium";v="141"'}
    assert read_signals(url="/", headers=headers).robot is not None


def test_a_robots_name_is_bounded():
    assert len(robot("x" * 8000 + "bot/1").name) <= 64
    assert len(robot("b" * 400 + "bot").name) <= 64


def test_published_crawlers_are_recognised(shared_data):
    lines = (shared_data / "crawler_user_agents.jsonl").read_text(encoding="utf-8").splitlines()
    found = [robot(json.loads(line)["user_agent"]) is not None for line in lines]
    assert sum(found) / len(found) >= 0.98


def test_published_robots_are_told_from_people(shared_data):
    lines = (shared_data / "ua_device_class_sample.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    robots = [robot(case["user_agent"]) is not None for case in cases if case["class"] == "bot"]
    people = [robot(case["user_agent"]) is not None for case in cases if case["class"] not in ("bot", "unknown")]
    assert sum(robots) / len(robots) >= 0.98
    assert sum(people) / len(people) <= 0.01
