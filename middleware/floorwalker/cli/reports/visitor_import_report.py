"""What became of a file that was imported."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from floorwalker.cli.importing.importing import Imported
from floorwalker.cli.importing.works import EVENTS, ORDERS, TRAITS
from floorwalker.cli.reports.paper import Paper, counted, printable, table

WRONG_SHOWN: Final = 20
WRONG_TOLD: Final = 10_000  # in JSON
_KINDS: Final = (ORDERS, EVENTS, TRAITS)


def report(
    imported: Imported, wrong: Sequence[tuple[int, str]], rejected: int, paper: Paper, *, dry_run: bool, written: str
) -> Iterator[str]:
    """wrong: the first lines that cannot be taken, and why. rejected: how many there are. written: where to."""
    for line, why in islice(wrong, WRONG_SHOWN):
        yield f"  {paper.accent(f'line {line}')}: {printable(why)}"
    if rejected > WRONG_SHOWN:
        yield f"  and {counted(rejected - WRONG_SHOWN, 'line')} more"
    if rejected:
        yield ""
    rows = [("", "would be told" if dry_run else "new", *(() if dry_run else ("there before",)))]
    for kind in _KINDS:
        known = () if dry_run else (f"{imported.known[kind]:,}",)
        rows.append((kind, f"{imported.told[kind]:,}", *known))
    yield from table(rows)
    yield ""
    people = "one person" if imported.people == 1 else f"{imported.people:,} people"
    yield f"{people}, {counted(rejected, 'line')} rejected." + (" Nothing was stored." if dry_run else "")
    yield _next(rejected, dry_run=dry_run, written=written)


def as_json(
    imported: Imported, wrong: Sequence[tuple[int, str]], *, rows: int, rejected: int, dry_run: bool
) -> dict[str, Any]:
    """The published shape; of the rejected rows the first 10,000. rows: with those that were rejected."""
    return {
        "rows": rows,
        "people": imported.people,
        **{kind: {"new": imported.told[kind], "known": imported.known[kind]} for kind in _KINDS},
        "rejected": rejected,
        "rejected_rows": [{"line": line, "why": why} for line, why in wrong],
        "dry_run": dry_run,
    }


def _next(rejected: int, *, dry_run: bool, written: str) -> str:
    if rejected and written:
        return f"The rejected rows are in {written}: correct them there, and import that file."
    if rejected:
        return "To have them in a file that you can correct: --rejected FILE"
    if dry_run:
        return "Without --dry-run it is imported."
    return "Importing the same again changes nothing."
