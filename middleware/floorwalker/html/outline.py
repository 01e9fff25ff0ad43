"""What of a page decides where its elements lie, and what does not: texts, and what attributes say.

Pages that are alike but for such gaps are read alike, by lol-html and by `reader`: a gap of text holds no `<`, one in a
quoted value no such quote, one in a comment no dash, so neither reader leaves its state within one. That rests on
knowing what each byte is, so only plain markup is split: of anything else (MathML, CDATA, scripts with comments in
them, unfinished tags) all that follows is one piece, which has to be the same.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from floorwalker.html.reader import RAW_NAMES, SPACE

_ATTRIBUTES: Final = b"(?:[~]++[^~\"'<>/=]++(?:=(?:\"[^\"]*+\"|'[^']*+'|[^~\"'=<>`]++))?+)*+[~]*+"
_RAW: Final = b"|".join(name for name in RAW_NAMES if name != b"plaintext")
_IN_SVG: Final = (
    b"g|path|circle|rect|line|polyline|polygon|ellipse|use|defs|symbol|lineargradient|radialgradient|stop|clippath"
    b"|mask|text|tspan"
)  # none of these leads into HTML, or out of SVG
_STEP: Final = re.compile(
    (
        rb"("
        # an element whose content is raw text, up to its end tag
        rb"<(?P<raw>RAW)(?=[~>])ATTRIBUTES>(?:[^<]++|<(?!/(?P=raw)[~/>]|!--))*+(?=</(?P=raw)[~/>])"
        # a drawing, which is not looked into; what is raw text only in HTML holds no tags in it
        rb"|<svg(?=[~>])ATTRIBUTES>(?:[^<]++|</?(?:IN_SVG)(?=[~/>])ATTRIBUTES/?>|<(title|style)>[^<]*+</\3>)*+</svg>"
        # a tag
        rb"|<(?!(?:RAW|svg|math|plaintext)[~/>])/?[a-zA-Z][a-zA-Z0-9:-]*+(?=[~/>])ATTRIBUTES/?>"
        rb"|<!--(?!-?>)(?:[^-]++|-(?!-!?>))*+-->"
        rb"|</(?:RAW)[~]*+>"
        rb"|<!doctype[~](?:[^>\"']++|\"[^\">]*+\"|'[^'>]*+')*+>"
        rb")"
        rb"([^<]*+)"
    )
    .replace(b"ATTRIBUTES", _ATTRIBUTES)
    .replace(b"RAW", _RAW)
    .replace(b"IN_SVG", _IN_SVG)
    .replace(b"~", SPACE),
    re.IGNORECASE,
)
_VALUE: Final = re.compile(
    b"[~]([^~\"'<>/=]++)=(?:\"([^\"]*+)\"|'([^']*+)')|([^~\"'<>/=]++=[^~\"'=<>`]++)".replace(b"~", SPACE)
)
_RAW_TAG: Final = re.compile(
    b"<(?:RAW)(?=[~>])ATTRIBUTES>".replace(b"ATTRIBUTES", _ATTRIBUTES).replace(b"RAW", _RAW).replace(b"~", SPACE),
    re.IGNORECASE,
)
_PLAIN_COMMENT: Final = re.compile(rb"<!-- ([^-]*+)-->")
_TEXT: Final = -1


class Step(NamedTuple):
    """A tag, comment, drawing or raw text after its tag; and the text up to the next one."""

    head: bytes
    text: bytes


class Gap(NamedTuple):
    """Where pages may differ: in the text of a step, or in one of the values of its head, by number."""

    step: int
    value: int


def steps_of(page: bytes) -> list[Step]:
    """The page apart into steps; all of it joined is the page. What is not plain is in the last one."""
    begin = page.find(b"<")
    if begin < 0:
        return [Step(b"", page)]
    steps, end = [Step(b"", page[:begin])], begin
    follow = _STEP.scanner(page, begin).match  # type: ignore[attr-defined]
    while step := follow():
        steps.append(Step(step[1], step[4]))
        end = step.end()
    if end < len(page):
        steps.append(Step(b"", page[end:]))
    return steps


def gaps_between(
    steps: Sequence[Step], others: Sequence[Step], is_asked: Callable[[bytes], bool]
) -> frozenset[Gap] | None:
    """Where two pages differ; None if not only in gaps. is_asked: whether an attribute's value may decide something."""
    gaps: set[Gap] = set()
    last = len(steps) - 1
    if len(others) != len(steps):
        return None
    for number, (step, other) in enumerate(zip(steps, others, strict=True)):
        if step.text != other.text:
            if number == last:
                return None
            gaps.add(Gap(number, _TEXT))
        if step.head != other.head:
            differing = _differing_values(step.head, other.head, is_asked)
            if differing is None:
                return None
            gaps.update(Gap(number, value) for value in differing)
    return frozenset(gaps)


def parted(steps: Sequence[Step], gaps: frozenset[Gap]) -> tuple[list[bytes], list[bytes]]:
    """What lies around these gaps, and what is in them."""
    around, within, begun = list[bytes](), list[bytes](), list[bytes]()
    by_step: dict[int, list[int]] = {}
    for gap in gaps:
        by_step.setdefault(gap.step, []).append(gap.value)
    for number, step in enumerate(steps):
        values = by_step.get(number)
        if values is None:
            begun += step
            continue
        text = b"".join(step)
        at = 0
        for start, end in sorted(_span(step, value) for value in values):
            around.append(b"".join((*begun, text[at:start])))
            within.append(text[start:end])
            begun.clear()
            at = end
        begun.append(text[at:])
    return [*around, b"".join(begun)], within


def _span(step: Step, value: int) -> tuple[int, int]:
    if value == _TEXT:
        return len(step.head), len(step.head) + len(step.text)
    _, start, end = list(_values(step.head))[value]
    return start, end


def _differing_values(head: bytes, other: bytes, is_asked: Callable[[bytes], bool]) -> list[int] | None:
    """Which values differ, by number; None where something else does."""
    values, differing = list(_values(head)), list[int]()
    theirs = list(_values(other))
    if len(theirs) != len(values):
        return None
    at = other_at = 0
    for number, ((name, start, end), (_, other_start, other_end)) in enumerate(zip(values, theirs, strict=True)):
        if head[at:start] != other[other_at:other_start]:
            return None
        if head[start:end] != other[other_start:other_end]:
            if is_asked(name):
                return None
            differing.append(number)
        at, other_at = end, other_end
    return differing if head[at:] == other[other_at:] else None


def _values(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    """What may differ in a head, with the attribute's name and where it stands: quoted values, raw text, what a plain
    comment says."""
    if head.startswith(b"<!"):
        comment = _PLAIN_COMMENT.fullmatch(head)
        if comment:
            yield b"", *comment.span(1)
        return
    if head[:4].lower() == b"<svg":
        return
    raw = _RAW_TAG.match(head)
    for found in _VALUE.finditer(head, 0, raw.end() if raw else len(head)):
        if found[1]:
            yield found[1], *found.span(2 if found[2] is not None else 3)
    if raw:
        yield from ((b"", start, end) for start, end in _raw_values(head, raw.end()))


def _raw_values(head: bytes, at: int) -> Iterator[tuple[int, int]]:
    """What lies between any `<` in raw text; not after one that may begin an end tag or comment there."""
    for number, piece in enumerate(head[at:].split(b"<")):
        end = at + len(piece)
        if number == 0:
            yield at, end
        elif piece and piece[:1] not in b"/!":
            yield at + 1, end
        at = end + 1
