"""An edition of the rules, as it is named on the command line: a folder, a folder at a git revision, a kept version."""

import asyncio
import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from floorwalker.asgi.rules.rulebook import Rulebook, rulebook_of
from floorwalker.cli.walks.shelf import DEFAULT_STORE, open_existing, open_shelf, take
from floorwalker.core.reading.place import Places
from floorwalker.errors import ConfigurationError, RuleErrors, TemplateFailed
from floorwalker.rulefile import Problem, RuleFiles, Severity, read_files

_KEPT = re.compile(r"[0-9a-f]{4,16}|yesterday|today|\d{4}-\d\d-\d\d.*")
_ERRORS_SAID = 5


class NamedEdition(Struct, frozen=True):
    """Rules that were found. name: as they were asked for."""

    name: str
    files: RuleFiles
    rulebook: Rulebook


def find_edition(
    name: str, *, templates: str | None, store: str | None, now: float, places: Places | None = None
) -> NamedEdition:
    """The rules of that name, ready to decide.

    name: a folder, with `templates` or the folder of that name beside it; such a folder at a git revision, as in
    HEAD:rules; or what the store keeps: a version, of which four digits are enough, or what was in force yesterday or
    on a day. Raises ConfigurationError where there is none, or where this release does not take it.
    """
    files = _files(name, templates, store, now)
    try:
        return NamedEdition(name, files, rulebook_of(files, now=now, places=places))
    except (RuleErrors, TemplateFailed) as refused:
        raise ConfigurationError("\n".join(_refused(name, refused))) from refused


def _refused(name: str, refused: RuleErrors | TemplateFailed) -> Iterator[str]:
    """What keeps an edition from being compared."""
    yield f"{name} cannot be compared, since it has errors:"
    if isinstance(refused, TemplateFailed):
        yield str(refused)
        return
    problems = [one for one in refused.problems if not isinstance(one, Problem) or one.severity is Severity.ERROR]
    yield from map(str, problems[:_ERRORS_SAID])
    if len(problems) > _ERRORS_SAID:
        yield f"and {len(problems) - _ERRORS_SAID} more"


def _files(name: str, templates: str | None, store: str | None, now: float) -> RuleFiles:
    if Path(name).exists():
        beside = Path(templates) if templates else Path(name).parent / "templates"
        return read_files(name, beside if templates or beside.is_dir() else None)
    if _KEPT.fullmatch(name):
        return asyncio.run(_kept(name, store or DEFAULT_STORE, now))
    revision, colon, folder = name.partition(":")
    if colon and revision and folder:
        return _at_revision(revision, folder, templates)
    raise ConfigurationError(
        f"{name} is no folder; write a folder, a git revision of one such as HEAD:rules, or what the store keeps: "
        "yesterday, a day, or a version that `floorwalker rules history` lists"
    )


async def _kept(name: str, address: str, now: float) -> RuleFiles:
    store = open_existing(address)
    try:
        shelf = await open_shelf(store)
        is_time = "-" in name or name in ("yesterday", "today")
        kept = await take(store, shelf.at(name, now=now) if is_time else shelf.named(name))
    finally:
        await store.close()
    return RuleFiles(dict(kept.rules), dict(kept.templates))


def _at_revision(revision: str, folder: str, templates: str | None) -> RuleFiles:
    """The files of a folder as git has them; which files count is the same as on disk."""
    beside = templates or str(PurePosixPath(folder).parent / "templates")
    with tempfile.TemporaryDirectory() as place:
        rules, texts = Path(place, "rules"), Path(place, "templates")
        if not _unpack(revision, folder, rules):
            raise ConfigurationError(f"git knows no folder {folder} at {revision}; is the revision right?")
        has_templates = _unpack(revision, beside, texts)
        if templates and not has_templates:
            raise ConfigurationError(f"git knows no folder {templates} at {revision}")
        read = read_files(rules, texts if has_templates else None)
        named = {f"{revision}:{folder}/{Path(path).name}": content for path, content in read.rules.items()}
        return RuleFiles(named, read.templates)


def _unpack(revision: str, folder: str, place: Path) -> bool:
    """Whether git knows that folder; its files are put into the place."""
    top = _git(Path.cwd(), "rev-parse", "--show-toplevel")
    tree = _git(Path.cwd(), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}:./{folder}")
    if top is None or tree is None:
        return False
    archive = _git(Path(top.decode().strip()), "archive", "--format=tar", tree.decode().strip())
    if archive is None:
        return False
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(place, filter="data")
    return True


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git says; None where it refuses. Raises ConfigurationError where there is no git."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ConfigurationError(f"git cannot be run: {error.strerror or error}") from error
    return done.stdout if done.returncode == 0 else None
