"""What the doctor found, as text and as JSON."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from floorwalker.cli.diagnosis.finding import Finding, Level
from floorwalker.cli.reports.paper import Paper, counted, printable

_WIDTH: Final = 96
_MARKS: Final = {Level.WRONG: "✗", Level.LOOK: "!", Level.FINE: "✓"}


def report(findings: Sequence[Finding], paper: Paper) -> Iterator[str]:
    """By area; the last line says what it comes to."""
    for area, found in groupby(findings, key=lambda one: one.area):
        yield paper.strong(area.capitalize())
        for one in found:
            yield from _lines(one, paper)
        yield ""
    yield _last(findings, paper)


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The published shape."""
    return {
        "healthy": not any(one.level is Level.WRONG for one in findings),
        "findings": [
            {"area": one.area, "level": one.level.value, "what": one.what, "why": one.why, "remedy": one.remedy}
            for one in findings
        ],
    }


def _lines(one: Finding, paper: Paper) -> Iterator[str]:
    mark = _MARKS[one.level]
    shown = paper.quiet(mark) if one.level is Level.FINE else paper.accent(mark)
    what = _wrapped(one.what)
    yield f"  {shown} {what[0]}"
    yield from (f"    {line}" for line in what[1:])
    yield from (paper.quiet(f"      {line}") for line in _wrapped(one.why))
    yield from (f"    {'→' if number == 0 else ' '} {line}" for number, line in enumerate(_wrapped(one.remedy)))


def _wrapped(text: str) -> list[str]:
    parts = [textwrap.wrap(printable(line, longest=600), _WIDTH, break_long_words=False) for line in text.splitlines()]
    return [line for part in parts for line in part] or ([] if not text else [""])


def _last(findings: Sequence[Finding], paper: Paper) -> str:
    bad = sum(one.level is Level.WRONG for one in findings)
    more = sum(one.level is Level.LOOK for one in findings)
    if bad:
        head = paper.strong(f"{counted(bad, 'thing')} wrong")
        rest = f", and {counted(more, 'more thing')} to look at" if more else ""
        return f"{head}{rest}. Mend {'it' if bad == 1 else 'them'}, then ask again."
    if more:
        return f"{paper.strong('Nothing is wrong.')} {counted(more, 'thing')} to look at."
    return paper.strong("All is well.")
