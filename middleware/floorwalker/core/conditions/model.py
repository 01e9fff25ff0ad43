"""The condition tree: what a rule asks, as typed values. One evaluator walks it; a compiler can read the same tree."""

from msgspec import Struct

from floorwalker.core.conditions.matchers import Both, Matcher, Range


class Field(Struct, frozen=True):
    """One field of a condition and what is asked of it. `key`: the name inside a mapping (query, header, cookie, …)."""

    name: str
    matcher: Matcher | Both
    key: str = ""


class Window(Struct, frozen=True):
    """Which part of the past counts. kind: seconds, visit, today, week, month or ever; `seconds` for the first."""

    kind: str = "ever"
    seconds: float = 0.0


class Test(Struct, frozen=True, tag="test"):
    """A condition on what this hit, visit or person tells: all its fields must hold.

    name: as in the rule language (referrer, device, time, …). touch: visit, or first / last for first_touch and
    last_touch. written: as the editor wrote it, for explanations.
    """

    name: str
    fields: tuple[Field, ...]
    touch: str = "visit"
    written: str = ""


class Behaviour(Struct, frozen=True, tag="behaviour"):
    """A condition on what happened: `viewed` or `did` (and later saw, clicked, bought).

    what: fields of the page, or `event` and `where` properties (`key`). count: how many; None means at least one.
    share: of the page views in the same window, 0 to 1. total: the property (in `key`) whose sum must hold.
    ago: seconds since the latest match.
    """

    name: str
    what: tuple[Field, ...]
    window: Window = Window()
    count: Range | None = None
    share: Range | None = None
    total: Field | None = None
    ago: Range | None = None
    written: str = ""


class InSegment(Struct, frozen=True, tag="in"):
    """Membership of another segment, any of `names`."""

    names: tuple[str, ...]
    written: str = ""


class Chance(Struct, frozen=True, tag="chance"):
    """A stable share of visitors: 0 to 1, in the order that `of` gives them."""

    share: float
    of: str
    written: str = ""


class All(Struct, frozen=True, tag="all"):
    of: tuple["Condition", ...]
    written: str = "all"


class AnyCondition(Struct, frozen=True, tag="any"):
    of: tuple["Condition", ...]
    written: str = "any"


class Not(Struct, frozen=True, tag="not"):
    """None of them holds; `not` has exactly one."""

    of: tuple["Condition", ...]
    written: str = "not"


Condition = Test | Behaviour | InSegment | Chance | All | AnyCondition | Not
