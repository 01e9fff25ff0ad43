"""The summary of a replayed log, as a person reads it."""

from collections import Counter
from datetime import UTC, datetime

from floorwalker.accesslog.replay import Summary
from floorwalker.cli.reports.paper import Paper, bars, counted, printable

_REJECTED_SHOWN = 5


def report(summary: Summary, paper: Paper, *, host: str, took_s: float, stored: int | None) -> list[str]:
    """The lines to print; the last says what to do next."""
    lines = [paper.strong(_title(summary, host)), "", *_totals(summary, took_s), ""]
    for heading, counter, most in _sections(summary):
        if counter:
            lines += [paper.strong(heading), *_indented(bars(counter.most_common(), most=most)), ""]
    lines += _slots(summary, paper)
    lines += _rejected(summary, paper)
    if stored is not None:
        lines += [f"{counted(stored, 'profile')} in the store.", ""]
    return [*lines, _next(summary, paper)]


def _title(summary: Summary, host: str) -> str:
    where = host or "an unnamed site (say --host to tell its own links from referrals)"
    if summary.first_at is None or summary.last_at is None:
        return f"{where}: nothing could be read"
    first, last = (datetime.fromtimestamp(at, UTC).date() for at in (summary.first_at, summary.last_at))
    when = f"{first.isoformat()}" if first == last else f"{first.isoformat()} to {last.isoformat()}"
    return f"{where}, {when}"


def _totals(summary: Summary, took_s: float) -> list[str]:
    known = sum(summary.keywords.values())
    rows = [
        (summary.lines, "lines", f"read in {took_s:.1f} s ({summary.lines / max(took_s, 1e-6):,.0f} a second)"),
        (summary.rejected, "rejected", "could not be read" if summary.rejected else ""),
        (summary.robots, "by robots", "left out of everything below"),
        (summary.other, "for files", "pictures, styles, feeds, downloads"),
        (summary.hits, "for pages", ""),
        (summary.visitors, "visitors", f"{summary.returning:,} of them came back; {counted(summary.visits, 'visit')}"),
        (summary.searches, "from a search", f"{known:,} with keywords, {summary.searches - known:,} withheld"),
    ]
    width = max(len(f"{number:,}") for number, _, _ in rows)
    return [f"  {number:>{width},}  {what:<14}{note}".rstrip() for number, what, note in rows]


def _sections(summary: Summary) -> tuple[tuple[str, Counter[str], int], ...]:
    return (
        ("Where visits came from", summary.media, 9),
        ("By name", summary.sources, 10),
        ("What they searched for", summary.keywords, 10),
        ("With what", summary.devices, 6),
        ("What they read", summary.pages, 10),
        ("Robots, by requests", summary.robot_names, 8),
        ("Segments, by visitors", summary.segments, 30),
    )


def _slots(summary: Summary, paper: Paper) -> list[str]:
    lines = []
    for slot, blocks in summary.slots.items():
        lines += [paper.strong(f"Slot {slot} would have shown"), *_indented(bars(blocks.most_common())), ""]
    return lines


def _rejected(summary: Summary, paper: Paper) -> list[str]:
    if not summary.rejected:
        return []
    rows = [f"line {line.number:,}: {printable(line.why)}" for line in summary.rejected_lines[:_REJECTED_SHOWN]]
    if summary.rejected > _REJECTED_SHOWN:
        rows.append(f"and {summary.rejected - _REJECTED_SHOWN:,} more (--json lists them)")
    return [paper.strong("Rejected"), *_indented(rows), ""]


def _indented(rows: list[str]) -> list[str]:
    return [f"  {row}" for row in rows]


def _next(summary: Summary, paper: Paper) -> str:
    if not summary.hits:
        return "No page was asked for in this log; is it in Combined Log Format?"
    if not summary.segments and not summary.slots:
        return (
            f"No rules yet. Write some and see who would fit: {paper.accent('floorwalker replay LOG --rules rules/')}"
        )
    return f"To see why somebody is in a segment: {paper.accent('floorwalker explain --url … --referrer …')}"
