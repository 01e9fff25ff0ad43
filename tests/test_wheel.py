"""The wheel: what a site owner installs holds the package whole, and nothing else."""

import zipfile
from pathlib import Path

import pytest
from hatchling import build

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "middleware" / "floorwalker"


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        wheel = folder / build.build_wheel(str(folder))
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def test_every_file_of_the_package_is_in_the_wheel(names: set[str]) -> None:
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {f"floorwalker/{path.relative_to(PACKAGE).as_posix()}" for path in files} <= names


def test_it_is_typed_and_brings_its_scripts_and_word_lists(names: set[str]) -> None:
    assert {"floorwalker/py.typed", "floorwalker/store/lua/commit.lua", "floorwalker/core/words/robots.txt"} <= names


def test_nothing_but_the_package_is_installed(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"floorwalker"}
