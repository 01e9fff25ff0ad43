"""Entries that are never shown: their audience cannot be, or those before them take all of it."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from floorwalker.core.conditions.model import All, Condition
from floorwalker.core.reasoning import Clash, Reasoning
from floorwalker.core.ruleset import Entry, Promotion, Ruleset, Slot
from floorwalker.rulefile.nodes import Position
from floorwalker.rulefile.reading import Reading
from floorwalker.rulefile.reviews.audience import IsCertain, audience_of, in_order, pages_of, promoted_by, taken_by
from floorwalker.rulefile.reviews.words import never_together

_FIRST = "first"
_MOST_BEFORE = 500  # earlier entries that are looked at; beyond them nothing is claimed


class Taken(Struct, frozen=True):
    """Whom an entry that is looked at earlier takes. promotion: the schedule of the promotion that brings it."""

    who: Condition
    entry: Entry
    promotion: Promotion | None = None


class EntryReview:
    """Reviews the entries of one ruleset."""

    def __init__(self, ruleset: Ruleset, reading: Reading, reasoning: Reasoning, is_certain: IsCertain) -> None:
        self._ruleset = ruleset
        self._reading = reading
        self._reasoning = reasoning
        self._is_certain = is_certain

    def review(self, slot: Slot) -> None:
        """Warn of the slot's entries that are never shown, those of promotions first."""
        given = pages_of(slot)
        before: list[Taken] = []
        for promotion in self._ruleset.promotions.values():
            if not promotion.draft:
                entries = [entry for entry in slot.show if entry.promotion == promotion.name]
                self._walk(entries, _FIRST, (*given, *promoted_by(promotion)), before, promotion)
        own = [entry for entry in slot.show if not entry.promotion]
        self._walk(own, slot.choose, given, before)

    def _walk(
        self,
        entries: Sequence[Entry],
        choose: str,
        given: tuple[Condition, ...],
        before: list[Taken],
        promotion: Promotion | None = None,
    ) -> None:
        """Entries of which one is chosen; what they take is added to `before` where their order decides."""
        here = list(before)
        for entry in in_order(entries):
            if entry.limits.draft:
                continue
            asked = (*given, *audience_of(entry, self._ruleset))
            if not self._is_hopeless(entry, given, asked, here, promotion):
                self._walk(entry.show, entry.choose, asked, here, promotion)
            taken = taken_by(entry, self._ruleset, self._is_certain)
            if taken is not None and choose == _FIRST and len(here) < _MOST_BEFORE:
                here.append(Taken(All((*given, taken)), entry, promotion))
        if promotion is not None:
            before[:] = here

    def _is_hopeless(
        self,
        entry: Entry,
        given: tuple[Condition, ...],
        asked: tuple[Condition, ...],
        before: Sequence[Taken],
        promotion: Promotion | None,
    ) -> bool:
        """Whether the entry is never shown; why is reported, where it is not said elsewhere."""
        at = self._reading.whereabouts.of(entry.limits)
        clash = self._reasoning.never(*asked)
        if clash is not None:
            if at is not None and not self._is_told(entry, given):
                self._report_never(at, clash)
            return True
        if before and self._reasoning.implies(asked, [taken.who for taken in before]):
            if at is not None:
                self._report_unreachable(at, asked, before)
            return True
        if at is not None and promotion is not None:
            self._report_overlap(at, asked, before, promotion)
        return False

    def _is_told(self, entry: Entry, given: tuple[Condition, ...]) -> bool:
        """Whether what stands around it never holds, or what it asks for never does by itself."""
        if self._reasoning.never(*given) is not None:
            return True
        return any(self._reasoning.never(one) is not None for one in audience_of(entry, self._ruleset))

    def _report_never(self, at: Position, clash: Clash) -> None:
        message = f"this entry is never shown: {never_together(clash)}"
        self._reading.findings.warn(at, "never", message, "change one of them, or take the entry out")

    def _report_unreachable(self, at: Position, asked: tuple[Condition, ...], before: Sequence[Taken]) -> None:
        alone = next((one for one in before if self._reasoning.implies(asked, [one.who])), None)
        message = "this entry is never reached: those before it together take everybody it is for"
        if alone is not None:
            whom = "fits everybody" if _asks_nothing(alone.entry, self._ruleset) else "takes everybody it is for"
            message = f"this entry is never reached: the one in line {self._line(alone.entry, at)} {whom}"
        self._reading.findings.warn(at, "unreachable", message, "move it up, or give the other to: or when:")

    def _report_overlap(
        self, at: Position, asked: tuple[Condition, ...], before: Sequence[Taken], promotion: Promotion
    ) -> None:
        """Warn where, as long as another promotion runs, this one's entry is never reached."""
        for other, taken in _by_promotion(before):
            if other.name == promotion.name:
                continue
            both = (*asked, *promoted_by(other))
            if self._reasoning.never(*both) is None and self._reasoning.implies(both, [one.who for one in taken]):
                message = (
                    f"while the promotion {other.name} runs, this entry is never reached: {other.name} comes first"
                )
                hint = f"let their dates not overlap, or put {promotion.name} before {other.name}"
                self._reading.findings.warn(at, "overlap", message, hint)

    def _line(self, entry: Entry, at: Position) -> str:
        other = self._reading.whereabouts.of(entry.limits)
        if other is None:
            return entry.where
        return str(other.line) if other.file == at.file else f"{other.line} of {other.file}"


def _by_promotion(before: Sequence[Taken]) -> Iterator[tuple[Promotion, list[Taken]]]:
    promotions = {taken.promotion.name: taken.promotion for taken in before if taken.promotion is not None}
    for promotion in promotions.values():
        yield promotion, [taken for taken in before if taken.promotion is promotion]


def _asks_nothing(entry: Entry, ruleset: Ruleset) -> bool:
    return not audience_of(entry, ruleset) and (
        not entry.show or any(_asks_nothing(one, ruleset) for one in entry.show)
    )
