"""Verdicts: what a comparison's figures say, how sure that is, whether they can be trusted, and what is missing."""

from collections.abc import Mapping

from msgspec import Struct

from floorwalker.core.memory.proving.facts import CHANNEL
from floorwalker.core.ruleset import Ruleset
from floorwalker.learn.earned import Earned, Figures
from floorwalker.learn.lift import Lift, Sample, anytime_lift, planned_lift
from floorwalker.learn.planning import visitors_needed
from floorwalker.learn.sample_ratio import ALARM, sample_ratio_factor

SITE = ""
_PROMOTION = "promotion:"


class Terms(Struct, frozen=True):
    """How to judge. effect: the relative difference that is worth finding. planned: visitors at which the any-time
    intervals are narrowest; to be chosen before anybody looks. alpha: how often an interval may miss the truth."""

    effect: float = 0.1
    planned: int = 10_000
    alpha: float = 0.05


class SampleRatio(Struct, frozen=True):
    """Whether control is as large as the rules say. planned, seen: shares. factor: evidence that it is not."""

    planned: float
    seen: float
    factor: float

    @property
    def alarm(self) -> bool:
        return self.factor > ALARM


class Judged(Struct, frozen=True):
    """One goal of one comparison: each visitor's conversion and revenue in either arm.

    conversions, revenue: the lift, at any time; None is too early to say. at_end: the conversions' lift if this was
    the planned end. needed: visitors still missing, of both arms, until a lift of `effect` would most likely be seen;
    None where nothing is known to reckon with. guardrail: it is watched, beside what the comparison is for.
    """

    goal: str
    treatment: Sample
    control: Sample
    treatment_revenue: Sample
    control_revenue: Sample
    conversions: Lift | None
    at_end: Lift | None
    revenue: Lift | None
    needed: int | None
    effect: float
    guardrail: bool = False

    @property
    def rises(self) -> bool:
        """Whether it is clearly higher in treatment."""
        return self.conversions is not None and self.conversions.low > 0

    @property
    def falls(self) -> bool:
        """Whether it is clearly lower in treatment."""
        return self.conversions is not None and self.conversions.high < 0


class Verdict(Struct, frozen=True):
    """One comparison. kind: site, promotion, slot, promotion in a slot, channel, block or segment.

    ratio: None where the rules keep no control group. goals: the place's own first; where it has none, those that are
    reached most before the guardrails; the same for all its parts and segments. parts: its blocks, or a channel's
    campaigns; segments: the same by segment.
    """

    name: str
    kind: str
    figures: Figures
    goals: tuple[Judged, ...]
    ratio: SampleRatio | None = None
    parts: tuple["Verdict", ...] = ()
    segments: tuple["Verdict", ...] = ()

    @property
    def counted(self) -> str:
        """What its figures count."""
        return "messages" if self.kind == "channel" else "visitors"


def judge(earned: Earned, ruleset: Ruleset, terms: Terms) -> list[Verdict]:
    """Every comparison that anybody is in: the site, promotions, slots in the order of the rules; then channels, which
    are counted without being compared."""
    return [
        _of_unit(unit, earned, ruleset, terms) for unit in sorted(earned.units, key=lambda one: _order(one, ruleset))
    ]


def _of_unit(unit: str, earned: Earned, ruleset: Ruleset, terms: Terms) -> Verdict:
    figures, share = earned.units[unit], control_share(unit, ruleset)
    blocks, goals = earned.blocks.get(unit, {}), _goals_of(unit, figures, ruleset)

    def judged(some: Figures) -> tuple[Judged, ...]:
        return tuple([_one_goal(goal, some, terms, share, guardrail=guards) for goal, guards in goals.items()])

    parts = [
        Verdict(block, "block", blocks[block], judged(blocks[block]))
        for block in sorted(blocks, key=lambda name: (-blocks[name].shown, name))
    ]
    segments = [
        Verdict(segment, "segment", units[unit], judged(units[unit]))
        for segment, units in sorted(earned.segments.items(), key=lambda one: _size(one[1], unit))
        if unit in units
    ]
    return Verdict(
        name_of(unit),
        kind_of(unit),
        figures,
        judged(figures),
        _ratio(figures, share),
        tuple(parts),
        tuple(segments),
    )


def kind_of(unit: str) -> str:
    """What the comparison is of."""
    if unit.startswith(CHANNEL):
        return "channel"
    if unit == SITE:
        return "site"
    if unit.startswith(_PROMOTION):
        return "promotion"
    return "promotion in a slot" if f" {_PROMOTION}" in unit else "slot"


def name_of(unit: str) -> str:
    """As a person says it."""
    return unit.removeprefix(CHANNEL).replace(f" {_PROMOTION}", ", ").replace(_PROMOTION, "") or "site"


def control_share(unit: str, ruleset: Ruleset) -> float:
    """The share of visitors that the rules keep in control there; 0 where there is no such group (any more)."""
    if unit == SITE:
        return ruleset.site.control
    _, is_promotion, promotion = unit.rpartition(_PROMOTION)
    if is_promotion:
        return ruleset.promotions[promotion].control if promotion in ruleset.promotions else 0.0
    return ruleset.slots[unit].control if unit in ruleset.slots else 0.0


def _goals_of(unit: str, figures: Figures, ruleset: Ruleset) -> dict[str, bool]:
    """The goals of a comparison, of all its blocks and segments too, in the order in which they are told: those that it
    is for, those that guard it, any other that was reached; and whether they guard it."""
    if kind_of(unit) == "channel":
        return {}
    slot = ruleset.slots.get(unit.partition(" ")[0])
    own = [slot.goal] if slot is not None and slot.goal else []
    guarding = [*(slot.guardrails if slot is not None else ()), *ruleset.site.guardrails]
    guardrails = [goal for goal in dict.fromkeys(guarding) if goal not in own]
    others = [goal for goal in figures.goals if goal not in (*own, *guardrails)]
    told = [*own, *guardrails, *others] if own else [*others, *guardrails]
    return {goal: goal in guardrails for goal in told}


def _one_goal(goal: str, figures: Figures, terms: Terms, share: float, *, guardrail: bool) -> Judged:
    treatment, control = figures.treatment.conversions(goal), figures.control.conversions(goal)
    whole = _needed(control if control.tells else treatment, terms, share or _seen_share(figures))
    money = figures.treatment.revenue(goal), figures.control.revenue(goal)
    return Judged(
        goal,
        treatment,
        control,
        *money,
        anytime_lift(treatment, control, planned=terms.planned, alpha=terms.alpha),
        planned_lift(treatment, control, alpha=terms.alpha),
        anytime_lift(*money, planned=terms.planned, alpha=terms.alpha),
        None if whole is None else max(0, whole - figures.shown),
        terms.effect,
        guardrail,
    )


def _needed(known: Sample, terms: Terms, share: float) -> int | None:
    if not known.tells or not 0 < share < 1:
        return None
    return visitors_needed(
        mean=known.mean, variance=known.variance, effect=terms.effect, control=share, alpha=terms.alpha
    )


def _ratio(figures: Figures, share: float) -> SampleRatio | None:
    counts = figures.treatment.shown, figures.control.shown
    if not 0 < share < 1 or min(counts) < 0 or not sum(counts):
        return None
    return SampleRatio(share, _seen_share(figures), sample_ratio_factor(counts, (1 - share, share)))


def _seen_share(figures: Figures) -> float:
    return figures.control.shown / figures.shown if figures.shown else 0.0


def _order(unit: str, ruleset: Ruleset) -> tuple[int, int, str]:
    kinds = ("site", "promotion", "slot", "promotion in a slot", "channel")
    slots = list(ruleset.slots)
    slot = unit.partition(" ")[0]
    place = slots.index(slot) if slot in slots else len(slots)
    kind = kinds.index(kind_of(unit))
    return (2 if kind == 3 else kind, place, unit)


def _size(units: Mapping[str, Figures], unit: str) -> int:
    return -units[unit].shown if unit in units else 0
