"""What behaviour conditions ask of a count that may be a lower bound, and unknown answers combined."""

from collections.abc import Callable, Iterable
from math import inf

from msgspec import Struct

from floorwalker.core.conditions.asking import holds_for
from floorwalker.core.conditions.matchers import Range
from floorwalker.core.conditions.model import Behaviour, Field
from floorwalker.core.decision import Arm
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.spending import spending
from floorwalker.core.memory.asked.history import Tally

ONCE = Range(low=1)
NEVER = Range(high=0)
_UNKNOWN = Tally(0, False, None, 0.0)
_NEVER = Tally(0, True, None, 0.0)
_EVERYTHING: tuple[Field, ...] = ()


class Answer(Struct, frozen=True):
    """One question of a behaviour condition. observed: a number, and whether it is only a lower bound."""

    asked: str
    observed: float | None
    complete: bool
    holds: bool | None


def both(one: bool | None, other: bool | None) -> bool | None:
    """Kleene's and."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def all_hold(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's and of any number; of none it is True."""
    unknown = False
    for answer in answers:
        if answer is None:
            unknown = True
        elif not answer:
            return False
    return None if unknown else True


def any_holds(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's or of any number; of none it is False."""
    unknown = False
    for answer in answers:
        if answer is None:
            unknown = True
        elif answer:
            return True
    return None if unknown else False


def denied(answer: bool | None) -> bool | None:
    """Kleene's not."""
    return None if answer is None else not answer


def holds_between(asked: Range, least: float, most: float) -> bool | None:
    """Whether the range holds for a number that is known to lie between `least` and `most`, both included."""
    if asked.holds(least) and asked.holds(most):
        return True
    too_low = asked.low is not None and (most < asked.low or (asked.low_open and most == asked.low))
    too_high = asked.high is not None and (least > asked.high or (asked.high_open and least == asked.high))
    return False if too_low or too_high else None


def score_between(points: Iterable[tuple[float, bool | None]]) -> tuple[float, float]:
    """The least and the most that the points can add up to, where some are not known."""
    least = most = 0.0
    for value, holds in points:
        if holds is not False:
            least += value if holds else min(value, 0.0)
            most += value if holds else max(value, 0.0)
    return least, most


def asks_only_count(behaviour: Behaviour) -> bool:
    """Whether nothing but the number is asked, which is what most rules do."""
    return behaviour.share is None and behaviour.total is None and behaviour.ago is None


def count_holds(asked: Range, tally: Tally) -> bool | None:
    """Whether the count is as asked; where matches may be missing, as far as the lower bound tells."""
    if tally.complete:
        return asked.holds(tally.count)
    return holds_between(asked, tally.count, inf)


def tally_of(behaviour: Behaviour, moment: Moment) -> Tally:
    """How often it happened in the condition's window; without memory a lower bound."""
    if behaviour.name == "viewed":
        return moment.views(behaviour.what, behaviour.window)
    history = moment.history
    if history is None:
        return _UNKNOWN
    match behaviour.name:
        case "did":
            return history.events(behaviour.what, behaviour.window, behaviour.total)
        case "visits":
            return history.visits(behaviour.window)
        case "saw":
            return _of_blocks(behaviour, moment, lambda block: history.shown(block, behaviour.window, held_back=False))
        case "clicked":
            return _of_blocks(behaviour, moment, lambda block: history.clicked(block, behaviour.window))
        case "orders" | "bought" | "spent":
            return spending(behaviour, moment, history)
        case _:
            return _UNKNOWN


def _of_blocks(behaviour: Behaviour, moment: Moment, tally: Callable[[str], Tally]) -> Tally:
    blocks = [field for field in behaviour.what if field.name == "block"]
    slots = [field for field in behaviour.what if field.name == "slot"]
    tallies = [
        _in_slots(slots, name, tally(name), moment) for name in moment.compiled.block_names if _all_match(blocks, name)
    ]
    latest = [one.latest for one in tallies if one.latest is not None]
    complete = all(one.complete for one in tallies)
    return Tally(sum(one.count for one in tallies), complete, max(latest, default=None), 0.0)


def _in_slots(slots: list[Field], block: str, tally: Tally, moment: Moment) -> Tally:
    """What those slots had of a block's count, which is kept per block; its first exposures tell where it was."""
    responses = moment.profile.responses if moment.profile else None
    if not slots or not tally.count or responses is None:
        return tally
    were = [_all_match(slots, one.slot) for one in responses.exposures if one.block == block and one.arm != Arm.CONTROL]
    if were and all(were):
        return tally
    return Tally(0, bool(were) and not any(were), None, 0.0)


def _all_match(fields: list[Field], name: str) -> bool:
    return all(holds_for(field.matcher, (name,)) for field in fields)


def answers_of(behaviour: Behaviour, moment: Moment) -> Iterable[Answer]:
    """What a behaviour condition asks, question by question; all must hold."""
    tally = tally_of(behaviour, moment)
    if behaviour.count is not None or asks_only_count(behaviour):
        yield how_often(behaviour.count, tally)
    if behaviour.share is not None:
        yield _share(behaviour, behaviour.share, tally, moment)
    if behaviour.total is not None:
        yield _total(behaviour.total, tally, grows=behaviour.name == "spent")
    if behaviour.ago is not None:
        yield how_long_ago(behaviour.ago, tally, moment.now)


def how_often(asked: Range | None, tally: Tally) -> Answer:
    """The question how often it happened; None asks for at least once."""
    return Answer("count", tally.count, tally.complete, count_holds(asked or ONCE, tally))


def where_it_never_happened(behaviour: Behaviour) -> bool | None:
    """What a behaviour condition that asks for no share answers of whom it surely never happened to."""
    answers = [how_often(behaviour.count, _NEVER)] if behaviour.count is not None or asks_only_count(behaviour) else []
    if behaviour.total is not None:
        answers.append(_total(behaviour.total, _NEVER, grows=False))
    if behaviour.ago is not None:
        answers.append(how_long_ago(behaviour.ago, _NEVER, 0.0))
    return all_hold([one.holds for one in answers])


def _share(behaviour: Behaviour, asked: Range, tally: Tally, moment: Moment) -> Answer:
    whole = moment.views(_EVERYTHING, behaviour.window)
    if not (tally.complete and whole.complete):
        return Answer("share", None, False, None)
    share = tally.count / whole.count if whole.count else None
    return Answer("share", share, True, share is not None and asked.holds(share))


def _total(total: Field, tally: Tally, *, grows: bool) -> Answer:
    """grows: nothing that may be missing is below 0, as a property of an event may be, so the sum is a lower bound."""
    if tally.complete:
        return Answer("sum", tally.total, True, holds_for(total.matcher, (tally.total,)))
    known = holds_between(total.matcher, tally.total, inf) if grows and isinstance(total.matcher, Range) else None
    return Answer("sum", tally.total, False, known)


def how_long_ago(asked: Range, tally: Tally, at: float) -> Answer:
    """The question how many seconds before `at` it last happened."""
    if tally.latest is None:
        return Answer("ago", None, tally.complete, False if tally.complete else None)
    ago = max(0.0, at - tally.latest)
    return Answer("ago", ago, True, asked.holds(ago))
