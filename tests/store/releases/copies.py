"""Releases, made of this one or taken from its history: each a folder with a package, to be put on the path.

`second` knows a field that `third` writes; `first` knows nothing of it. `before` is the last release that wrote down
no steps.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec import msgpack

from floorwalker.store.records.shorthand import BEGIN, in_full
from tests.conftest import ROOT

PACKAGE = ROOT / "middleware" / "floorwalker"
SCHEMAS = {"first": (1, 1), "second": (1, 2), "third": (2, 2)}  # written, read
BEFORE = "cb7c0e28c3c93df2aaea04cf113044bed593e965"


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each release's package lies."""
    return {name: _made(tmp_path_factory.mktemp(name), *schemas) for name, schemas in SCHEMAS.items()}


@pytest.fixture(scope="session")
def release_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package of that release lies; a clone without its history skips this."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not on this machine")
    folder = tmp_path_factory.mktemp("before")
    packed = subprocess.run([git, "archive", BEFORE, "middleware"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip("this clone does not hold that release")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder / "middleware"


def fields_of(record: bytes) -> list[object]:
    """A profile as it lies in a record: all its fields, known or not."""
    payload: bytes = msgpack.decode(record[16:])[3]
    fields: list[object] = msgpack.decode(in_full(payload) if payload[0] == BEGIN else payload)
    return fields


def _made(folder: Path, written: int, read: int) -> Path:
    shutil.copytree(PACKAGE, folder / "floorwalker", ignore=shutil.ignore_patterns("__pycache__"))
    codec = folder / "floorwalker" / "store" / "records" / "codec.py"
    _change(codec, r"SCHEMA_WRITTEN = \d+", f"SCHEMA_WRITTEN = {written}")
    _change(codec, r"SCHEMA_READ = \d+", f"SCHEMA_READ = {read}")
    if read > 1:
        profile = folder / "floorwalker" / "core" / "memory" / "profile.py"
        _change(profile, r"( +traits_left: bool = False\n)", r"\1    added: int = 0\n")
        _change(codec, r"if profile\.traits_left", f"if {written > 1} or profile.added or profile.traits_left")
    if written > 1:
        _change(codec, r"_encoder\.encode\(profile\)", "_encoder.encode(replace(profile, added=profile.added or 1))")
    return folder


def _change(file: Path, old: str, new: str) -> None:
    text, changes = re.subn(old, new, file.read_text(), count=1)
    assert changes == 1, f"{file.name} has no {old}"
    file.write_text(text)
