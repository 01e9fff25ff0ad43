"""The sections of all files together: every name defined once, every section known."""

from collections.abc import Iterable

from msgspec import Struct, field

from floorwalker.rulefile.fields import as_mapping, attempt, label
from floorwalker.rulefile.nodes import Mapping, Node, Position, Scalar, Sequence
from floorwalker.rulefile.problems import did_you_mean
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.tables.keys import Section, Shape
from floorwalker.rulefile.tables.sections import SECTIONS

_PLAIN_NAMES = ("segment", "block", "slot", "goal", "promotion", "funnel", "place", "persona")
_FIRST = {"pages": "path: /", "tests": "persona: cheap-tripod"}


class Gathered(Struct):
    """A folder's sections. named: section → its names and nodes; listed: section → its items; in the order of the
    files."""

    site: list[tuple[Scalar, Node]] = field(default_factory=list)
    listed: dict[str, list[Node]] = field(default_factory=dict)
    named: dict[str, list[tuple[Scalar, Node]]] = field(default_factory=dict)

    def site_node(self) -> Mapping:
        """The site's settings as one mapping, wherever they stand."""
        at = self.site[0][0].at if self.site else Position("", 1, 1)
        return Mapping(at, tuple(self.site))

    def pairs(self, section: str) -> list[tuple[Scalar, Node]]:
        return self.named.get(section, [])

    def items(self, section: str) -> list[Node]:
        return self.listed.get(section, [])


def gather(files: Iterable[Mapping], reading: Reading) -> Gathered:
    """Sort every file's sections, and define the names that they hold."""
    gathered = Gathered()
    for file in files:
        for key, node in file:
            section = SECTIONS.get(key.text)
            if section is not None:
                _add(section, key, node, gathered, reading)
            else:
                hint = did_you_mean(key.text, SECTIONS, instead=f"the sections are {', '.join(SECTIONS)}")
                if (section_above := _section_above(key, reading)) is not None:
                    hint = f"put two spaces before it, and before what belongs to it: it stands in {section_above}"
                message = f"there is no section {key.text[:60]}"
                reading.findings.error(key.at, "unknown-section", message, hint)
    return gathered


def _section_above(key: Scalar, reading: Reading) -> str | None:
    """The section that begins in the line above a key, and has nothing of its own."""
    above = reading.findings.line(Position(key.at.file, key.at.line - 1, 1)).split("#")[0].strip()
    name = above.removesuffix(":")
    return name if above.endswith(":") and name in SECTIONS else None


def _add(section: Section, key: Scalar, node: Node, gathered: Gathered, reading: Reading) -> None:
    match section.shape:
        case Shape.LIST:
            if isinstance(node, Sequence):
                gathered.listed.setdefault(section.name, []).extend(node.items)
            else:
                hint = f"put a dash before each: - {_FIRST[section.name]}"
                reading.findings.error(node.at, "type", f"{key.text} is a list", hint)
        case Shape.RECORD:
            mapping = as_mapping(node, key.text, reading.findings, section.example)
            gathered.site.extend(mapping.pairs if mapping is not None else ())
            _report_twice(gathered, reading)
        case _:
            mapping = as_mapping(node, key.text, reading.findings, section.example)
            names = gathered.named.setdefault(section.name, [])
            names.extend(pair for pair in mapping or () if _define(section, pair[0], reading))


def _report_twice(gathered: Gathered, reading: Reading) -> None:
    """A setting of the site that stands in two files."""
    first: dict[str, Scalar] = {}
    for key, _ in gathered.site:
        if key.text in first and first[key.text].at != key.at:
            message = f"{key.text} of site is set twice: also in {first[key.text].at}"
            reading.findings.error(key.at, "defined-twice", message, "keep one of them")
        first.setdefault(key.text, key)


def _define(section: Section, name: Scalar, reading: Reading) -> bool:
    """Define one name; a second definition is reported with the place of the first, and left out."""
    kind = section.defines
    if kind in _PLAIN_NAMES:
        attempt(name, label, "", reading.findings)
    before = reading.names.define(kind, name.text, name.at)
    if before is None:
        return True
    message = f"the {kind} {name.text} is defined twice: also in {before}"
    reading.findings.error(name.at, "defined-twice", message, "rename one, or keep one")
    return False
