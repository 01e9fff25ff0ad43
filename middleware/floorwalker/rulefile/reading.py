"""What every reader of a folder shares: where problems go, which names there are, whose clock, who checks content."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from floorwalker.core.conditions.model import Behaviour
from floorwalker.core.ruleset import Block, Segment
from floorwalker.rulefile.names import Names
from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.problems import Findings
from floorwalker.rulefile.whereabouts import Whereabouts


class Judgement(Struct, frozen=True):
    """What somebody else found wrong with a template or selector, and what to write. warning: it works all the same."""

    message: str
    hint: str = ""
    warning: bool = False


TemplateCheck = Callable[[str], Judgement | None]
"""Given a template's path, what is wrong with it, or None."""

SourceCheck = Callable[[str, str], Judgement | None]
"""Given Jinja2 text that stands in a rule file and its kind (html, text or value), what is wrong with it, or None."""

SelectorCheck = Callable[[str, str], Judgement | None]
"""Given a CSS selector and a slot's `place`, why it cannot be served, or None."""

Points = tuple[tuple[float, float], ...]


class Ending(Struct, frozen=True):
    """A schedule's end, in seconds since 1970, and whose it is."""

    at: Position
    end: float
    what: str


class Step(Struct, frozen=True):
    """One step, and what it is called: the path or event that it asks for, else whatever value it has."""

    step: Behaviour
    names: tuple[str, ...]


class Reading(Struct):
    """One reading of one folder. places: `near` looks its points up here. blocks: entries take their content here.
    steps: those of each funnel, for `funnel`. segments: whose points may be an entry's score.

    shown: the names of content that stands in entries. endings: every schedule's end, for whoever knows the time.
    whereabouts: of conditions, and of entries by their `limits`, which stay with an entry when it is replaced.
    """

    findings: Findings
    names: Names
    zone: ZoneInfo
    places: Mapping[str, Points] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    endings: list[Ending] = field(default_factory=list)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    check_template: TemplateCheck | None = None
    check_source: SourceCheck | None = None
    check_selector: SelectorCheck | None = None

    def report(self, at: Position, code: str, judgement: Judgement | None) -> None:
        """Report what a check found, if it found anything."""
        if judgement is not None:
            add = self.findings.warn if judgement.warning else self.findings.error
            add(at, code, judgement.message, judgement.hint)
