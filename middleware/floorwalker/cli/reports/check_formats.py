"""Problems of rule files for other tools: JSON, SARIF 2.1.0, annotations of GitHub."""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from floorwalker.rulefile import Problem, Severity
from floorwalker.rulefile.codes import CODES

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(problems: Iterable[Problem]) -> str:
    """An object of `errors` and `warnings`, in the order of the files."""
    found: dict[str, list[dict[str, Any]]] = {"errors": [], "warnings": []}
    for problem in problems:
        found["errors" if problem.severity is Severity.ERROR else "warnings"].append(
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            }
        )
    return json.dumps(found, indent=2, ensure_ascii=False)


def as_sarif(problems: Sequence[Problem], *, root: Path) -> str:
    """A log of the Static Analysis Results Interchange Format. root: the folder that its addresses start from.

    Columns count characters, which the log says.
    """
    codes = sorted({problem.code for problem in problems})
    numbers = {code: number for number, code in enumerate(codes)}
    driver = {"name": "floorwalker", "version": version("floorwalker"), "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, numbers[problem.code], root) for problem in problems],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    said = CODES.get(code, code)
    return {"id": code, "shortDescription": {"text": said}}


def _result(problem: Problem, rule: int, root: Path) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": problem.line, "startColumn": problem.column}
    if problem.source:
        region["snippet"] = {"text": problem.source}
    location = {"artifactLocation": {"uri": _address(problem.file, root)}, "region": region}
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity.value,
        "message": {"text": _said(problem)},
        "locations": [{"physicalLocation": location}],
    }


def _address(file: str, root: Path) -> str:
    path = _relative(file, root)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="replace")


def _relative(file: str, root: Path) -> Path:
    """The path from the root, where the file lies below it."""
    path = Path(file)
    return path.relative_to(root) if path.is_relative_to(root) else path


def as_annotations(problems: Iterable[Problem], *, root: Path) -> Iterator[str]:
    """Workflow commands: one line each, shown by GitHub beside the lines that they speak of. root: as of SARIF."""
    for problem in problems:
        file = _relative(problem.file, root).as_posix()
        named = {"file": file, "line": problem.line, "col": problem.column, "title": problem.code}
        properties = ",".join(f"{name}={_escaped(str(value), in_property=True)}" for name, value in named.items())
        yield f"::{problem.severity.value} {properties}::{_escaped(_said(problem))}"


def _escaped(text: str, *, in_property: bool = False) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(":", "%3A").replace(",", "%2C") if in_property else escaped


def _said(problem: Problem) -> str:
    return f"{problem.message}; {problem.hint}" if problem.hint else problem.message
