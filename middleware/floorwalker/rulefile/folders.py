"""The files of a site's rules: which files of the two folders count, and what is in them.

Everything that reads, watches, keeps or restores rules goes by this one listing.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from floorwalker.errors import ConfigurationError
from floorwalker.rulefile.text.source import LARGEST_BYTES

Folder = str | os.PathLike[str]

MOST_FILES: Final = 20_000
_RULE_FILE: Final = re.compile(r".*\.ya?ml", re.DOTALL)
_LEFT_OUT: Final = re.compile(
    r"\..*"  # hidden, as the folders of git and the swap files of vim
    r"|.*~|#.*#|.*\.(swp|swo|swx|tmp|temp|bak|orig|rej)|.*___jb_(tmp|old)___|4913"  # what editors and merges leave
    r"|thumbs\.db|desktop\.ini",
    re.DOTALL | re.IGNORECASE,
)
# A link into another folder brings rules and templates, never what else the process may read: keys, its environment.
_FROM_OUTSIDE: Final = re.compile(r"[^.].*\.(ya?ml|html?|jinja2?|j2|txt|xml|svg|css|md)", re.DOTALL | re.IGNORECASE)
_OF_THE_SYSTEM: Final = ("/dev/", "/proc/", "/sys/")
_NO_TEMPLATE: Final = re.compile(r".*\.(png|jpe?g|gif|webp|avif|ico|woff2?)", re.DOTALL | re.IGNORECASE)


class Mark(Struct, frozen=True, order=True):
    """What can be told of a file or folder without reading it; a change of any kind changes it.

    name: its path below the folder that was listed, with `/`; empty for that folder itself. error: why it could not
    be looked at (errno), else 0.
    """

    name: str
    path: str
    mode: int = 0
    size: int = 0
    changed_ns: tuple[int, int] = (0, 0)
    identity: tuple[int, int] = (0, 0)
    error: int = 0

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class Listing(Struct, frozen=True):
    """The files that count, and the folders that they were found in. Whatever could not be looked at is a file."""

    files: tuple[Mark, ...]
    folders: tuple[Mark, ...]


class RuleFiles(Struct, frozen=True, dict=True):
    """What was read. rules: by path, as problems show it. templates: by path below their folder; None: not read."""

    rules: Map[str, bytes]
    templates: Map[str, bytes] | None

    @cached_property
    def version(self) -> str:
        """A hash of names and contents; see `version_of`."""
        return version_of(self.rules, self.templates)


def is_left_out(name: str) -> bool:
    """Whether a file or folder of this name never counts: it is hidden, or what an editor leaves behind."""
    return _LEFT_OUT.fullmatch(name) is not None


def is_rule_file(name: str) -> bool:
    """Whether a file of this name in the folder of rules is one."""
    return _RULE_FILE.fullmatch(name) is not None and not is_left_out(name)


def is_template(name: str) -> bool:
    """Whether a file of this name in the folder of templates is one; a picture is none."""
    return _NO_TEMPLATE.fullmatch(name) is None and not is_left_out(name)


def list_rules(place: Folder) -> Listing:
    """The rule files of a folder, those below it left aside; or the one file that the place is."""
    here = _mark("", Path(place))
    if not here.is_folder:
        return Listing((here,), ())
    return _list(here, is_rule_file, deep=False)


def list_templates(folder: Folder) -> Listing:
    """The templates of a folder and of all below it. Links are followed, but not into a folder that holds the link.

    Of what lies outside the folder only files count that are named like templates.
    """
    return _list(_mark("", Path(folder)), is_template, deep=True)


def read_files(rules: Folder, templates: Folder | None = None) -> RuleFiles:
    """The files as they are now.

    Raises ConfigurationError where a folder is not there or cannot be read, and where a restore has written some of
    its files and not all, so that nobody ever serves a mixture.
    """
    files = read_anyway(rules, templates)
    marker = marker_of(rules)
    versions = versions_of_restore(marker)
    if versions and files.version not in versions:
        raise ConfigurationError(
            f"rules are being restored into {rules}, and not all files are there yet; if nobody is at it, run "
            f"`floorwalker rules restore {versions[0]}` again, or mend the files by hand and delete {marker}"
        )
    return files


def read_anyway(rules: Folder, templates: Folder | None = None) -> RuleFiles:
    """The same, whether or not a restore is at work."""
    found = {}
    for mark in _readable(list_rules(rules), "rules", Path(rules)):
        found[Path(mark.path).as_posix()] = _read(mark, "rules", Path(rules))
    return RuleFiles(found, None if templates is None else read_templates(templates))


def read_templates(folder: Folder) -> dict[str, bytes]:
    """The templates by path below their folder. Raises as `read_files`."""
    root = Path(folder)
    return {mark.name: _read(mark, "templates", root) for mark in _readable(list_templates(root), "templates", root)}


def marker_of(rules: Folder) -> Path:
    """The file that stands there while a restore writes: the version that it writes, and others that are whole."""
    place = Path(rules)
    return place.parent / f".restoring-{place.name}" if place.is_file() else place / ".restoring"


def versions_of_restore(marker: Path) -> list[str]:
    """What may be taken while a restore writes, first what it is writing; none while none is at work."""
    try:
        return marker.read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationError(f"{marker} cannot be read: {error.strerror}") from error


def version_of(files: Map[str, bytes], templates: Map[str, bytes] | None = None) -> str:
    """A hash of names and bytes, 16 hexadecimal digits; the order in which files are given does not count."""
    digest = sha256()
    for kind, contents in (("rules", files), ("templates", templates or {})):
        for name in sorted(contents):
            head = f"{kind}\0{Path(name).name if kind == 'rules' else name}\0{len(contents[name])}\0"
            digest.update(head.encode(errors="surrogateescape") + contents[name])
    return digest.hexdigest()[:16]


def _list(root: Mark, counts: Callable[[str], bool], *, deep: bool) -> Listing:
    inside = os.path.realpath(root.path)
    found = sorted(islice(_walk(root, counts, (), inside, deep=deep), MOST_FILES + 1))
    return Listing(tuple(mark for mark in found if not mark.is_folder), tuple(mark for mark in found if mark.is_folder))


def _walk(
    folder: Mark, counts: Callable[[str], bool], around: tuple[tuple[int, int], ...], inside: str, *, deep: bool
) -> Iterator[Mark]:
    """around: the folders that this one lies in. inside: where all of it lies but for what links lead to."""
    yield folder
    if not folder.is_folder or folder.identity in around:
        return
    here = _real(folder.path)
    if here.startswith(_OF_THE_SYSTEM):
        return
    are_all_inside = _lies_in(here, inside)
    try:
        with os.scandir(folder.path) as entries:
            found = [
                (*_mark_of(entry, folder.name), are_all_inside and not entry.is_symlink())
                for entry in entries
                if not is_left_out(entry.name)
            ]
    except OSError as error:
        yield Mark(f"{folder.name}/", folder.path, error=error.errno or 1)
        return
    for name, mark, is_inside in found:
        if not mark.is_folder:
            if counts(name) and (is_inside or _may_be_read(_real(mark.path), inside)):
                yield mark
        elif deep:
            yield from _walk(mark, counts, (*around, folder.identity), inside, deep=True)


def _may_be_read(real: str, inside: str) -> bool:
    """Whether a file lies where all of them do, or is one that a link may lead to."""
    if _lies_in(real, inside):
        return True
    return _FROM_OUTSIDE.fullmatch(Path(real).name) is not None and not real.startswith(_OF_THE_SYSTEM)


def _lies_in(real: str, folder: str) -> bool:
    return real == folder or real.startswith(folder.rstrip("/") + "/")


def _real(path: str) -> str:
    """The path without links; empty where one of them may not be looked at."""
    try:
        return os.path.realpath(path)
    except OSError:
        return ""


def _mark_of(entry: os.DirEntry[str], folder: str) -> tuple[str, Mark]:
    return entry.name, _mark(f"{folder}/{entry.name}" if folder else entry.name, entry)


def _mark(name: str, place: os.DirEntry[str] | Path) -> Mark:
    try:
        found = place.stat()
    except OSError as error:
        return Mark(name, os.fspath(place), error=error.errno or 1)
    changed = (found.st_mtime_ns, found.st_ctime_ns)
    return Mark(name, os.fspath(place), found.st_mode, found.st_size, changed, (found.st_dev, found.st_ino))


def _readable(listing: Listing, kind: str, root: Path) -> Iterator[Mark]:
    """The files of a listing; what is neither file nor folder, such as a link to nowhere, is passed over."""
    if not root.exists() or (kind == "templates" and not root.is_dir()):
        raise ConfigurationError(f"the {kind} folder {root} does not exist; create it, or name another")
    if len(listing.files) + len(listing.folders) > MOST_FILES:
        raise ConfigurationError(f"the {kind} folder {root} holds more than {MOST_FILES:,} files and folders")
    for mark in listing.files:
        if mark.name.endswith("/"):
            raise _unreadable(kind, root, mark.error)
        if mark.is_file:
            yield mark


def _read(mark: Mark, kind: str, root: Path) -> bytes:
    """A file's first bytes, up to one more than are taken."""
    try:
        with Path(mark.path).open("rb") as stream:
            return stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise _unreadable(kind, root, error.errno or 1) from error


def _unreadable(kind: str, root: Path, error: int) -> ConfigurationError:
    return ConfigurationError(f"the {kind} folder {root} cannot be read: {os.strerror(error)}")
