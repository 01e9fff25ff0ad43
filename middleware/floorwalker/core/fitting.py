"""Whether one entry fits: its audience, its schedule, and how often its block may still be shown."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from floorwalker.core.conditions.counting import NEVER, any_holds, count_holds
from floorwalker.core.conditions.evaluate import Moment, explain, holds
from floorwalker.core.conditions.explain import NEEDS_CONSENT
from floorwalker.core.conditions.matchers import AnyOf, Range, fold_text
from floorwalker.core.conditions.model import Field, InSegment, Window
from floorwalker.core.conditions.words import duration_words, number_words
from floorwalker.core.decision import Explanation
from floorwalker.core.events import SLOT_DISMISSED
from floorwalker.core.history import Tally
from floorwalker.core.ruleset import Cap, Entry, Limits, Schedule, Slot

Check = tuple[bool | None, Callable[[], Explanation]]
"""One thing an entry asks: its answer, and why, for whoever wants to know."""

_WINDOWS = {"visit": Window("visit"), "day": Window("today"), "week": Window("week"), "ever": Window()}
_ALWAYS = Limits().schedule
_DISMISSED = Field("event", AnyOf(frozenset([fold_text(SLOT_DISMISSED)])))


def audience_checks(entry: Entry, moment: Moment) -> Iterator[Check]:
    """Whether the entry is for this visitor, now."""
    yield from schedule_checks(entry.limits, moment)
    if entry.to:
        yield any_holds([moment.member(name) for name in entry.to]), lambda: _explain_audience(entry.to, moment)
    when = entry.when
    if when is not None:
        yield holds(when, moment), lambda: explain(when, moment)


def _explain_audience(names: tuple[str, ...], moment: Moment) -> Explanation:
    return explain(InSegment(names, written=f"to: {', '.join(names)}"), moment)


def schedule_checks(limits: Limits, moment: Moment) -> Iterator[Check]:
    """Drafts are never shown; a schedule may not have begun, or be over."""
    if limits.draft:
        yield False, lambda: Explanation("draft: yes", None, False)
    schedule = limits.schedule
    if schedule is not _ALWAYS and schedule != _ALWAYS:
        answer = schedule.holds(moment.at)
        yield answer, lambda: Explanation(f"schedule: {_schedule_words(schedule)}", _utc_words(moment.at), answer)


def limit_checks(limits: Limits, block: str, slot: Slot, taken: frozenset[str], moment: Moment) -> Iterator[Check]:
    """How often, how long after, until what, and once per page. What needs memory is unknown without it."""
    if limits.once_per_page:
        free = limits.once_per_page not in taken
        yield free, lambda: Explanation(f"once_per_page: {limits.once_per_page}", None if free else "taken", free)
    for cap in limits.caps:
        yield _cap_check(cap, block, moment)
    if limits.rest > 0:
        yield _rest_check(limits.rest, block, moment)
    for stop in limits.stop_after:
        yield _stop_check(stop, block, slot, moment)


def _cap_check(cap: Cap, block: str, moment: Moment) -> Check:
    tally = None if moment.history is None else moment.history.shown(block, _WINDOWS[cap.per])
    every = "ever" if cap.per == "ever" else f"per {cap.per}"
    return _counted(f"at_most: {cap.times} {every}", Range(high=cap.times, high_open=True), tally)


def _rest_check(rest: float, block: str, moment: Moment) -> Check:
    tally = None if moment.history is None else moment.history.shown(block, Window("seconds", rest))
    return _counted(f"rest: {duration_words(rest)}", NEVER, tally)


def _stop_check(stop: str, block: str, slot: Slot, moment: Moment) -> Check:
    asked = f"stop_after: {stop}"
    if stop == "goal":
        goal = moment.ruleset.goals.get(slot.goal)
        reached = False if goal is None else holds(goal.when, moment)
        answer = None if reached is None else not reached
        return answer, lambda: Explanation(asked, slot.goal or None, answer)
    history = moment.history
    if history is None:
        return _counted(asked, NEVER, None)
    if stop == "click":
        return _counted(asked, NEVER, history.clicked(block, Window()))
    named = Field("where", AnyOf(frozenset([fold_text(block)])), "block")
    return _counted(asked, NEVER, history.events((_DISMISSED, named), Window()))


def _counted(asked: str, allowed: Range, tally: Tally | None) -> Check:
    if tally is None:
        return None, lambda: Explanation(asked, NEEDS_CONSENT, None)
    answer = count_holds(allowed, tally)
    return answer, lambda: Explanation(asked, number_words(tally.count, complete=tally.complete), answer)


def _schedule_words(schedule: Schedule) -> str:
    bounds = []
    if schedule.start is not None:
        bounds.append(f"from {_utc_words(schedule.start)}")
    if schedule.end is not None:
        bounds.append(f"until {_utc_words(schedule.end)}")
    return ", ".join(bounds)


def _utc_words(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
