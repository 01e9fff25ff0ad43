"""`floorwalker schema`: printed, or written where VS Code finds it, beside what is there already."""

import json
from pathlib import Path

import pytest

from floorwalker.cli import main

RULES = """\
segments:
  tablet:
    when: {device: tablet}
slots:
  hero:
    show: [{to: tablet, text: Hello, name: hello}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_prints_a_schema_that_knows_the_folders_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "rules"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["definitions"]["entry"]["properties"]["to"]["examples"] == ["tablet"]


def test_vscode_finds_schema_settings_and_extension(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--vscode"]) == 0
    settings = json.loads((folder / ".vscode/settings.json").read_text())
    assert settings == {"yaml.schemas": {"./.vscode/floorwalker.schema.json": ["rules/*.yaml", "rules/*.yml"]}}
    assert json.loads((folder / ".vscode/extensions.json").read_text()) == {"recommendations": ["redhat.vscode-yaml"]}
    assert "properties" in json.loads((folder / ".vscode/floorwalker.schema.json").read_text())
    assert "YAML extension" in capsys.readouterr().out


def test_settings_that_are_there_stay(folder: Path) -> None:
    (folder / ".vscode").mkdir()
    held = {"editor.tabSize": 2, "yaml.schemas": {"other.json": "*.yml"}}
    (folder / ".vscode/settings.json").write_text(json.dumps(held))
    (folder / ".vscode/extensions.json").write_text('{"recommendations": ["redhat.vscode-yaml", "x.y"]}')
    assert main(["schema", "rules", "--vscode"]) == 0
    assert main(["schema", "rules", "--vscode"]) == 0
    settings = json.loads((folder / ".vscode/settings.json").read_text())
    assert settings["editor.tabSize"] == 2
    assert list(settings["yaml.schemas"]) == ["other.json", "./.vscode/floorwalker.schema.json"]
    held = json.loads((folder / ".vscode/extensions.json").read_text())
    assert held == {"recommendations": ["redhat.vscode-yaml", "x.y"]}


def test_settings_with_comments_are_left_alone_and_say_what_to_add(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".vscode").mkdir()
    (folder / ".vscode/settings.json").write_text("{\n  // mine\n}\n")
    assert main(["schema", "--vscode"]) == 2
    assert 'add "yaml.schemas"' in capsys.readouterr().err
    assert (folder / ".vscode/settings.json").read_text() == "{\n  // mine\n}\n"
    assert not (folder / ".vscode/floorwalker.schema.json").exists()


def test_rules_outside_the_folder_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "inner").mkdir()
    monkeypatch.chdir(folder / "inner")
    assert main(["schema", "../rules", "--vscode"]) == 2
    assert "lies outside this folder" in capsys.readouterr().err
