"""The table of a run: one line a fault."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.audit import Audit
from tests.faults.ledger import Ledger, within

HEAD = (
    "fault",
    "requests",
    "differing",
    "5xx",
    "99 % within, s",
    "slowest, s",
    "slowest of the bare app, s",
    "acknowledged",
    "lost",
    "doubled",
    "apart",
    "sent again",
    "gone with the fault",
)


@dataclass(frozen=True)
class Row:
    """What one fault came to. gone: acknowledged, and lost with what the fault destroyed; may_go says what that is."""

    fault: str
    requests: int
    differing: int
    errors: int
    within_s: float
    slowest_s: float
    bare_s: float
    acknowledged: int
    lost: int
    doubled: int
    apart: int
    again: int
    gone: int
    may_go: str

    @property
    def cells(self) -> tuple[str, ...]:
        gone = f"{self.gone}: {self.may_go}" if self.may_go else "–"
        seen = map(str, (self.requests, self.differing, self.errors))
        times = (f"{took_s:.2f}" for took_s in (self.within_s, self.slowest_s, self.bare_s))
        counts = map(str, (self.acknowledged, self.lost, self.doubled, self.apart, self.again))
        return (self.fault, *seen, *times, *counts, gone)


def row_of(fault: str, may_go: str, ledger: Ledger, audit: Audit) -> Row:
    return Row(
        fault,
        ledger.requests,
        len(ledger.differing),
        len(ledger.server_errors),
        within(ledger.took_s, 0.99),
        within(ledger.took_s),
        within(ledger.bare_took_s),
        len(ledger.words),
        len(audit.lost),
        len(audit.doubled),
        len(audit.apart),
        ledger.asked_again,
        len(audit.pardoned),
        may_go,
    )


def written(rows: Sequence[Row]) -> str:
    """As Markdown."""
    assert all(len(row.cells) == len(HEAD) for row in rows)
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def replaced(page: str, table: str, caption: str) -> str:
    """The page with this table in the place of the one before."""
    before, begin, rest = page.partition("<!-- last run -->\n")
    _, end, after = rest.partition("<!-- end of last run -->")
    if not (begin and end):
        raise ValueError("the page has no place for the table")
    return f"{before}{begin}{caption}\n\n{table}{end}{after}"


def show(terminal: pytest.TerminalReporter, rows: Sequence[Row], *, title: str, page: str, made: str) -> None:
    """The table at the end of a run. page: the variable that names the page into which it is written, with how it was
    made."""
    if not rows:
        return
    terminal.section(title)
    terminal.write(written(rows))
    if named := os.environ.get(page):
        path, caption = Path(named), f"{datetime.now(UTC):%Y-%m-%d}, {made}."
        path.write_text(replaced(path.read_text(), written(rows), caption))
