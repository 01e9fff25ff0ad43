"""Rules that ask for more than profiles remember (docs/profile.md says what they do)."""

from collections.abc import Iterator

from floorwalker.core.conditions.model import All, AnyCondition, Behaviour, Condition, Not
from floorwalker.core.memory.kept.ledger import MOST_DAYS, MOST_MONTHS
from floorwalker.core.memory.kept.recents import MOST_MOMENTS
from floorwalker.core.reasoning.questions import Counted
from floorwalker.core.reasoning.tallies import is_counted
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.reading import Reading

_DAY = 86400.0
_COUNTED_FOR = MOST_DAYS * _DAY + MOST_MONTHS * 31 * _DAY
_LONG = 30 * _DAY
_OF_EVENTS = ("viewed", "did")


def review_memory(ruleset: Ruleset, reading: Reading) -> None:
    """Warn of counts that no profile can tell, or only those of visitors who did little."""
    for condition, at in _conditions(ruleset, reading):
        for behaviour, denied in _behaviours(condition, denied=False):
            _behaviour(behaviour, denied, reading.whereabouts.of(behaviour) or at, reading)


def _behaviour(behaviour: Behaviour, denied: bool, at: Position, reading: Reading) -> None:
    seconds = behaviour.window.seconds if behaviour.window.kind == "seconds" else None
    if behaviour.name in (*_OF_EVENTS, "visits") and seconds is not None and seconds > _COUNTED_FOR:
        message = f"profiles count by month for {MOST_MONTHS // 12} years; what lies further back is not told apart"
        reading.findings.warn(at, "memory", message, "write a shorter within, or leave it out for ever")
        return
    if behaviour.name not in _OF_EVENTS or is_counted(Counted(behaviour.name, behaviour.what, behaviour.window)):
        return
    least = behaviour.count.low if behaviour.count is not None and behaviour.count.low is not None else 0
    if least > MOST_MOMENTS:
        message = f"profiles remember no more than {MOST_MOMENTS} events with all that is asked here, so it never holds"
        reading.findings.warn(
            at, "memory", message, "ask for fewer, or for one field alone, which is counted for years"
        )
    elif (denied or _asks_all(behaviour)) and (seconds is None or seconds > _LONG) and _is_long(behaviour):
        message = (
            f"this is known only as far back as single events are, which are the latest {MOST_MOMENTS} at most; of who "
            "did more it is unknown, so it does not fit"
        )
        reading.findings.warn(at, "memory", message, "write a shorter within, or ask for one field alone")


def _asks_all(behaviour: Behaviour) -> bool:
    """Whether nothing may be missing for it to hold."""
    bounded = behaviour.count is not None and behaviour.count.high is not None
    return bounded or behaviour.share is not None


def _is_long(behaviour: Behaviour) -> bool:
    return behaviour.window.kind in ("seconds", "ever")


def _behaviours(condition: Condition, *, denied: bool) -> Iterator[tuple[Behaviour, bool]]:
    """Every count that is asked, and whether it stands under a `not`."""
    match condition:
        case Behaviour():
            yield condition, denied
        case All() | AnyCondition():
            for part in condition.of:
                yield from _behaviours(part, denied=denied)
        case Not():
            for part in condition.of:
                yield from _behaviours(part, denied=not denied)


def _conditions(ruleset: Ruleset, reading: Reading) -> Iterator[tuple[Condition, Position]]:
    for segment in ruleset.segments.values():
        at = reading.names.defined_at("segment", segment.name)
        for condition in (segment.when, *(one.when for one in segment.points)):
            if condition is not None and at is not None:
                yield condition, at
    waiting = [entry for slot in ruleset.slots.values() for entry in slot.show]
    while waiting:
        entry = waiting.pop()
        waiting += entry.show
        at = reading.whereabouts.of(entry.limits)
        if entry.when is not None and at is not None:
            yield entry.when, at
