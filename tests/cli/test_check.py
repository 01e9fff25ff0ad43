"""`floorwalker check` and `floorwalker schema`, run as an editor runs them."""

import json
from pathlib import Path

import jsonschema
import pytest

from floorwalker.cli import main

COOKBOOK = Path(__file__).parent.parent / "cases" / "rules" / "cookbook.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules that is fine, and the current directory above it."""
    monkeypatch.chdir(tmp_path)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text(
        'segments: {vip: {when: {device: tv}}}\nslots: {hero: {at: "#hero", show: [{to: vip, hide: yes}]}}\n',
        encoding="utf-8",
    )
    return rules


def test_a_good_folder_ends_with_0_and_says_what_it_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("No problems. 1 segment, 0 blocks, 1 slot; version ")


def test_errors_end_with_1_a_caret_and_what_to_do_next(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.yaml").write_text("segments:\n  rich:\n    when: {viewd: /x}\n", encoding="utf-8")
    assert main(["check", "rules"]) == 1
    out = capsys.readouterr().out
    assert (
        "rules/b.yaml:3:12: there is no condition viewd; did you mean viewed?\n"
        "    3 │     when: {viewd: /x}\n"
        "      │            ^ error\n"
    ) in out
    assert out.endswith("1 error and 1 warning. Mend them, then run `floorwalker check rules` again.\n")


def test_the_caret_stands_under_its_character_in_a_long_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = f"segments: {{a: {{about: {'x' * 300}, whem: {{device: tv}}}}}}"
    (folder / "b.yaml").write_text(f"{line}\n", encoding="utf-8")
    assert main(["check"]) == 1
    lines = capsys.readouterr().out.split("\n")
    number = next(number for number, shown in enumerate(lines) if "^ error" in shown and "whem" in lines[number - 1])
    assert lines[number - 1][lines[number].index("^") :].startswith("whem")
    assert max(map(len, lines[number - 1 : number + 1])) < 140


def test_without_a_folder_of_templates_a_rule_that_names_one_is_an_error_as_it_is_for_the_site(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "b.yaml").write_text("slots:\n  foot:\n    show: [{block: foot.html}]\n", encoding="utf-8")
    assert main(["check"]) == 1
    place = "rules/b.yaml:3:20: there is no template foot.html"
    assert f"{place}; create it in the templates folder, or correct the name\n" in capsys.readouterr().out


def test_without_a_folder_of_templates_what_stands_in_the_rules_is_compiled_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "b.yaml").write_text("slots: {foot: {show: [{name: a, html: '{{ oh'}]}}\n", encoding="utf-8")
    assert main(["check"]) == 1
    assert "this text does not compile" in capsys.readouterr().out


def test_a_template_that_is_not_there_is_told_with_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "templates").mkdir()
    (folder.parent / "templates" / "foot.html").write_text("x", encoding="utf-8")
    (folder / "b.yaml").write_text("slots:\n  foot:\n    show: [{block: foots.html}]\n", encoding="utf-8")
    assert main(["check"]) == 1
    assert "there is no template foots.html; did you mean foot.html?\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_folder_without_rules_is_told(folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").unlink()
    assert main(["check", *arguments]) == 0
    assert capsys.readouterr().err == "floorwalker check: rules holds no rules; they are in files that end in .yaml\n"


def test_what_a_template_asks_and_nobody_has_is_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.parent / "templates").mkdir()
    (folder.parent / "templates" / "foot.html").write_text("{{ visitor.serched }}", encoding="utf-8")
    (folder / "b.yaml").write_text(
        "slots:\n"
        "  foot:\n"
        "    show:\n"
        "      - {block: foot.html}\n"
        "      - {name: a, html: '{{ visitr.city }}'}\n"
        "      - {name: b, html: '{{ visitor.traits.plan }}{{ page.path }}'}\n"
        "      - {name: c, html: '{% for i in [1] %}{{ loop.index }}{% endfor %}'}\n",
        encoding="utf-8",
    )
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    unshown = "is never known, so that it cannot be shown"
    assert f":4:17: foot.html: visitor.serched {unshown}; did you mean visitor.searched?\n" in out
    assert f":5:25: visitr.city {unshown}; did you mean visitor.city?\n" in out
    assert out.count(unshown) == 2


def test_json_has_errors_and_warnings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.yaml").write_text("segments:\n  rich:\n    when: {viewd: /x}\n", encoding="utf-8")
    assert main(["check", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["errors"] == [
        {
            "file": "rules/b.yaml",
            "line": 3,
            "column": 12,
            "code": "unknown-condition",
            "message": "there is no condition viewd",
            "hint": "did you mean viewed?",
        }
    ]
    assert [(warning["code"], warning["line"]) for warning in found["warnings"]] == [("unused-segment", 2)]


def test_warnings_alone_end_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = "blocks: {old: {text: hello, until: 2020-01-01}}\nslots: {x: {show: [{block: old}]}}\n"
    (folder / "b.yaml").write_text(rules, encoding="utf-8")
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "rules/b.yaml:1:36: the schedule of the block old is over" in out
    assert "No errors, 1 warning." in out


def test_templates_beside_the_rules_are_compiled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    templates = folder.parent / "templates"
    templates.mkdir()
    (templates / "good.html").write_text("<p>{{ code }}</p>", encoding="utf-8")
    (templates / "bad.html").write_text("<p>\n{{ code }</p>", encoding="utf-8")
    (folder / "b.yaml").write_text(
        "blocks:\n  a: {template: good.html}\n  b: {template: bad.html}\n  c: {template: god.html}\n"
        '  d: {html: "{% if x %}"}\n  e: {text: x, with: {y: "{{ 1 +"}}\n',
        encoding="utf-8",
    )
    assert main(["check", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["errors"]
    assert [(error["line"], error["code"]) for error in found] == [
        (3, "template"),
        (4, "unknown-template"),
        (5, "template"),
        (6, "template"),
    ]
    assert "bad.html:2" in found[0]["message"]
    assert found[1]["hint"] == "did you mean good.html?"


def test_selectors_that_cannot_be_served_are_errors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.yaml").write_text('slots: {x: {at: "h1 + p", show: [{hide: yes}]}}\n', encoding="utf-8")
    assert main(["check", "--json"]) == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (error["code"], error["line"], error["column"]) == ("selector", 1, 17)
    assert error["hint"]


def test_a_missing_folder_ends_with_2_and_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere"]) == 2
    assert main(["check", "--templates", "nowhere"]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_what_is_printed_is_safe_for_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.yaml").write_text('segments: {"\\e[31m": {when: {device: tv}}}\n', encoding="utf-8")
    assert main(["check"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_the_schema_is_printed_and_knows_a_folders_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    jsonschema.Draft7Validator.check_schema(json.loads(capsys.readouterr().out))
    assert main(["schema", "rules"]) == 0
    own = json.loads(capsys.readouterr().out)
    slots = {"slots": {"hero": {"show": [{"to": "vop", "hide": "yes"}]}}}
    (error,) = jsonschema.Draft7Validator(own).iter_errors(slots)
    assert list(error.absolute_path) == ["slots", "hero", "show", 0, "to"]


def test_the_demo_rules_have_no_problem(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(root)
    assert main(["check", "rules"]) == 0, capsys.readouterr().out
