"""What each slot, block, promotion and segment earned: the counters of many days, summed up by comparison."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from floorwalker.core.memory.proving.facts import (
    CLICKED,
    CONVERTED,
    MIXED_FACT,
    REVENUE,
    SHOWN,
    SQUARE,
    Fact,
    minor_digits,
    read_fact,
)
from floorwalker.learn.lift import Sample

Days = Mapping[str, Mapping[str, int]]
"""Day (YYYY-MM-DD) → counter → its value, as the store gives them."""

_CONTROL = "control"


class Reached(Struct):
    """What one arm's visitors did of one goal. revenue, squares: in the site's currency, the sum over visitors of what
    each brought, and of its square. others: revenue in other currencies, which is in no comparison."""

    converted: int = 0
    revenue: float = 0.0
    squares: float = 0.0
    others: dict[str, float] = {}


class Group(Struct):
    """One arm: visitors who were exposed, who clicked, and what they did of each goal."""

    shown: int = 0
    clicked: int = 0
    goals: dict[str, Reached] = {}

    def conversions(self, goal: str) -> Sample:
        """Each visitor's conversion, 1 or 0."""
        return Sample.of_shares(self.shown, self.goals[goal].converted if goal in self.goals else 0)

    def revenue(self, goal: str) -> Sample:
        """Each visitor's revenue, in the site's currency."""
        reached = self.goals.get(goal) or Reached()
        return Sample(self.shown, reached.revenue, reached.squares, reached.converted)


class Figures(Struct):
    """Both arms of one comparison. mixed: visitors who met both, and are left out. daily: day → visitors exposed."""

    treatment: Group
    control: Group
    mixed: int = 0
    daily: dict[str, int] = {}

    @property
    def shown(self) -> int:
        return self.treatment.shown + self.control.shown

    @property
    def goals(self) -> list[str]:
        """The goals that anybody reached, the most reached first."""
        reached: Counter[str] = Counter()
        for group in (self.treatment, self.control):
            reached.update({goal: one.converted for goal, one in group.goals.items()})
        return [goal for goal, _ in reached.most_common()]


class Earned(Struct):
    """Everything that was counted. units: comparison → its figures; blocks: comparison → block → figures; segments:
    segment → comparison → figures. The comparisons are named as in core.memory.facts."""

    units: dict[str, Figures]
    blocks: dict[str, dict[str, Figures]]
    segments: dict[str, dict[str, Figures]]


def earned(days: Days, splits: Days | None = None, *, currency: str) -> Earned:
    """The sums of all these days. splits: the same by segment, as the relay counts them; none without it. currency: the
    site's; revenue in any other is told apart, and in no comparison.

    Counters that no version of ours wrote are passed over.
    """
    found = Earned({}, defaultdict(dict), defaultdict(dict))
    for day, fact, by in _facts(days):
        if fact.block:
            _add(found.blocks[fact.unit].setdefault(fact.block, _nothing()), fact, by, day, currency)
        else:
            _add(found.units.setdefault(fact.unit, _nothing()), fact, by, day, currency)
    for day, segment, fact, by in _split_facts(splits or {}):
        if not fact.block:
            _add(found.segments[segment].setdefault(fact.unit, _nothing()), fact, by, day, currency)
    return found


def _nothing() -> Figures:
    return Figures(Group(), Group())


def _facts(days: Days) -> Iterable[tuple[str, Fact, int]]:
    for day, counters in days.items():
        for field, by in counters.items():
            if (fact := read_fact(field)) is not None:
                yield day, fact, by * fact.times


def _split_facts(days: Days) -> Iterable[tuple[str, str, Fact, int]]:
    for day, counters in days.items():
        for field, by in counters.items():
            segment, _, rest = field.partition("\x1f")
            if (fact := read_fact(rest)) is not None:
                yield day, segment, fact, by * fact.times


def _add(figures: Figures, fact: Fact, by: int, day: str, currency: str) -> None:
    group = figures.control if fact.arm == _CONTROL else figures.treatment
    if fact.name == MIXED_FACT:
        figures.mixed += by
    elif fact.name == SHOWN:
        group.shown += by
        figures.daily[day] = figures.daily.get(day, 0) + by
    elif fact.name == CLICKED:
        group.clicked += by
    else:
        _add_reached(group.goals.setdefault(fact.goal, Reached()), fact, by, currency)


def _add_reached(reached: Reached, fact: Fact, by: int, currency: str) -> None:
    amount = by / 10 ** minor_digits(fact.currency)
    if fact.name == CONVERTED:
        reached.converted += by
    elif fact.currency == currency and fact.name == REVENUE:
        reached.revenue += amount
    elif fact.currency == currency and fact.name == SQUARE:
        reached.squares += amount / 10 ** minor_digits(fact.currency)
    elif fact.name == REVENUE:
        reached.others[fact.currency] = reached.others.get(fact.currency, 0.0) + amount
