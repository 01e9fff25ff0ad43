"""Counts of what lies within something else: who viewed two lenses this week viewed two pages this month."""

from collections.abc import Iterator, Mapping

from floorwalker.core.conditions.matchers import AnyOf, Both, Flag, Matcher, PathIs, Range, Text
from floorwalker.core.conditions.model import Field, Window
from floorwalker.core.reasoning.clashes import Answers, clash, least_count
from floorwalker.core.reasoning.questions import Counted, Question
from floorwalker.core.reasoning.values import allows_absent, is_within, parts_of, pieces_of

_COMPARED = frozenset(("viewed", "did", "visits", "saw", "clicked", "orders", "bought"))
_HOUR, _DAY = 3600.0, 86400.0
_LONGEST_SECONDS = {"today": _DAY + _HOUR, "week": 7 * _DAY + _HOUR, "month": 31 * _DAY + _HOUR}
"""How long a calendar window lasts at most, an hour of daylight saving included."""
_NOT_YET = ("away", "exit_page", "bounced")
"""What nobody has who comes for the first time."""

AnswersByQuestion = Mapping[Question, Answers]


def tallies_clash(answers: AnswersByQuestion) -> bool:
    """Whether counts, of which one cannot be greater than another, say otherwise."""
    least = [(counted, low) for counted, low in _least(answers) if low > 0]
    return any(
        _exceeds(question, counted, least, answers[question]) for question, counted in _counts(answers)
    ) or _is_new_and_came_before(answers)


def _counts(answers: AnswersByQuestion) -> Iterator[tuple[Question, Counted]]:
    for question in answers:
        match question.about:
            case ("count", Counted() as counted) if counted.name in _COMPARED:
                yield question, counted


def _least(answers: AnswersByQuestion) -> Iterator[tuple[Counted, float]]:
    """How often what is counted happened at least."""
    for question, found in answers.items():
        match question.about:
            case ("count", Counted() as counted) if counted.name in _COMPARED:
                yield counted, least_count(question, found)
            case ("ago", Counted() as counted) if counted.name in _COMPARED and found.yes:
                yield counted, 1.0


def _exceeds(question: Question, counted: Counted, least: list[tuple[Counted, float]], found: Answers) -> bool:
    """Whether what lies within this happened more often than this."""
    for other, low in least:
        if not _is_part(other, counted):
            continue
        yes = [*found.yes, Range(low=low)]
        known = Answers(yes, found.no, found.not_yes if _is_told(other, counted) else [])
        if clash(question, known):
            return True
    return False


def _is_part(one: Counted, other: Counted) -> bool:
    """Whether whatever counts for `one` counts for `other`."""
    return (
        one.name == other.name
        and window_within(one.window, other.window)
        and all(any(_field_within(ours, theirs) for ours in one.what) for theirs in other.what)
    )


def window_within(one: Window, other: Window) -> bool:
    """Whether what happened in the one window happened in the other."""
    if one == other or other.kind == "ever":
        return True
    if other.kind == "seconds":
        longest = one.seconds if one.kind == "seconds" else _LONGEST_SECONDS.get(one.kind)
        return longest is not None and longest <= other.seconds
    return one.kind == "today" and other.kind in ("week", "month")


def _field_within(one: Field, other: Field) -> bool:
    return (one.name, one.key) == (other.name, other.key) and matcher_within(one.matcher, other.matcher)


def matcher_within(one: Matcher | Both, other: Matcher | Both) -> bool:
    """Whether the other holds wherever the one does, values that are absent included."""
    if allows_absent(one) and not allows_absent(other):
        return False
    return one == other or any(all(is_within(piece, other) for piece in pieces_of(part)) for part in parts_of(one))


def _is_told(one: Counted, other: Counted) -> bool:
    """Whether a profile that knows so many of `one` knows as many of `other`; some things are counted only while they
    are recent."""
    if one.name == "clicked":
        return one.window == other.window
    return one.what == other.what or is_counted(other) or not is_counted(one)


def is_counted(counted: Counted) -> bool:
    if counted.name not in ("viewed", "did") or not counted.what:
        return True
    matcher = counted.what[0].matcher
    kept = isinstance(matcher, AnyOf | PathIs) or (isinstance(matcher, Text) and matcher.operator != "matches")
    return len(counted.what) == 1 and kept and counted.what[0].name not in ("where", "price")


def _is_new_and_came_before(answers: AnswersByQuestion) -> bool:
    new = [found for question, found in answers.items() if question.about[:2] == ("test", "new_visitor")]
    is_new = any(Flag(True) in found.yes or Flag(False) in found.no for found in new)
    is_known = any(Flag(False) in found.yes or Flag(True) in found.no for found in new)
    if is_new and _came_before(answers):
        return True
    return is_known and any(
        clash(question, Answers([*answers[question].yes, Range(low=2)], answers[question].no))
        for question, counted in _counts(answers)
        if counted.name == "visits" and counted.window.kind == "ever"
    )


def _came_before(answers: AnswersByQuestion) -> bool:
    return any(
        (question.about[0] == "test" and question.about[1] in _NOT_YET and _asks_value(found))
        or (question.about[0] == "count" and question.about[1].name == "visits" and least_count(question, found) > 1)
        for question, found in answers.items()
    )


def _asks_value(found: Answers) -> bool:
    return any(not allows_absent(one) for one in found.yes)
