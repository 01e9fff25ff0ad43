"""How the command line looks: one accent, aligned columns, no boxes. NO_COLOR and non-terminals get plain text."""

import os
from collections.abc import Iterator, Sequence
from typing import TextIO


class Paper:
    """Where a command prints: knows whether colour is welcome there."""

    def __init__(self, stream: TextIO, *, plain: bool = False) -> None:
        self.is_terminal = stream.isatty() and not plain
        self._colour = self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def accent(self, text: str) -> str:
        """The carnation: for what asks to be looked at."""
        return self._styled("38;2;214;85;72", text)

    def strong(self, text: str) -> str:
        return self._styled("1", text)

    def quiet(self, text: str) -> str:
        return self._styled("2", text)

    def _styled(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and text else text


def counted(number: int, noun: str) -> str:
    """`1 visitor`, `2,310 visitors`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable(text: str, *, longest: int = 120) -> str:
    """A text from outside, safe for a terminal: no control characters, bounded."""
    safe = "".join(c if c.isprintable() else "·" for c in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def table(rows: Sequence[tuple[str, ...]], *, notes: int = 0) -> Iterator[str]:
    """Indented rows: the name left, numbers right, and of the last cells so many notes as they are."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        end = len(cells) - notes
        numbers = [f"{cell:>{width}}" for cell, width in zip(cells[:end], widths[1:], strict=False)]
        yield f"  {name:<{widths[0]}}  {'  '.join([*numbers, *cells[end:]])}".rstrip()


def bars(rows: Sequence[tuple[str, int]], *, width: int = 24, most: int = 10) -> list[str]:
    """Aligned rows of name, number and a bar; what is beyond `most` is summed up in a last row."""
    shown = list(rows[:most])
    rest = rows[most:]
    if not shown:
        return []
    names = [printable(name, longest=40) for name, _ in shown]
    left, top = max(map(len, names)), max(1, *(number for _, number in shown))
    digits = max(len(f"{number:,}") for _, number in shown)
    lines = [
        f"{name:<{left}}  {number:>{digits},}  {'▇' * max(1, round(width * number / top)) if number else ''}".rstrip()
        for name, (_, number) in zip(names, shown, strict=True)
    ]
    if rest:
        lines.append(f"and {len(rest):,} more with {sum(number for _, number in rest):,}")
    return lines
