"""Writing kept rules back: whole or not at all, and never anywhere else."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.folders import read_files, version_of
from floorwalker.rulefile.restoring import Plan, carry_out, plan_restore
from tests.conftest import ROOT
from tests.rulefile.killed_restore import (
    NEW,
    NEW_RULES,
    NEW_TEMPLATES,
    OLD,
    OLD_RULES,
    OLD_TEMPLATES,
    make,
    restore,
    seen,
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return make(tmp_path)


def plan(folders: tuple[Path, Path], rules: dict[str, bytes], templates: dict[str, bytes] | None = None) -> Plan:
    templates = templates or {}
    return plan_restore(version_of(rules, templates), rules, templates, into=folders[0], templates_into=folders[1])


def test_the_folders_hold_what_was_kept_and_nothing_else(folders: tuple[Path, Path]) -> None:
    restore(*folders)
    files = read_files(*folders)
    assert {Path(path).name: content for path, content in files.rules.items()} == NEW_RULES
    assert files.templates == NEW_TEMPLATES
    assert not list(folders[0].glob(".*"))


def test_only_what_differs_is_touched(folders: tuple[Path, Path]) -> None:
    found = plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=folders[0], templates_into=folders[1])
    assert [write.path.name for write in found.writes] == ["a.yaml", "new.yaml", "new.html", "a.html"]
    assert [path.name for path in found.removals] == ["gone.yaml", "gone.html"]
    carry_out(found)
    again = plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=folders[0], templates_into=folders[1])
    assert again.changes_nothing


def test_what_does_not_count_stays(folders: tuple[Path, Path]) -> None:
    others = [folders[0] / name for name in ("notes.txt", ".git", "a.yaml~")] + [folders[1] / "hero" / "art.png"]
    for path in others:
        path.write_text("mine")
    restore(*folders)
    assert all(path.read_text() == "mine" for path in others)
    assert seen(*folders) == NEW


def test_a_file_keeps_its_mode(folders: tuple[Path, Path]) -> None:
    (folders[0] / "a.yaml").chmod(0o640)
    restore(*folders)
    assert (folders[0] / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_rules_that_are_one_file_are_restored_there(tmp_path: Path) -> None:
    file = tmp_path / "site.rules"
    file.write_bytes(b"old")
    kept = {"site.rules": b"new"}
    carry_out(plan_restore(version_of(kept), kept, {}, into=file, templates_into=tmp_path / "none"))
    assert [path.name for path in tmp_path.iterdir()] == ["site.rules"]
    assert file.read_bytes() == b"new"
    with pytest.raises(ConfigurationError, match="is one file, and the version has a"):
        plan((file, tmp_path / "none"), OLD_RULES)


def test_killed_at_any_step_it_leaves_one_version_or_none_that_is_taken(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.rulefile.killed_restore", str(tmp_path)]
    left = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60).stdout)
    found = Counter(one["left"] for one in left)
    assert found.keys() == {OLD, NEW, "unfinished"}
    assert len(left) > 25
    assert {one["again"] for one in left} == {NEW}
    assert [one["hidden"] for one in left if one["hidden"]] == []


def test_what_was_cut_off_is_told_and_may_be_undone(folders: tuple[Path, Path]) -> None:
    (folders[0] / ".restoring").write_text(f"{NEW}\n{OLD}\n")
    assert seen(*folders) == OLD
    (folders[0] / "a.yaml").write_bytes(NEW_RULES["a.yaml"])
    with pytest.raises(ConfigurationError, match=rf"being restored.*`floorwalker rules restore {NEW}` again"):
        read_files(*folders)
    carry_out(plan_restore(OLD, OLD_RULES, OLD_TEMPLATES, into=folders[0], templates_into=folders[1]))
    assert seen(*folders) == OLD
    assert not (folders[0] / ".restoring").exists()


def test_whatever_was_whole_before_may_be_taken_while_it_writes(folders: tuple[Path, Path]) -> None:
    (folders[0] / ".restoring").write_text(f"{NEW}\n{OLD}\n")
    (folders[0] / "a.yaml").write_bytes(b"a mixture")
    other = {"a.yaml": b"other"}
    assert plan(folders, other).whole == (version_of(other), NEW, OLD)


def test_a_marker_without_a_word_stops_nothing(folders: tuple[Path, Path]) -> None:
    (folders[0] / ".restoring").touch()
    assert seen(*folders) == OLD
    restore(*folders)
    assert not (folders[0] / ".restoring").exists()


HOSTILE_RULES = [
    "../a.yaml",
    "/etc/a.yaml",
    "..",
    ".",
    "a/b.yaml",
    "",
    "a\0.yaml",
    "..\\a.yaml",
    ".hidden.yaml",
    "a.txt",
]
HOSTILE_TEMPLATES = [
    "../a.html",
    "/etc/a.html",
    "a/../../b.html",
    "a//b.html",
    "a/./b.html",
    "",
    "a\0",
    "..\\a",
    ".a/b",
]


@pytest.mark.parametrize("name", HOSTILE_RULES)
def test_a_rule_file_lies_in_its_folder(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no name of a rule file"):
        plan(folders, {name: b"x"})


@pytest.mark.parametrize("name", HOSTILE_TEMPLATES)
def test_a_template_lies_below_its_folder(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no path of a template"):
        plan(folders, OLD_RULES, {name: b"x"})


def test_what_a_link_leads_to_is_never_written(folders: tuple[Path, Path], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "shared.html").write_bytes(b"theirs")
    (folders[1] / "linked").symlink_to(outside)
    with pytest.raises(ConfigurationError, match="linked is a link"):
        plan(folders, OLD_RULES, OLD_TEMPLATES)
    with pytest.raises(ConfigurationError, match="linked is a link"):
        plan(folders, OLD_RULES, OLD_TEMPLATES | {"linked/shared.html": b"mine"})
    changed = OLD_TEMPLATES | {"linked/shared.html": b"theirs", "hero/a.html": b"mine"}
    carry_out(plan(folders, OLD_RULES, changed))
    assert (folders[1] / "hero" / "a.html").read_bytes() == b"mine"
    assert (outside / "shared.html").read_bytes() == b"theirs"


def test_a_linked_file_is_not_replaced(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_bytes(b"theirs")
    (folders[0] / "a.yaml").unlink()
    (folders[0] / "a.yaml").symlink_to(tmp_path / "shared.yaml")
    with pytest.raises(ConfigurationError, match=r"a\.yaml is a link"):
        plan(folders, NEW_RULES)
    assert (tmp_path / "shared.yaml").read_bytes() == b"theirs"


def test_links_among_the_half_written_files_lead_nowhere(folders: tuple[Path, Path], tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("theirs")
    for name in (".a.yaml.restoring", ".restoring"):
        (folders[0] / name).symlink_to(outside)
    carry_out(plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=folders[0], templates_into=folders[1]))
    assert outside.read_text() == "theirs"
    assert (folders[0] / "a.yaml").read_bytes() == b"new a"


@pytest.mark.parametrize(
    ("there", "wanted", "why"), [("a/b", "a", "is a folder where a file"), ("a", "a/b", "is a file where a folder")]
)
def test_what_stands_in_the_way_is_told(folders: tuple[Path, Path], there: str, wanted: str, why: str) -> None:
    (folders[1] / there).parent.mkdir(exist_ok=True)
    (folders[1] / there).write_bytes(b"x")
    with pytest.raises(ConfigurationError, match=why):
        plan(folders, OLD_RULES, {wanted: b"y"})


def test_what_is_not_the_version_is_not_written(folders: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigurationError, match="is not what it was"):
        plan_restore(OLD, NEW_RULES, {}, into=folders[0], templates_into=folders[1])


def test_folders_are_not_made_up(folders: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rules folder .*none does not exist"):
        plan((tmp_path / "none", folders[1]), OLD_RULES)
    with pytest.raises(ConfigurationError, match="name it with --templates"):
        plan((folders[0], tmp_path / "none"), OLD_RULES, OLD_TEMPLATES)


def test_a_folder_that_cannot_be_written_is_left_as_it_was(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=folders[0], templates_into=folders[1])

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "templates/hero/a.html")

    monkeypatch.setattr("floorwalker.rulefile.restoring.shutil.copymode", refuse)
    with pytest.raises(ConfigurationError, match=r"a\.html cannot be written: Permission denied; nothing was changed"):
        carry_out(found)
    assert seen(*folders) == OLD
    assert [path.name for path in folders[0].glob(".*")] == []


def test_what_fails_in_the_middle_is_told_and_can_be_finished(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = plan_restore(NEW, NEW_RULES, NEW_TEMPLATES, into=folders[0], templates_into=folders[1])

    def refuse(path: Path, **_: object) -> None:
        raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda path, **options: refuse(path) if "gone" in path.name else os.path)
        with pytest.raises(ConfigurationError, match=r"gone.*the restore is not finished"):
            carry_out(found)
    assert seen(*folders) == "unfinished"
    restore(*folders)
    assert seen(*folders) == NEW
