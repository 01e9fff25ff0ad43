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


UNASKED = "unasked"


class Test(Struct, frozen=True, tag="test"):
    """A condition on what this hit, visit or person tells: all its fields must hold.

    name: as in the rule language (referrer, device, time, …). touch: visit, or first / last for first_touch and
    last_touch; UNASKED is unknown, whatever else is known. written: as the editor wrote it, for explanations.
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


class InOrder(Struct, frozen=True, tag="in-order"):
    """Steps one after the other, others between them or not. steps: `viewed` and `did` that only say what.

    gap: at most so many seconds from one step to the next; None is no bound. count: how many times, none overlapping;
    None means at least one, where `ago` is not asked. ago: seconds since the steps were last complete.
    """

    steps: tuple[Behaviour, ...]
    window: Window = Window()
    gap: float | None = None
    count: Range | None = None
    ago: Range | None = None


class Regular(Struct, frozen=True, tag="regular"):
    """It happened in at least `weeks` of the latest `of` weeks: spans of seven days, the latest of which ends now."""

    what: Behaviour
    weeks: int = 3
    of: int = 4


class Stopped(Struct, frozen=True, tag="stopped"):
    """It last happened at least `silence` seconds ago, and had happened in at least `weeks` of the `of` weeks of which
    the latest ends with that last time."""

    what: Behaviour
    weeks: int = 3
    of: int = 4
    silence: float = 21 * 86400.0


class Restarted(Struct, frozen=True, tag="restarted"):
    """In the window it happened again, after at least `silence` seconds in which it did not."""

    what: Behaviour
    silence: float
    window: Window


class Stage(Struct, frozen=True, tag="stage"):
    """How far the latest pass through a funnel came. steps: as of InOrder. step: which is asked for, from 0.

    stuck: that step was reached and no later one; else it was reached at least. ago: seconds since that step last was.
    A pass begins with the first step; after the last step, the first step begins a new one.
    """

    funnel: str
    steps: tuple[Behaviour, ...]
    step: int
    stuck: bool = False
    ago: Range | None = None


class Course(Struct, frozen=True, tag="course"):
    """A condition on the order or the rhythm of what happened."""

    asked: InOrder | Regular | Stopped | Restarted | Stage
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


Condition = Test | Behaviour | Course | InSegment | Chance | All | AnyCondition | Not
