"""The order and the rhythm of what happened, explained: what was found, in an editor's words."""

from datetime import UTC, datetime
from math import inf
from typing import Any, assert_never

from floorwalker.core.conditions.model import Behaviour, Course, InOrder, Regular, Restarted, Stage, Stopped
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.counting import Answer, all_hold
from floorwalker.core.evaluation.courses import comeback_of, course_holds, order_answers, silence_of, weeks_of
from floorwalker.core.evaluation.moment import Moment, zone_of
from floorwalker.core.evaluation.words import FORGOTTEN, NEEDS_CONSENT, duration_words, number_words, share_words
from floorwalker.core.memory.asked.history import History
from floorwalker.core.memory.asked.sightings import Between


def explain_course(course: Course, moment: Moment) -> Explanation:
    """What was asked, what was found, and whether it holds; None is unknown."""
    history = moment.history
    if history is None:
        return Explanation(course.written, NEEDS_CONSENT, None)
    match course.asked:
        case InOrder() as asked:
            return _explain_order(course, asked, history)
        case Regular() as asked:
            observed = _weeks(weeks_of(asked, history), asked.of)
        case Stopped() as asked:
            observed = _stopped(asked, history, moment)
        case Restarted() as asked:
            observed = _restarted(asked, history, moment)
        case Stage() as asked:
            observed = _stage(asked, history)
        case _:
            assert_never(course.asked)
    return Explanation(course.written, observed, course_holds(course, moment))


def answer_words(answer: Answer) -> Any:
    """What was observed for one question of a condition that counts."""
    if answer.observed is None:
        return None if answer.complete else FORGOTTEN
    match answer.asked:
        case "share":
            return share_words(answer.observed)
        case "ago":
            return f"{duration_words(answer.observed)} ago"
        case _:
            return number_words(answer.observed, complete=answer.complete)


def _explain_order(course: Course, asked: InOrder, history: History) -> Explanation:
    """The questions, and under them each step: when it last followed those before it."""
    answers = order_answers(asked, history)
    runs, complete = history.runs(asked.steps, asked.window, asked.gap)
    steps = [
        _explain_step(step, at, history, complete=complete) for step, at in zip(asked.steps, runs.done, strict=True)
    ]
    holds = all_hold([answer.holds for answer in answers])
    if len(answers) == 1:
        return Explanation(course.written, answer_words(answers[0]), holds, tuple(steps))
    asked_for = [Explanation(answer.asked, answer_words(answer), answer.holds) for answer in answers]
    return Explanation(course.written, None, holds, (*asked_for, *steps))


def _explain_step(step: Behaviour, at: float, history: History, *, complete: bool) -> Explanation:
    if at > -inf:
        return Explanation(step.written or step.name, _ago(at, history), True)
    return Explanation(step.written or step.name, None if complete else FORGOTTEN, False if complete else None)


def _weeks(weeks: Between, of: int) -> str:
    if weeks.known:
        return f"in {number_words(weeks.least)} of {of} weeks"
    return f"in {number_words(weeks.least)} to {number_words(weeks.most)} of {of} weeks, as far as is remembered"


def _stopped(asked: Stopped, history: History, moment: Moment) -> str:
    found = silence_of(asked, history)
    if found.latest is None:
        return "never"
    if found.weeks is None:
        return FORGOTTEN
    last = f"last {_when(found.latest.most, history, moment)}"
    return f"{last}; {_weeks(found.weeks, asked.of)} up to then"


def _restarted(asked: Restarted, history: History, moment: Moment) -> str:
    found = comeback_of(asked, history)
    if found.last is None:
        return "never"
    if found.holds is None:
        return FORGOTTEN
    if found.back is not None:
        return f"again {_when(found.back.at, history, moment)}, after {duration_words(found.back.silence)} without"
    if found.longest is None:
        return "no silence in this window"
    return f"the longest silence was {duration_words(found.longest.silence)}"


def _stage(asked: Stage, history: History) -> str:
    passes = history.passes(asked.steps)
    least, most = (pick([len(one.reached) for one in passes]) for pick in (min, max))
    of = len(asked.steps)
    if least < most:
        return f"step {least} to {most} of {of}, as far as is remembered" if least else FORGOTTEN
    if not most:
        return "not begun"
    at = max([one.reached[-1] for one in passes])
    when = f", {_ago(at, history)}" if at > -inf else ""
    return f"step {most} of {of}, {asked.steps[most - 1].written}{when}"


def _ago(at: float, history: History) -> str:
    return f"{duration_words(max(0.0, history.at - at))} ago"


def _when(at: float, history: History, moment: Moment) -> str:
    """How long ago, and on which day of the site's calendar."""
    day = datetime.fromtimestamp(at, zone_of(moment.ruleset.site.timezone) or UTC)
    return f"{_ago(at, history)}, on {day:%Y-%m-%d}"
