"""Two editions and what is said of them: the table in tests/cases/diff.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker.html.references import references
from floorwalker.rulefile import read
from floorwalker.rulefile.comparing import Comparison, Edition, compare

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "cases" / "diff.yaml").read_text())
TEMPLATES = {"t.html": "<p>{{ code|default('') }}</p>"}


def edition(rules: str, templates: dict[str, str] = TEMPLATES) -> Edition:
    files = {path: text.encode() for path, text in templates.items()}
    ruleset, problems = read({"rules.yaml": rules.encode()}, files)
    assert ruleset is not None, [str(problem) for problem in problems]
    return Edition(ruleset, files)


def compared(case: dict[str, Any]) -> Comparison:
    templates = case.get("templates", TEMPLATES)
    old, new = edition(case["old"], templates), edition(case["new"], case.get("new_templates", templates))
    return compare(old, new, references=references)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_what_changed_is_said(case: dict[str, Any]) -> None:
    assert [f"{one.section}/{one.name}: {one.told}" for one in compared(case).changes] == case["says"]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_what_would_be_mixed_is_warned_of(case: dict[str, Any]) -> None:
    assert [f"{one.kind} {one.name}" for one in compared(case).mixing] == case.get("mixes", [])


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_backwards_something_is_said_where_something_is_said_forwards(case: dict[str, Any]) -> None:
    back = {"old": case["new"], "new": case["old"]}
    if "new_templates" in case:
        back |= {"templates": case["new_templates"], "new_templates": case["templates"]}
    assert bool(compared(back).changes) is bool(case["says"])
