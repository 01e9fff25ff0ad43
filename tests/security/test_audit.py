"""The audit: what it lets pass and what it does not, each with a distribution made up for it."""

import json
from collections.abc import Mapping
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

import audit.__main__ as command
from audit.bounds import unbounded, unlike, unpinned
from audit.installed import NotInstalled, shipped
from audit.licences import is_allowed, licence_of, page, refused
from audit.vulnerabilities import NotAsked, known

ROOT = Path(__file__).parents[2]


class MadeUp(Distribution):
    """A distribution that is nowhere."""

    def __init__(self, name: str, *, version: str = "1.0", wants: tuple[str, ...] = (), **fields: Any) -> None:
        self._told = Message()
        self._told["Name"], self._told["Version"] = name, version
        for field, value in fields.items():
            for one in value if isinstance(value, tuple) else (value,):
                self._told[field.replace("_", "-")] = one
        self._wants = list(wants)

    @property
    def metadata(self) -> Any:
        return self._told

    @property
    def requires(self) -> list[str]:
        return self._wants

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: Any) -> Any:
        return Path(path)


def finder(*made: MadeUp) -> Any:
    known_ones = {one.metadata["Name"]: one for one in made}

    def find(name: str) -> Distribution:
        if name not in known_ones:
            raise PackageNotFoundError(name)
        return known_ones[name]

    return find


def test_all_that_extras_and_their_own_needs_bring_comes_with_us_and_tests_do_not() -> None:
    find = finder(
        MadeUp("floorwalker", wants=("a", "b[x]; extra == 'more'", "t; python_version < '3'"), Provides_Extra="more"),
        MadeUp("a", wants=("c",)),
        MadeUp("b", wants=("a", "d; extra == 'x'", "e; extra == 'y'")),
        MadeUp("c", wants=("a",)),
        MadeUp("d"),
    )
    assert list(shipped(find)) == ["a", "b", "c", "d"]


def test_what_is_missing_is_no_clean_audit() -> None:
    with pytest.raises(NotInstalled, match="gone is not installed"):
        shipped(finder(MadeUp("floorwalker", wants=("gone",))))


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "Apache-2.0 OR MIT", "License": "whatever"}, "Apache-2.0 OR MIT"),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        (
            {"Classifier": ("License :: OSI Approved :: MIT License", "License :: OSI Approved :: BSD License")},
            "BSD AND MIT",
        ),
        ({"Classifier": "License :: OSI Approved", "License": "MIT License"}, "MIT"),
        ({"License": "Apache-2.0"}, "Apache-2.0"),
        ({"License": "Copyright " * 50}, ""),
        ({}, ""),
    ],
)
def test_a_licence_is_read_where_it_stands(fields: Mapping[str, Any], licence: str) -> None:
    assert licence_of(MadeUp("a", **fields)) == licence


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MIT AND Zlib", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("(MIT AND GPL-3.0-only) OR MIT", False),  # what is not read for sure is looked at by somebody
        ("GNU General Public License v3 (GPLv3)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_only_what_is_on_the_list_is_allowed(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_a_distribution_under_another_licence_is_refused_by_name() -> None:
    found = {"good": MadeUp("good", License_Expression="MIT"), "bad": MadeUp("bad", License_Expression="SSPL-1.0")}
    assert refused(found) == ["bad comes under SSPL-1.0, which is not allowed"]


PYPROJECT = """
[project]
dependencies = ["a>=1,<2", "b>=1", "tzdata>=2025"]
[project.optional-dependencies]
more = ["c~=1.2", "d"]
[dependency-groups]
test = ["e>=3"]
clients = ["f<9"]
"""


def test_what_has_no_end_is_told() -> None:
    assert [line.split()[0] for line in unbounded(PYPROJECT)] == ["b", "d", "e"]


def test_what_is_not_pinned_or_pinned_to_what_is_refused_is_told() -> None:
    assert unpinned(PYPROJECT, "A==2.5\nb==1.0\ntzdata==2026.1\nc==1.2.9\nd==1") == [
        "a is pinned to 2.5, which pyproject.toml refuses",
        "e is not pinned in constraints.txt",
    ]


def test_what_is_installed_otherwise_than_pinned_is_told() -> None:
    found = {"a": MadeUp("a", version="1.1"), "b": MadeUp("b"), "c": MadeUp("c")}
    assert unlike(found, "a==1.0\nb==1.0\n") == [
        "a is 1.1 here and 1.0 in constraints.txt",
        "c comes with us and is not pinned in constraints.txt",
    ]


def answering(dependencies: Any, status: int = 0, said: str = "") -> Any:
    return lambda _: (status, dependencies if isinstance(dependencies, str) else json.dumps(dependencies), said)


def test_what_is_known_to_be_vulnerable_is_told_with_its_remedy(tmp_path: Path) -> None:
    flaws = [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "GHSA-2"}]
    told = {"dependencies": [{"name": "a", "version": "1.0", "vulns": flaws}, {"name": "b", "version": "1.0"}]}
    assert known(tmp_path, answering(told, 1)) == ["a 1.0 has PYSEC-1, mended in 1.1, 2.0", "a 1.0 has GHSA-2"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answering("", 1, "ConnectionError: no route to host\n"), "no route to host"),
        (answering("<html>", 0), "said nothing"),
        (answering([], 0), "said nothing"),
        (answering({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 0), "nothing of 1 of 1"),
    ],
)
def test_a_service_that_cannot_be_asked_is_no_clean_bill(tmp_path: Path, answer: Any, why: str) -> None:
    with pytest.raises(NotAsked, match=why):
        known(tmp_path, answer)


def test_a_tool_that_is_missing_is_no_clean_bill(tmp_path: Path) -> None:
    def missing(_: Path) -> Any:
        raise OSError("no such program")

    with pytest.raises(NotAsked, match="no such program"):
        known(tmp_path, missing)


def test_this_repository_passes_and_nobody_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "ask_pip_audit", _never)
    assert command.main([]) == 0, capsys.readouterr().out
    assert "were not asked for" in capsys.readouterr().out


def _never(_: Path) -> Any:
    raise AssertionError("somebody was asked")


@pytest.mark.parametrize(("option", "status"), [("--ask", 0), ("--require", 1)])
def test_whether_nobody_could_be_asked_counts_is_said(
    option: str, status: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "ask_pip_audit", answering("", 1, "no network"))
    assert command.main([option]) == status
    assert "COULD NOT BE ASKED FOR: no network" in capsys.readouterr().out


def test_the_page_of_licences_is_what_is_installed() -> None:
    written = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert written == page(shipped()), "run `python -m audit --write`"
