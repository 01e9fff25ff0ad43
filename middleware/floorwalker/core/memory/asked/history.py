"""History: what a profile remembers, asked by window. Built once per request, so every condition is a look-up."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from itertools import accumulate

from msgspec import Struct, structs

from floorwalker.core.bounds import NAME_BYTES, seconds, short
from floorwalker.core.calendar import Calendar
from floorwalker.core.conditions.asking import holds_for, number_of
from floorwalker.core.conditions.model import Behaviour, Field, Window
from floorwalker.core.events import EMAIL_LINK_CLICKED, PROMOTION_CLICKED, SLOT_CLICKED
from floorwalker.core.memory.asked.count_index import FORGOTTEN, NEVER, Bounds, CountIndex
from floorwalker.core.memory.asked.order import Pass, Runs, marks_of, pass_of, runs_of
from floorwalker.core.memory.asked.recent_index import NOWHERE, Positions, RecentIndex, has_searches
from floorwalker.core.memory.asked.sightings import Sighting
from floorwalker.core.memory.asked.windows import beginning
from floorwalker.core.memory.kept.responses import NONE, Daily, Response
from floorwalker.core.memory.profile import Profile
from floorwalker.core.memory.visits import is_running
from floorwalker.core.ruleset import Site

_BLOCK, _PROMOTED = ("block",), ("block", "promotion_id")
_CLICKS = {
    SLOT_CLICKED: _PROMOTED,
    PROMOTION_CLICKED: _PROMOTED,
    EMAIL_LINK_CLICKED: _BLOCK,
    "Push Notification Tapped": _BLOCK,
    "SMS Link Clicked": _BLOCK,
}
"""What counts as a click → the properties that may name the block."""


class Tally(Struct, frozen=True, gc=False):
    """How often something happened in a window.

    complete: no match in the window can be missing; then `count` and `total` are exact, else lower bounds.
    latest: when it last happened, seconds since 1970; None when it did not, or is not known. total: the sum of the
    property that was asked for.
    """

    count: int
    complete: bool
    latest: float | None
    total: float


_NOTHING: Set[str] = frozenset()
_NOT_LOST: Mapping[str, int] = {}
_NONE = Tally(0, True, None, 0.0)


def present(profile: Profile, at: float) -> int:
    """The second since 1970 that is now: a clock that stands before what the profile holds already is taken as of
    then."""
    return max(seconds(at), profile.last_seen, profile.recents.last)


class History:
    """What happened, up to `at` (seconds since 1970), in the site's calendar.

    Time has whole seconds here. A clock that stands before what the profile holds already is taken as of then.
    """

    __slots__ = ("_at", "_calendar", "_counted", "_left", "_profile", "_recent", "_seen", "_starts", "_visits")

    def __init__(self, profile: Profile, *, at: float, site: Site) -> None:
        self._profile = profile
        self._at = present(profile, at)
        self._calendar = Calendar(site)
        self._recent = RecentIndex(profile.recents)
        self._counted: CountIndex | None = None
        self._left = profile.recents.left or -1
        self._seen: dict[tuple[str, tuple[Field, ...]], list[Sighting]] = {}
        self._visits: list[int] | None = None
        self._starts: dict[tuple[str, float], tuple[float, int]] = {}

    @property
    def at(self) -> float:
        """Now."""
        return self._at

    @property
    def left(self) -> float:
        """When the latest event was that is only counted; -1 where all are remembered."""
        return self._left

    @property
    def names(self) -> Sequence[str]:
        """Every folded text under which anything recent is remembered. What is not, nor `counted`, nor `lost`, never
        happened."""
        return self._recent.names

    @property
    def counted(self) -> Set[str]:
        """The keys under which anything earlier is counted."""
        return self._past.names if self._has_counts else _NOTHING

    @property
    def first_segments(self) -> Set[str]:
        """With which segment the paths begin that are remembered or counted, and seldom some more."""
        recent = self._recent.first_segments
        return recent | self._past.first_segments if self._has_counts else recent

    @property
    def lost(self) -> Mapping[str, int]:
        """The dimensions in which anything may have been counted that is not known any more, and until when."""
        counts = self._profile.counts
        return counts.lost if counts is not None and self._has_counts else _NOT_LOST

    @property
    def _has_counts(self) -> bool:
        """Whether anything is only counted."""
        return self._left >= 0 and self._profile.counts is not None

    def begins(self, window: Window) -> float:
        """When the window begins; what happened at that second is in it."""
        return self._start(window)[0]

    def views(self, what: tuple[Field, ...], window: Window) -> Tally:
        """Pages seen for which all of `what` holds; () is every page view."""
        start, first = self._start(window)
        counted = self._recent.counted_views(what, first)
        recent = self._of_recent(_from(self._recent.viewed(what), first)) if counted is None else self._tally(*counted)
        return recent if start > self._left else _with_past(recent, self._past.views(what, start))

    def events(self, what: tuple[Field, ...], window: Window, total: Field | None = None) -> Tally:
        """Events for which all of `what` holds: `event` is the name, `where` the property named by its key.

        total: the property (its key) whose numbers are added up; of what is only counted they are not known.
        """
        start, first = self._start(window)
        counted = self._recent.counted_events(what, first) if total is None else None
        positions = self._events(what, first) if counted is None else NOWHERE
        tally = self._of_recent(positions) if counted is None else self._tally(*counted)
        if total is not None:
            values = [self._property(position, total.key) for position in positions]
            numbers = [number for number in map(number_of, values) if number is not None]
            tally = structs.replace(tally, total=round(sum(numbers, 0.0), 6))  # cents stay cents
        if start > self._left:
            return tally
        past = self._past.events(what, start)
        tally = _with_past(tally, past)
        return structs.replace(tally, complete=False) if total is not None and past.high else tally

    def runs(self, steps: Sequence[Behaviour], window: Window, gap: float | None) -> tuple[Runs, bool]:
        """How often all steps were done in their order, with at most `gap` seconds from one to the next, as far as is
        recent; and whether none can be missing."""
        start, first = self._start(window)
        marks, times = marks_of([self._done(step, first) for step in steps]), self._recent.times
        found = runs_of(marks, times, len(steps), gap=gap)
        begun = self._may_have_begun(steps, start)
        if not begun or begun == len(steps):
            return found, not begun
        most = runs_of(marks, times, len(steps), gap=gap, begun=begun, left=self._left)
        return found, found.count == most.count

    def passes(self, steps: Sequence[Behaviour]) -> list[Pass]:
        """The latest pass through a funnel; several where it depends on what is forgotten."""
        marks, times = marks_of([self._done(step, 0) for step in steps]), self._recent.times
        begun = range(self._may_have_begun(steps, 0) + 1)
        return [pass_of(marks, times, len(steps), begun=number) for number in begun]

    def sightings(self, what: Behaviour) -> list[Sighting]:
        """When it happened, as exactly as is remembered."""
        key = (what.name, what.what)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._sightings(what)
        return found

    def _sightings(self, what: Behaviour) -> list[Sighting]:
        found = [Sighting(self._recent.times[position], self._recent.times[position]) for position in self._done(what)]
        if self._left < 0:
            return found
        past, left = self._past, self._left
        earlier = past.sightings_of_views(what.what) if what.name == "viewed" else past.sightings_of_events(what.what)
        return [Sighting(min(one.first, left), min(one.last, left), one.sure) for one in earlier] + found

    def visits_began(self) -> list[int]:
        """When the latest visits before this one began, seconds since 1970, oldest first: 40 at most."""
        return list(accumulate(self._profile.earlier))

    def _done(self, step: Behaviour, first: int = 0) -> Positions:
        """Where a step happened, from the event `first` on."""
        if step.name == "viewed":
            return _from(self._recent.viewed(step.what), first)
        return self._events(step.what, first)

    def _may_have_begun(self, steps: Sequence[Behaviour], start: float) -> int:
        """How many steps, from the first on, may have been done in the window before what is recent."""
        if start > self._left:
            return 0
        past = self._past
        tallies = (past.views if step.name == "viewed" else past.events for step in steps)
        done = [tally(step.what, start).high > 0 for tally, step in zip(tallies, steps, strict=True)]
        return done.index(False) if False in done else len(done)

    def visits(self, window: Window) -> Tally:
        """Visits that began in the window; `visit` is this one."""
        profile = self._profile
        if profile.visit is None:
            return _NONE
        start, _ = self._start(window)
        if self._visits is None:
            self._visits = sorted([*accumulate(profile.earlier), profile.visit.started])
        count = len(self._visits) - bisect_left(self._visits, start)
        recent = Tally(count, True, self._visits[-1], 0.0) if count else _NONE
        left = profile.earlier_left
        return _with_past(recent, self._past.visits(start)) if left and start <= left else recent

    def shown(self, block: str, window: Window, *, held_back: bool = True) -> Tally:
        """How often the block was shown, in whatever slot. held_back: those times count, too, when it would have been
        shown but for a control group, so that caps and rests hold alike in both arms."""
        start, _ = self._start(window)
        found = [
            self._in_visit(one) if window.kind == "visit" else self._of_days(one.shown, one.since, start)
            for one in self._responses(block)
            if held_back or not one.control
        ]
        return self._of_responses(found, start)

    def clicked(self, block: str, window: Window) -> Tally:
        """How often the block was clicked."""
        start, first = self._start(window)
        if start > self._left:
            positions = [
                position
                for name, keys in _CLICKS.items()
                for position in _from(self._recent.happened(name), first)
                if any(self._property(position, key) == block for key in keys)
            ]
            latest = self._recent.times[max(positions)] if positions else None
            return Tally(len(positions), True, latest, 0.0)
        found = [self._of_days(one.clicked or Daily(), one.since, start) for one in self._responses(block)]
        return self._of_responses(found, start)

    def searches(self, window: Window) -> tuple[str, ...]:
        """What was typed into the site's own search, as far as is remembered to the word; the latest last."""
        if not has_searches(self._profile.recents):
            return ()
        return tuple(self._recent.searches(self._start(window)[1]))

    @property
    def _past(self) -> CountIndex:
        """What is only counted, which few windows reach back to."""
        if self._counted is None:
            self._counted = CountIndex(self._profile.counts, self._calendar)
        return self._counted

    def _of_recent(self, positions: Positions) -> Tally:
        """The matches among the recent events."""
        return self._tally(len(positions), positions[-1]) if positions else _NONE

    def _tally(self, count: int, last: int) -> Tally:
        return Tally(count, True, self._recent.time(last), 0.0) if count else _NONE

    def _start(self, window: Window) -> tuple[float, int]:
        """When the window begins, and the first recent event within it."""
        key = (window.kind, window.seconds)
        found = self._starts.get(key)
        if found is None:
            start = beginning(window, self._profile, self._at, self._calendar)
            found = self._starts[key] = (start, self._recent.since(start))
        return found

    def _events(self, what: Sequence[Field], first: int) -> Positions:
        """Where an event happened, from `first` on, for which all of `what` holds."""
        named: Positions | None = None
        for field in what:
            if field.name == "event":
                positions = self._recent.named(field)
                named = positions if named is None else sorted({*named} & {*positions})
        if named is None:
            named = range(len(self._recent.times))
        named = _from(named, first)
        where = [field for field in what if field.name != "event"]
        if not where or not named:
            return named or NOWHERE
        return [position for position in named if self._properties_hold(position, where)]

    def _properties_hold(self, position: int, where: Sequence[Field]) -> bool:
        properties = self._profile.recents.properties_of(position)
        return all(
            holds_for(field.matcher, () if (value := properties.get(field.key)) is None else (value,))
            for field in where
        )

    def _property(self, position: int, name: str) -> object:
        return self._profile.recents.properties_of(position).get(name)

    def _responses(self, block: str) -> list[Response]:
        known = short(block, NAME_BYTES)
        return [one for one in (self._profile.responses or NONE).blocks if one.block == known]

    def _in_visit(self, response: Response) -> Bounds:
        """How often in this visit."""
        if response.visit != self._profile.visits or not is_running(self._profile, self._at):
            return NEVER
        return Bounds(response.in_visit, response.in_visit, response.shown.last)

    def _of_days(self, daily: Daily, since: int, start: float) -> Bounds:
        """How often since `start`, from the counts of a block's days."""
        forgotten, last = 0 < since >= start, daily.last if daily.last >= since else 0
        if daily.last < start:
            return FORGOTTEN if forgotten else NEVER
        if start <= 0:
            return _bounds(daily.total, daily.total, last, forgotten=forgotten)
        day = self._calendar.day(start)
        whole = start <= self._calendar.day_begins(day)
        low = high = kept = 0
        for one, count in zip(daily.days[::2], daily.days[1::2], strict=True):
            kept += count
            if one >= day:
                high += count
                if one > day or whole:
                    low += count
        if daily.days and day <= daily.days[0]:
            high += daily.total - kept
        return _bounds(max(low, 1), max(high, 1), last, forgotten=forgotten)

    def _of_responses(self, found: list[Bounds], start: float) -> Tally:
        """The tally of what is known of a block; of one that is not there, whether it may have been forgotten."""
        lost = (self._profile.responses or NONE).lost
        if not found:
            return Tally(0, not 0 < lost >= start, None, 0.0)
        if len(found) == 1:  # as it is of whoever was in one arm alone
            (one,) = found
            return Tally(one.low, one.low == one.high, one.last or None, 0.0)
        low = sum([one.low for one in found])
        known = all(one.last or not one.high for one in found)
        latest = max([one.last for one in found]) if known else 0
        return Tally(low, low == sum([one.high for one in found]), latest or None, 0.0)


def _from(positions: Positions, first: int) -> Positions:
    """Those that are not before the event `first`."""
    return positions[bisect_left(positions, first) :] if first else positions


def _with_past(recent: Tally, past: Bounds) -> Tally:
    """The recent matches and, before them, those that are only counted."""
    latest = recent.latest or past.last or None
    return Tally(recent.count + past.low, past.low == past.high, latest, recent.total)


def _bounds(low: int, high: int, last: int, *, forgotten: bool) -> Bounds:
    return Bounds(low, float("inf") if forgotten else high, last)
