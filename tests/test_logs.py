"""Log records as JSON and as text, and what our own calls of a logger carry."""

import ast
import json
import logging
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwalker.cli.terminal_log import log_to_terminal
from floorwalker.errors import ConfigurationError
from floorwalker.logs import JsonFormatter, TextFormatter

PACKAGE = Path(__file__).resolve().parent.parent / "middleware" / "floorwalker"
SECRET = {"cookie", "cookies", "address", "secret", "secrets", "secret_key", "secret_keys", "password", "token", "key"}
PERSONAL = {"traits", "searched", "search", "query", "url", "headers", "user", "email", "body", "visitor", "profile"}
METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def record(message: str, *values: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("floorwalker.store.losses", logging.WARNING, "file", 1, message, values, None)
    made.created = 1_790_000_000.25
    made.__dict__.update(more)
    return made


def test_a_record_is_one_line_of_json() -> None:
    told = json.loads(JsonFormatter().format(record("steps not stored: %s", "3 (flood)", lost={"flood": 3})))
    assert told == {
        "at": "2026-09-21T14:13:20.250+00:00",
        "level": "warning",
        "logger": "floorwalker.store.losses",
        "event": "steps_not_stored",
        "message": "steps not stored: 3 (flood)",
        "lost": {"flood": 3},
    }


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ("steps not stored: %s", "steps_not_stored"),
        ("the rules %s stay; %s", "the_rules_stay"),
        ("%d steps could not be stored before the end", "steps_could_not_be_stored_before_the_end"),
        ("100 %% sure of %5.2f", "100_sure_of"),
        ("", ""),
    ],
)
def test_an_event_is_its_message_without_the_values(message: str, event: str) -> None:
    told = json.loads(JsonFormatter().format(record(message)))
    assert told["event"] == event


def test_an_exception_is_told_with_its_traceback() -> None:
    try:
        raise ValueError("no\nnumber")
    except ValueError:
        failed = record("a page goes out as the app made it", exc_info=sys.exc_info())
    told = json.loads(JsonFormatter().format(failed))
    assert told["error"] == "ValueError"
    assert told["traceback"].startswith("Traceback")
    assert "no\nnumber" in told["traceback"]


def test_what_others_bring_beside_their_message_is_left_out() -> None:
    made = record("hello", client="203.0.113.7")
    made.name = "uvicorn.access"
    assert "203.0.113.7" not in JsonFormatter().format(made)


@given(st.text())
def test_no_value_ends_a_line_of_json(value: str) -> None:
    line = JsonFormatter().format(record("it failed: %s", value, detail=value))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == f"it failed: {value}"[:8000]


@given(st.text())
def test_no_value_begins_a_line_of_text(value: str) -> None:
    first, *rest = TextFormatter("%(levelname)s %(message)s").format(record("it failed: %s", value)).split("\n")
    assert first.startswith("WARNING it failed: ")
    assert all(line.startswith("    ") for line in rest)
    assert all(ord(c) >= 32 and not 0x7F <= ord(c) <= 0x9F for line in (first, *rest) for c in line if c != "\t")


@pytest.mark.parametrize(("asked", "begins"), [("json", '{"at": '), ("text", "WARNING "), ("", "WARNING ")])
def test_commands_log_as_the_environment_says(
    asked: str, begins: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setenv("FLOORWALKER_LOG", asked)
    log_to_terminal(shown="%(levelname)s %(message)s")
    root.handle(record("hello"))
    assert capsys.readouterr().err.startswith(begins)


def test_no_other_way_to_log_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOORWALKER_LOG", "xml")
    with pytest.raises(ConfigurationError, match="it is text or json"):
        log_to_terminal(shown="%(message)s")


@cache
def logger_calls() -> tuple[tuple[str, ast.Call], ...]:
    """Every call that logs, in our own code, with its place."""
    return tuple(found_calls())


def found_calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE)
        notes = ("note", "say_once") if place.parts[0] == "asgi" else ()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = node.func.value
                is_logger = isinstance(of, ast.Name) and of.id == "logger" and node.func.attr in METHODS
                if is_logger or node.func.attr in notes:
                    yield f"{place}:{node.lineno}", node


def names_in(node: ast.AST) -> set[str]:
    """Every name in an expression, but for those of which only the number is told."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return set()
    own = {node.id} if isinstance(node, ast.Name) else {node.attr} if isinstance(node, ast.Attribute) else set()
    return own.union(*(names_in(child) for child in ast.iter_child_nodes(node)))


def carried(call: ast.Call) -> set[str]:
    return set().union(*map(names_in, (*call.args, *(one.value for one in call.keywords))))


def test_no_record_carries_a_secret_or_anything_of_a_visitor() -> None:
    told = {where: found for where, call in logger_calls() if (found := carried(call) & (SECRET | PERSONAL))}
    assert told == {}


def test_a_record_is_a_fixed_message_and_values() -> None:
    fixed = (ast.Constant, ast.Name)
    assert [where for where, call in logger_calls() if not isinstance(call.args[0], fixed)] == []


def test_calls_that_log_are_found() -> None:
    assert len(logger_calls()) > 50
