import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.core.hit import Hit
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


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
KHTML = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {}; +https://example.com/bot)"
VISITING = SignalReader(agents_visit=True)


@pytest.mark.parametrize(
    "agent",
    [
        *map(KHTML.format, ("ChatGPT-User/1.0", "Claude-User/1.0", "Perplexity-User/1.0", "MistralAI-User/1.0")),
        "Claude-User (claude-code/2.1.86; +https://support.anthropic.com/)",
        "Mozilla/5.0 (compatible; Google-Agent; +https://developers.google.com/)",
        "meta-externalfetcher/1.1",
        f"{CHROME}; Manus-User/1.0",
    ],
)
def test_agents_that_act_for_a_person_may_count_as_visitors(agent):
    assert robot(agent).acts_for_person
    assert read_signals(url="/", headers={"User-Agent": agent}, reader=VISITING).robot is None


@pytest.mark.parametrize(
    "name",
    ["GPTBot/1.2", "OAI-SearchBot/1.0", "ClaudeBot/1.0", "Claude-SearchBot/1.0", "PerplexityBot/1.0", "CCBot/2.0"],
)
def test_crawlers_never_do(name):
    found = read_signals(url="/", headers={"User-Agent": KHTML.format(name)}, reader=VISITING).robot
    assert found is not None
    assert not found.acts_for_person


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('"https://chatgpt.com"', "chatgpt.com"),
        ('sig1="https://agent.example.com/.well-known/keys"', "agent.example.com"),
        ("\xff nonsense", "signed"),
        ("", "signed"),
    ],
)
def test_an_agent_in_a_browser_is_known_by_what_it_signs_with(header, name):
    headers = {"User-Agent": CHROME, "Signature-Agent": header}
    found = read_signals(url="/", headers=headers, reader=READER).robot
    assert (found.name, found.acts_for_person) == (name, True)
    assert read_signals(url="/", headers=headers, reader=VISITING).robot is None


def test_a_crawler_that_signs_stays_a_crawler():
    headers = {"User-Agent": KHTML.format("GPTBot/1.2"), "Signature-Agent": '"https://openai.com"'}
    assert read_signals(url="/", headers=headers, reader=VISITING).robot.name == "GPTBot"


TELLING = {
    "Host": st.sampled_from(["shop.example", ""]),
    "User-Agent": st.sampled_from(
        ["", "-", CHROME, KHTML.format("GPTBot/1.2"), KHTML.format("Claude-User/1.0"), "\xff"]
    ),
    "Signature-Agent": st.sampled_from(['"https://chatgpt.com"', ""]),
    "Sec-CH-UA": st.sampled_from(['"HeadlessChrome";v="141"', '"Chromium";v="141"']),
    "Sec-CH-UA-Platform": st.sampled_from(['"Linux"', ""]),
    "Accept": st.just("text/html"),
}


@given(headers=st.fixed_dictionaries({}, optional=TELLING), reader=st.sampled_from([READER, VISITING]))
def test_whether_a_robot_asks_is_told_alone_as_it_is_with_all_else(headers, reader):
    raw = {name.lower().encode(): value.encode("latin-1") for name, value in headers.items()}
    whole = reader.read(Hit(at=0.0, url="/", headers=tuple(raw.items()))).robot
    assert reader.is_robot(raw) is (whole is not None)
