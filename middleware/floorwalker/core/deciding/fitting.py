"""Whether one entry fits: its audience, its schedule, and how often its block may still be shown. Made once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.bounds import NAME_BYTES, short
from floorwalker.core.conditions.matchers import AnyOf, Range, fold_text
from floorwalker.core.conditions.model import Condition, Field, InSegment, Window
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.counting import NEVER, count_holds, denied
from floorwalker.core.evaluation.evaluate import Moment, explain
from floorwalker.core.evaluation.explain import NEEDS_CONSENT
from floorwalker.core.evaluation.moment import Asked, zone_of
from floorwalker.core.evaluation.plan import Plan
from floorwalker.core.evaluation.words import duration_words, number_words, share_words
from floorwalker.core.events import SLOT_DISMISSED
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Cap, Entry, Limits, Promotion, Ruleset, Schedule, Slot

_WINDOWS = {"visit": Window("visit"), "day": Window("today"), "week": Window("week"), "ever": Window()}
_ALWAYS = Schedule()
_DISMISSED = Field("event", AnyOf(frozenset([fold_text(SLOT_DISMISSED)])))


class Check(Struct, frozen=True):
    """One thing an entry asks of a Moment: its answer, and why, for whoever wants to know.

    segment: where nothing is asked but who is in that one.
    """

    holds: Asked
    why: Callable[[Moment], Explanation]
    segment: str = ""


class Limit(Struct, frozen=True):
    """How often, or until what, a block may be shown. Asked with how often the page at hand shows it already."""

    holds: Callable[[Moment, int], bool | None]
    why: Callable[[Moment, int], Explanation]


def audience_checks(entry: Entry, plan: Plan) -> Iterator[Check]:
    """Whether the entry is for this visitor, now."""
    yield from schedule_checks(entry.limits)
    if entry.to:
        check = _condition_check(InSegment(entry.to, written=f"to: {', '.join(entry.to)}"), plan)
        yield replace(check, segment=entry.to[0]) if len(entry.to) == 1 else check
    if entry.when is not None:
        yield _condition_check(entry.when, plan)


def all_fit(checks: Sequence[Check]) -> Asked | None:
    """All of an audience as one question, asked up to the first that does not hold; None where nothing is asked."""
    asked = [check.holds for check in checks]
    if len(asked) <= 1:
        return asked[0] if asked else None

    def fits(moment: Moment) -> bool | None:
        fit: bool | None = True
        for holds in asked:
            fit = holds(moment)
            if fit is not True:
                break
        return fit

    return fits


def one_segment(checks: Sequence[Check]) -> str:
    """The segment, where an audience is all who are in one; else empty."""
    return checks[0].segment if len(checks) == 1 else ""


def _condition_check(condition: Condition, plan: Plan) -> Check:
    return Check(plan.test(condition), lambda moment: explain(condition, moment))


def schedule_checks(limits: Limits) -> Iterator[Check]:
    """Drafts are never shown; a schedule may not have begun, or be over."""
    if limits.draft:
        yield _DRAFT
    if limits.schedule != _ALWAYS:
        yield _schedule_check(limits.schedule, "schedule")


def promotion_checks(promotion: Promotion) -> Iterator[Check]:
    """What a promotion asks before any of its entries is looked at: one that compares has nothing without memory."""
    if promotion.draft:
        yield _DRAFT
    if promotion.schedule != _ALWAYS:
        yield _schedule_check(promotion.schedule, f"promotion {promotion.name}")
    if promotion.control > 0:
        yield _memory_check(f"compares with a control group of {share_words(promotion.control)}")


_DRAFT = Check(lambda _: False, lambda _: Explanation("draft: yes", None, False))


def _memory_check(asked: str) -> Check:
    """Who cannot be told from others again can be in neither arm."""

    def remembers(moment: Moment) -> bool | None:
        return None if moment.profile is None else True

    def why(moment: Moment) -> Explanation:
        return Explanation(asked, NEEDS_CONSENT if moment.profile is None else None, remembers(moment))

    return Check(remembers, why)


def _schedule_check(schedule: Schedule, what: str) -> Check:
    def why(moment: Moment) -> Explanation:
        zone = moment.ruleset.site.timezone
        asked = f"{what}: {_schedule_words(schedule, zone)}"
        return Explanation(asked, _time_words(moment.at, zone), schedule.holds(moment.at))

    return Check(lambda moment: schedule.holds(moment.at), why)


def limits_on(limits: Limits, block: str, slot: Slot, ruleset: Ruleset) -> Iterator[Limit]:
    """How often, how long after, and until what. What needs memory is unknown without it."""
    for cap in limits.caps:
        yield _cap(cap, block)
    if limits.rest > 0:
        yield _shown(f"rest: {duration_words(limits.rest)}", NEVER, block, Window("seconds", limits.rest))
    for stop in limits.stop_after:
        yield _stop(stop, block, slot, ruleset)


def _cap(cap: Cap, block: str) -> Limit:
    every = "ever" if cap.per == "ever" else f"per {cap.per}"
    return _shown(f"at_most: {cap.times} {every}", Range(high=cap.times, high_open=True), block, _WINDOWS[cap.per])


def _stop(stop: str, block: str, slot: Slot, ruleset: Ruleset) -> Limit:
    asked = f"stop_after: {stop}"
    if stop == "goal":
        return _until_goal(asked, slot, ruleset)
    if stop == "click":
        return _counted(asked, NEVER, lambda history, _: history.clicked(block, Window()))
    named = Field("where", AnyOf(frozenset([fold_text(block)])), "block")
    return _counted(asked, NEVER, lambda history, _: history.events((_DISMISSED, named), Window()))


def _until_goal(asked: str, slot: Slot, ruleset: Ruleset) -> Limit:
    goal = ruleset.goals.get(slot.goal)
    test = None if goal is None else ruleset.once(Plan).test(goal.when)

    def unreached(moment: Moment, _: int) -> bool | None:
        return True if test is None else denied(test(moment))

    return Limit(unreached, lambda moment, here: Explanation(asked, slot.goal or None, unreached(moment, here)))


def _shown(asked: str, allowed: Range, block: str, window: Window) -> Limit:
    """How often the block was shown, on this page too. What was never shown, as most blocks were not to most visitors,
    is known at a glance."""
    kept_name = short(block, NAME_BYTES)

    def tally_of(history: History, here: int) -> Tally:
        tally = history.shown(block, window)
        return replace(tally, count=tally.count + here) if here else tally

    counted = _counted(asked, allowed, tally_of)

    def holds(moment: Moment, here: int) -> bool | None:
        profile = moment.profile
        if profile is not None and _was_never_shown(profile, kept_name):
            return allowed.holds(here)
        return counted.holds(moment, here)

    return Limit(holds, counted.why)


def _was_never_shown(profile: Profile, kept_name: str) -> bool:
    """Whether it is certain that the block was never shown, nor held back."""
    responses = profile.responses
    if responses is None:
        return True
    return not responses.lost and kept_name not in [one.block for one in responses.blocks]


def _counted(asked: str, allowed: Range, tally_of: Callable[[History, int], Tally]) -> Limit:
    """A count that is kept of a block, which is unknown without memory. tally_of: given the showings on this page."""

    def holds(moment: Moment, here: int) -> bool | None:
        history = moment.history
        return None if history is None else count_holds(allowed, tally_of(history, here))

    def why(moment: Moment, here: int) -> Explanation:
        history = moment.history
        if history is None:
            return Explanation(asked, NEEDS_CONSENT, None)
        tally = tally_of(history, here)
        return Explanation(asked, number_words(tally.count, complete=tally.complete), count_holds(allowed, tally))

    return Limit(holds, why)


def _schedule_words(schedule: Schedule, zone: str) -> str:
    bounds = []
    if schedule.start is not None:
        bounds.append(f"from {_time_words(schedule.start, zone)}")
    if schedule.end is not None:
        bounds.append(f"until {_time_words(schedule.end, zone)}")
    return ", ".join(bounds)


def _time_words(at: float, zone: str) -> str:
    """A minute on the site's clock."""
    return f"{datetime.fromtimestamp(at, zone_of(zone) or UTC):%Y-%m-%d %H:%M} {zone}"
