"""Plain integers that are raised where pages are made; nobody reads them but a scrape."""

from bisect import bisect_left
from collections.abc import Container, Mapping
from typing import Final

from floorwalker.html.weave import Outcome

_CHANGED: Final = Outcome.CHANGED  # an enum's attributes cost more than a name
_KEPT: Final = Outcome.KEPT
_ALIKE: Final = 1024
WAITS_S: Final = (0.0, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
"""Upper ends of the classes of waits, in seconds; longer ones fall into a last class."""


class Waits:
    """A histogram of how long pages waited, in seconds."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(WAITS_S) + 1)
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        self.sum_s += seconds
        self.counts[bisect_left(WAITS_S, seconds)] += 1


class SlotTally:
    """What became of one slot. others: by outcome, of those that are rare."""

    __slots__ = ("changed", "kept", "others")

    def __init__(self) -> None:
        self.changed = self.kept = 0
        self.others: dict[str, int] = {}

    def by_outcome(self) -> dict[str, int]:
        """How often each outcome befell it."""
        return {Outcome.CHANGED.value: self.changed, Outcome.KEPT.value: self.kept, **self.others}


class Alike:
    """Pages of whose slots the same became. outcomes: by slot; count: how many there were."""

    __slots__ = ("count", "has_changed", "outcomes")

    def __init__(self, outcomes: Mapping[str, Outcome]) -> None:
        self.outcomes = dict(outcomes)
        self.has_changed = _CHANGED in self.outcomes.values()
        self.count = 0


class Tallies:
    """What one worker did since it started. Nothing in it tells of whom.

    pages_…: whole pages that went out: with a slot changed; read for slots, and none changed; without a part of ours;
    as the app made them since we failed. robots: requests of robots. loads_…: what became of asking the store for a
    visitor: it came; it did not come within the budget; the store was away; the record could not be read; the circuit
    was open, so that nobody asked. commits_late: responses that did not wait longer for what they store first.
    failed: what failed of ours unforeseen, by place. slots: what became of slots, but for pages that were like one
    before; `by_slot` tells of all.
    """

    __slots__ = (
        "_alike",
        "commits_late",
        "failed",
        "loads_away",
        "loads_came",
        "loads_late",
        "loads_not_asked",
        "loads_unreadable",
        "pages_changed",
        "pages_failed",
        "pages_kept",
        "pages_passed",
        "robots",
        "slots",
        "waits",
    )

    def __init__(self) -> None:
        self.pages_changed = self.pages_kept = self.pages_passed = self.pages_failed = 0
        self.robots = 0
        self.loads_came = self.loads_late = self.loads_away = self.loads_unreadable = self.loads_not_asked = 0
        self.commits_late = 0
        self.waits = Waits()
        self.slots: dict[str, SlotTally] = {}
        self._alike: dict[tuple[object, ...], Alike] = {}
        self.failed: dict[str, int] = {}

    def page(self, outcomes: Mapping[str, Outcome], known: Container[str]) -> None:
        """A page has gone out whose slots were looked for. known: the slots of the rules; no other name is kept."""
        # Most pages are like one before, and are counted at once: slot by slot, three would cost 70 bytecodes more.
        alike = self._alike.get((*outcomes, *map(id, outcomes.values())))  # to hash an enum's member costs a call
        if alike is not None:
            alike.count += 1
            has_changed = alike.has_changed
        else:
            has_changed = self.told(outcomes, known)
            if len(self._alike) < _ALIKE and all(name in known for name in outcomes):
                self._alike[*outcomes, *map(id, outcomes.values())] = Alike(outcomes)
        if has_changed:
            self.pages_changed += 1
        else:
            self.pages_kept += 1

    def by_slot(self) -> dict[str, dict[str, int]]:
        """How often each outcome befell each slot."""
        found = {name: tally.by_outcome() for name, tally in list(self.slots.items())}
        for alike in list(self._alike.values()):
            for name, outcome in alike.outcomes.items():
                counts = found[name]
                counts[outcome.value] = counts.get(outcome.value, 0) + alike.count
        return found

    def told(self, outcomes: Mapping[str, Outcome], known: Container[str]) -> bool:
        """What became of slots, in a page that goes out or is in a browser already; whether any was changed."""
        changed, slots = False, self.slots
        for name, outcome in outcomes.items():
            tally = slots.get(name)
            if tally is None:
                if name not in known:
                    continue
                tally = slots[name] = SlotTally()
            if outcome is _CHANGED:
                tally.changed += 1
                changed = True
            elif outcome is _KEPT:
                tally.kept += 1
            else:
                tally.others[outcome.value] = tally.others.get(outcome.value, 0) + 1
        return changed

    def failure(self, place: str) -> None:
        """Something unforeseen failed in us there."""
        self.failed[place] = self.failed.get(place, 0) + 1
