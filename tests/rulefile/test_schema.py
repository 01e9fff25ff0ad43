"""The JSON Schema: lets good files through, puts a typo at its key, knows what the loader knows."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from floorwalker.core.conditions.definitions import DEFINITIONS
from floorwalker.rulefile import read, schema
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.schema_parts import plain
from floorwalker.rulefile.tables.sections import (
    BLOCK_KEYS,
    ENTRY_KEYS,
    PAGE_KEYS,
    PROMOTION_KEYS,
    SECTIONS,
    SEGMENT_KEYS,
    SITE_KEYS,
    SLOT_KEYS,
)
from floorwalker.rulefile.text.salvage import read_yaml

COOKBOOK = (Path(__file__).parent.parent / "cases" / "rules" / "cookbook.yaml").read_text(encoding="utf-8")
SCHEMA = schema()


def errors(rules: str, of: dict[str, Any] = SCHEMA) -> list[tuple[str, str]]:
    """Where the schema complains, and of what."""
    node = read_yaml("r.yaml", rules, Findings())
    assert node is not None
    validator = jsonschema.Draft7Validator(of)
    return [("/".join(map(str, error.absolute_path)), error.message) for error in validator.iter_errors(plain(node))]


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(json.dumps(SCHEMA)))


def test_it_uses_if_then_else_and_no_alternatives() -> None:
    text = json.dumps(SCHEMA)
    assert '"if"' in text
    assert "anyOf" not in text
    assert "oneOf" not in text


def test_the_cookbook_is_valid() -> None:
    assert errors(COOKBOOK) == []


@pytest.mark.parametrize("definition", list(DEFINITIONS.values()), ids=lambda definition: definition.name)
def test_every_example_of_a_condition_is_valid(definition: Any) -> None:
    assert errors(f"segments:\n  a:\n    when:\n      - {definition.example}\n") == []


KEYS = {
    "site": ("site:\n  {}\n", SITE_KEYS),
    "pages": ("pages:\n  - path: /\n    {}\n", [key for key in PAGE_KEYS if key.name != "path"]),
    "segments": ("segments:\n  a:\n    {}\n", SEGMENT_KEYS),
    "blocks": ("blocks:\n  a:\n    {}\n", BLOCK_KEYS),
    "slots": ("slots:\n  a:\n    show: [{{hide: yes}}]\n    {}\n", [key for key in SLOT_KEYS if key.name != "show"]),
    "entries": ("slots:\n  a:\n    show:\n      - {}\n", ENTRY_KEYS),
    "promotions": (
        "promotions:\n  a:\n    slots: {{ribbon: {{hide: yes}}}}\n    {}\n",
        [key for key in PROMOTION_KEYS if key.name != "slots"],
    ),
}
EXAMPLES = [(section, frame, key) for section, (frame, keys) in KEYS.items() for key in keys]


@pytest.mark.parametrize(("section", "frame", "key"), EXAMPLES, ids=[f"{s}-{k.name}" for s, _, k in EXAMPLES])
def test_every_example_of_a_key_is_valid_and_can_be_read(section: str, frame: str, key: Any) -> None:
    rules = frame.format(key.example)
    assert errors(rules) == []
    complaints = {problem.code for problem in read({"r.yaml": rules.encode()})[1]}
    judged_elsewhere = {"missing", "choose", "goal", "segment", "no-name", "no-page", "place", "unreachable"}
    judged_elsewhere |= {"unused-segment", "unused-block"}
    assert {code for code in complaints if not code.startswith("unknown-")} <= judged_elsewhere
    assert not complaints & {"unknown-field", "unknown-condition"}


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda section: section.name)
def test_every_example_of_a_section_is_valid(section: Any) -> None:
    assert errors(f"{section.example}\n") == []


@pytest.mark.parametrize(
    ("rules", "path", "says"),
    [
        ("segmnets: {}\n", "", "segmnets"),
        ("slots: {hero: {shwo: [], show: [{hide: yes}]}}\n", "slots/hero", "shwo"),
        ("segments: {a: {when: {viewd: /x}}}\n", "segments/a/when", "viewd"),
        ("segments: {a: {when: [{viewed: {categroy: x}}]}}\n", "segments/a/when/0/viewed", "categroy"),
        ("segments: {a: {when: {any: [{not: {device: phablet}}]}}}\n", "segments/a/when/any/0/not/device", "phablet"),
        ("segments: {a: {when: {visits: 3}}}\n", "segments/a/when/visits", "object"),
        ("segments: {a: {when: {page: {price: {at_lest: 3}}}}}\n", "segments/a/when/page/price", "at_lest"),
        ("funnels: {buy: [{viewed: /a}, {didd: B}]}\n", "funnels/buy/1", "didd"),
        (
            "segments: {a: {when: {did_in_order: {steps: [{viewed: {pth: /a}}, {did: B}]}}}}\n",
            "segments/a/when/did_in_order/steps/0/viewed",
            "pth",
        ),
        (
            "segments: {a: {when: {did_in_order: [{viewed: {at_least: 2}}, {did: B}]}}}\n",
            "segments/a/when/did_in_order/0/viewed",
            "at_least",
        ),
        ("segments: {a: {when: {stopped: {event: A, was: {week: 3}}}}}\n", "segments/a/when/stopped/was", "week"),
        ("segments: {a: {when: {did_regularly: {event: A, weeks: 0}}}}\n", "segments/a/when/did_regularly/weeks", "0"),
        ("segments: {a: {when: {restarted: {event: A, after: 3}}}}\n", "segments/a/when/restarted/after", "3"),
        ("site: {control: 5}\n", "site/control", "string"),
        ("blocks: {a: {text: x, at_most: 3 per month}}\n", "blocks/a/at_most", "per month"),
        ("goals: {order: {didd: Order Completed}}\n", "goals/order", "didd"),
        ("slots: {hero: {show: [{block: a, untill: 2027-01-01}]}}\n", "slots/hero/show/0", "untill"),
        ("slots: {hero: {choose: wieghted, show: [{block: a}]}}\n", "slots/hero/choose", "wieghted"),
        ("promotions: {bf: {untill: 2027-01-01, slots: {hero: {block: a}}}}\n", "promotions/bf", "untill"),
        ("promotions: {bf: {slots: {hero: [{block: a, hid: yes}]}}}\n", "promotions/bf/slots/hero/0", "hid"),
    ],
)
def test_a_typo_is_reported_at_its_key(rules: str, path: str, says: str) -> None:
    found = errors(rules)
    assert [place for place, _ in found] == [path]
    assert says in found[0][1]


def test_the_folders_own_names_are_known() -> None:
    own = schema({"segment": ["vip"], "block": ["spring-20"], "goal": ["order"]})
    assert errors("slots: {hero: {goal: order, show: [{to: vip, block: spring-20}]}}\n", own) == []
    assert [place for place, _ in errors("slots: {hero: {goal: orders, show: [{hide: yes}]}}\n", own)] == [
        "slots/hero/goal"
    ]
    assert errors("slots: {hero: {show: [{block: hero/new.html}]}}\n", own) == []


def test_every_key_has_a_description_and_an_example() -> None:
    slot = SCHEMA["properties"]["slots"]["additionalProperties"]
    for key in SLOT_KEYS:
        assert f"Example: {key.example}" in slot["properties"][key.name]["description"]
        assert slot["properties"][key.name]["examples"]
