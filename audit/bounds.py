"""Every dependency has an end to what is taken of it, and one version that the tests pass with."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WITHOUT_END: Final = frozenset(("tzdata",))
"""Data alone, named by years: an older end would keep sites from new time zones."""

_PIN: Final = re.compile(r"([A-Za-z0-9._-]+)==([^\s;#]+)")
_ENDS: Final = ("<", "<=", "==", "~=", "===")


def unbounded(pyproject: str) -> list[str]:
    """What pyproject.toml takes of any future version."""
    return [
        f"{wanted.name} has no end: write {wanted.name}{wanted.specifier},<…"
        for wanted in _requirements(pyproject)
        if canonicalize_name(wanted.name) not in WITHOUT_END and not _has_end(wanted)
    ]


def unpinned(pyproject: str, constraints: str) -> list[str]:
    """What constraints.txt names no version of, or one that pyproject.toml refuses."""
    pins, problems = pins_of(constraints), []
    for wanted in _requirements(pyproject, but=("clients",)):
        pin = pins.get(canonicalize_name(wanted.name))
        if pin is None:
            problems.append(f"{wanted.name} is not pinned in constraints.txt")
        elif not wanted.specifier.contains(pin, prereleases=True):
            problems.append(f"{wanted.name} is pinned to {pin}, which pyproject.toml refuses")
    return problems


def unlike(found: Mapping[str, Distribution], constraints: str) -> list[str]:
    """What is installed here and not as constraints.txt has it."""
    pins, problems = pins_of(constraints), []
    for name, one in found.items():
        if name not in pins:
            problems.append(f"{name} comes with us and is not pinned in constraints.txt")
        elif pins[name] != one.version:
            problems.append(f"{name} is {one.version} here and {pins[name]} in constraints.txt")
    return problems


def pins_of(constraints: str) -> dict[str, str]:
    """Version by name."""
    return {canonicalize_name(name): version for name, version in _PIN.findall(constraints)}


def _requirements(pyproject: str, *, but: Iterable[str] = ()) -> Iterable[Requirement]:
    """but: groups that have an environment, and pins, of their own."""
    read = tomllib.loads(pyproject)
    project = read["project"]
    groups = [group for name, group in read.get("dependency-groups", {}).items() if name not in but]
    for group in (project["dependencies"], *project.get("optional-dependencies", {}).values(), *groups):
        for text in group:
            yield Requirement(text)


def _has_end(wanted: Requirement) -> bool:
    return any(one.operator in _ENDS for one in wanted.specifier)
