"""Classify: which segments a visitor is in, at one instant."""

from collections.abc import Callable
from functools import partial

from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.counting import both, holds_between, score_between
from floorwalker.core.evaluation.evaluate import Moment, explain, moment_at
from floorwalker.core.evaluation.words import number_words, range_words
from floorwalker.core.memory.profile import Profile
from floorwalker.core.priors import NO_PRIORS, Priors
from floorwalker.core.ruleset import Ruleset, Segment
from floorwalker.core.signals import Signals


def classify(
    ruleset: Ruleset,
    profile: Profile | None,
    signals: Signals,
    at: float,
    *,
    remembered: bool = True,
    priors: Priors = NO_PRIORS,
) -> frozenset[str]:
    """The names of the segments that the visitor is in, drafts left out.

    at: seconds since 1970, UTC. remembered: whether memory is permitted; without it, or without a profile, a condition
    that needs memory is unknown, and unknown fits nothing. priors: what is known of the population.
    """
    return segments_at(moment_at(ruleset, profile, signals, at, remembered=remembered, priors=priors))


def segments_at(moment: Moment) -> frozenset[str]:
    """The segments that hold at this moment."""
    roll = moment.compiled.roll
    if roll is not None:
        return roll.call(moment)
    members = moment.members
    for name, asked in moment.compiled.segments.items():
        if name not in members:
            members[name] = False
            members[name] = asked(moment)
    return frozenset([name for name, member in members.items() if member])


def segments_later(moment: Moment) -> Callable[[], frozenset[str]]:
    """What names the segments of that moment whenever it is asked. It does without the moment itself, which would live
    as long as whatever waits for the store, and be for the garbage collector; so `members` are not known to it."""
    return partial(classify, moment.ruleset, moment.profile, moment.signals, moment.at, priors=moment.priors)


def explain_segment(segment: Segment, moment: Moment) -> Explanation:
    """Why the visitor is in the segment or not; unknown is None."""
    when = None if segment.when is None else explain(segment.when, moment)
    if segment.score is None:
        return when or Explanation(segment.name, None, False)
    score = _explain_score(segment, moment)
    if when is None:
        return score
    return Explanation("all", None, both(when.holds, score.holds), (when, score))


def _explain_score(segment: Segment, moment: Moment) -> Explanation:
    parts, points = [], []
    for one in segment.points:
        why = explain(one.when, moment)
        parts.append(Explanation(f"{number_words(one.points)} points", None, why.holds, (why,)))
        points.append((one.points, why.holds))
    least, most = score_between(points)
    observed = number_words(least) if least == most else f"{number_words(least)} to {number_words(most)}"
    asked = "score" if segment.score is None else f"score: {range_words(segment.score)}"
    holds = None if segment.score is None else holds_between(segment.score, least, most)
    return Explanation(asked, observed, holds, tuple(parts))
