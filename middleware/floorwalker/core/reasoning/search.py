"""Whether conditions can be as they are said to be, all at once: a search that ends early and never claims too much.

Each condition is taken apart until answers to single questions are left; where one of several ways is enough, each is
tried. A branch ends when its answers cannot stand together.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from floorwalker.core.conditions.model import All, AnyCondition, InSegment, Not
from floorwalker.core.reasoning.clashes import Answers, clash
from floorwalker.core.reasoning.questions import Asked, Question
from floorwalker.core.reasoning.signs import Sign
from floorwalker.core.reasoning.tallies import tallies_clash


class Member(Struct, frozen=True):
    """Membership of one segment."""

    name: str


class Goal(Struct, frozen=True):
    """That a condition, a membership or an answer is so."""

    what: Any
    sign: Sign


class Clash(Struct, frozen=True):
    """Two conditions, as they are written, that cannot both be as they are said to be; `other` is empty where one
    alone cannot."""

    one: str = ""
    other: str = ""


_DEEPEST = 60
"""Choices within choices, far below what Python's stack bears."""


class Exhausted(Exception):
    """The search would take more steps than it may."""


class Lookup(Protocol):
    """What the search asks of its surroundings."""

    def asked(self, condition: Any, /) -> Sequence[Asked]:
        """The answers that a condition which is not composed asks for: all of them."""

    def member(self, name: str, /) -> tuple[Asked, Sequence[Any] | None]:
        """Membership as an answer, and what it stands for: conditions that all hold, None where nobody is in it."""


class Search:
    """One search. most_steps: answers that may be compared before it gives up with Exhausted; steps_left: of these.

    by_form: a condition that is said to be so and not to be so fails as it is written, not taken apart at all: faster,
    and without the words of what clashes.
    """

    def __init__(self, lookup: Lookup, *, most_steps: float, by_form: bool) -> None:
        self._lookup = lookup
        self._by_form = by_form
        self.steps_left = most_steps
        self._answers: dict[Question, Answers] = {}
        self._trail: list[tuple[Answers, Sign]] = []
        self._taken: list[Goal] = []
        self._signs: dict[Any, list[Sign]] = {}
        self._written: dict[Question, list[str]] = {}
        self._depth = 0
        self.first_clash: Clash | None = None

    def fails(self, goals: Iterable[Goal], choices: Sequence[Sequence[Goal]] = ()) -> bool:
        """Whether there is no way in which all goals are so, and one of each choice."""
        if self._depth >= _DEEPEST:
            raise Exhausted
        mark, taken = len(self._trail), len(self._taken)
        self._depth += 1
        failed = self._fails(list(goals), list(choices))
        self._depth -= 1
        while len(self._trail) > mark:
            answers, sign = self._trail.pop()
            answers.of(sign).pop()
        while len(self._taken) > taken:
            self._signs[self._taken.pop().what].pop()
        return failed

    def _fails(self, goals: list[Goal], choices: list[Sequence[Goal]]) -> bool:
        while True:
            if not self._settle(goals, choices):
                return True
            best: list[Goal] | None = None
            for choice in choices:
                live = [goal for goal in choice if not self._is_refuted(goal)]
                if not live:
                    return True
                if best is None or len(live) < len(best):
                    best, chosen = live, choice
            if best is None:
                return False
            rest = [choice for choice in choices if choice is not chosen]
            if len(best) > 1:
                return all(self.fails([goal], rest) for goal in best)
            goals, choices = best, rest

    def _settle(self, goals: list[Goal], choices: list[Sequence[Goal]]) -> bool:
        """Take the goals for true, and add the choices that they leave; False where they cannot be."""
        agenda = list(reversed(goals))
        counts = False
        while agenda:
            self._step()
            goal = agenda.pop()
            if isinstance(goal.what, Asked):
                if not self._add(goal.what, goal.sign):
                    return False
                counts = counts or goal.what.question.counts
                continue
            if self._by_form and not self._take(goal):
                return False
            needs_all, parts = self._parts(goal)
            if needs_all:
                agenda += reversed(parts)
            else:
                choices.append(parts)
        return not (counts and self._counts_clash())

    def _take(self, goal: Goal) -> bool:
        """Take a goal for true; False where the same condition, as it is written, is taken for the opposite."""
        if self._is_opposed(goal):
            return False
        self._signs.setdefault(goal.what, []).append(goal.sign)
        self._taken.append(goal)
        return True

    def _is_opposed(self, goal: Goal) -> bool:
        return not goal.sign.contradicts.isdisjoint(self._signs.get(goal.what, ()))

    def _parts(self, goal: Goal) -> tuple[bool, Sequence[Goal]]:
        """What a goal comes down to: whether all of the parts are needed, or one of them."""
        what, sign = goal.what, goal.sign
        match what:
            case All():
                return sign.is_positive, [Goal(part, sign) for part in what.of]
            case AnyCondition():
                return not sign.is_positive, [Goal(part, sign) for part in what.of]
            case Not():
                return sign.is_positive, [Goal(part, sign.denied) for part in what.of]
            case InSegment():
                return not sign.is_positive, [Goal(Member(name), sign) for name in what.names]
            case Member():
                return self._of_member(what, sign)
            case _:
                return sign.is_positive, [Goal(one, sign) for one in self._lookup.asked(what)]

    def _of_member(self, member: Member, sign: Sign) -> tuple[bool, Sequence[Goal]]:
        asked, stands_for = self._lookup.member(member.name)
        if stands_for is None:
            return not sign.is_positive, []
        known = self._answers.get(asked.question)
        if known is not None and known.of(sign):
            return True, []
        whole = All(tuple(stands_for))
        return True, [Goal(asked, sign), Goal(whole, sign)]

    def _add(self, asked: Asked, sign: Sign) -> bool:
        answers = self._answers.get(asked.question)
        if answers is None:
            answers = self._answers[asked.question] = Answers()
        if asked.matcher in answers.of(sign):
            return True
        answers.of(sign).append(asked.matcher)
        self._trail.append((answers, sign))
        if not clash(asked.question, answers):
            self._written.setdefault(asked.question, []).append(asked.written)
            return True
        self._note(asked)
        return False

    def _is_refuted(self, goal: Goal) -> bool:
        """Whether a goal fails at once, by what is known already."""
        self._step()
        if self._by_form and not isinstance(goal.what, Asked) and self._is_opposed(goal):
            return True
        if isinstance(goal.what, All | AnyCondition | Not | InSegment | Member):
            return False
        asked = [goal.what] if isinstance(goal.what, Asked) else self._lookup.asked(goal.what)
        if not goal.sign.is_positive and len(asked) > 1:
            return False
        return any(self._would_clash(one, goal.sign) for one in asked)

    def _would_clash(self, asked: Asked, sign: Sign) -> bool:
        self._step()
        answers = self._answers.get(asked.question)
        if not answers or asked.matcher in answers.of(sign):
            return False
        answers.of(sign).append(asked.matcher)
        clashes = clash(asked.question, answers)
        answers.of(sign).pop()
        if clashes:
            self._note(asked)
        return clashes

    def _counts_clash(self) -> bool:
        self._step()
        if not tallies_clash({question: found for question, found in self._answers.items() if found}):
            return False
        self.first_clash = self.first_clash or Clash()
        return True

    def _note(self, asked: Asked) -> None:
        """Remember what clashed first, for whoever wants to say it."""
        if self.first_clash is None:
            before = self._written.get(asked.question, ())
            others = [written for written in before if written not in ("", asked.written)]
            self.first_clash = Clash(others[0], asked.written) if others else Clash(asked.written)

    def _step(self) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Exhausted
