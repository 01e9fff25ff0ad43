"""A condition as a closure: compiled once, asked on every page. What several conditions ask is asked once.

`explain` walks the tree itself and is the reference; the two are held equal by a property test.
"""

from collections.abc import Sequence
from functools import partial
from operator import methodcaller
from typing import assert_never

from floorwalker.core.conditions.asking import Partial, answer, check_of, holds_for, texts_of
from floorwalker.core.conditions.matchers import AnyOf, Dates, TimeOfDay, fold_text
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
from floorwalker.core.conditions.patterns import wildcard
from floorwalker.core.evaluation.counting import (
    ONCE,
    all_hold,
    answers_of,
    any_holds,
    asks_only_count,
    count_holds,
    denied,
    tally_of,
)
from floorwalker.core.evaluation.courses import course_holds
from floorwalker.core.evaluation.known_words import found_once, word
from floorwalker.core.evaluation.moment import Asked, Moment, Reading
from floorwalker.core.evaluation.readings import reading
from floorwalker.core.hashing import share


class Compiler:
    """Makes closures of conditions and numbers what they read, so that a Moment reads each field once."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._asked: dict[object, Asked] = {}

    def compile(self, condition: Condition) -> Asked:
        """The condition as a closure; equal conditions are one closure."""
        known = self._asked.get(condition)
        if known is None:
            known = self._asked[condition] = self._compile(condition)
        return known

    def _compile(self, condition: Condition) -> Asked:
        match condition:
            case Test():
                return _all_of([self.field(condition, field) for field in condition.fields])
            case Behaviour():
                return self._once(self._happened(condition))
            case Course():
                return self._once(partial(course_holds, condition))
            case InSegment():
                return _member(condition.names)
            case Chance():
                return _chance(condition)
            case All():
                return _all_of([self.compile(part) for part in condition.of])
            case AnyCondition():
                return _any_of([self.compile(part) for part in condition.of])
            case Not():
                any_of = _any_of([self.compile(part) for part in condition.of])
                return lambda moment: denied(any_of(moment))
            case _:
                assert_never(condition)

    def _happened(self, behaviour: Behaviour) -> Asked:
        if not asks_only_count(behaviour):
            return lambda moment: all_hold(one.holds for one in answers_of(behaviour, moment))
        count = behaviour.count or ONCE
        number = self.tally_number(behaviour)

        def happened(moment: Moment) -> bool | None:
            tally = moment.tallies.get(number)
            if tally is None:
                tally = moment.tallies[number] = tally_of(behaviour, moment)
            return count_holds(count, tally)

        return happened

    def tally_number(self, behaviour: Behaviour) -> int:
        """Under which a Moment keeps how often it happened."""
        return self._number(("tally", behaviour.name, behaviour.what, behaviour.window))

    def field(self, test: Test, field: Field) -> Asked:
        """One field of a test as a closure; what it reads is read once."""
        key = (test.name, test.touch, field)
        known = self._asked.get(key)
        if known is None:
            known = self._asked[key] = self._field(test, field)
        return known

    def _field(self, test: Test, field: Field) -> Asked:
        number, read, said = self.reading_number(test, field), reading(test, field), word(test, field)
        if isinstance(field.matcher, AnyOf):
            asked = _one_of(field.matcher, number, read)
        else:
            asked = _matches(field, number, read, self._number((test.name, test.touch, field)))
        return asked if said is None else found_once(said, asked)

    def reading_number(self, test: Test, field: Field) -> int:
        """Under which a Moment keeps what was read."""
        zone = field.matcher.zone if isinstance(field.matcher, TimeOfDay | Dates) else ""
        return self._number((test.name, test.touch, field.name, field.key, zone))

    def _number(self, read: object) -> int:
        return self._numbers.setdefault(read, len(self._numbers))

    def _once(self, asked: Asked) -> Asked:
        """The same, asked at most once of each Moment."""
        number = self._number(asked)

        def once(moment: Moment) -> bool | None:
            answers = moment.answers
            if number in answers:
                return answers[number]
            found = answers[number] = asked(moment)
            return found

        return once


def _matches(field: Field, number: int, read: Reading, answered: int) -> Asked:
    """number, answered: under which a Moment keeps what was read, and the answer."""
    matcher, check, absent = field.matcher, check_of(field.matcher), holds_for(field.matcher, ())

    def matches(moment: Moment) -> bool | None:
        answers = moment.answers
        if answered in answers:
            return answers[answered]
        values = moment.seen.get(number)
        if values is None:
            values = moment.seen[number] = read(moment)
        found: bool | None
        if isinstance(values, Partial):
            found = answer(matcher, values)
        elif not values:
            found = absent
        elif len(values) == 1 and values[0] != "":
            found = check(values[0])
        else:
            found = holds_for(matcher, values)
        answers[answered] = found
        return found

    return matches


_ABSENT: tuple[Sequence[str], bool | None] = ((), False)


def _one_of(matcher: AnyOf, number: int, read: Reading) -> Asked:
    """Whole values, which is what most rules ask: the values are folded once, and a set is looked up."""
    exact, patterns = matcher.exact, [wildcard(pattern) for pattern in matcher.patterns]

    def fold(moment: Moment) -> tuple[Sequence[str], bool | None]:
        values = read(moment)
        found: tuple[Sequence[str], bool | None]
        if not values and not isinstance(values, Partial):
            found = _ABSENT
        elif len(values) == 1 and isinstance(values[0], str) and not isinstance(values, Partial):
            text = values[0]  # as nearly all are
            found = ((fold_text(text if text.isascii() else texts_of(text)[0]),) if text else (), False)
        else:
            texts = [fold_text(text) for value in values if value != "" for text in texts_of(value)]
            found = (texts, None if isinstance(values, Partial) else False)
        moment.folded[number] = found
        return found

    def one_of(moment: Moment) -> bool | None:
        texts, otherwise = moment.folded.get(number) or fold(moment)
        return otherwise if exact.isdisjoint(texts) else True

    def one_of_patterns(moment: Moment) -> bool | None:
        texts, otherwise = moment.folded.get(number) or fold(moment)
        if not exact.isdisjoint(texts) or any(pattern.match(text) for pattern in patterns for text in texts):
            return True
        return otherwise

    return one_of_patterns if patterns else one_of


def _member(names: tuple[str, ...]) -> Asked:
    if len(names) == 1:
        return methodcaller("member", names[0])
    return lambda moment: any_holds(moment.member(name) for name in names)


def _chance(condition: Chance) -> Asked:
    def within_share(moment: Moment) -> bool | None:
        return None if moment.profile is None else share(moment.profile.seed, condition.of) < condition.share

    return within_share


def _all_of(parts: list[Asked]) -> Asked:
    if len(parts) == 1:
        return parts[0]

    def all_of(moment: Moment) -> bool | None:
        unknown = False
        for part in parts:
            holds = part(moment)
            if holds is None:
                unknown = True
            elif not holds:
                return False
        return None if unknown else True

    return all_of


def _any_of(parts: list[Asked]) -> Asked:
    if len(parts) == 1:
        return parts[0]

    def any_of(moment: Moment) -> bool | None:
        unknown = False
        for part in parts:
            holds = part(moment)
            if holds is None:
                unknown = True
            elif holds:
                return True
        return None if unknown else False

    return any_of
