"""`floorwalker check` for other tools, and how it counts: JSON, SARIF, annotations, files, warnings that count."""

import ast
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from floorwalker.cli import main
from floorwalker.cli.reports.check_formats import as_annotations, as_sarif
from floorwalker.cli.reports.check_report import report
from floorwalker.cli.reports.paper import Paper
from floorwalker.rulefile import Problem, Severity, read
from floorwalker.rulefile.codes import CODES

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
REGION = {
    "type": "object",
    "required": ["startLine", "startColumn"],
    "properties": {
        "startLine": {"type": "integer", "minimum": 1},
        "startColumn": {"type": "integer", "minimum": 1},
        "snippet": TEXT,
    },
    "additionalProperties": False,
}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "pattern": r"^([a-z]+://)?[A-Za-z0-9._~%/-]+$"}},
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "properties": {
        "ruleId": {"type": "string", "minLength": 1},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation", "region"],
                        "properties": {"artifactLocation": ARTIFACT, "region": REGION},
                        "additionalProperties": False,
                    }
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string", "minLength": 1}, "shortDescription": TEXT},
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool", "results"],
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "properties": {"driver": DRIVER},
            "additionalProperties": False,
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
    "additionalProperties": False,
}
"""What the standard asks of those of its objects that are written here."""

BROKEN = "segments:\n  rich:\n    when: {viewd: /x}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules with an error and a warning, and the current directory above it."""
    monkeypatch.chdir(tmp_path)
    rules = tmp_path / "my rules"
    rules.mkdir()
    (rules / "b.yaml").write_text(BROKEN, encoding="utf-8")
    return rules


def results(log: str) -> list[dict[str, Any]]:
    found = json.loads(log)
    jsonschema.Draft7Validator(SARIF).validate(found)
    (run,) = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    return list(run["results"])


def test_sarif_has_a_rule_for_each_code_and_a_region_for_each_problem(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "my rules", "--format", "sarif"]) == 1
    warning, error = results(capsys.readouterr().out)
    assert (warning["ruleId"], warning["level"]) == ("unused-segment", "warning")
    assert (error["ruleId"], error["level"]) == ("unknown-condition", "error")
    assert error["message"]["text"] == "there is no condition viewd; did you mean viewed?"
    (location,) = error["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "my%20rules/b.yaml"
    assert location["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 12,
        "snippet": {"text": "    when: {viewd: /x}"},
    }


def test_sarif_without_a_problem_is_a_run_without_results(tmp_path: Path) -> None:
    assert results(as_sarif([], root=tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("rules/a.yaml", "rules/a.yaml"),
        ("../rules/ä b.yaml", "../rules/%C3%A4%20b.yaml"),
        ("/srv/shop/rules/a.yaml", "rules/a.yaml"),
        ("/elsewhere/a.yaml", "file:///elsewhere/a.yaml"),
    ],
)
def test_addresses_in_sarif_are_relative_where_they_can_be(file: str, address: str) -> None:
    (result,) = results(as_sarif([Problem(file, 1, 1, "value", "x")], root=Path("/srv/shop")))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == address


def test_annotations_of_github_are_one_line_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "my rules", "--format", "github"]) == 1
    assert capsys.readouterr().out.split("\n")[1] == (
        "::error file=my rules/b.yaml,line=3,col=12,title=unknown-condition::"
        "there is no condition viewd; did you mean viewed?"
    )


def test_annotations_escape_what_github_would_read() -> None:
    problem = Problem("a,b:c.yaml", 2, 3, "value", "50 % of a: b,\nc", "write 5", Severity.WARNING)
    assert list(as_annotations([problem], root=Path("/"))) == [
        "::warning file=a%2Cb%3Ac.yaml,line=2,col=3,title=value::50 %25 of a: b,%0Ac; write 5"
    ]


def test_the_output_goes_to_a_file_and_the_last_line_to_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "my rules", "--format", "sarif", "--output", "found.sarif"]) == 1
    assert len(results(Path("found.sarif").read_text(encoding="utf-8"))) == 2
    assert capsys.readouterr().out == (
        "1 error and 1 warning. Mend them, then run `floorwalker check my rules` again.\n"
    )


def test_an_output_that_cannot_be_written_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "my rules", "--output", "nowhere/found.json"]) == 2
    assert capsys.readouterr().err.startswith("floorwalker check: nowhere/found.json cannot be written")


def test_warnings_count_where_they_are_asked_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.yaml").write_text("segments: {rich: {when: {device: tv}}}\n", encoding="utf-8")
    assert main(["check", "my rules"]) == 0
    assert main(["check", "my rules", "--strict"]) == 1
    assert capsys.readouterr().out.endswith("then run `floorwalker check my rules --strict` again.\n")
    (folder / "b.yaml").write_text('slots: {x: {at: "#x", show: [{hide: yes}]}}\n', encoding="utf-8")
    assert main(["check", "my rules", "--strict"]) == 0


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def lines_of(source: str, column: int, *, stream: StringIO | None = None) -> list[str]:
    problem = Problem("a.yaml", 1, column, "value", "x", "", Severity.ERROR, source)
    return report(None, [problem], "rules", Paper(stream or StringIO())).split("\n")


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    coloured = lines_of("about: x", 8, stream=Terminal())
    plain = lines_of("about: x", 8)
    assert re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(coloured)) == "\n".join(plain) != "\n".join(coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    assert lines_of("about: x", 8, stream=Terminal()) == plain


@pytest.mark.parametrize(
    ("source", "column", "cells"),
    [
        ("about: x", 8, 7),
        ("about: 売り場 x", 11, 13),
        ("\tabout: x", 9, 8),
        ("about: e\u0301e\u0301 x", 13, 10),
        ("about: \u200bx", 9, 8),
    ],
    ids=["plain", "wide", "tab", "accents of their own", "invisible"],
)
def test_the_caret_stands_under_its_character_on_a_terminal(source: str, column: int, cells: int) -> None:
    _, shown, caret, *_ = lines_of(source, column)
    assert caret.index("^") - caret.index("│") - 2 == cells
    assert shown.endswith("x")


def emitted_codes() -> Iterator[str]:
    """Every text in the room of rule files that stands where a problem's code stands."""
    root = Path(__file__).resolve().parents[2] / "middleware" / "floorwalker" / "rulefile"
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                place = {"error": 1, "warn": 1, "report": 1, "here": 0, "where_it_began": 0, "Complaint": 2}.get(name)
                if place is not None and len(node.args) > place:
                    code = node.args[place]
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield code.value


def test_every_code_is_told_in_a_sentence() -> None:
    found = {code for code in emitted_codes() if re.fullmatch(r"[a-z-]+", code)}
    assert len(found) > 60
    assert found <= CODES.keys()
    assert read({"r.yaml": BROKEN.encode()})[1][0].code in CODES
