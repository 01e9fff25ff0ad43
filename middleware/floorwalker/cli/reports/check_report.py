"""Problems of rule files for people: each with its line, a caret under the place, and what to write instead."""

import unicodedata
from collections.abc import Iterator, Sequence

from floorwalker.cli.reports.paper import Paper, counted, printable
from floorwalker.core.ruleset import Ruleset
from floorwalker.rulefile import Problem, Severity

_WIDTH = 110  # characters of a source line around the caret
_BEFORE = _WIDTH - 30


def report(
    ruleset: Ruleset | None, problems: Sequence[Problem], folder: str, paper: Paper, *, strict: bool = False
) -> str:
    """Every problem, and a last line that says what to do next. ruleset: None where there are errors."""
    blocks = ["\n".join(_shown(problem, paper)) for problem in problems]
    return "\n\n".join([*blocks, last_line(ruleset, problems, folder, paper, strict=strict)])


def last_line(
    ruleset: Ruleset | None, problems: Sequence[Problem], folder: str, paper: Paper, *, strict: bool = False
) -> str:
    """How many problems there are, and what to do next."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = counted(len(problems) - errors, "warning") if len(problems) > errors else ""
    again = f"floorwalker check {folder}{' --strict' if strict else ''}"
    if ruleset is None:
        found = counted(errors, "error") + (f" and {warnings}" if warnings else "")
        them = "it" if len(problems) == 1 else "them"
        return f"{paper.strong(f'{found}.')} Mend {them}, then run `{again}` again."
    held = _held(ruleset)
    if warnings and strict:
        head = paper.strong(f"No errors, {warnings}.")
        return f"{head} {held} Warnings count here: mend them, then run `{again}` again."
    if warnings:
        head = paper.strong(f"No errors, {warnings}.")
        return f"{head} {held} Look at what was warned of; a running site reloads the files by itself."
    return f"{paper.strong('No problems.')} {held} A running site reloads the files by itself."


def _held(ruleset: Ruleset) -> str:
    counts = [
        counted(len(found), noun)
        for found, noun in ((ruleset.segments, "segment"), (ruleset.blocks, "block"), (ruleset.slots, "slot"))
    ]
    return f"{', '.join(counts)}; version {ruleset.version}."


def _shown(problem: Problem, paper: Paper) -> Iterator[str]:
    """The problem as one line, its source line with a caret, and the remedy."""
    place = f"{problem.file}:{problem.line}:{problem.column}:"
    kind = paper.accent("error") if problem.severity is Severity.ERROR else paper.quiet("warning")
    message = printable(problem.message, longest=400)
    hint = f"; {printable(problem.hint, longest=400)}" if problem.hint else ""
    yield f"{paper.strong(printable(place, longest=400))} {message}{hint}"
    if problem.source.strip():
        source, caret = _window(problem.source, problem.column)
        number = f"{problem.line:>5}"
        yield paper.quiet(f"{number} │ ") + source
        yield paper.quiet(f"{'':>5} │ ") + paper.accent(f"{'':>{caret}}^ ") + kind


def _window(source: str, column: int) -> tuple[str, int]:
    """The part of the line around the column, and how many cells of the terminal lie before the caret."""
    at = min(column - 1, len(source))
    begin = max(0, at - _BEFORE) if len(source) > _WIDTH else 0
    shown = printable(source[begin : begin + _WIDTH], longest=_WIDTH)
    return shown, sum(map(_cells, shown[: at - begin])) + (column - 1 - at)


def _cells(character: str) -> int:
    """How wide a terminal shows a character."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
