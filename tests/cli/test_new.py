"""`floorwalker new`: commented files that work as they are, and nothing that is there is changed."""

from pathlib import Path

import pytest

from floorwalker.cli import main
from floorwalker.rulefile import Severity, check


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "site"]) == 0
    capsys.readouterr()
    return tmp_path


def errors(site: Path) -> list[str]:
    _, problems = check(site / "rules", site / "templates")
    return [str(one) for one in problems if one.severity is Severity.ERROR]


def test_a_new_site_has_no_problems_and_its_tests_pass(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "rules"]) == 0
    assert "No problems." in capsys.readouterr().out
    assert main(["test", "rules"]) == 0


def test_it_says_what_it_wrote_and_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "site", "shop"]) == 0
    said = capsys.readouterr().out
    assert "wrote shop/rules/slots.yaml" in said
    assert "wrote shop/templates/hero/hello.html" in said
    assert [line.split("  ")[1] for line in said.splitlines() if line.startswith("  ")] == [
        "cd shop",
        "floorwalker check",
        "floorwalker test",
        "floorwalker schema --vscode",
    ]


@pytest.mark.parametrize("kind", ["segment", "slot"])
def test_what_is_new_is_free_of_errors(site: Path, kind: str) -> None:
    assert main(["new", kind, "bargain-hunter"]) == 0
    assert "bargain-hunter" in (site / f"rules/{kind}-bargain-hunter.yaml").read_text()
    assert errors(site) == []


@pytest.mark.parametrize("kind", ["segment", "slot"])
def test_every_line_that_is_commented_out_works_once_it_is_not(site: Path, kind: str) -> None:
    assert main(["new", kind, "bargain-hunter"]) == 0
    path = site / f"rules/{kind}-bargain-hunter.yaml"
    lines = path.read_text().splitlines()
    opened = [
        line.replace("# ", "", 1) if line.startswith(" ") and line.strip().startswith("# ") else line for line in lines
    ]
    text = "\n".join(opened).replace("another-segment", "returning").replace("a-segment", "returning")
    path.write_text(text)
    assert errors(site) == []


def test_nothing_that_is_there_is_changed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = site / "rules" / "slots.yaml"
    path.write_text("slots: {}\n")
    (site / "rules" / "site.yaml").unlink()
    assert main(["new", "site"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "slots: {}\n"
    assert not (site / "rules" / "site.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["segment", "returning"], "there is a segment returning already"),
        (["segment", "two words"], "write two-words"),
        (["segment", "x", "--rules", "elsewhere"], "floorwalker new site"),
        (["slot", "x", "--at", "h1 + p"], "+"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_selector_with_quotes_is_written_as_yaml(site: Path) -> None:
    assert main(["new", "slot", "side", "--at", 'aside[data-x="1"]']) == 0
    ruleset, _ = check(site / "rules", site / "templates")
    assert ruleset is not None
    assert ruleset.slots["side"].at == 'aside[data-x="1"]'
