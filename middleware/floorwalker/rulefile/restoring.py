"""Kept rules written back into their folders, so that nobody ever serves a mixture of two versions.

A marker stands beside the rule files from before the first change until after the last one. While it stands, whoever
reads the rules takes them only where they are, as a whole, a version that it names; so a restore that is killed leaves
the rules before in force, and is finished by running it again.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.folders import (
    Folder,
    is_left_out,
    is_rule_file,
    is_template,
    list_rules,
    list_templates,
    marker_of,
    read_anyway,
    version_of,
    versions_of_restore,
)


class Write(Struct, frozen=True):
    """A file whose content is to change. was: its content now; None where it is not there."""

    path: Path
    content: bytes
    was: bytes | None


class Plan(Struct, frozen=True):
    """What a restore is going to do. whole: the versions that the marker names, first the one that is restored.

    leftovers: half-written files of a restore that was cut off; the marker may be its, too.
    """

    whole: tuple[str, ...]
    marker: Path
    writes: tuple[Write, ...]
    removals: tuple[Path, ...]
    leftovers: tuple[Path, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        return not (self.writes or self.removals or self.marker.exists())


def plan_restore(
    version: str, rules: Map[str, bytes], templates: Map[str, bytes], *, into: Folder, templates_into: Folder
) -> Plan:
    """What has to be written and deleted so that the folders hold these files, and no others that count.

    rules: by name, templates: by path below their folder, as the store keeps them; a templates folder may be missing
    where there are none. Raises ConfigurationError, and nothing is touched, where the files are not those of the
    version, where a name leads out of its folder, and where a link or a folder stands in the way.
    """
    if version_of(rules, templates) != version:
        raise ConfigurationError(f"what the store keeps of the version {version} is not what it was; it stays there")
    place, root = Path(into), Path(templates_into)
    there = read_anyway(place, root if root.is_dir() else None)
    if templates and not root.is_dir():
        raise ConfigurationError(
            f"the version {version} has templates, and the folder {root} does not exist; create it, or name it with "
            "--templates"
        )
    wanted = {_rule_path(place, name): content for name, content in rules.items()}
    wanted |= {_template_path(root, name): content for name, content in templates.items()}
    now = {Path(path): content for path, content in there.rules.items()}
    now |= {root / name: content for name, content in (there.templates or {}).items()}
    writes = tuple(Write(path, wanted[path], now.get(path)) for path in sorted(wanted) if now.get(path) != wanted[path])
    removals = tuple(sorted(now.keys() - wanted.keys()))
    for path in (*(write.path for write in writes), *removals):
        _refuse_detours(path, root if path.is_relative_to(root) else place)
    marker = marker_of(place)
    before = versions_of_restore(marker) or [there.version]
    whole = (version, *(one for one in before if one != version))
    return Plan(whole, marker, writes, removals, _leftovers(place, root))


def carry_out(plan: Plan) -> None:
    """Write, replace and delete. Raises ConfigurationError; the message says whether anything was changed."""
    was_cut_off = plan.marker.exists()
    try:
        _put(plan.marker, "\n".join((*plan.whole, "")).encode())
        for write in plan.writes:
            write.path.parent.mkdir(parents=True, exist_ok=True)
            _write(_beside(write.path), write.content)
            if write.was is not None:
                shutil.copymode(write.path, _beside(write.path))
    except OSError as error:
        _delete((*(_beside(write.path) for write in plan.writes), *(() if was_cut_off else (plan.marker,))))
        raise ConfigurationError(
            f"{error.filename} cannot be written: {error.strerror}; nothing was changed"
        ) from error
    try:
        _exchange(plan)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename} cannot be changed: {error.strerror}; the restore is not finished, and the rules before "
            "stay in force: mend that and run it again"
        ) from error


def _exchange(plan: Plan) -> None:
    for write in plan.writes:
        _beside(write.path).replace(write.path)
    for path in plan.removals:
        path.unlink(missing_ok=True)
    for folder in sorted({path.parent for path in (*(write.path for write in plan.writes), *plan.removals)}):
        _sync_folder(folder)
    plan.marker.unlink(missing_ok=True)
    _delete(plan.leftovers)


def _rule_path(place: Path, name: str) -> Path:
    if place.is_file():
        if place.name != name:
            raise ConfigurationError(f"{place} is one file, and the version has {name}; name their folder with --rules")
        return place
    if Path(name).name != name or "\\" in name or "\0" in name or not is_rule_file(name):
        raise ConfigurationError(f"{name!r} is no name of a rule file; nothing was changed")
    return place / name


def _template_path(root: Path, name: str) -> Path:
    parts = name.split("/")
    if "\\" in name or "\0" in name or any(part == "" or is_left_out(part) for part in parts) or not is_template(name):
        raise ConfigurationError(f"{name!r} is no path of a template; nothing was changed")
    return root.joinpath(*parts)


def _refuse_detours(path: Path, root: Path) -> None:
    """A link may lead anywhere: what it leads to is read, and never written, replaced or deleted."""
    for step in _steps(path, root):
        if step.is_symlink():
            raise ConfigurationError(f"{step} is a link; change what it leads to by hand. Nothing was changed")
        if step == path and step.is_dir():
            raise ConfigurationError(f"{step} is a folder where a file has to be; move it away. Nothing was changed")
        if step != path and step.exists() and not step.is_dir():
            raise ConfigurationError(f"{step} is a file where a folder has to be; move it away. Nothing was changed")


def _steps(path: Path, root: Path) -> Iterator[Path]:
    """The folders between, and the path itself."""
    step = root
    for part in path.relative_to(root).parts:
        step = step / part
        yield step


def _beside(path: Path) -> Path:
    """Where a new content is written before it takes the old one's place: hidden, so that it never counts."""
    return path.with_name(f".{path.name}.restoring")


def _put(path: Path, content: bytes) -> None:
    """Write a file that may be there already, which stays as it was until it is the new one."""
    _write(_beside(path), content)
    _beside(path).replace(path)
    _sync_folder(path.parent)


def _leftovers(place: Path, root: Path) -> tuple[Path, ...]:
    folders = [Path(mark.path) for mark in (*list_rules(place).folders, *list_templates(root).folders)]
    return tuple(path for folder in folders if folder.is_dir() for path in folder.glob(".?*.restoring"))


def _write(path: Path, content: bytes) -> None:
    """Write a new file, to the disk; whatever is there, a link among it, gives way."""
    path.unlink(missing_ok=True)
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be opened
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
