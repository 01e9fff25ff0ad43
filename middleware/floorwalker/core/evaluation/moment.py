"""A Moment: one visitor at one instant, as conditions see it. Everything is found out at most once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import takewhile
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from floorwalker.core.conditions.asking import Values, page_holds
from floorwalker.core.conditions.model import Condition, Field, Window
from floorwalker.core.memory.asked.history import History, Tally, present
from floorwalker.core.memory.profile import Profile, Touch
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals

Reading = Callable[["Moment"], Values]
"""What is found of one field: () is absent, UNKNOWN is not known."""

Asked = Callable[["Moment"], bool | None]
"""What a condition became: whether it holds at a Moment, or is not known."""


class Compiled(Protocol):
    """A ruleset's conditions, ready to be asked. segments: what each asks, after those that it asks for; near: without
    those that ask for many, one behind the other; roll: who is in which, if they ask in no circle. block_names: what
    caps and counts know."""

    segments: Mapping[str, Asked]
    near: Mapping[str, Asked]
    block_names: tuple[str, ...]

    @property
    def roll(self) -> "Called | None": ...

    def test(self, condition: Condition, /) -> Asked: ...


class Called(Protocol):
    """Who is in which segments, found without asking each."""

    def call(self, moment: "Moment", /) -> frozenset[str]: ...


class Moment:
    """What one request tells and what is remembered of its visitor.

    compiled: the conditions of its ruleset. at: seconds since 1970, UTC. remembered: whether memory is permitted.
    Without it, or without a profile, whatever needs memory is unknown: `profile` is None then. members: segments in
    which somebody is, or is not, whatever the rules say; for trying things out. priors: what is known of the
    population.
    """

    __slots__ = (
        "_came",
        "_history",
        "answers",
        "at",
        "compiled",
        "folded",
        "members",
        "priors",
        "profile",
        "ruleset",
        "seen",
        "signals",
        "tallies",
    )

    def __init__(
        self,
        ruleset: Ruleset,
        compiled: Compiled,
        profile: Profile | None,
        signals: Signals,
        at: float,
        *,
        remembered: bool = True,
        members: Mapping[str, bool] | None = None,
        priors: Priors = NO_PRIORS,
    ) -> None:
        self.ruleset = ruleset
        self.compiled = compiled
        self.profile = profile if remembered else None
        self.signals = signals
        self.at = at
        self.priors = priors
        self.seen: dict[int, Values] = {}
        self.folded: dict[int, tuple[Sequence[str], bool | None]] = {}
        self.answers: dict[int, bool | None] = {}
        self.tallies: dict[int, Tally] = {}
        self.members: dict[str, bool | None] = dict(members) if members else {}
        self._history: History | None = None
        self._came: tuple[()] | tuple[Touch | Signals | None] = ()  # empty until somebody asks

    @property
    def now(self) -> float:
        """When whatever is remembered is measured from: in whole seconds, as it is kept, so that live traffic and a log
        of it get the same answers; never before what is remembered."""
        return self.at if self.profile is None else present(self.profile, self.at)

    @property
    def history(self) -> History | None:
        """What is remembered, asked by window; None without memory."""
        if self._history is None and self.profile is not None:
            self._history = History(self.profile, at=self.at, site=self.ruleset.site)
        return self._history

    def member(self, segment: str) -> bool | None:
        """Whether the visitor is in the segment. Nobody is in a draft, in a segment that is not there, or, by way of
        itself, in a segment that asks for itself."""
        members = self.members
        if segment in members:
            return members[segment]
        test = self.compiled.near.get(segment)
        if test is None:
            return self._member_far_down(segment)
        members[segment] = False
        answer = members[segment] = test(self)
        return answer

    def _member_far_down(self, segment: str) -> bool | None:
        """Whether they are in a segment that is not near, or not there."""
        members, test = self.members, self.compiled.segments.get(segment)
        if test is None:
            members[segment] = False
            return False
        self._ask_those_before(segment)
        if segment in members:
            return members[segment]
        members[segment] = False
        answer = members[segment] = test(self)
        return answer

    def _ask_those_before(self, segment: str) -> None:
        """Whatever a segment may ask for, answered in order instead of down in one go."""
        members, compiled = self.members, self.compiled
        for before in takewhile(segment.__ne__, compiled.segments):
            if before not in members:
                members[before] = False
                members[before] = compiled.segments[before](self)

    def arrival(self, touch: str) -> Touch | Signals | None:
        """How somebody came: touch is visit, first or last; None is unknown.

        Without memory an inner page tells nothing of its visit's arrival.
        """
        if touch == "visit":
            return (self._came or self._find_came())[0]
        signals, profile = self.signals, self.profile
        if profile is None:
            return None
        return (profile.first_touch if touch == "first" else profile.last_touch) or signals

    def _find_came(self) -> tuple[Touch | Signals | None]:
        signals, profile = self.signals, self.profile
        came: Touch | Signals | None = signals
        if not signals.is_arrival:
            if profile is not None:
                came = profile.visit.touch if profile.visit else signals
            elif signals.referrer.medium == "internal":
                came = None
        self._came = (came,)
        return self._came

    def clock(self, zone: str) -> datetime | None:
        """The wall clock: zone is site or visitor; where the visitor's is not known, the site's. None: no such time."""
        theirs = zone_of(self.signals.timezone or "") if zone == "visitor" else None
        if zone == "visitor" and theirs is None and self.signals.local_time is not None:
            return _wall_clock(self.signals.local_time.iso)
        try:
            return datetime.fromtimestamp(self.at, theirs or zone_of(self.ruleset.site.timezone) or UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def views(self, what: tuple[Field, ...], window: Window) -> Tally:
        """Page views for which `what` holds; without memory the page at hand alone is known."""
        if self.history is not None:
            return self.history.views(what, window)
        matches = page_holds(what, self.signals.page)
        return Tally(int(matches), False, self.now if matches else None, 0.0)


def _wall_clock(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None


@lru_cache(1024)
def zone_of(name: str) -> tzinfo | None:
    """The IANA zone of that name; None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
