"""Which files of the two folders count, and what is read of them."""

import os
from pathlib import Path

import pytest

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile import folders
from floorwalker.rulefile.folders import is_left_out, list_rules, list_templates, read_files, version_of

LEFT_OUT = [
    *(
        ".hidden",
        ".git",
        ".site.yaml.swp",
        ".#site.yaml",
        "site.yaml~",
        "#site.yaml#",
        "site.yaml.swp",
        "a.swo",
        "a.swx",
    ),
    *(
        "hero.html.tmp",
        "hero.temp",
        "site.yaml.bak",
        "site.yaml.orig",
        "site.yaml.REJ",
        "4913",
        "Thumbs.db",
        "desktop.ini",
    ),
    *("hero.html___jb_tmp___", "hero.html___jb_old___"),
]
COUNT = [
    "site.yaml",
    "hero.html",
    "bak",
    "tmp",
    "a#b.html",
    "#a.html",
    "a~b.html",
    "49130",
    "template.html",
    "swp.yaml",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def names(root: Path) -> list[str]:
    return [mark.name for mark in list_templates(root).files]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_editors_leave_behind_never_counts(root: Path, name: str) -> None:
    (root / name).mkdir()
    (root / name / "a.html").touch()
    (root / "deep").mkdir()
    (root / "deep" / name).touch()
    assert is_left_out(name)
    assert names(root) == []
    assert read_files(root, root).templates == {}


@pytest.mark.parametrize("name", COUNT)
def test_what_only_looks_a_little_like_it_counts(root: Path, name: str) -> None:
    (root / name).write_bytes(b"x")
    assert not is_left_out(name)
    assert read_files(root, root).templates == {name: b"x"}


@pytest.mark.parametrize("name", ["art.png", "ART.PNG", "a.jpeg", "a.webp", "font.woff2", "favicon.ico"])
def test_pictures_are_no_templates(root: Path, name: str) -> None:
    (root / name).write_bytes(b"\x89PNG\xff")
    assert names(root) == []


def test_rule_files_lie_in_their_folder_itself(root: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.YAML", "d.yaml.txt", "notes.md", "x.json"):
        (root / name).touch()
    (root / "deep").mkdir()
    (root / "deep" / "e.yaml").touch()
    assert [mark.name for mark in list_rules(root).files] == ["a.yml", "b.yaml"]


def test_templates_lie_at_any_depth_and_are_named_by_their_path(root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "c.html").touch()
    (root / "a.html").touch()
    assert names(root) == ["a.html", "a/b/c.html"]
    assert [mark.name for mark in list_templates(root).folders] == ["", "a", "a/b"]


def test_linked_folders_and_files_are_read(root: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "deep"
    shared.mkdir(parents=True)
    (shared / "card.html").write_bytes(b"card")
    (root / "shared").symlink_to(shared.parent)
    (root / "one.html").symlink_to(shared / "card.html")
    (root / "nowhere.html").symlink_to(tmp_path / "nothing")
    assert read_files(root, root).templates == {"one.html": b"card", "shared/deep/card.html": b"card"}


@pytest.mark.parametrize("kept", [".env", "id_rsa", "passwd", "secret.key", "config.toml", "settings.py", ".x.html"])
def test_a_link_to_what_is_no_template_brings_nothing(root: Path, tmp_path: Path, kept: str) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / kept).write_bytes(b"secret")
    (root / "one.html").symlink_to(tmp_path / "private" / kept)
    (root / "site.yaml").symlink_to(tmp_path / "private" / kept)
    (root / "folder").symlink_to(tmp_path / "private")
    (root / "way.html").symlink_to("folder/" + kept)
    files = read_files(root, root)
    assert files.templates == {}
    assert files.rules == {}


def test_a_link_to_the_system_brings_nothing(root: Path) -> None:
    (root / "environment.html").symlink_to("/proc/self/environ")
    (root / "process").symlink_to("/proc/self")
    (root / "zero.html").symlink_to("/dev/zero")
    assert read_files(root, root).templates == {}


def test_links_in_circles_end(root: Path) -> None:
    (root / "a").mkdir()
    (root / "a" / "x.html").touch()
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "self").symlink_to(".")
    (root / "loop").symlink_to("loop")
    assert [name for name in names(root) if name.endswith("html")] == ["a/x.html"]


def test_a_configmap_is_read_through_its_links(root: Path) -> None:
    """As Kubernetes mounts one: hidden folders hold the files, links lead there."""
    (root / "..2026_11_22").mkdir()
    (root / "..2026_11_22" / "site.yaml").write_bytes(b"one")
    (root / "..data").symlink_to("..2026_11_22")
    (root / "site.yaml").symlink_to("..data/site.yaml")
    assert read_files(root).rules == {(root / "site.yaml").as_posix(): b"one"}
    before = list_rules(root).files
    (root / "..2026_11_23").mkdir()
    (root / "..2026_11_23" / "site.yaml").write_bytes(b"two")
    (root / "..new").symlink_to("..2026_11_23")
    (root / "..new").replace(root / "..data")
    assert read_files(root).rules == {(root / "site.yaml").as_posix(): b"two"}
    assert list_rules(root).files != before


def test_what_is_no_file_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.html")
    os.mkfifo(root / "pipe.yaml")
    assert read_files(root, root).templates == {}


def test_the_version_is_of_the_files_that_were_read(root: Path) -> None:
    (root / "site.yaml").write_bytes(b"one")
    files = read_files(root)
    assert files.version == version_of({"site.yaml": b"one"}) == read_files(root / "site.yaml").version
    assert version_of({"elsewhere/site.yaml": b"one"}) == files.version
    assert version_of({"other.yaml": b"one"}) != files.version


@pytest.mark.parametrize("name", ["rules", "templates"])
def test_folders_without_end_are_refused(root: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 2)
    for number in range(3):
        (root / f"{number}.yaml").touch()
    with pytest.raises(ConfigurationError, match="holds more than 2 files and folders"):
        read_files(root if name == "rules" else root / "0.yaml", root)


def test_folders_that_link_to_each_other_without_end_are_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 50)
    for number in range(20):
        (root / str(number)).mkdir()
        for way in "ab":
            (root / str(number) / way).symlink_to(root / str(number + 1))
    with pytest.raises(ConfigurationError, match="holds more than 50 files and folders"):
        read_files(root, root)


def test_what_cannot_be_read_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "site.yaml").touch()

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(ConfigurationError, match=r"templates folder .*none does not exist"):
        read_files(root, root / "none")
    with pytest.raises(ConfigurationError, match=r"templates folder .* does not exist"):
        read_files(root, root / "site.yaml")
    monkeypatch.setattr(folders.os, "scandir", refuse)
    with pytest.raises(ConfigurationError, match=r"rules folder .* cannot be read: Permission denied"):
        read_files(root)
