"""What slots earned, as one page that needs nothing else: to be sent around, printed, kept."""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment
from msgspec import Struct

from floorwalker.cli.reports.earned_report import lift_words, percent, rate, sentences, title_of
from floorwalker.learn.lift import Lift
from floorwalker.learn.verdict import Judged, Verdict

_LEAST_REACH, _LARGEST_REACH = 0.1, 2.0  # of the plot's axis, relative lift
_STEPS = (0.05, 0.1, 0.25, 0.5, 1.0)
_HALF = 50.0  # of the axis, in per cent of the plot's width


class Dot(Struct, frozen=True):
    """One interval of a plot: its label and words, and where it lies, in per cent of the width. clear: beside zero."""

    label: str
    words: str
    at: float = _HALF
    low: float = _HALF
    high: float = _HALF
    clear: bool = False
    known: bool = True


class Plot(Struct, frozen=True):
    """Intervals over one axis. ticks: where, and what stands there."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]


def earned_page(verdicts: Sequence[Verdict], *, days: Sequence[str], currency: str, made: str) -> str:
    """The page. days: those that were asked for, in order. made: when it was made, in words."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"rate": rate, "percent": percent, "lift": lift_words}
    source = (resources.files("floorwalker.cli.reports") / "earned.html").read_text(encoding="utf-8")
    cards = [_card(verdict, days) for verdict in verdicts]
    return environment.from_string(source).render(cards=cards, days=days, currency=currency, made=made)


def _card(verdict: Verdict, days: Sequence[str]) -> dict[str, Any]:
    has_control = bool(verdict.figures.control.shown)
    counts = [verdict.figures.daily.get(day, 0) for day in days]
    top = max(counts, default=0)
    return {
        "title": title_of(verdict),
        "verdict": verdict,
        "has_control": has_control,
        "said": [line for one in verdict.goals for line in sentences(one, None, has_control=has_control)],
        "money": [one for one in verdict.goals if one.treatment_revenue.total or one.control_revenue.total],
        "plot": plot_of(list(_goal_dots(verdict.goals))) if has_control else None,
        "bars": [(day, count, _height(count, top)) for day, count in zip(days, counts, strict=True)],
        "most": top,
        "blocks": plot_of([_part_dot(part) for part in verdict.parts]),
        "segments": plot_of([_part_dot(part) for part in verdict.segments]),
    }


def _height(value: int, top: int) -> float:
    return round(32 * max(value, 0) / top, 2) if top > 0 else 0.0


def _goal_dots(goals: Sequence[Judged]) -> Iterator[tuple[str, str, Lift | None]]:
    for one in goals:
        yield one.goal, "", one.conversions
        if one.revenue is not None:
            yield f"{one.goal}, revenue", "", one.revenue


def _part_dot(part: Verdict) -> tuple[str, str, Lift | None]:
    goal = part.goals[0] if part.goals else None
    return part.name, "", goal.conversions if goal is not None else None


def plot_of(rows: Sequence[tuple[str, str, Lift | None]]) -> Plot:
    """Intervals over one axis that holds them all, up to 200 per cent; what reaches beyond is cut there."""
    lifts = [lift for _, _, lift in rows if lift is not None]
    widest = max((max(abs(lift.low), abs(lift.high)) for lift in lifts), default=_LEAST_REACH)
    reach = min(max(widest * 1.1, _LEAST_REACH), _LARGEST_REACH)
    return Plot(tuple(_dot(label, lift, reach) for label, _, lift in rows), tuple(_ticks(reach)))


def _dot(label: str, lift: Lift | None, reach: float) -> Dot:
    if lift is None:
        return Dot(label, "too early to say", known=False)
    at, low, high = (_place(value, reach) for value in (lift.estimate, lift.low, lift.high))
    return Dot(label, lift_words(lift), at, low, high, lift.is_clear)


def _place(value: float, reach: float) -> float:
    return round(_HALF + _HALF * min(max(value / reach, -1.0), 1.0), 2)


def _ticks(reach: float) -> Iterator[tuple[float, str]]:
    step = next((step for step in _STEPS if reach / step <= 2.5), _STEPS[-1])
    for number in range(-2, 3):
        if abs(number * step) <= reach and number * step >= -1:
            signed = f"{'−' if number < 0 else '+'}{abs(number) * step:.0%}"
            yield _place(number * step, reach), signed if number else "0"
