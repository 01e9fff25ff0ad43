"""A whole YAML file → its sections; where it is broken, as many of them as can be read alone."""

import re
from collections.abc import Iterator

from floorwalker.rulefile.nodes import Mapping, Position, Scalar
from floorwalker.rulefile.problems import Findings, TooManyProblems
from floorwalker.rulefile.text.compose import compose
from floorwalker.rulefile.text.slips import INDENTED_ODDLY
from floorwalker.rulefile.text.tokens import Hostile, Unreadable

_SECTION = re.compile(r"""^(?P<key>[^\s#'"{}\[\]|>&*!%@`,?:-][^:#]*):(?P<rest>\s.*|)$""")


def read_yaml(file: str, text: str, findings: Findings) -> Mapping | None:
    """The file's top-level mapping, or None where there is nothing to read. Problems go to `findings`.

    Where the YAML is broken, every section that can be read alone still is, so that one slip hides nothing else.
    """
    findings.reading(file, text.split("\n"))
    lines = _without_odd_indents(file, text, findings).split("\n")
    attempt = findings.fork()
    try:
        node = compose(file, lines, 0, len(lines), attempt)
    except TooManyProblems:
        findings.absorb(attempt)
        raise
    except Hostile:
        findings.unreadable = True
        findings.absorb(attempt)
        return None
    except Unreadable:
        findings.unreadable = True
        return _salvage(file, lines, findings, attempt)
    findings.absorb(attempt)
    return node


def _without_odd_indents(file: str, text: str, findings: Findings) -> str:
    """The text with plain spaces before keys and dashes; what stood there is reported."""
    for odd in INDENTED_ODDLY.finditer(text):
        at = Position(file, text.count("\n", 0, odd.start()) + 1, 1)
        message = "this line begins with invisible spaces that are none to YAML"
        findings.error(at, "odd-space", message, "delete what stands before it, and type spaces")
    return INDENTED_ODDLY.sub(lambda odd: " " * len(odd["spaces"]), text)


def _salvage(file: str, lines: list[str], findings: Findings, attempt: Findings) -> Mapping | None:
    before = len(findings)
    parts = [
        _section(file, lines, start, end, findings)
        for start, end in _blocks(lines, 0, len(lines), 0)
        if not findings.full
    ]
    if len(findings) == before:
        findings.absorb(attempt)
    pairs = [pair for part in parts if part is not None for pair in part]
    unique = {key.text: (key, value) for key, value in reversed(pairs)}
    return Mapping(Position(file, 1, 1), tuple(reversed(unique.values())))


def _section(file: str, lines: list[str], start: int, end: int, findings: Findings) -> Mapping | None:
    """One section alone; if that fails too, each of its own keys alone."""
    attempt = findings.fork()
    whole = _alone(file, lines, start, end, attempt)
    if whole is not None or not len(attempt):
        findings.absorb(attempt)
        return whole
    header = _SECTION.match(lines[start])
    first = next((line for line in lines[start + 1 : end] if line.strip() and not line.lstrip().startswith("#")), "")
    depth = len(first) - len(first.lstrip(" "))
    inner = _SECTION.match(first[depth:])
    if header is None or header["rest"].strip() or depth == 0 or inner is None:
        findings.absorb(attempt)
        return None
    children = [_alone(file, lines, begin, stop, findings) for begin, stop in _blocks(lines, start + 1, end, depth)]
    pairs = tuple(pair for child in children if child is not None for pair in child)
    at = Position(file, start + 1, 1)
    return Mapping(at, ((Scalar(at, header["key"].strip()), Mapping(at, pairs, key=header["key"])),))


def _alone(file: str, lines: list[str], start: int, end: int, findings: Findings) -> Mapping | None:
    if findings.full:
        return None
    try:
        return compose(file, lines, start, end, findings)
    except Unreadable:
        return None


def _blocks(lines: list[str], start: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    """Where each key at this depth begins and ends."""
    indent = " " * depth
    begins = [
        number
        for number in range(start, end)
        if lines[number].startswith(indent) and _SECTION.match(lines[number][depth:])
    ]
    if not begins or any(line.strip() and line[0] not in "#-%" for line in lines[start : begins[0]]):
        begins = [start, *begins]
    yield from zip(begins, [*begins[1:], end], strict=True)
