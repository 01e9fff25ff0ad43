"""A folder of rule files → a Ruleset, or every Problem."""

from collections.abc import Mapping as Map
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.ruleset import Ruleset
from floorwalker.errors import RuleErrors
from floorwalker.rulefile.conditions.steps import read_funnels
from floorwalker.rulefile.folders import Folder, read_files, version_of
from floorwalker.rulefile.gathering import Gathered, gather
from floorwalker.rulefile.names import DEFINED_IN, Names
from floorwalker.rulefile.nodes import Mapping, Position
from floorwalker.rulefile.pages import read_pages
from floorwalker.rulefile.people import read_goals, read_segments
from floorwalker.rulefile.problems import Findings, Problem, TooManyProblems
from floorwalker.rulefile.reading import Reading, SelectorCheck, SourceCheck, TemplateCheck
from floorwalker.rulefile.review import review
from floorwalker.rulefile.reviews.audience import IsCertain
from floorwalker.rulefile.reviews.unused import References
from floorwalker.rulefile.showing.content import read_blocks
from floorwalker.rulefile.showing.promotions import read_promotions
from floorwalker.rulefile.showing.slots import read_slots
from floorwalker.rulefile.site import read_places, read_site, read_topics
from floorwalker.rulefile.text.salvage import read_yaml
from floorwalker.rulefile.text.source import read_text
from floorwalker.rulefile.trying.expectations import read_tests, slots_that_show
from floorwalker.rulefile.trying.personas import read_personas


class Checks(Struct, frozen=True):
    """What only the caller can judge; each is left out where it is None.

    template, source, selector: what is wrong with a template, an inline text, a selector; see their types.
    is_certain: whether a content is shown to everybody; references: which templates one takes in. now: seconds since
    1970, for schedules that are over.
    """

    template: TemplateCheck | None = None
    source: SourceCheck | None = None
    selector: SelectorCheck | None = None
    now: float | None = None
    is_certain: IsCertain | None = None
    references: References | None = None


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
    files = read_files(folder, templates)
    ruleset, problems = read(files.rules, files.templates, checks=checks)
    return ruleset, [in_folder(problem, files.templates or {}, templates) for problem in problems]


def in_folder(problem: Problem, known: Map[str, bytes], templates: Folder | None) -> Problem:
    """A template's problem with the path at which it lies."""
    if templates is None or problem.file not in known:
        return problem
    return replace(problem, file=(Path(templates) / problem.file).as_posix())


def names_of(folder: Folder, templates: Folder | None = None) -> Map[str, list[str]]:
    """The names that a folder defines, by kind (segment, block, page type, …), as far as it can be read."""
    files = read_files(folder, templates)
    _, _, names = _read(files.rules, files.templates, UNCHECKED)
    return {kind: sorted(names.known(kind)) for kind in DEFINED_IN}


def read(
    files: Map[str, bytes], templates: Map[str, bytes] | None = None, *, checks: Checks = UNCHECKED
) -> tuple[Ruleset | None, list[Problem]]:
    """As `check`, of files that are already in hand: their names (as problems show them) and bytes."""
    ruleset, findings, _ = _read(files, templates, checks)
    return None if findings else ruleset, findings.sorted()


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
            review(ruleset, reading, now=checks.now, is_certain=checks.is_certain, references=checks.references)
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
    pages = read_pages(gathered.items("pages"), reading)
    topics = read_topics(gathered.pairs("topics"), reading)
    funnels = read_funnels(gathered.pairs("funnels"), reading)
    reading.segments = read_segments(gathered.pairs("segments"), reading)
    reading.blocks = read_blocks(gathered.pairs("blocks"), reading)
    goals = read_goals(gathered.pairs("goals"), reading)
    own_slots = read_slots(gathered.pairs("slots"), reading)
    promotions, slots = read_promotions(gathered.pairs("promotions"), own_slots, reading)
    personas = read_personas(gathered.pairs("personas"), slots_that_show(slots), reading)
    tests = read_tests(gathered.items("tests"), reading, personas=personas, segments=reading.segments, slots=slots)
    return Ruleset(
        site=site,
        pages=pages,
        topics=topics,
        segments=reading.segments,
        blocks=reading.blocks,
        slots=slots,
        goals=goals,
        funnels=funnels,
        promotions=promotions,
        personas=personas,
        tests=tests,
    )
