"""Conditions that never hold, always do, or hold no more."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from floorwalker.core.conditions.model import (
    All,
    AnyCondition,
    Behaviour,
    Chance,
    Condition,
    InSegment,
    Not,
    Test,
)
from floorwalker.core.reasoning import Reasoning
from floorwalker.core.ruleset import Entry, Ruleset, Segment
from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.reviews.audience import from_now_on
from floorwalker.rulefile.reviews.words import never_together


class ConditionReview:
    """Reviews the conditions of one ruleset. now: seconds since 1970; without it no date is over."""

    def __init__(self, ruleset: Ruleset, reading: Reading, reasoning: Reasoning, now: float | None) -> None:
        self._ruleset = ruleset
        self._reading = reading
        self._reasoning = reasoning
        zone = ZoneInfo(ruleset.site.timezone)
        self._from_now = None if now is None else from_now_on(now, zone)

    def review(self) -> None:
        """Warn of every condition that asks nothing, or what nobody can be."""
        for segment in self._ruleset.segments.values():
            at = self._reading.names.defined_at("segment", segment.name)
            if at is not None and not segment.draft:
                self._segment(segment, at)
        for entry in _entries(self._ruleset):
            at = self._reading.whereabouts.of(entry.limits)
            if at is not None and entry.when is not None:
                self._condition(entry.when, at, "this entry is never shown")
        for goal in self._ruleset.goals.values():
            at = self._reading.names.defined_at("goal", goal.name)
            if at is not None:
                self._condition(goal.when, at, f"the goal {goal.name} is never reached")

    def _segment(self, segment: Segment, at: Position) -> None:
        if segment.when is not None:
            self._condition(segment.when, at, f"nobody is ever in {segment.name}")
        for one in segment.points:
            self._condition(one.when, at, f"nobody ever gets these points of {segment.name}")
        if segment.score is not None and segment.when is None and self._reasoning.never(InSegment((segment.name,))):
            most = sum(max(one.points, 0.0) for one in segment.points)
            message = f"nobody is ever in {segment.name}: its points add up to {most:g} at most"
            self._reading.findings.warn(at, "never", message, "ask for fewer points, or give more")

    def _condition(self, condition: Condition, at: Position, consequence: str) -> None:
        """Report the innermost part that never holds, or that always does."""
        place = self._reading.whereabouts.of(condition) or at
        if isinstance(condition, Chance):
            self._chance(condition, place)
        elif isinstance(condition, All | AnyCondition):
            self._composed(condition, place, consequence)
        elif isinstance(condition, Test | Behaviour | Not):
            self._single(condition, place, consequence)

    def _chance(self, chance: Chance, at: Position) -> None:
        if chance.share in (0, 1):
            who = "nobody" if chance.share == 0 else "everybody"
            message = f"a chance of {chance.share:.0%} is {who}".replace("%", " %")
            self._reading.findings.warn(at, "chance", message, "write a share between, or take the condition out")

    def _composed(self, condition: All | AnyCondition, at: Position, consequence: str) -> None:
        found = len(self._reading.findings)
        is_all = isinstance(condition, All)
        for part in condition.of:
            self._condition(part, at, consequence if is_all else "this part never holds")
        if len(self._reading.findings) > found:
            return
        clash = self._reasoning.never(condition) if len(condition.of) > 1 else None
        if clash is not None and not self._is_told(condition):
            hint = "a list means that all hold; write any: before it where one is enough" if is_all else ""
            self._warn_never(at, f"{consequence}: {never_together(clash)}", hint)
        elif clash is None and not is_all and self._reasoning.always(condition):
            self._warn_always(at, "one of these always holds")

    def _is_told(self, condition: All | AnyCondition) -> bool:
        """Whether it only never holds because a segment that it asks for never does."""
        return any(self._reasoning.never(part) is not None for part in condition.of)

    def _single(self, condition: Test | Behaviour | Not, at: Position, consequence: str) -> None:
        if isinstance(condition, Not):
            self._negated(condition, at, consequence)
            return
        if self._reasoning.never_alone(condition):
            self._warn_never(at, f"{consequence}: `{condition.written}` never holds", "")
        elif self._is_over(condition):
            message = f"`{condition.written}` is over, so it never holds again"
            self._reading.findings.warn(at, "over", message, "take it out, or set a later day")
        elif self._reasoning.always_alone(condition):
            hint = "write exactly: 0 for never" if isinstance(condition, Behaviour) else ""
            self._warn_always(at, f"`{condition.written}` holds for everybody", hint)

    def _negated(self, condition: Not, at: Position, consequence: str) -> None:
        inner = AnyCondition(condition.of)
        if any(isinstance(part, InSegment) for part in condition.of):
            return
        if self._reasoning.never(condition) is not None:
            self._warn_never(at, f"{consequence}: what stands under {condition.written} always holds", "")
        elif self._reasoning.never(inner) is not None:
            self._warn_always(at, f"what stands under {condition.written} never holds")

    def _is_over(self, condition: Test | Behaviour) -> bool:
        if self._from_now is None or not isinstance(condition, Test) or condition.name != "date":
            return False
        return self._reasoning.never(*self._from_now, condition) is not None

    def _warn_never(self, at: Position, message: str, hint: str) -> None:
        self._reading.findings.warn(at, "never", message, hint or "change it, or take it out")

    def _warn_always(self, at: Position, message: str, hint: str = "") -> None:
        self._reading.findings.warn(at, "always", f"{message}, so it asks nothing", hint or "change it, or take it out")


def _entries(ruleset: Ruleset) -> Iterator[Entry]:
    waiting = [entry for slot in ruleset.slots.values() for entry in slot.show]
    while waiting:
        entry = waiting.pop()
        yield entry
        waiting += entry.show
