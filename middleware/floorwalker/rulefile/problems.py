"""A Problem says where a rule file is wrong and what to write instead; Findings collects every one of them."""

import re
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


MOST_PROBLEMS = 500
_FEW_WORDS = 12  # are all told
_COMPARED = 200
_MANY_WORDS = 1000  # of more, only those that begin alike are compared
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")  # a problem is one line, whatever it quotes
_MISWRITTEN = ("unquoted", "cut", "curly-quotes", "odd-space", "tab")
"""Codes of a value that YAML read otherwise than it was meant: what it says then is not judged."""


class TooManyProblems(Exception):
    """As many errors are found as anybody will read: the reading ends here, so that hostile files cost no seconds."""


class Findings:
    """Collects problems as they are found. The same problem in the same place is kept once.

    Of errors and of warnings at most MOST_PROBLEMS each: further warnings are dropped, a further error raises
    TooManyProblems.
    """

    def __init__(self) -> None:
        self._count = {Severity.ERROR: 0, Severity.WARNING: 0}
        self._found: dict[tuple[str, int, int, str], Problem] = {}
        self._sources: dict[str, list[str]] = {}
        self._dismissed: set[Position] = set()
        self.unreadable = False  # a part of a file could not be read, so a missing name may be defined there

    def reading(self, file: str, lines: list[str]) -> None:
        """Make a file's lines known, so that its problems can quote them."""
        self._sources[file] = lines

    def error(self, at: Position, code: str, message: str, hint: str = "") -> None:
        self._add(at, code, message, hint, Severity.ERROR)

    def warn(self, at: Position, code: str, message: str, hint: str = "") -> None:
        self._add(at, code, message, hint, Severity.WARNING)

    def dismiss(self, at: Position) -> None:
        """Say no more of a value at this place: it is reported already that it is not what was meant."""
        self._dismissed.add(at)

    def line(self, at: Position) -> str:
        """The line of a place, empty where its file was not read."""
        lines = self._sources.get(at.file, [])
        return lines[at.line - 1] if 0 < at.line <= len(lines) else ""

    def fork(self) -> "Findings":
        """Empty findings over the same files, for an attempt that may be dropped."""
        copy = Findings()
        copy._sources = self._sources
        return copy

    def absorb(self, other: "Findings") -> None:
        """Take over what an attempt found."""
        self._dismissed |= other._dismissed
        for place, problem in other._found.items():
            if place not in self._found and self._count[problem.severity] < MOST_PROBLEMS:
                self._found[place] = problem
                self._count[problem.severity] += 1

    @property
    def full(self) -> bool:
        """Whether a further error would raise TooManyProblems."""
        return self._count[Severity.ERROR] >= MOST_PROBLEMS

    def sorted(self) -> list[Problem]:
        """Every problem, by file, line and column."""
        return sorted(self._found.values(), key=lambda p: (p.file, p.line, p.column, p.severity, p.code, p.message))

    def __bool__(self) -> bool:
        return self._count[Severity.ERROR] > 0

    def __len__(self) -> int:
        return len(self._found)

    def _add(self, at: Position, code: str, message: str, hint: str, severity: Severity) -> None:
        if self._count[severity] >= MOST_PROBLEMS:
            if severity is Severity.WARNING:
                return
            raise TooManyProblems
        place = (at.file, at.line, at.column)
        if at in self._dismissed or any((*place, miswritten) in self._found for miswritten in _MISWRITTEN):
            return
        told = [_BREAKS.sub(" ", text) for text in (message, hint)]
        problem = Problem(at.file, at.line, at.column, code, told[0], told[1], severity, self.line(at))
        if (*place, code) not in self._found:
            self._found[(*place, code)] = problem
            self._count[severity] += 1


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most probably was meant to be, or None."""
    words = list(known)
    if len(words) > _MANY_WORDS:
        words = [other for other in words if other[:1] == word[:1] and abs(len(other) - len(word)) < 3][:_COMPARED]
    folded = {candidate.casefold().replace("_", "-"): candidate for candidate in sorted(set(words), reverse=True)}
    close = get_close_matches(word[:64].casefold().replace("_", "-"), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], *, instead: str = "") -> str:
    """A hint: the nearest known word, else all of them where they are few, else `instead`."""
    words = list(known)
    if (close := nearest(word, words)) is not None:
        return f"did you mean {close}?"
    if 0 < len(words) <= _MANY_WORDS and len(few := sorted(set(words))) <= _FEW_WORDS:
        return f"write {one_of(few)}"
    return instead


def one_of(words: Iterable[str]) -> str:
    """The words as a phrase: `a, b or c`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
