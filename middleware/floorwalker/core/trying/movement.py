"""Movement: what other rules would have done with the same visitors. Only counts; no visitor is named."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from floorwalker.core.deciding.decide import PageDecisions
from floorwalker.core.decision import Decision

DEFAULT = "default"
Names = Mapping[str, str]


class Move(Struct):
    """One segment. before, after: visitors in it under the old and the new rules. into, out: who changes sides."""

    before: int = 0
    after: int = 0
    into: int = 0
    out: int = 0


class Shift(Struct):
    """That a slot shows one thing in place of another. pages: page views; visitors: whom it happens to."""

    pages: int = 0
    visitors: int = 0


class Movement(Struct):
    """What changes for whom. slots: slot → (shown before, shown after) → how often; the same name twice where only the
    text differs. Slots and segments bear their new names."""

    visitors: int = 0
    pages: int = 0
    segments: dict[str, Move] = field(default_factory=dict)
    slots: dict[str, dict[tuple[str, str], Shift]] = field(default_factory=dict)

    def count_member(self, before: Iterable[str], after: Iterable[str]) -> None:
        """One visitor more, who was in these segments and would be in those."""
        old, new = frozenset(before), frozenset(after)
        self.visitors += 1
        for name in old | new:
            move = self.segments.setdefault(name, Move())
            move.before += name in old
            move.after += name in new
            move.into += name not in old
            move.out += name not in new

    def count_page(self, before: "Seen", after: "Seen") -> list[tuple[str, str, str]]:
        """One page view more; which slots show something else on it: slot, before, after."""
        self.pages += 1
        shifts = []
        for slot in {**before.shown, **after.shown}:
            old, new = before.shown.get(slot, _NOTHING), after.shown.get(slot, _NOTHING)
            if old != new:
                shifts.append((slot, old[0], new[0]))
                self._shift(slot, old[0], new[0]).pages += 1
        return shifts

    def count_visitors(self, slot: str, before: str, after: str, number: int = 1) -> None:
        """So many visitors more for whom a slot shows something else."""
        self._shift(slot, before, after).visitors += number

    def add(self, other: "Movement") -> None:
        """Take in what was counted of other visitors."""
        self.visitors += other.visitors
        self.pages += other.pages
        for name, move in other.segments.items():
            mine = self.segments.setdefault(name, Move())
            for part in ("before", "after", "into", "out"):
                setattr(mine, part, getattr(mine, part) + getattr(move, part))
        for slot, shifts in other.slots.items():
            for (before, after), shift in shifts.items():
                own = self._shift(slot, before, after)
                own.pages += shift.pages
                own.visitors += shift.visitors

    def _shift(self, slot: str, before: str, after: str) -> Shift:
        return self.slots.setdefault(slot, {}).setdefault((before, after), Shift())


class Seen(Struct, frozen=True):
    """What one page view came to. shown: slot → what it showed, and a hash of its text."""

    segments: frozenset[str]
    shown: Mapping[str, tuple[str, int]]


_NOTHING = (DEFAULT, 0)


def seen(page: PageDecisions, renames: Mapping[str, Names] | None = None) -> Seen:
    """What a page's decisions come to. renames: the names that segments, slots and blocks have in other rules."""
    names = renames or {}
    segments, slots, blocks = (names.get(section, {}) for section in ("segments", "slots", "blocks"))
    return Seen(
        frozenset(segments.get(name, name) for name in page.segments),
        {slots.get(slot, slot): _shown(decision, blocks) for slot, decision in page.items()},
    )


def _shown(decision: Decision, blocks: Names) -> tuple[str, int]:
    if not decision.changes_page:
        return _NOTHING
    name = decision.block or decision.content.kind
    return blocks.get(name, name), 0 if decision.rendered is None else hash(decision.rendered)


class Ledger:
    """Counts the movement over many page views, in any order; of each visitor it keeps where they ever were."""

    def __init__(self) -> None:
        self._movement = Movement()
        self._ever: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._shifted: dict[tuple[str, str, str], set[str]] = {}

    def page(self, visitor: str, before: Seen, after: Seen) -> None:
        """One page view, under the old rules and under the new ones."""
        old, new = self._ever.get(visitor, (frozenset(), frozenset()))
        self._ever[visitor] = (old | before.segments, new | after.segments)
        for shift in self._movement.count_page(before, after):
            self._shifted.setdefault(shift, set()).add(visitor)

    def movement(self) -> Movement:
        """What it came to: a visitor counts as in a segment who was in it on any page."""
        whole = Movement()
        whole.add(self._movement)
        for before, after in self._ever.values():
            whole.count_member(before, after)
        for shift, visitors in self._shifted.items():
            whole.count_visitors(*shift, len(visitors))
        return whole
