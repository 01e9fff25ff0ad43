"""Reasoning over conditions: what follows from what, what can never be, what always is."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Chance, Condition, Test
from floorwalker.core.reasoning.clashes import Answers, clash
from floorwalker.core.reasoning.questions import YES, Asked, Question, of_behaviour, of_chance, of_test, of_whole
from floorwalker.core.reasoning.search import Clash, Exhausted, Goal, Search
from floorwalker.core.reasoning.signs import Sign
from floorwalker.core.ruleset import Segment

_MOST_STEPS = 2000
_NO_SEGMENTS: Mapping[str, Segment] = {}


class Reasoning:
    """Reasons over one ruleset's segments. Every claim is certain; where something cannot be told, none is made.

    "Holds" is known to hold: a condition that is unknown does not hold, and neither does its `not`. given: conditions
    that hold at every moment that is looked at. most_steps: how long one question is thought about; most_in_all: how
    long all of them together, before nothing more is claimed.
    """

    def __init__(
        self,
        segments: Mapping[str, Segment] = _NO_SEGMENTS,
        *,
        given: Sequence[Condition] = (),
        most_steps: int = _MOST_STEPS,
        most_in_all: float = inf,
    ) -> None:
        self._segments = segments
        self._given = tuple(Goal(condition, Sign.YES) for condition in given)
        self._most_steps = most_steps
        self._left_in_all = most_in_all
        self._asked: dict[int, tuple[Any, tuple[Asked, ...]]] = {}
        self._members: dict[str, tuple[Asked, Sequence[Any] | None]] = {}

    def implies(self, one: Condition | Sequence[Condition], others: Iterable[Condition]) -> bool:
        """Whether, wherever `one` holds (of several all), one of the others holds."""
        if self._left_in_all <= 0:
            return False
        together = [Goal(part, Sign.YES) for part in _several(one)]
        return self._clash([*together, *(Goal(other, Sign.NOT_YES) for other in others)]) is not None

    def never(self, *conditions: Condition) -> Clash | None:
        """Why the conditions never hold together; None where they may."""
        return self._clash([Goal(condition, Sign.YES) for condition in conditions], in_words=True)

    def always(self, condition: Condition) -> bool:
        """Whether the condition holds for everybody of whom it is known."""
        return self._clash([Goal(condition, Sign.NO)]) is not None

    def never_alone(self, condition: Test | Behaviour) -> bool:
        """The same as `never`, of one condition that is not composed: faster, and without the reason."""
        return any(clash(one.question, Answers(yes=[one.matcher])) for one in self.asked(condition))

    def always_alone(self, condition: Test | Behaviour) -> bool:
        """The same as `always`, of one condition that is not composed."""
        return all(clash(one.question, Answers(no=[one.matcher])) for one in self.asked(condition))

    def asked(self, condition: Any, /) -> Sequence[Asked]:
        """The answers that a condition which is not composed asks for: all of them."""
        kept = self._asked.get(id(condition))
        if kept is None:
            kept = self._asked[id(condition)] = (condition, tuple(_asked_by(condition)))
        return kept[1]

    def member(self, name: str, /) -> tuple[Asked, Sequence[Any] | None]:
        """Membership as an answer, and what it stands for: conditions that all hold, None where nobody is in it."""
        found = self._members.get(name)
        if found is None:
            asked = Asked(Question(("member", name), partly=True), YES, f"in: {name}")
            found = self._members[name] = (asked, self._stands_for(name))
        return found

    def _stands_for(self, name: str) -> Sequence[Any] | None:
        segment = self._segments.get(name)
        if segment is None or segment.draft or (segment.when is None and segment.score is None):
            return None
        parts: list[Any] = [] if segment.when is None else [segment.when]
        if segment.score is not None:
            parts.append(_scored(segment, segment.score))
        return parts

    def _clash(self, goals: Sequence[Goal], *, in_words: bool = False) -> Clash | None:
        """in_words: and what clashes, if that can be found in time."""
        try:
            return self._search(goals, by_form=not in_words)
        except Exhausted:
            return self._clash(goals) if in_words else None

    def _search(self, goals: Sequence[Goal], *, by_form: bool) -> Clash | None:
        may_take = min(self._most_steps, self._left_in_all)
        search = Search(self, most_steps=may_take, by_form=by_form)
        try:
            failed = search.fails([*self._given, *goals])
        finally:
            self._left_in_all -= may_take - max(0, search.steps_left)
        return (search.first_clash or Clash()) if failed else None


def implies(one: Condition, other: Condition, segments: Mapping[str, Segment] = _NO_SEGMENTS) -> bool:
    """Whether the other condition certainly holds wherever the one does."""
    return Reasoning(segments).implies(one, [other])


def contradicts(condition: Condition, segments: Mapping[str, Segment] = _NO_SEGMENTS) -> bool:
    """Whether the condition certainly holds nowhere."""
    return Reasoning(segments).never(condition) is not None


def _several(one: Condition | Sequence[Condition]) -> Sequence[Condition]:
    return one if isinstance(one, Sequence) else [one]


def _asked_by(condition: Any) -> Iterable[Asked]:
    match condition:
        case Test():
            return of_test(condition)
        case Behaviour():
            return of_behaviour(condition)
        case Chance():
            return [of_chance(condition)]
        case _:
            return [of_whole(condition)]


def _scored(segment: Segment, asked: Range) -> Asked:
    """The points of a scoring plan, between the fewest and the most that it can give."""
    points = [one.points for one in segment.points]
    least, most = sum(min(value, 0.0) for value in points), sum(max(value, 0.0) for value in points)
    question = Question(("score", segment.name), present=True, partly=True, least=least, most=most)
    return Asked(question, asked, f"score of {segment.name}")
