"""Whether answers to one question can stand together. Every True is certain; False means that they may."""

from collections.abc import Sequence

from msgspec import Struct, field

from floorwalker.core.conditions.matchers import (
    AnyOf,
    Both,
    Exists,
    Flag,
    Matcher,
    PathIs,
    Range,
    Text,
    TimeOfDay,
    Words,
)
from floorwalker.core.reasoning.intervals import met, span_of, without
from floorwalker.core.reasoning.questions import Question, numbers_of
from floorwalker.core.reasoning.signs import Sign
from floorwalker.core.reasoning.values import (
    EVERY_MINUTE,
    allows_absent,
    is_apart,
    is_within,
    minutes_of,
    parts_of,
    pieces_of,
    ranges_of,
)

Matchers = Sequence[Matcher | Both]
_PIECES = 400  # of one matcher; longer lists of values are not looked at


class Answers(Struct):
    """What is taken for true of one question, by sign."""

    yes: list[Matcher | Both] = field(default_factory=list)
    no: list[Matcher | Both] = field(default_factory=list)
    not_yes: list[Matcher | Both] = field(default_factory=list)
    not_no: list[Matcher | Both] = field(default_factory=list)

    def of(self, sign: Sign) -> list[Matcher | Both]:
        """The list of one sign."""
        if sign is Sign.YES:
            return self.yes
        if sign is Sign.NO:
            return self.no
        return self.not_yes if sign is Sign.NOT_YES else self.not_no

    def __bool__(self) -> bool:
        return bool(self.yes or self.no or self.not_yes or self.not_no)


def clash(question: Question, answers: Answers) -> bool:
    """Whether these answers to the question cannot stand together."""
    yes, no = answers.yes, answers.no
    if _dead(question, yes, no):
        return True
    if not (question.known or yes or no):
        return False
    if question.known or (no and not question.partly) or (yes and not question.partly):
        return _dead(question, [*yes, *answers.not_no], [*no, *answers.not_yes])
    return any(_dead(question, yes, [*no, one]) for one in answers.not_yes) or any(
        _dead(question, [*yes, one], no) for one in _deniable(question, answers)
    )


def _deniable(question: Question, answers: Answers) -> Matchers:
    """Of what is known in part only, a yes tells nothing of what else there is; a count tells how many at least."""
    return answers.not_no if answers.no or question.single else ()


def _dead(question: Question, yes: Matchers, no: Matchers) -> bool:
    """Whether no value, nor its absence, has these answers, all of them known."""
    if _cannot_be_dead(question, yes, no):
        return False
    absent = _absence_fits(question, yes, no)
    if question.single:
        return not absent and not _value_fits(question, yes, no)
    if any(allows_absent(one) for one in yes):
        return not absent
    return any(not _value_fits(question, [one], no) for one in yes)


def _cannot_be_dead(question: Question, yes: Matchers, no: Matchers) -> bool:
    """What most answers are: one alone, of which nothing needs to be worked out."""
    if not yes:
        return not no or (not question.present and not any(allows_absent(one) for one in no))
    return not no and len(yes) == 1 and isinstance(yes[0], AnyOf | PathIs | Words | Text | Flag)


def _absence_fits(question: Question, yes: Matchers, no: Matchers) -> bool:
    return not question.present and all(allows_absent(one) for one in yes) and not any(allows_absent(one) for one in no)


def _value_fits(question: Question, yes: Matchers, no: Matchers) -> bool:
    """Whether some present value may be let through by all of `yes` and none of `no`."""
    if any(allows_absent(one) for one in yes) or Exists(True) in no:
        return False
    if not _number_fits(question, yes, no) or not _flag_fits(no) or not _time_fits(yes, no):
        return False
    asked = [part for one in yes for part in parts_of(one)]
    return all(_some_piece_fits(one, asked, no) for one in asked)


def _some_piece_fits(one: Matcher, asked: Sequence[Matcher], no: Matchers) -> bool:
    pieces = pieces_of(one)
    if len(pieces) > _PIECES:
        return True
    others = [other for other in asked if other is not one]
    return any(
        not any(is_apart(piece, other) for other in others) and not any(is_within(piece, other) for other in no)
        for piece in pieces
    )


def _number_fits(question: Question, yes: Matchers, no: Matchers) -> bool:
    """Whether a number is left, where the value is a number."""
    ranges = ranges_of(yes)
    numeric = bool(ranges) or question.least is not None
    if not numeric:
        return True
    spans = [span_of(numbers_of(question), whole=question.whole)]
    for one in ranges:
        spans = [met(span, span_of(one, whole=question.whole)) for span in spans]
    spans = [span for span in spans if not span.is_empty]
    for denied in no:
        if isinstance(denied, Range):
            spans = without(spans, span_of(denied, whole=question.whole), whole=question.whole)
    return bool(spans)


def _flag_fits(no: Matchers) -> bool:
    """Whether yes or no is left, where the value is one of them."""
    return len({one.yes for one in no if isinstance(one, Flag)}) < 2


def _time_fits(yes: Matchers, no: Matchers) -> bool:
    """Whether some minute of the week is left, where times of day are asked."""
    left = EVERY_MINUTE
    for one in yes:
        left &= minutes_of(one) if isinstance(one, TimeOfDay) else EVERY_MINUTE
    for one in no:
        left &= ~minutes_of(one) if isinstance(one, TimeOfDay) else EVERY_MINUTE
    return bool(left)


def least_count(question: Question, answers: Answers) -> float:
    """How many there are at least, by what is known."""
    spans = [span_of(numbers_of(question), whole=True)]
    for one in ranges_of(answers.yes):
        spans = [met(span, span_of(one, whole=True)) for span in spans]
    for denied in answers.no:
        if isinstance(denied, Range):
            spans = without([span for span in spans if not span.is_empty], span_of(denied, whole=True), whole=True)
    return min((span.low for span in spans if not span.is_empty), default=0.0)
