"""`floorwalker explain`, and what the command line does with mistakes."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from floorwalker.cli import COMMANDS, main
from tests.asgi.conftest import RULES

SEARCH = ["--url", "https://shop.test/", "--referrer", "https://www.google.com/search?q=cheap+tripod"]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    return folder


def is_node(node: Any) -> bool:
    """The published shape of a why-tree."""
    return set(node) == {"condition", "observed", "holds", "of"} and all(map(is_node, node["of"]))


def test_json_has_the_published_shape(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *SEARCH, "--rules", str(rules), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["segments"]["tripod-seeker"]["in"] is True
    assert told["segments"]["buyer"]["in"] is False
    hero = told["slots"]["hero"]
    assert (hero["block"], hero["arm"], hero["reason"]) == ("tripods", "treatment", "entry")
    trees = [found["why"] for found in (*told["segments"].values(), *told["slots"].values())]
    assert all(map(is_node, trees))


def test_people_read_what_was_asked_and_what_was_found(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *SEARCH, "--rules", str(rules)]) == 0
    told = capsys.readouterr().out
    assert "✓ searched: tripod  found cheap tripod" in told
    assert "hero: tripods (entry)" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "say --url"),
        (["explain", "--url", "/", "--at", "teatime"], "at is no moment"),
        (["explain", "--url", "/", "--header", "no colon"], "has no name"),
        (["explain", "--url", "/", "--address", "999.1.1.1"], "no IP address"),
        (["explain", "--visitor", "x", "--store", "ftp://x"], "store"),
        (["replay", "missing.log"], "cannot be read"),
        (["check", "no-such-folder"], "does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(
    arguments: list[str], said: str, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_rules = [*arguments, "--rules", str(rules)] if arguments[0] == "explain" else arguments
    assert main(with_rules) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert command in capsys.readouterr().out


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_output_that_cannot_be_written_is_one_sentence(rules: Path) -> None:
    command = [sys.executable, "-m", "floorwalker", "check", str(rules)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "floorwalker check: No space left on device"


def test_a_reader_who_leaves_early_is_no_error(rules: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m floorwalker schema {shlex.quote(str(rules))} | head -c 10"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
    assert len(done.stdout) == 10
    assert done.stderr == b""
