"""A Problem says where a rule file is wrong and what to write instead; Findings collects every one of them."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

from msgspec import Struct

from floorwalker.rulefile.nodes import Position


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """One thing wrong in one place. line and column count from 1, columns in characters. source: the line itself."""

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    source: str = ""

    def __str__(self) -> str:
        what = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{self.file}:{self.line}:{self.column}: {what}"


MOST_PROBLEMS = 1000
_MISWRITTEN = ("unquoted", "cut", "curly-quotes", "odd-space", "tab")
"""Codes of a value that YAML read otherwise than it was meant: what it says then is not judged."""


class Findings:
    """Collects problems as they are found, up to a bound. The same problem in the same place is kept once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int, str], Problem] = {}
        self._sources: dict[str, list[str]] = {}
        self.unreadable = False  # a part of a file could not be read, so a missing name may be defined there

    def reading(self, file: str, lines: list[str]) -> None:
        """Make a file's lines known, so that its problems can quote them."""
        self._sources[file] = lines

    def error(self, at: Position, code: str, message: str, hint: str = "") -> None:
        self._add(at, code, message, hint, Severity.ERROR)

    def warn(self, at: Position, code: str, message: str, hint: str = "") -> None:
        self._add(at, code, message, hint, Severity.WARNING)

    def fork(self) -> "Findings":
        """Empty findings over the same files, for an attempt that may be dropped."""
        copy = Findings()
        copy._sources = self._sources
        return copy

    def absorb(self, other: "Findings") -> None:
        """Take over what an attempt found."""
        for place, problem in other._found.items():
            if not self.full:
                self._found.setdefault(place, problem)

    @property
    def full(self) -> bool:
        """Whether the bound is reached: nobody reads on, and hostile files must not cost seconds."""
        return len(self._found) >= MOST_PROBLEMS

    def sorted(self) -> list[Problem]:
        """Every problem, by file, line and column."""
        return sorted(self._found.values(), key=lambda p: (p.file, p.line, p.column, p.severity, p.code, p.message))

    def __bool__(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def _add(self, at: Position, code: str, message: str, hint: str, severity: Severity) -> None:
        if self.full:
            return
        place = (at.file, at.line, at.column)
        if any((*place, miswritten) in self._found for miswritten in _MISWRITTEN):
            return
        lines = self._sources.get(at.file, [])
        source = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
        problem = Problem(at.file, at.line, at.column, code, message, hint, severity, source)
        self._found.setdefault((*place, code), problem)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most probably was meant to be, or None."""
    words = sorted(set(known))
    folded = {candidate.casefold().replace("_", "-"): candidate for candidate in reversed(words)}
    close = get_close_matches(word[:64].casefold().replace("_", "-"), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], *, instead: str = "") -> str:
    """A hint: the nearest known word, else all of them where they are few, else `instead`."""
    words = sorted(set(known))
    if (close := nearest(word, words)) is not None:
        return f"did you mean {close}?"
    if 0 < len(words) <= 12:
        return f"write {one_of(words)}"
    return instead


def one_of(words: Iterable[str]) -> str:
    """The words as a phrase: `a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
