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

PERSONAS = """
personas:
  ada:
    about: Comes back for tripods
    referrer: "https://www.google.com/search?q=tripod"
    country: NO
    at: 2026-11-28 19:30
    history: [{ago: 2 days, viewed: /bags}, {ago: 2 days, did: Product Added}]
  silent: {consent: no, user_agent: "Googlebot/2.1 (+http://www.google.com/bot.html)"}
"""
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LINE = f'192.0.2.7 - - [{{day}}/Nov/2026:10:00:00 +0000] "GET {{path}} HTTP/1.1" 200 1 "{{referrer}}" "{AGENT}"'
SEARCH = ["--url", "https://shop.test/", "--referrer", "https://www.google.com/search?q=cheap+tripod"]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    (folder / "personas.yaml").write_text(PERSONAS)
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
    assert "hero: tripods (an entry that fits)" in told
    assert told.startswith("Somebody new\n  on /, a page of type home\n")
    assert "came from Google (search); searched “cheap tripod”\n  visit 1, 1 page in it so far\n" in told
    assert told.rstrip().endswith("? not known, so that neither it nor its opposite counts")


def test_a_persona_is_explained_with_their_past(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--persona", "ada", "--rules", str(rules)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "ada: Comes back for tripods\n  on /, a page of type home\n  Saturday 2026-11-28 19:30 in UTC\n"
    )
    assert "visit 2, 1 page in it so far" in told
    assert "hero: bought (an entry that fits)" in told


def test_a_persona_may_look_at_another_page_at_another_time(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--url", "/tripods", "--at", "2027-01-01T08:00"]
    assert main(["explain", "--persona", "ada", *there, "--rules", str(rules), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["who"] == {
        "title": "ada: Comes back for tripods",
        "url": "/tripods",
        "at": 1798790400.0,
        "page_type": "category",
    }
    assert told["slots"]["category"]["block"] == "legs"


def test_of_whom_nothing_may_be_remembered_that_is_said(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--persona", "silent", "--segment", "returning", "--rules", str(rules)]) == 0
    assert "? visits: {at_least: 2}  needs consent" in capsys.readouterr().out


def test_one_slot_is_told_alone_with_the_segments_it_hangs_on(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *SEARCH, "--slot", "hero", "--rules", str(rules)]) == 0
    told = capsys.readouterr().out
    assert "Segments" not in told
    assert "category" not in told
    assert "✓ segment tripod-seeker\n      ✓ searched: tripod  found cheap tripod" in told
    assert "sold-out" not in told


def test_one_segment_is_told_alone_in_json_too(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *SEARCH, "--segment", "buyer", "--rules", str(rules), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (list(told["segments"]), told["slots"]) == (["buyer"], {})


def test_a_line_of_a_log_is_somebody_with_their_earlier_lines_as_past(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        LINE.format(day=20, path="/bags", referrer="-"),
        LINE.format(day=21, path="/bags", referrer="-").replace("192.0.2.7", "192.0.2.8"),
        LINE.format(day=22, path="/style.css", referrer="-"),
        LINE.format(day=23, path="/", referrer="https://www.google.com/search?q=tripod"),
    ]
    log = tmp_path / "access.log"
    log.write_text("\n".join(lines) + "\n")
    at_line = ["explain", "--rules", str(rules), "--json", "--log", str(log), "--at-line"]
    assert main([*at_line, "4"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [name for name, found in told["segments"].items() if found["in"]] == [
        "tripod-seeker",
        "returning",
        "browsing",
    ]
    assert told["who"]["title"].endswith("with 2 earlier requests")
    assert main([*at_line, "2"]) == 0
    assert json.loads(capsys.readouterr().out)["segments"]["returning"]["in"] is False
    assert main([*at_line, "3"]) == 2
    assert "asks for /style.css, which is no page" in capsys.readouterr().err
    assert main([*at_line, "9"]) == 2
    assert "has 4 lines" in capsys.readouterr().err


def test_a_line_alone_is_somebody_new(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = LINE.format(day=23, path="/", referrer="https://www.google.com/search?q=tripod")
    assert main(["explain", "--rules", str(rules), "--json", "--line", line]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [name for name, found in told["segments"].items() if found["in"]] == ["tripod-seeker"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "say --url"),
        (["explain", "--url", "/", "--at", "teatime"], "at is no moment"),
        (["explain", "--url", "/", "--header", "no colon"], "has no name"),
        (["explain", "--url", "/", "--address", "999.1.1.1"], "no IP address"),
        (["explain", "--visitor", "x", "--store", "ftp://x"], "store"),
        (["explain", "--persona", "add"], "there is no persona add; did you mean ada?"),
        (["explain", "--persona", "ada", "--visitor", "x"], "name two people"),
        (["explain", "--persona", "ada", "--referrer", "https://x.test/"], "--referrer says nothing beside --persona"),
        (["explain", "--url", "/", "--slot", "herp"], "there is no slot herp; did you mean hero?"),
        (["explain", "--url", "/", "--segment", "byer"], "did you mean buyer?"),
        (["explain", "--line", "nonsense"], "this line cannot be read: not in Combined Log Format"),
        (["explain", "--log", "missing.log"], "needs --at-line"),
        (["explain", "--log", "missing.log", "--at-line", "1"], "cannot be read"),
        (["explain", "--log", "-", "--at-line", "1"], "read twice"),
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


def test_a_request_without_an_address_is_for_the_home_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.yaml").write_text("segments: {found: {when: {referrer: {medium: search}}}}")
    assert main(["explain", "--rules", str(tmp_path), "--referrer", "https://www.google.com/"]) == 0
    assert "✓ found" in capsys.readouterr().out
