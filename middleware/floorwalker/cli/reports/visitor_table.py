"""People who were found, a line each."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from floorwalker.cli.reports.paper import Paper, printable
from floorwalker.cli.reports.visitor_report import columns
from floorwalker.core import phrases


def found_table(
    rows: Sequence[Mapping[str, Any]], paper: Paper, zone: tzinfo, *, at: float, more: bool, bound: str
) -> Iterator[str]:
    """The latest seen first. more: there are more of them. bound: what was not looked into; empty where all was."""
    if rows:
        cells = [_cells(row, zone, at) for row in rows]
        head, *lines = columns([("visitor", "user", "name", "last seen", "segments"), *cells], right=(4,))
        yield paper.quiet(head)
        yield from lines
        yield ""
    found = f"More than {len(rows):,} people are found; the others are left out" if more else _number(rows)
    yield f"{found}. {bound}".rstrip()
    if rows:
        yield f"To see one of them: {paper.accent('floorwalker visitor show --visitor ' + str(rows[0]['visitor']))}"


def _number(rows: Sequence[object]) -> str:
    match len(rows):
        case 0:
            return "Nobody is found"
        case 1:
            return "One person is found"
        case number:
            return f"{number:,} people are found"


def _cells(row: Mapping[str, Any], zone: tzinfo, at: float) -> tuple[str, ...]:
    user, name = printable(str(row["user"] or "never signed in"), longest=30), printable(row["name"] or "–", longest=30)
    seen = phrases.ago(row["last_seen"], at=at, zone=zone)
    return str(row["visitor"]), user, name, seen, f"{len(row['segments'])}"
