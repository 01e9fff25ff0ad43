"""`floorwalker test`, run as an editor runs it."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from floorwalker.cli import main

ROOT = Path(__file__).resolve().parents[2]
RULES = """\
segments: {birders: {about: b, when: {searched: bird}}, slow: {when: {connection: 2g}}}
slots: {hero: {show: [{to: birders, name: birds, text: Birds}, {to: slow, name: slow, text: Slow}]}}
personas:
  ada: {about: Looks for birds, referrer: "https://www.bing.com/search?q=bird"}
  bo: {url: /}
"""
GOOD = """\
tests:
  - {persona: ada, in: birders, slots: {hero: birds}}
  - {persona: bo, not_in: birders, slots: {hero: default}}
"""
BAD = "  - {persona: bo, in: birders}\n"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    return folder


def test_the_demos_own_tests_pass(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["test"]) == 0
    assert re.search(r"\n[1-9][0-9]+ tests passed in ", capsys.readouterr().out)


def test_one_line_each_and_the_summary_last(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text(GOOD)
    assert main(["test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["✓ ada  in birders; hero: birds", "✓ bo   not in birders; hero: default"]
    assert lines[2].startswith("2 tests passed in ")
    assert len(lines) == 3


def test_a_failure_tells_where_it_stands_what_was_expected_and_why(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "tests.yaml").write_text("tests:\n  - {persona: ada, slots: {hero: [slow, default]}}\n" + BAD)
    assert main(["test", "rules"]) == 1
    assert capsys.readouterr().out.startswith(
        "✗ ada  hero: slow or default\n"
        "    rules/tests.yaml:2, Looks for birds\n"
        "    slot hero: should show slow or default, shows birds\n"
        "      ✓ hero[1] birds\n"
        "        ✓ to: birders  found birders\n"
        "✗ bo   in birders\n"
        "    rules/tests.yaml:3\n"
        "    segment birders: they should be in it, and are not\n"
        "      ✗ searched: bird  found nothing\n"
        "\n"
        "✓ holds   ✗ does not hold   ? not known, so that neither it nor its opposite counts\n"
        "2 of 2 tests failed in "
    )


def test_one_persona_alone(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text("tests:\n  - {persona: ada, in: birders}\n" + BAD)
    assert main(["test", "--persona", "ada"]) == 0
    assert "1 test passed" in capsys.readouterr().out
    assert main(["test", "--persona", "adda"]) == 2
    assert "there is no persona adda; did you mean ada?" in capsys.readouterr().err


def test_of_a_persona_without_tests_that_is_said(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text("tests:\n" + BAD)
    assert main(["test", "--persona", "ada"]) == 0
    assert capsys.readouterr().out == "No test is about ada; 1 are about others.\n"


def test_rules_with_errors_are_checked_first(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text("tests: [{persona: ad, in: birders}]\n")
    assert main(["test"]) == 1
    assert "rules/tests.yaml:1:19: there is no persona ad; did you mean ada?" in capsys.readouterr().out


def test_without_tests_it_says_how_to_write_one(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("There are no tests in rules.")
    example = told.split("\n\n")[1]
    (rules / "tests.yaml").write_text(example + "\n")
    assert "{persona: cheap-tripod, in: [birders], slots: {hero: birds}}" in example
    assert main(["check"]) == 0
    assert main(["test"]) == 1
    assert "1 of 1 test failed" in capsys.readouterr().out


def test_json_has_its_shape(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text("tests:\n  - {persona: ada, about: Birds!, in: birders}\n" + BAD)
    assert main(["test", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["failed"]) == (1, 1)
    good, bad = told["tests"]
    assert good == {
        "persona": "ada",
        "title": "Birds!",
        "file": "rules/tests.yaml",
        "line": 2,
        "holds": True,
        "misses": [],
    }
    (miss,) = bad["misses"]
    assert (miss["kind"], miss["name"], miss["expected"], miss["found"]) == ("segment", "birders", "in it", "not in it")
    assert miss["why"] == [{"condition": "searched: bird", "observed": None, "holds": False, "of": []}]


def test_junit_is_what_ci_services_read(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "tests.yaml").write_text('tests:\n  - {persona: ada, about: "<Birds> & \\x1b", in: birders}\n' + BAD)
    assert main(["test", "--format", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "1")
    good, bad = suite
    assert (good.get("classname"), good.get("name"), len(good)) == ("ada", "<Birds> & ·", 0)
    assert bad[0].get("message") == "segment birders: they should be in it, and are not"
    assert "✗ searched: bird" in (bad[0].text or "")
