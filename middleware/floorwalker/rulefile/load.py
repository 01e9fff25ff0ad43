"""A folder of rule files → a Ruleset, or every Problem. The one module of this room that opens files."""

from collections.abc import Mapping as Map
from contextlib import suppress
from hashlib import sha256
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import ConfigurationError, RuleErrors
from floorwalker.rulefile.gathering import Gathered, gather
from floorwalker.rulefile.names import DEFINED_IN, Names
from floorwalker.rulefile.nodes import Mapping, Position
from floorwalker.rulefile.pages import read_pages
from floorwalker.rulefile.people import read_goals, read_segments
from floorwalker.rulefile.problems import Findings, Problem, TooManyProblems
from floorwalker.rulefile.reading import Reading, SelectorCheck, SourceCheck, TemplateCheck
from floorwalker.rulefile.review import review
from floorwalker.rulefile.salvage import read_yaml
from floorwalker.rulefile.showing import read_blocks
from floorwalker.rulefile.site import read_places, read_site, read_topics
from floorwalker.rulefile.slots import read_slots
from floorwalker.rulefile.source import LARGEST_BYTES, read_text

Folder = str | PathLike[str]


class Checks(Struct, frozen=True):
    """What only the caller can judge; each is left out where it is None.

    template, source, selector: what is wrong with a template, an inline text, a selector; see their types.
    now: seconds since 1970, for schedules that are over.
    """

    template: TemplateCheck | None = None
    source: SourceCheck | None = None
    selector: SelectorCheck | None = None
    now: float | None = None


UNCHECKED = Checks()


def load(folder: Folder, templates: Folder | None = None, *, checks: Checks = UNCHECKED) -> Ruleset:
    """The rules of a folder, for use. Warnings do not stop it.

    templates: the folder of templates; blocks must name what lies there, and its files count towards the version.
    Raises RuleErrors with every error and warning, and ConfigurationError where a folder cannot be read.
    """
    ruleset, problems = check(folder, templates, checks=checks)
    if ruleset is None:
        raise RuleErrors(problems)
    return ruleset


def check(
    folder: Folder, templates: Folder | None = None, *, checks: Checks = UNCHECKED
) -> tuple[Ruleset | None, list[Problem]]:
    """Every problem of a folder, errors and warnings, by file and line; and the rules where there is no error."""
    return read(_rule_files(Path(folder)), _template_files(templates), checks=checks)


def folder_version(folder: Folder, templates: Folder | None = None) -> str:
    """The version that the rules of these folders would have, errors or not: every file is read, none is parsed.

    Raises ConfigurationError where a folder cannot be read.
    """
    return version_of(_rule_files(Path(folder)), _template_files(templates))


def names_of(folder: Folder, templates: Folder | None = None) -> Map[str, list[str]]:
    """The names that a folder defines, by kind (segment, block, page type, …), as far as it can be read."""
    _, _, names = _read(_rule_files(Path(folder)), _template_files(templates), UNCHECKED)
    return {kind: sorted(names.known(kind)) for kind in DEFINED_IN}


def read(
    files: Map[str, bytes], templates: Map[str, bytes] | None = None, *, checks: Checks = UNCHECKED
) -> tuple[Ruleset | None, list[Problem]]:
    """As `check`, of files that are already in hand: their names (as problems show them) and bytes."""
    ruleset, findings, _ = _read(files, templates, checks)
    return None if findings else ruleset, findings.sorted()


def version_of(files: Map[str, bytes], templates: Map[str, bytes] | None = None) -> str:
    """A hash of names and bytes, 16 hexadecimal digits; the order in which files are given does not count."""
    digest = sha256()
    for kind, contents in (("rules", files), ("templates", templates or {})):
        for name in sorted(contents):
            head = f"{kind}\0{Path(name).name if kind == 'rules' else name}\0{len(contents[name])}\0"
            digest.update(head.encode(errors="surrogateescape") + contents[name])
    return digest.hexdigest()[:16]


def _rule_files(folder: Path) -> dict[str, bytes]:
    """Each file's shown name and its first bytes, up to one more than may be read."""
    if not folder.exists():
        raise ConfigurationError(f"the rules folder {folder} does not exist; create it, or name another")
    try:
        paths = (
            sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
            if folder.is_dir()
            else [folder]
        )
        found = {}
        for path in paths:
            if path.is_file() and not path.name.startswith("."):
                with path.open("rb") as stream:
                    found[path.as_posix()] = stream.read(LARGEST_BYTES + 1)
        return found
    except OSError as error:
        raise ConfigurationError(f"the rules folder {folder} cannot be read: {error.strerror}") from error


def _template_files(folder: Folder | None) -> dict[str, bytes] | None:
    """Each template's path below the folder, and its bytes."""
    if folder is None:
        return None
    root = Path(folder)
    if not root.is_dir():
        raise ConfigurationError(f"the templates folder {root} does not exist; create it, or name another")
    try:
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
        }
    except OSError as error:
        raise ConfigurationError(f"the templates folder {root} cannot be read: {error.strerror}") from error


def _read(files: Map[str, bytes], templates: Map[str, bytes] | None, checks: Checks) -> tuple[Ruleset, Findings, Names]:
    findings, names = Findings(), Names()
    reading = Reading(
        findings,
        names,
        ZoneInfo("UTC"),
        check_template=checks.template,
        check_source=checks.source,
        check_selector=checks.selector,
    )
    for path in templates or ():
        names.define("template", path, Position(path, 1, 1))
    ruleset = Ruleset()
    with suppress(TooManyProblems):
        gathered = gather(_sections(files, findings), reading)
        ruleset = replace(_ruleset(gathered, reading), version=version_of(files, templates))
        if not findings.unreadable:
            for name in sorted(reading.shown):
                names.define("block", name, Position("", 1, 1))
            names.review(findings)
            review(ruleset, gathered.mentioned, reading, checks.now)
    return ruleset, findings, names


def _sections(files: Map[str, bytes], findings: Findings) -> list[Mapping]:
    found: list[Mapping] = []
    for file in sorted(files):
        text = read_text(file, files[file], findings)
        mapping = None if text is None else read_yaml(file, text, findings)
        findings.unreadable = findings.unreadable or text is None
        if mapping is not None:
            found.append(mapping)
    return found


def _ruleset(gathered: Gathered, reading: Reading) -> Ruleset:
    """The sections in the order in which they need each other."""
    site = read_site(gathered.site_node(), reading)
    reading.zone = ZoneInfo(site.timezone)
    reading.places = read_places(gathered.pairs("places"), reading)
    pages = read_pages(gathered.pages, reading)
    topics = read_topics(gathered.pairs("topics"), reading)
    segments = read_segments(gathered.pairs("segments"), reading)
    reading.blocks = read_blocks(gathered.pairs("blocks"), reading)
    goals = read_goals(gathered.pairs("goals"), reading)
    slots = read_slots(gathered.pairs("slots"), reading)
    return Ruleset("", site, pages, topics, segments, reading.blocks, slots, goals)
