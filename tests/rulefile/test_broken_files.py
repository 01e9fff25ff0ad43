"""Broken files: where the error stands, and the line to paste (tests/cases/rules/broken.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker.rulefile import Severity, read

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "rules" / "broken.yaml").read_text(encoding="utf-8")
)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_error_names_the_place_and_the_remedy(case: dict[str, Any]) -> None:
    ruleset, problems = read({"rules.yaml": case["rules"].encode()})
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert ruleset is None
    first = errors[0]
    assert (f"{first.line}:{first.column}", first.code) == (case["at"], case["code"]), str(first)
    assert case["hint"] in first.hint
    assert str(first) == f"rules.yaml:{case['at']}: {first.message}" + (f"; {first.hint}" if first.hint else "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_problem_quotes_the_line_it_stands_in(case: dict[str, Any]) -> None:
    lines = case["rules"].split("\n")
    for problem in read({"rules.yaml": case["rules"].encode()})[1]:
        assert problem.source == lines[problem.line - 1]
        assert 1 <= problem.column <= len(problem.source) + 1


PASTED = [case for case in CASES if case["code"] in ("cut", "unquoted") and "quotes: " in case["hint"]]


@pytest.mark.parametrize("case", PASTED, ids=lambda case: case["name"])
def test_the_line_to_paste_is_yaml_with_the_text_that_was_meant(case: dict[str, Any]) -> None:
    pasted = case["hint"].split("quotes: ", 1)[1].removesuffix(", or put two spaces before the comment")
    value = yaml.safe_load(pasted)
    (text,) = value.values() if isinstance(value, dict) else (value,)
    assert isinstance(text, str)
