"""`floorwalker operator`: the line that lets somebody log in."""

import io
import shlex

import pytest

from floorwalker.asgi.settings import read_settings
from floorwalker.cli import main
from floorwalker.console.passwords import is_password

PASSWORD = "a carnation in the lapel"


def test_the_line_is_what_the_site_reads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert main(["operator", "anna"]) == 0
    printed = capsys.readouterr()
    name, _, value = shlex.split(printed.out)[0].partition("=")
    (operator,) = read_settings({"secret_key": "k" * 32}, {name: value}).operators
    assert operator.name == "anna"
    assert is_password(operator.password, PASSWORD)
    assert not is_password(operator.password, PASSWORD + " ")
    assert PASSWORD not in printed.out + printed.err


def test_a_terminal_is_asked_twice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    said = iter([PASSWORD, PASSWORD + "!"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(said))
    assert main(["operator", "anna"]) == 2
    assert "not the same" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "short"), ("anna", ""), ("an:na", PASSWORD), ("a,b", PASSWORD)]
)
def test_what_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert main(["operator", name]) == 2
    assert capsys.readouterr().out == ""
