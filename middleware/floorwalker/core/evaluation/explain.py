"""Why a condition holds or does not: the tree walked node by node. The reference for `compiling`."""

from collections.abc import Callable, Sequence
from typing import Any, assert_never

from floorwalker.core.conditions.asking import Partial, Values, answer
from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    Course,
    Field,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.counting import Answer, all_hold, answers_of, any_holds, denied
from floorwalker.core.evaluation.explain_course import answer_words, explain_course
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.readings import reading
from floorwalker.core.evaluation.words import FORGOTTEN, NEEDS_CONSENT, duration_words, share_words, value_words
from floorwalker.core.hashing import share

__all__ = ["FORGOTTEN", "NEEDS_CONSENT", "explain"]

_DURATIONS = ("time_this_visit", "away", "first_visit")
_SHARES = ("interest", "responds_to", "propensity")


def explain(condition: Condition, moment: Moment) -> Explanation:
    """What was asked, what was found, and whether it holds; None is unknown."""
    match condition:
        case Test():
            return _explain_test(condition, moment)
        case Behaviour():
            return _explain_behaviour(condition, moment)
        case Course():
            return explain_course(condition, moment)
        case InSegment():
            return _explain_membership(condition, moment)
        case Chance():
            return _explain_chance(condition, moment)
        case All():
            parts = [explain(part, moment) for part in condition.of]
            return _composed(condition.written, all_hold(part.holds for part in parts), parts)
        case AnyCondition():
            parts = [explain(part, moment) for part in condition.of]
            return _composed(condition.written, any_holds(part.holds for part in parts), parts)
        case Not():
            parts = [explain(part, moment) for part in condition.of]
            return _composed(condition.written, denied(any_holds(part.holds for part in parts)), parts)
        case _:
            assert_never(condition)


def _composed(written: str, holds: bool | None, parts: Sequence[Explanation]) -> Explanation:
    return Explanation(written, None, holds, tuple(parts))


def _explain_test(test: Test, moment: Moment) -> Explanation:
    parts = [_explain_field(test, field, moment) for field in test.fields]
    if len(parts) == 1:
        return Explanation(test.written or test.name, parts[0].observed, parts[0].holds)
    return _composed(test.written or test.name, all_hold(part.holds for part in parts), parts)


def _explain_field(test: Test, field: Field, moment: Moment) -> Explanation:
    values = reading(test, field)(moment)
    asked = f"{field.name} {field.key}" if field.key else field.name
    return Explanation(asked, _observed(test, field, values, moment), answer(field.matcher, values))


def _observed(test: Test, field: Field, values: Values, moment: Moment) -> Any:
    """Never the client's address, which is not written down anywhere."""
    if isinstance(values, Partial) and not values:
        return NEEDS_CONSENT if moment.profile is None else FORGOTTEN
    if test.name == "ip":
        return "the client's address" if values else None
    words = _words(test, field)
    found = [words(value) if isinstance(value, int | float) else value_words(value) for value in values]
    return found[0] if len(found) == 1 else found or None


def _words(test: Test, field: Field) -> Callable[[float], Any]:
    """How numbers are written here."""
    if test.name in _DURATIONS or field.name in ("idle", "checkout"):
        return duration_words
    return share_words if test.name in _SHARES else value_words


def _explain_behaviour(behaviour: Behaviour, moment: Moment) -> Explanation:
    answers = list(answers_of(behaviour, moment))
    parts = [Explanation(one.asked, _observed_answer(one, moment), one.holds) for one in answers]
    written = behaviour.written or behaviour.name
    if len(parts) == 1:
        return Explanation(written, parts[0].observed, parts[0].holds)
    return _composed(written, all_hold(part.holds for part in parts), parts)


def _observed_answer(one: Answer, moment: Moment) -> Any:
    return NEEDS_CONSENT if one.holds is None and moment.profile is None else answer_words(one)


def _explain_membership(condition: InSegment, moment: Moment) -> Explanation:
    answers = {name: moment.member(name) for name in condition.names}
    holds = any_holds(answers.values())
    inside = [name for name, member in answers.items() if member]
    observed = NEEDS_CONSENT if holds is None and moment.profile is None else inside
    return Explanation(condition.written or f"in: {', '.join(condition.names)}", observed, holds)


def _explain_chance(condition: Chance, moment: Moment) -> Explanation:
    written = condition.written or f"chance: {share_words(condition.share)} of {condition.of}"
    if moment.profile is None:
        return Explanation(written, NEEDS_CONSENT, None)
    place = share(moment.profile.seed, condition.of)
    return Explanation(written, share_words(place), place < condition.share)
