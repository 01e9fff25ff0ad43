"""Warnings that are found by reasoning: where, why, and where there are none (tests/cases/rules/warnings.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker.rulefile import Checks, Problem, read

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "rules" / "warnings.yaml").read_text(encoding="utf-8")
)
NOW = 1_800_000_000.0


def warnings_of(rules: str, checks: Checks | None = None) -> list[Problem]:
    ruleset, problems = read({"r.yaml": rules.encode()}, checks=checks or Checks(now=NOW))
    assert ruleset is not None, [str(problem) for problem in problems]
    return [problem for problem in problems if problem.code != "unused-segment"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_warning_says_where_and_why(case: dict[str, Any]) -> None:
    found = warnings_of(case["rules"])
    expected = [(one["at"], one["code"]) for one in case["warnings"]]
    assert [(f"{one.line}:{one.column}", one.code) for one in found] == expected, [str(one) for one in found]
    for one, told in zip(found, case["warnings"], strict=True):
        assert told["says"] in one.message
        assert one.hint


def test_a_content_that_may_be_passed_over_leaves_the_others_within_reach() -> None:
    rules = "slots: {hero: {show: [{block: a.html}, {hide: yes}]}}\n"
    assert warnings_of(rules) == []
    certain = Checks(is_certain=lambda content: content.source == "a.html")
    assert [one.code for one in warnings_of(rules, certain)] == ["unreachable"]


def test_a_template_is_used_by_a_block_or_by_another_template() -> None:
    rules = {"r.yaml": b"slots: {hero: {show: [{block: a.html}]}}\n"}
    takes_in = {"a.html": frozenset({"base.html"}), "base.html": frozenset[str](), "old.html": frozenset({"a.html"})}
    templates = dict.fromkeys(takes_in, b"")
    _, problems = read(rules, templates, checks=Checks(references=takes_in.__getitem__))
    assert [(one.file, one.code) for one in problems] == [("old.html", "unused-template")]
    assert read(rules, templates, checks=Checks(references=lambda _: None))[1] == []
