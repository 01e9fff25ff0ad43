"""Broken files: where the error stands, and what to write instead (tests/cases/rules/broken*.yaml)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from floorwalker.rulefile import Severity, read

FOLDER = Path(__file__).parent.parent / "cases" / "rules"
CASES: list[dict[str, Any]] = [
    case
    for name in ("broken", "broken_words", "broken_yaml")
    for case in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
]
JARGON = re.compile(r"\b(scalar|mapping|token|node|parser|null|string|dict|boolean|integer|syntax|parse|flow)\b")


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 400
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
    pasted = pasted.removesuffix(", or write not: around the condition")
    value = yaml.safe_load(pasted)
    (text,) = value.values() if isinstance(value, dict) else (value,)
    assert isinstance(text, str)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_said_needs_no_knowledge_of_yaml(case: dict[str, Any]) -> None:
    for problem in read({"rules.yaml": case["rules"].encode()})[1]:
        for said in (problem.message, problem.hint):
            assert not JARGON.search(said), said
        assert problem.hint


@pytest.mark.parametrize(
    ("content", "at", "message"),
    [
        (b"blocks: {a: {text: K\xe4se}}\n", "1:21", "this is not UTF-8"),
        (b"site: {currency: EUR}\r\nblocks: {a: {text: K\xe4se}}\r\n", "2:21", "this is not UTF-8"),
        ("segments: {}\n".encode("utf-16"), "1:1", "this is UTF-16, not UTF-8"),
        ("segments: {}\n".encode("utf-16-be"), "1:1", "this is UTF-16, not UTF-8"),
        (b"segments:\n  a\0b: {}\n", "2:4", "an invisible control character stands here (U+0000)"),
    ],
    ids=["latin-1", "latin-1 from Windows", "UTF-16", "UTF-16 without its mark", "NUL"],
)
def test_what_is_no_text_of_ours_is_told(content: bytes, at: str, message: str) -> None:
    _, (problem,) = read({"rules.yaml": content})
    assert (f"{problem.line}:{problem.column}", problem.message) == (at, message)


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"], ids=["Windows", "old Mac", "Unix"])
def test_line_ends_do_not_matter(ends: str) -> None:
    rules = "\ufeffsegments:\n  vip:\n    when: {viewd: /x}\n".replace("\n", ends)
    (problem, *_) = (one for one in read({"rules.yaml": rules.encode()})[1] if one.severity is Severity.ERROR)
    assert (problem.line, problem.column, problem.source) == (3, 12, "    when: {viewd: /x}")
