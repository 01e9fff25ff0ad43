"""The Ruleset: everything that editors wrote, checked once and frozen. One page is decided by exactly one Ruleset."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Condition
from floorwalker.core.personas import Expectation, Persona

Made = TypeVar("Made")


class Tier(Struct, frozen=True):
    """A price tier: its name and the prices it holds, in the site's currency."""

    name: str
    prices: Range


class Site(Struct, frozen=True):
    """Settings of the whole site. control: a share, 0 to 1. exclude: segments that see the site as it is.

    previews_since: links to previews that were made before are taken back; seconds since 1970.
    """

    timezone: str = "UTC"
    currency: str = "EUR"
    week_starts: int = 0  # monday is 0
    price_tiers: tuple[Tier, ...] = ()
    control: float = 0.0
    exclude: tuple[str, ...] = ()
    personalize: bool = True
    hosts: tuple[str, ...] = ()  # the site's own hosts beside the one that is asked: their referrers are internal
    partners: Mapping[str, tuple[str, ...]] = {}  # partner's name → its hosts
    guardrails: tuple[str, ...] = ()  # goals watched in every comparison
    previews_since: float = 0.0


class PageRule(Struct, frozen=True):
    """What an address means. path: segments, `*`, `**` and `{capture}`; query: `name={capture}` or `name=value`."""

    path: str
    query: Mapping[str, str] = {}
    type: str = ""
    category: str = ""
    product: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    price: float | None = None
    price_tier: str = ""


class Topic(Struct, frozen=True):
    """What counts towards an interest: page paths and search words."""

    name: str
    pages: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Points(Struct, frozen=True):
    points: float
    when: Condition


class Segment(Struct, frozen=True):
    """A named class: `when` holds, or the points of a scoring plan add up to `score`.

    watch: whoever enters or leaves it is told of, by an event.
    """

    name: str
    about: str = ""
    when: Condition | None = None
    score: Range | None = None
    points: tuple[Points, ...] = ()
    draft: bool = False
    watch: bool = False


class Cap(Struct, frozen=True):
    """At most `times` per visit, day, week, or ever."""

    times: int
    per: str


class Schedule(Struct, frozen=True):
    """From `start` (included) to `end` (left out): seconds since 1970, the site's zone applied; None is open."""

    start: float | None = None
    end: float | None = None

    def holds(self, at: float) -> bool:
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


class Content(Struct, frozen=True):
    """What is shown: kind is template (source: its path), html or text (source: inline Jinja2), hide or default.

    values: the `with` values, themselves Jinja2. name: what caps, counts and reports know it by.
    """

    kind: str
    name: str = ""
    source: str = ""
    values: Mapping[str, str] = {}


class Limits(Struct, frozen=True):
    """How often and how long: caps, rest in seconds, what stops it for good, once per page, schedule."""

    caps: tuple[Cap, ...] = ()
    rest: float = 0.0
    stop_after: tuple[str, ...] = ()
    once_per_page: str = ""
    schedule: Schedule = Schedule()
    draft: bool = False


class Block(Struct, frozen=True):
    """Named content with its own limits."""

    name: str
    content: Content
    limits: Limits = Limits()


class Entry(Struct, frozen=True):
    """One line of a slot: for whom, when, how often, and what: exactly one of content and show.

    score: how it ranks where `choose: best`, a number or the name of a segment whose points count. promotion: the name
    of the promotion that brings it. name: of an entry with `show`; a weighted choice is known by it.
    """

    to: tuple[str, ...] = ()
    when: Condition | None = None
    limits: Limits = Limits()
    priority: float = 0.0
    weight: float = 1.0
    content: Content | None = None
    show: tuple["Entry", ...] = ()
    choose: str = "first"
    where: str = ""  # file:line, for explanations
    score: float | str = 0.0
    promotion: str = ""
    name: str = ""


class Slot(Struct, frozen=True):
    """A place in a page. pages: types, or addresses beginning with `/`; empty is every page. control: a share.

    deliver: page puts it into pages that the app made public, too; script leaves it to the script in the page.
    guardrails: goals that are watched beside its own.
    """

    name: str
    show: tuple[Entry, ...] = ()
    pages: tuple[str, ...] = ()
    at: str = ""
    place: str = "inside"
    goal: str = ""
    control: float = 0.0
    choose: str = "first"
    otherwise: Content = Content("default")
    deliver: str = ""
    guardrails: tuple[str, ...] = ()


class Goal(Struct, frozen=True):
    """What counts as success: a condition, what it is worth, and the attribution window in seconds."""

    name: str
    when: Condition
    value: str = ""
    within: float = 30 * 86400.0


class Funnel(Struct, frozen=True):
    """Steps that lead to a goal, in their order: what is viewed or done, without counts and windows."""

    name: str
    steps: tuple[Behaviour, ...]


class Promotion(Struct, frozen=True):
    """One date, many slots. Its entries stand in the slots, before their own. control: a share, 0 to 1."""

    name: str
    schedule: Schedule = Schedule()
    control: float = 0.0
    draft: bool = False


class Ruleset(Struct, frozen=True, dict=True):
    """A folder of rule files, checked. version: a hash of its content, written with every impression.

    personas, tests: for trying the rules out; no page is decided by them.
    """

    version: str = ""
    site: Site = Site()
    pages: tuple[PageRule, ...] = ()
    topics: tuple[Topic, ...] = ()
    segments: Mapping[str, Segment] = {}
    blocks: Mapping[str, Block] = {}
    slots: Mapping[str, Slot] = {}
    goals: Mapping[str, Goal] = {}
    funnels: Mapping[str, Funnel] = {}
    promotions: Mapping[str, Promotion] = {}
    personas: Mapping[str, Persona] = {}
    tests: tuple[Expectation, ...] = ()

    def once(self, make: "Callable[[Ruleset], Made]") -> Made:
        """What `make` makes of these rules, made at its first use and kept with them."""
        kept: dict[Callable[[Ruleset], Any], Any] = self.__dict__.setdefault("made", {})
        try:
            made: Made = kept[make]
        except KeyError:
            made = kept[make] = make(self)
        return made
