"""What slots earned, as a person reads it in a terminal."""

from collections.abc import Iterator, Sequence

from floorwalker.cli.reports.paper import Paper, counted, printable, table
from floorwalker.learn.lift import Lift
from floorwalker.learn.verdict import Judged, Verdict

MOST_GOALS = 4
MOST_PARTS = 12
_TICKS = "▁▂▃▄▅▆▇█"


def report(verdicts: Sequence[Verdict], paper: Paper, *, days: Sequence[str], currency: str) -> Iterator[str]:
    """The lines to print; the last says what to do next. days: those that were asked for, in order."""
    yield paper.strong(f"What was shown, and what came of it · {_span(days)}")
    yield ""
    if not verdicts:
        yield "Nobody has been shown a block of ours in these days, or they have not come back with their cookie yet."
        yield f"Other days: {paper.accent('floorwalker report --from 2026-01-01')}"
        return
    for verdict in verdicts:
        yield from _of_one(verdict, paper, days, currency)
        yield ""
    yield from _reading(verdicts, paper)
    yield f"With plots, to send around: {paper.accent('floorwalker report --html report.html')}"


def _of_one(verdict: Verdict, paper: Paper, days: Sequence[str], currency: str) -> Iterator[str]:
    figures = verdict.figures
    yield f"{paper.strong(title_of(verdict))}  {paper.quiet(sparkline([figures.daily.get(day, 0) for day in days]))}"
    goals = verdict.goals[:MOST_GOALS]
    head = ("", verdict.counted, "clicked", *(heading for one in goals for heading in _headings(one, currency)))
    rows = [head, ("shown", *_group(verdict, goals, is_treatment=True))]
    if figures.control.shown:
        rows.append(("control", *_group(verdict, goals, is_treatment=False)))
    yield from table(rows)
    for one in goals:
        yield from (f"  {line}" for line in sentences(one, paper, has_control=bool(figures.control.shown)))
    if verdict.ratio is not None and verdict.ratio.alarm:
        seen, planned = rate(verdict.ratio.seen), rate(verdict.ratio.planned)
        warning = f"Do not trust these: {seen} are in control, {planned} should be."
        yield f"  {paper.accent(warning)}"
    if figures.mixed:
        yield paper.quiet(f"  {counted(figures.mixed, 'visitor')} met both sides and count in neither.")
    yield from _parts(verdict.parts, "campaign" if verdict.kind == "channel" else "block", paper)
    yield from _parts(verdict.segments, "segment", paper, clicks=False)


def title_of(verdict: Verdict) -> str:
    """What is compared."""
    if verdict.kind == "site":
        return "The whole site"
    return f"{verdict.kind.capitalize() if verdict.kind != 'slot' else 'Slot'} {printable(verdict.name)}"


def _headings(one: Judged, currency: str) -> Iterator[str]:
    yield printable(one.goal, longest=24)
    if one.treatment_revenue.total or one.control_revenue.total:
        yield f"{currency} each"


def _group(verdict: Verdict, goals: Sequence[Judged], *, is_treatment: bool) -> Iterator[str]:
    group = verdict.figures.treatment if is_treatment else verdict.figures.control
    yield f"{group.shown:,}"
    yield rate(group.clicked / group.shown) if is_treatment and group.shown else "–"
    for one in goals:
        yield rate((one.treatment if is_treatment else one.control).mean)
        if one.treatment_revenue.total or one.control_revenue.total:
            yield f"{(one.treatment_revenue if is_treatment else one.control_revenue).mean:,.2f}"


def sentences(one: Judged, paper: Paper | None, *, has_control: bool) -> Iterator[str]:
    """What the figures of one goal say, in words."""
    if not has_control:
        return
    role = " (guardrail)" if one.guardrail else ""
    if one.conversions is None:
        yield f"{one.goal}{role}: too early to say{_missing(one)}."
        return
    said = f"{one.goal}{role}: {lift_words(one.conversions)}{_verdict_words(one)}{_missing(one)}."
    yield paper.accent(said) if paper is not None and one.conversions.is_clear else said
    if one.revenue is not None:
        yield f"{one.goal}, revenue per visitor: {lift_words(one.revenue)}."


def lift_words(lift: Lift) -> str:
    """`+12 % (−3 to +29)`."""
    return f"{percent(lift.estimate)} ({percent(lift.low, unit='')} to {percent(lift.high, unit='')})"


def percent(share: float, *, unit: str = " %") -> str:
    """A relative difference, with its sign."""
    value = 100 * share
    digits = 0 if abs(value) >= 10 else 1
    text = f"{abs(value):,.{digits}f}"
    return f"{'−' if value < 0 else '+'}{text}{unit}"


def rate(share: float) -> str:
    """`3.1 %`."""
    return f"{100 * share:.{1 if share >= 0.01 or not share else 2}f} %"


def sparkline(values: Sequence[int]) -> str:
    """A bar per value; nothing where there are none."""
    top = max(values, default=0)
    if top <= 0:
        return ""
    return "".join(_TICKS[round(max(value, 0) / top * (len(_TICKS) - 1))] for value in values)


def _verdict_words(one: Judged) -> str:
    """A goal of the slot's own is there to be reached; of a guardrail only who wrote it knows which way is harm."""
    if one.rises:
        return ", higher" if one.guardrail else ", better"
    if one.falls:
        return ", lower" if one.guardrail else ", worse"
    return ", no clear difference"


def _missing(one: Judged) -> str:
    if not one.needed or _is_clear(one):
        return ""
    return f"; a lift of {100 * one.effect:.0f} % would show after about {roughly(one.needed)} more visitors"


def roughly(number: int) -> str:
    """Two digits of it: `270,000`."""
    scale = 10 ** max(len(str(number)) - 2, 0)
    return f"{-(-number // scale) * scale:,}"


def _is_clear(one: Judged) -> bool:
    return one.conversions is not None and one.conversions.is_clear


def _parts(parts: Sequence[Verdict], what: str, paper: Paper, *, clicks: bool = True) -> Iterator[str]:
    """A row each. clicks: whether they are counted there."""
    if not parts:
        return
    yield ""
    has_goals = any(one.goals for one in parts)
    unit = "messages" if what == "campaign" else "visitors"
    rows = [(what, unit, *(("clicked",) if clicks else ()), *(("goal", "") if has_goals else ()))]
    for part in parts[:MOST_PARTS]:
        group, goal = part.figures.treatment, next(iter(part.goals), None)
        cells = [f"{group.shown:,}"]
        if clicks:
            cells.append(rate(group.clicked / group.shown) if group.shown else "–")
        if has_goals:
            cells += [f"{goal.goal} {rate(goal.treatment.mean)}", _part_lift(goal)] if goal else ["", ""]
        rows.append((printable(part.name, longest=40), *cells))
    yield from table(rows, notes=1 if has_goals else 0)
    if len(parts) > MOST_PARTS:
        yield paper.quiet(f"  and {len(parts) - MOST_PARTS:,} more")


def _part_lift(goal: Judged) -> str:
    return lift_words(goal.conversions) if goal.conversions is not None else ""


def _reading(verdicts: Sequence[Verdict], paper: Paper) -> Iterator[str]:
    if any(one.figures.control.shown for one in verdicts):
        yield paper.quiet("In brackets: where the truth lies, however often you look, in 95 of 100 comparisons.")
    elif any(one.ratio is not None for one in verdicts):
        yield "Nobody has met the control group yet, which fills by itself; so nothing is compared yet."
    else:
        yield "There is no control group, so nobody can say what would have come without it."
        yield f"Write {paper.accent('control: 10 %')} at a slot, or under site:"


def _span(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
