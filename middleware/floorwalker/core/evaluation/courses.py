"""What is found of the order and the rhythm of what happened, and whether it is as asked."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import assert_never

from msgspec import Struct

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Course, InOrder, Regular, Restarted, Stage, Stopped
from floorwalker.core.evaluation.counting import Answer, all_hold, both, holds_between, how_long_ago, how_often
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.memory.asked.history import History, Tally
from floorwalker.core.memory.asked.order import Pass
from floorwalker.core.memory.asked.sightings import (
    Between,
    Return,
    Sighting,
    latest_of,
    may_return,
    sure_return,
    weeks_with,
)


def course_holds(course: Course, moment: Moment) -> bool | None:
    """Whether what happened went on as asked; None where that is not known."""
    history = moment.history
    if history is None:
        return None
    match course.asked:
        case InOrder() as asked:
            return all_hold([answer.holds for answer in order_answers(asked, history)])
        case Regular() as asked:
            return holds_between(Range(low=asked.weeks), *_ends(weeks_of(asked, history)))
        case Stopped() as asked:
            return silence_of(asked, history).holds
        case Restarted() as asked:
            return comeback_of(asked, history).holds
        case Stage() as asked:
            return stage_holds(asked, history)
        case _:
            assert_never(course.asked)


def order_answers(asked: InOrder, history: History) -> list[Answer]:
    """How often the steps were complete, and how long ago they last were, as far as either is asked."""
    runs, complete = history.runs(asked.steps, asked.window, asked.gap)
    tally = Tally(runs.count, complete, runs.latest, 0.0)
    answers = [how_often(asked.count, tally)] if asked.count is not None or asked.ago is None else []
    return answers if asked.ago is None else [*answers, how_long_ago(asked.ago, tally, history.at)]


def weeks_of(asked: Regular, history: History) -> Between:
    """In how many of the latest weeks it happened."""
    return weeks_with(history.sightings(asked.what), history.at, asked.of)


class Silence(Struct, frozen=True):
    """What is found of something that may have stopped.

    latest: when it last happened; None is never. weeks: in how many of the weeks before that it did; None where the
    time is not known exactly.
    """

    latest: Between | None
    weeks: Between | None
    holds: bool | None


def silence_of(asked: Stopped, history: History) -> Silence:
    """Since when it has not happened, and how regularly it did before."""
    sightings = history.sightings(asked.what)
    latest = latest_of(sightings)
    if latest is None:
        return Silence(None, None, False)
    silent = holds_between(Range(low=asked.silence), history.at - latest.most, history.at - latest.least)
    if not latest.known:
        return Silence(latest, None, both(silent, None))
    weeks = weeks_with(sightings, latest.most, asked.of)
    return Silence(latest, weeks, both(silent, holds_between(Range(low=asked.weeks), *_ends(weeks))))


class Comeback(Struct, frozen=True):
    """What is found of something that may have stopped and happened again.

    back: when it surely did. last: when it last happened; None is never. longest: the longest silence that ended in the
    window, as far as every event is remembered.
    """

    back: Return | None
    last: Between | None
    longest: Return | None
    holds: bool | None


def comeback_of(asked: Restarted, history: History) -> Comeback:
    """Whether it happened again in the window, after a silence that is long enough."""
    sightings, start = history.sightings(asked.what), history.begins(asked.window)
    back = sure_return(sightings, start, asked.silence)
    possible = back is not None or may_return(sightings, start, asked.silence)
    longest = back or _longest_silence([one for one in sightings if one.first > history.left], start)
    return Comeback(back, latest_of(sightings), longest, True if back else None if possible else False)


def _longest_silence(recent: Sequence[Sighting], start: float) -> Return | None:
    times = [one.first for one in recent]
    silences = [Return(after, after - before) for before, after in pairwise(times)]
    return max([one for one in silences if one.at >= start], key=lambda one: one.silence, default=None)


def stage_holds(asked: Stage, history: History) -> bool | None:
    """Whether the latest pass through the funnel came that far."""
    answers = {_pass_holds(asked, one, history) for one in history.passes(asked.steps)}
    return answers.pop() if len(answers) == 1 else None


def _pass_holds(asked: Stage, one: Pass, history: History) -> bool | None:
    reached = len(one.reached)
    if reached <= asked.step or (asked.stuck and reached > asked.step + 1):
        return False
    if asked.ago is None:
        return True
    at = one.reached[asked.step]
    if at > -inf:
        return asked.ago.holds(max(0.0, history.at - at))
    return holds_between(asked.ago, history.at - history.left, inf)


def _ends(between: Between) -> tuple[float, float]:
    return between.least, between.most
